//! `sluis party list`.

use jiff::Timestamp;
use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, Language, compose, language::tell, moment, operated},
    config::Config,
    domain::clock::amsterdam_date,
    store::{
        read::{CertificateRow, KeyState, PartyRow},
        write::MunicipalityOf,
    },
};

/// Prints every party; as JSON one per line.
pub(super) async fn list(config: &Config, at: &mut Context) -> Result<Exit, Failure> {
    let store = compose::keys::open_register(config).await?;
    let register = store.register().await.map_err(operated::store)?;
    let (now, language) = (at.clock.now(), at.out.language());
    for party in register.parties() {
        let (certificates, keys) = (register.certificates(&party.party), register.keys(&party.party));
        let active = keys.iter().filter(|key| (*key).clone().at(now).state == KeyState::Active).count();
        at.out.show(&document(party, &certificates, active), || {
            text(party, &certificates, active, now, language)
        })?;
    }
    store.close().await;
    if register.parties().next().is_none() {
        at.out.say((
            "Er zijn nog geen partijen: sluis party add --help",
            "There are no parties yet: sluis party add --help",
        ))?;
    }
    Ok(Exit::Done)
}

fn document(party: &PartyRow, certificates: &[&CertificateRow], keys: usize) -> serde_json::Value {
    let municipality = |one: &MunicipalityOf| {
        json!({ "code": one.municipality, "by": one.ground.as_str(), "decision": one.decision,
            "from": one.from, "until": one.until })
    };
    let certificate = |one: &&CertificateRow| {
        json!({ "registration": one.registration, "serial": one.serial, "notBefore": one.not_before,
            "notAfter": one.not_after, "revoked": one.revoked, "revokedAt": one.revoked_at })
    };
    json!({
        "party": party.party.to_string(), "name": party.name, "blocked": party.blocked, "since": party.since,
        "registered": party.registered, "activeKeys": keys,
        "municipalities": party.municipalities.iter().map(municipality).collect::<Vec<_>>(),
        "certificates": certificates.iter().map(certificate).collect::<Vec<_>>(),
    })
}

fn text(
    party: &PartyRow,
    certificates: &[&CertificateRow],
    keys: usize,
    now: Timestamp,
    language: Language,
) -> String {
    let day = |instant| moment::short_day(amsterdam_date(instant), language);
    let mut lines = vec![format!("{}  {}", party.party, party.name)];
    if party.blocked {
        lines.push(tell!(language, "    GEBLOKKEERD sinds {}", "    BLOCKED since {}", day(party.since)));
    }
    let ahead = party.municipalities.iter().filter(|one| one.until.is_none_or(|until| until > now));
    let places: Vec<String> = ahead.map(|one| of_place(one, now, day, language)).collect();
    if !places.is_empty() {
        lines.push(tell!(language, "    voor {}", "    for {}", places.join(" ")));
    }
    for one in certificates {
        let state = match one.revoked_at {
            Some(at) => tell!(language, "ingetrokken op {}", "revoked on {}", day(at)),
            None if one.revoked => language.pick("ingetrokken", "revoked").to_owned(),
            None if one.not_after <= now => {
                tell!(language, "verlopen op {}", "expired on {}", day(one.not_after))
            }
            None => {
                let left = days_left(now, one.not_after, language);
                tell!(language, "geldig tot {}{left}", "valid until {}{left}", day(one.not_after))
            }
        };
        lines.push(format!("    {}  {state}", one.registration));
    }
    if keys == 0 {
        lines.push(language.pick("    GEEN actieve sleutel", "    NO active key").to_owned());
    }
    lines.join("\n")
}

/// A municipality with what is to come: the first day, or the first day on which it is no more.
fn of_place(
    one: &MunicipalityOf,
    now: Timestamp,
    day: impl Fn(Timestamp) -> String,
    language: Language,
) -> String {
    let code = &one.municipality;
    let from = Some(one.from).filter(|from| *from > now).map(&day);
    match (from, one.until.map(&day)) {
        (Some(from), Some(until)) => {
            tell!(language, "{code} (vanaf {from}, tot {until})", "{code} (from {from}, until {until})")
        }
        (Some(from), None) => tell!(language, "{code} (vanaf {from})", "{code} (from {from})"),
        (None, Some(until)) => tell!(language, "{code} (tot {until})", "{code} (until {until})"),
        (None, None) => code.to_string(),
    }
}

/// Said from this many days before the end on.
const SOON: i64 = 60;

fn days_left(now: Timestamp, end: Timestamp, language: Language) -> String {
    match amsterdam_date(now).until(amsterdam_date(end)).map(|span| i64::from(span.get_days())) {
        Ok(1) => language.pick(" (nog 1 dag)", " (1 day left)").to_owned(),
        Ok(days @ 0..=SOON) => tell!(language, " (nog {days} dagen)", " ({days} days left)"),
        Ok(_) | Err(_) => String::new(),
    }
}
