//! The gateway's own keys, from the folder that the database knows.

use super::store::{open, unusable};
use crate::{
    cli::{
        Failure,
        faults::listed,
        language::{Said, both},
    },
    config::Config,
    crypto::gateway_keys::{Departure, GatewayKeys, KeyPrints},
    store::Store,
};

/// The keys of the folder. Where a database has keys already, others than those are of no use.
pub(super) fn in_folder(config: &Config, is_known: bool) -> Result<GatewayKeys, Failure> {
    let now = if is_known {
        (
            "zet de map terug uit de laatste back-up, of noem de goede in `keys.dir`: deze database heeft haar sleutels al, en wat zij \
             heeft is met andere niet te lezen",
            "put the folder back from the last backup, or give the right one in `keys.dir`: this database has its keys already, and with \
             others nothing in it can be read",
        )
    } else {
        (
            "zet ze terug uit de laatste back-up, of noem de map in `keys.dir`; `sluis init` maakt nieuwe, voor een nieuw logboek",
            "put them back from the last backup, or give the folder in `keys.dir`; `sluis init` makes new ones, for a new log",
        )
    };
    GatewayKeys::load(&config.keys.dir, config.strict).map_err(|faults| {
        Failure::configuration(listed(
            ("de sleutels van de gateway zijn niet te gebruiken", "the gateway's keys cannot be used"),
            &faults,
        ))
        .now(now)
    })
}

/// The gateway's keys as the database knows them: none is missing, none is another, none is unknown. Before the log was
/// begun the database knows none, and any are right. A version that a rotation recorded and left beside is put in place.
///
/// # Errors
/// [`Failure`] names every key that is not so.
pub(in crate::cli) async fn known_to(config: &Config, store: &Store) -> Result<GatewayKeys, Failure> {
    let known = prints_in(store).await?;
    let keys = recorded(config, known.as_ref())?;
    if let Some(known) = known {
        judge(config, keys.prints.departures(&known))?;
    }
    Ok(keys)
}

/// Likewise, but for versions that the database does not know: it may be older than the folder, which the log's last head
/// tells better.
pub(in crate::cli) async fn before_the_log(config: &Config, store: &Store) -> Result<GatewayKeys, Failure> {
    let known = prints_in(store).await?;
    let keys = recorded(config, known.as_ref())?;
    let departures = known.map_or_else(Vec::new, |known| keys.prints.departures(&known));
    if departures.iter().all(|departure| matches!(departure, Departure::Unknown(..))) {
        return Ok(keys);
    }
    judge(config, departures)?;
    Ok(keys)
}

/// That no key is another than the database knows. A version that it does not know may be newer than this copy, and one that is gone
/// leaves what was sealed under it unread.
///
/// # Errors
/// [`Failure`] names every key that is not so.
pub(in crate::cli) async fn are_of(
    keys: &GatewayKeys,
    config: &Config,
    store: &Store,
) -> Result<(), Failure> {
    let known = prints_in(store).await?;
    refuse_others(keys, config, known.as_ref())
}

/// The keys of the folder, none of which is another than the database knows; and why they could not be compared, where the database
/// cannot be read.
///
/// # Errors
/// As [`are_of`], or when the folder cannot be used.
pub(in crate::cli) async fn compared(config: &Config) -> Result<(GatewayKeys, Option<Failure>), Failure> {
    let known = async {
        let store = open(config).await?;
        let known = prints_in(&store).await;
        store.close().await;
        known
    };
    let (known, unread) = match known.await {
        Ok(known) => (known, None),
        Err(failure) => (None, Some(failure)),
    };
    let keys = in_folder(config, known.is_some())?;
    refuse_others(&keys, config, known.as_ref())?;
    Ok((keys, unread))
}

fn refuse_others(keys: &GatewayKeys, config: &Config, known: Option<&KeyPrints>) -> Result<(), Failure> {
    let departures = known.map_or_else(Vec::new, |known| keys.prints.departures(known));
    let is_another = |departure: &Departure| matches!(departure, Departure::Other(..));
    judge(config, departures.into_iter().filter(is_another).collect())
}

