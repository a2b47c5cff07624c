//! What changes a party.

use std::path::Path;

use super::{
    certificate,
    registering::{open, say},
};
use crate::{
    cli::{Context, Exit, Failure, language::both, operated},
    config::Config,
    domain::{digest::Digest, party::PartyId},
    exchange::operate::OperateError,
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

pub(super) async fn remove(config: &Config, party: PartyId, at: &mut Context) -> Result<Exit, Failure> {
    let composed = open(config, at).await?;
    let done = composed.exchange.remove_party(party).await;
    composed.close().await;
    done.map_err(|error| operated::about(party, error))?;
    say(at, "remove", party, None, ("Verwijderd", "Removed"))
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
