//! `sluis party list`.

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, compose, operated},
    config::Config,
    store::read::{CertificateRow, PartyRow},
};

/// Prints every party; as JSON one per line.
pub(super) async fn list(config: &Config, at: &mut Context) -> Result<Exit, Failure> {
    let store = compose::open_store(config).await?;
    let parties = store.parties().await.map_err(operated::store)?;
    for party in &parties {
        let certificates = store.certificates(&party.party).await.map_err(operated::store)?;
        at.out.show(&document(party, &certificates), || text(party, &certificates, at.clock.now()))?;
    }
    store.close().await;
    if parties.is_empty() {
        at.out.say("Er zijn nog geen partijen / there are no parties yet: sluis party add --help")?;
    }
    Ok(Exit::Done)
}

fn document(party: &PartyRow, certificates: &[CertificateRow]) -> serde_json::Value {
    let municipality = |one: &crate::store::write::MunicipalityOf| {
        json!({ "code": one.municipality, "by": one.ground.as_str(), "decision": one.decision,
            "from": one.from, "until": one.until })
    };
    let certificate = |one: &CertificateRow| {
        json!({ "registration": one.registration, "serial": one.serial, "notBefore": one.not_before,
            "notAfter": one.not_after, "revoked": one.revoked })
    };
    json!({
        "party": party.party.to_string(), "name": party.name, "blocked": party.blocked,
        "registered": party.registered,
        "municipalities": party.municipalities.iter().map(municipality).collect::<Vec<_>>(),
        "certificates": certificates.iter().map(certificate).collect::<Vec<_>>(),
    })
}

fn text(party: &PartyRow, certificates: &[CertificateRow], now: jiff::Timestamp) -> String {
    let blocked = if party.blocked { "  GEBLOKKEERD / BLOCKED" } else { "" };
    let mut lines = vec![format!("{}  {}{blocked}", party.party, party.name)];
    let places = party.municipalities_at(now);
    if !places.is_empty() {
        let places: Vec<String> = places.iter().map(ToString::to_string).collect();
        lines.push(format!("    voor / for {}", places.join(" ")));
    }
    for one in certificates {
        let state = if one.revoked {
            "ingetrokken / revoked"
        } else if one.not_after < now {
            "verlopen / expired"
        } else {
            "geldig tot / valid until"
        };
        lines.push(format!("    {}  {state} {}", one.registration, one.not_after));
    }
    lines.join("\n")
}