/// The database, opened to read who takes part, which no one is believed to do without the gateway's keys.
pub(in crate::cli) async fn open_register(config: &Config) -> Result<Store, Failure> {
    let store = open(config).await?;
    let keys = known_to(config, &store).await?;
    store.seals_with(keys.at_rest);
    Ok(store)
}

async fn prints_in(store: &Store) -> Result<Option<KeyPrints>, Failure> {
    store
        .key_prints()
        .await
        .map_err(|error| unusable(("de database is niet te lezen", "the database cannot be read"), error))
}

fn recorded(config: &Config, known: Option<&KeyPrints>) -> Result<GatewayKeys, Failure> {
    if let Some(known) = known {
        let put = GatewayKeys::put_recorded_in_place(&config.keys.dir, known).map_err(|fault| {
            Failure::configuration(listed(
                (
                    "een rotatie heeft een sleutel vastgelegd, en die kan niet op haar plaats worden gezet",
                    "a rotation recorded a key, and it cannot be put in place",
                ),
                &[fault],
            ))
            .now((
                "haal `.new` van de naam van het bestand af, of laat de gateway in de map schrijven",
                "take `.new` off the name of the file, or let the gateway write in the folder",
            ))
        })?;
        for name in put {
            tracing::warn!(
                error_code = "key_put_in_place",
                name,
                "a rotation broke off; the key that it recorded is in place"
            );
        }
    }
    in_folder(config, known.is_some())
}

fn judge(config: &Config, departures: Vec<Departure>) -> Result<(), Failure> {
    if departures.is_empty() {
        return Ok(());
    }
    let is_unknown = |departure: &Departure| matches!(departure, Departure::Unknown(..));
    let now = if departures.iter().all(is_unknown) {
        both!(
            "wat onder zo'n sleutel komt, kan geen andere gateway lezen: haal het bestand uit `{folder}` en bewaar het; met \
             `sluis keys rotate` komt er een nieuwe versie. Is de database een oudere kopie, zet dan de nieuwste terug",
            "what comes under such a key no other gateway can read: take the file out of `{folder}` and keep it; `sluis keys \
             rotate` makes a new version. If the database is an older copy, put the newest back",
            folder = config.keys.dir.display()
        )
    } else {
        both!(
            "met andere sleutels is niet te lezen wat er is, en wordt niemand herkend. Zet in `{folder}` de bestanden die bij deze \
             database horen: van de gateway die ernaast draait, van de machine waar de sleutel is geroteerd, of uit de back-up; of \
             noem de goede map in `keys.dir`, of de goede database. `sluis init` maakt sleutels voor een nieuwe database",
            "with other keys nothing that is there can be read, and nobody is recognised. Put into `{folder}` the files that belong to \
             this database: from the gateway beside this one, from the machine where the key was rotated, or from the backup; or \
             give the right folder in `keys.dir`, or the right database. `sluis init` makes keys for a new database",
            folder = config.keys.dir.display()
        )
    };
    Err(Failure::configuration(
        Said::new(
            "de map met sleutels hoort niet bij deze database",
            "the folder of keys is not the one of this database",
        )
        .listing(departures.into_iter().map(told)),
    )
    .now(now))
}

fn told(departure: Departure) -> Said {
    let (Departure::Missing(kind, version)
    | Departure::Other(kind, version)
    | Departure::Unknown(kind, version)) = departure;
    let (file, kind) = (kind.file_name(version), kind.as_str());
    match departure {
        Departure::Missing(..) => both!(
            "`{file}` ontbreekt: de database kent versie {version} van `{kind}`",
            "`{file}` is missing: the database knows version {version} of `{kind}`"
        ),
        Departure::Other(..) => both!(
            "in `{file}` staat een andere sleutel dan de database kent als versie {version} van `{kind}`",
            "`{file}` holds another key than the database knows as version {version} of `{kind}`"
        ),
        Departure::Unknown(..) => both!(
            "`{file}` staat in de map, maar versie {version} van `{kind}` kent de database niet",
            "`{file}` is in the folder, but the database does not know version {version} of `{kind}`"
        ),
    }
}
