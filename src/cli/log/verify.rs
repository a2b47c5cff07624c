//! `sluis log verify`.

mod check;
mod copied;
mod given;
mod told;

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::json;

use self::{
    check::checked,
    copied::of_folder,
    given::{read, unusable, vkey_of},
    told::{Used, text},
};
use crate::{
    accesslog::verify::Report,
    cli::{
        ConfigFile, Context, Exit, Failure, compose, faults::listed, head_file::HeadFile, language::both,
        operated,
    },
    crypto::{at_rest::AtRest, gateway_keys::GatewayKeys},
    merkle::note::{LogVerifier, read_unchecked},
    store::{StoreError, StoreErrorKind, read::Chore},
};

/// The arguments of `sluis log verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// A copied `log/` folder instead of the store.
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The log's public key or a file that holds it, from a source other than what is verified.
    #[arg(long, value_name = "KEY")]
    pub vkey: Option<String>,
    /// A checkpoint of this log that was kept elsewhere; may be given more than once.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
}

/// Verifies the store, or a copy.
pub(super) async fn verify(config: &ConfigFile, how: &Verify, at: &mut Context) -> Result<Exit, Failure> {
    let given = how.vkey.as_deref().map(vkey_of).transpose()?;
    let (mut older, mut kept) = (Vec::new(), Vec::new());
    for file in &how.checkpoint {
        let note = read(file)?;
        if let Ok(checkpoint) = read_unchecked(&note) {
            kept.push((file.as_path(), checkpoint.size));
        } else {
            // A damaged file says nothing of the log: it must not look like an alarm.
            return Err(Failure::usage(both!(
                "`{}` is geen checkpoint, of het is beschadigd",
                "`{}` is no checkpoint, or it is damaged",
                file.display()
            ))
            .now((
                "neem het checkpoint zoals het bewaard is; er is niets gecontroleerd",
                "take the checkpoint as it was kept; nothing was verified",
            )));
        }
        older.push(note);
    }
    let (report, vkey) = match &how.folder {
        Some(dir) => of_folder(dir, given.clone(), &older, at).await?,
        None => of_store(config, given.clone(), &older, at).await?,
    };
    let used = Used { vkey, is_given: given.is_some(), kept, is_copy: how.folder.is_some() };
    let document = json!({ "sound": report.is_sound(), "report": report, "used": used.document() });
    let language = at.out.language();
    at.out.show(&document, || text(&report, &used, language))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
}

async fn of_store(
    file: &ConfigFile,
    given: Option<String>,
    older: &[String],
    at: &mut Context,
) -> Result<(Report, String), Failure> {
    let config = file.read().map_err(outside)?;
    let keys = GatewayKeys::load(&config.keys.dir, config.strict).map_err(|faults| {
        Failure::configuration(listed(("de sleutels van de gateway zijn niet te gebruiken", "the gateway's keys cannot be used"), &faults))
            .now((
                "zonder die sleutels is de inhoud niet te vergelijken: zet de map terug uit de laatste back-up; een kopie van `sluis log export` heeft ze niet nodig",
                "without them the bodies cannot be compared: put the folder back from the last backup; a copy by `sluis log export` needs none",
            ))
    })?;
    // Read first: a gateway that runs meanwhile goes on.
    let signed_last = HeadFile::at(config.log.head_file()).read()?;
    let store = compose::store::open(&config).await?;
    // A page that is damaged says nothing of who wrote the log: it must not look like an alarm, nor be passed over.
    store.check_pages().await.map_err(operated::store)?;
    let view = store.log().await.map_err(|error| match error.kind() {
        StoreErrorKind::Schema => {
            Failure::refused(("er is nog geen log in deze database", "there is no log in this database yet"))
                .because(error)
                .now((
                    "het begint als een gateway start, of als de eerste partij wordt geregistreerd",
                    "it begins when a gateway starts, or the first party is registered",
                ))
        }
        _ => rewritten(error),
    })?;
    // With other keys a log that is sound reads as one that was forged.
    compose::keys::are_of(&keys, &config, &store).await?;
    let vkeys = given.map_or_else(|| keys.log.vkeys(), |vkey| vec![vkey]);
    let mut verifiers = Vec::new();
    for vkey in vkeys {
        let verifier = LogVerifier::from_vkey(&vkey).map_err(unusable)?;
        verifiers.push(verifier);
    }
    // After a rotation the head is signed by the former key until the next entry.
    let signed = verifiers.iter().position(|one| one.open(&view.head().checkpoint).is_ok());
    let verifier = verifiers
        .get(signed.unwrap_or(0))
        .ok_or_else(|| Failure::configuration(("er is geen sleutel van het log", "there is no log key")))?;
    // What was handed out or kept before a rotation bears the signature of a former key, and still counts.
    let others: Vec<_> = verifiers.iter().filter(|one| one.vkey() != verifier.vkey()).cloned().collect();
    let mut older = older.to_vec();
    older.extend(signed_last);
    let report = checked(&view, verifier, &others, &older, Some(keys.at_rest.as_ref()), at).await;
    // The register is believed by a seal of its own, which stands in no entry.
    store.seals_with(Arc::<AtRest>::clone(&keys.at_rest));
    if report.as_ref().is_ok_and(Report::is_sound)
        && let Err(error) = store.register().await
    {
        store.close().await;
        return Err(rewritten(error));
    }
    if report.as_ref().is_ok_and(Report::is_sound)
        && store.note_chore(Chore::LogVerify, at.clock.now()).await.is_err()
    {
        at.out.warn((
            "dat het logboek is gecontroleerd, kon niet worden vastgelegd voor de metingen van de gateway",
            "that the log was verified could not be noted for the gateway's metrics",
        ));
    }
    store.close().await;
    Ok((report.map_err(operated::store)?, verifier.vkey().to_owned()))
}

/// What somebody wrote where no entry says what must stand there: the head of the log, the seal of the register.
fn rewritten(error: StoreError) -> Failure {
    match error.kind() {
        StoreErrorKind::Inconsistent => Failure::refused((
            "de kop van het log, of het zegel van het register, is niet wat een gateway schreef",
            "the head of the log, or the seal of the register, is not what a gateway wrote",
        ))
        .because(error)
        .now((
            "stop de gateway, bewaar het bestand zoals het is, en zet de laatste kopie terug",
            "stop the gateway, keep the file as it is, and put the last backup back",
        )),
        _ => operated::store(error),
    }
}

/// For who has no gateway here: a copy needs no configuration, and making a gateway helps nobody.
pub(super) fn outside(failure: Failure) -> Failure {
    failure.now((
        "bent u de beheerder: noem de configuratie met --config. Bent u dat niet: vraag de beheerder om een kopie van het log en \
         controleer die met `sluis log verify --folder MAP --vkey SLEUTEL`",
        "if you run the gateway: name its configuration with --config. If not: ask who does for a copy of the log, and verify that \
         with `sluis log verify --folder DIR --vkey KEY`",
    ))
}
