//! What changes a party.

use std::path::Path;

use super::{
    certificate,
    registering::{open, say},
};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        language::{both, tell},
        operated,
    },
    config::Config,
    domain::{digest::Digest, party::PartyId},
    exchange::operate::OperateError,
    store::Store,
};

pub(super) async fn next(
    config: &Config,
    party: PartyId,
    file: &Path,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let certificate = certificate::read(file, party, config, at).await?;
    let composed = open(config, at).await?;
    let done = composed.exchange.register_certificate_for(party, &certificate).await;
    composed.close().await;
    done.map_err(|error| operated::about(party, error))?;
    say(
        at,
        "next",
        party,
        Some(certificate.leaf().registration()),
        ("Certificaat geregistreerd", "Certificate registered"),
    )
}

pub(super) async fn revoke(
    config: &Config,
    party: PartyId,
    file: Option<&Path>,
    registration: Option<Digest>,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let registration = match (file, registration) {
        (Some(file), _) => certificate::chain(file, at)?.leaf().registration(),
        (None, Some(registration)) => registration,
        (None, None) => {
            return Err(Failure::usage((
                "er is geen certificaat om in te trekken",
                "there is no certificate to revoke",
            )));
        }
    };
    let composed = open(config, at).await?;
    let done = async {
        let register = composed.store.register().await.map_err(operated::store)?;
        if register.party(&party).is_none() {
            return Err(operated::about(party, OperateError::NotFound));
        }
        if register.certificate(&registration).is_none_or(|row| row.party != party) {
            return Err(Failure::refused(both!(
                "{party} heeft dit certificaat niet",
                "{party} does not have this certificate"
            ))
            .now((
                "`sluis party list` laat zien welke certificaten een partij heeft",
                "`sluis party list` shows which certificates a party has",
            )));
        }
        composed.exchange.revoke_certificate(registration).await.map_err(operated::failure)
    }
    .await;
    composed.close().await;
    done?;
    say(at, "revoke", party, Some(registration), ("Ingetrokken", "Revoked"))
}

pub(super) async fn remove(
    config: &Config,
    party: PartyId,
    for_good: bool,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let composed = open(config, at).await?;
    let done = async {
        if !for_good {
            return Err(not_meant(&composed.store, party).await);
        }
        composed.exchange.remove_party(party).await.map_err(|error| operated::about(party, error))
    }
    .await;
    composed.close().await;
    done?;
    say(at, "remove", party, None, ("Verwijderd", "Removed"))
}

/// What would be gone with a party: nobody brings it back.
async fn not_meant(store: &Store, party: PartyId) -> Failure {
    let register = match store.register().await {
        Ok(register) => register,
        Err(error) => return operated::store(error),
    };
    let Some(row) = register.party(&party) else { return operated::about(party, OperateError::NotFound) };
    let places: Vec<&str> = row.municipalities.iter().map(|place| place.municipality.as_str()).collect();
    let told = |language: Language| {
        let acts = match places.as_slice() {
            [] => String::new(),
            places => tell!(
                language,
                ", zij handelt nergens meer voor (nu: {})",
                ", it acts for no municipality any more (now: {})",
                places.join(", ")
            ),
        };
        tell!(
            language,
            "{} ({party}) zou voorgoed weg zijn: haar certificaten en sleutels worden nooit meer aangenomen{acts}; er is niets veranderd",
            "{} ({party}) would be gone for good: its certificates and keys are never taken again{acts}; nothing was changed",
            row.name
        )
    };
    Failure::usage((told(Language::Nl), told(Language::En))).now((
        "is dat de bedoeling, geef dan --for-good; `sluis party block` houdt de partij meteen tegen, en dat is terug te draaien",
        "if that is what is meant, give --for-good; `sluis party block` stops the party at once, and can be undone",
    ))
}

pub(super) async fn block(
    config: &Config,
    party: PartyId,
    blocked: bool,
    cause: Option<&str>,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let composed = open(config, at).await?;
    let done = composed.exchange.block_party(party, blocked, cause).await;
    composed.close().await;
    done.map_err(|error| operated::about(party, error))?;
    let (action, words) = if blocked {
        ("block", ("Geblokkeerd, vanaf nu", "Blocked from now on"))
    } else {
        ("unblock", ("Weer toegelaten", "Let in again"))
    };
    say(at, action, party, None, words)
}
