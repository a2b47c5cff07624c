//! What changes a party.

use std::{path::Path, sync::Arc};

use serde_json::json;

use super::Add;
use crate::{
    cli::{
        Context, Exit, Failure, Language, compose, compose::Composed, language::both, moment, operated, trust,
    },
    config::Config,
    domain::{
        clock::{amsterdam_date, amsterdam_midnight},
        digest::Digest,
        party::{PartyId, Role},
    },
    exchange::operate::OperateError,
    identity::{
        CertificateChain,
        tls::{self, NotLetIn},
    },
    store::write::MunicipalityOf,
};

pub(super) async fn add(config: &Config, add: Add, at: &mut Context) -> Result<Exit, Failure> {
    let Add { party, certificate, name, municipality, by, decision, since } = add;
    if matches!(party.role, Role::Betrokkene) {
        return Err(Failure::refused((
            "een mens is nooit een partij op de lijn",
            "a person is never a party on the line",
        )));
    }
    if since.is_some() && municipality.is_empty() {
        if !party.role.is_school() {
            return Err(Failure::usage((
                "--since zegt vanaf wanneer een partij voor een college handelt: geef ook --municipality",
                "--since says from when it acts for a college: give --municipality too",
            )));
        }
        at.out.warn((
            "een school handelt niet voor een college: --since zegt hier niets",
            "a school acts for no college: --since says nothing about it",
        ));
    }
    let certificate = read(&certificate, party, config, at).await?;
    let from = amsterdam_midnight(since.unwrap_or_else(|| amsterdam_date(at.clock.now())));
    let ground = by.ground();
    let of =
        |municipality| MunicipalityOf { municipality, ground, decision: decision.clone(), from, until: None };
    let municipalities: Vec<_> = municipality.into_iter().map(of).collect();
    let composed = open(config, at).await?;
    let done = async {
        let register = composed.store.register().await.map_err(operated::store)?;
        if register.party(&party).is_some() {
            return Err(Failure::refused(both!(
                "{party} is al geregistreerd",
                "{party} is registered already"
            ))
            .now((
                "`sluis party next` registreert er nog een certificaat voor",
                "`sluis party next` registers another certificate for it",
            )));
        }
        let exchange = &composed.exchange;
        exchange.add_party(party, &name, municipalities, &certificate).await.map_err(operated::failure)
    }
    .await;
    composed.close().await;
    done?;
    say(at, "add", party, Some(certificate.leaf().registration()), ("Geregistreerd", "Registered"))
}

pub(super) async fn next(
    config: &Config,
    party: PartyId,
    file: &Path,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let certificate = read(file, party, config, at).await?;
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
        (Some(file), _) => chain(file)?.leaf().registration(),
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

fn say(
    at: &mut Context,
    action: &str,
    party: PartyId,
    registration: Option<Digest>,
    (nl, en): (&str, &str),
) -> Result<Exit, Failure> {
    let document = json!({ "done": action, "party": party.to_string(), "registration": registration });
    let words = at.out.language().pick(nl, en);
    at.out.show(&document, || {
        let registration = registration.map(|digest| format!("\n  {digest}")).unwrap_or_default();
        format!("{words}: {party}{registration}")
    })?;
    Ok(Exit::Done)
}

pub(super) async fn open(config: &Config, at: &mut Context) -> Result<Composed, Failure> {
    Composed::for_operator(config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await
}

/// A party's certificate; refused where the listener would never accept it, with a warning where it does not today.
async fn read(
    file: &Path,
    party: PartyId,
    config: &Config,
    at: &mut Context,
) -> Result<CertificateChain, Failure> {
    let chain = chain(file)?;
    let certificate = chain.leaf();
    if certificate.oin() != party.oin {
        return Err(operated::failure(OperateError::OtherOrganisation));
    }
    let anchors = trust::anchors(config)?;
    let store = compose::open_store(config).await?;
    let before = trust::kept(&store, &anchors).await;
    store.close().await;
    let lists = trust::lists(config, &anchors, &before.map_err(operated::store)?, at.clock.as_ref());
    match tls::let_in(chain.ders(), &anchors, &lists.revocations, at.clock.now()) {
        Ok(_) => {}
        Err(NotLetIn::Early) => {
            let from = |language| moment::zoned(&moment::long(certificate.not_before(), language), language);
            at.out.warn((
                format!(
                    "het certificaat is nog niet geldig, pas vanaf {}: tot dan komt de partij er niet in",
                    from(Language::Nl)
                ),
                format!(
                    "the certificate is not valid before {}: until then it is not let in",
                    from(Language::En)
                ),
            ));
        }
        Err(fault) if fault.may_pass() => {
            let (nl, en) = reason(fault);
            at.out.warn((
                format!("{nl}; tot dan komt de partij er niet in"),
                format!("{en}; until then it is not let in"),
            ));
        }
        Err(fault) => {
            let (nl, en) = reason(fault);
            return Err(Failure::refused((
                format!("de gateway zou dit certificaat nooit toelaten: {nl}"),
                format!("the gateway would never let this certificate in: {en}"),
            ))
            .now(advice(fault)));
        }
    }
    Ok(chain)
}

/// Why it is not let in. What is wrong with the form of a certificate is told in English only.
fn reason(fault: NotLetIn) -> (String, String) {
    let nl = match fault {
        NotLetIn::Form(fault) => return (fault.to_string(), fault.to_string()),
        NotLetIn::Early => "het certificaat is nog niet geldig",
        NotLetIn::Expired => "het certificaat is verlopen",
        NotLetIn::Usage => {
            "een client mag het certificaat niet gebruiken: in extended key usage ontbreekt clientAuth"
        }
        NotLetIn::Prefix => "geen CA van deze gateway staat in voor OIN's die zo beginnen",
        NotLetIn::Authority => "het certificaat komt niet van een CA die deze gateway voor dit OIN vertrouwt",
        NotLetIn::Revoked => "het certificaat, of dat van een CA erboven, is ingetrokken",
        NotLetIn::RevocationUnknown => {
            "of het certificaat is ingetrokken, is niet te zeggen: de lijst van de CA ontbreekt of is verlopen"
        }
        NotLetIn::Signature => {
            "de handtekening op het certificaat, of op dat van een CA erboven, is vals of op een te zwakke manier gezet, zoals met SHA-1 of RSA van 1024 bits"
        }
        NotLetIn::Chain => "het certificaat of de keten is niet in orde",
    };
    (nl.to_owned(), fault.to_string())
}

const fn advice(fault: NotLetIn) -> (&'static str, &'static str) {
    match fault {
        NotLetIn::Expired | NotLetIn::Revoked => {
            ("geef het certificaat dat erop volgt", "give the one that follows it")
        }
        NotLetIn::Usage => (
            "vraag de CA om een certificaat met clientAuth, zoals een van de private root van PKIoverheid",
            "ask the authority for a certificate with clientAuth, such as one of PKIoverheid's private root",
        ),
        NotLetIn::Prefix => (
            "noem het begin van deze OIN's in `oin_prefixes` van het anker in `[[tls.trust]]` dat ervoor instaat",
            "name these OINs' prefix in `oin_prefixes` of the anchor of `[[tls.trust]]` that vouches for them",
        ),
        NotLetIn::Authority | NotLetIn::Chain => (
            "geef de hele keten, het eigen certificaat eerst; of zet de CA in `[[tls.trust]]`",
            "give the whole chain, its own certificate first; or list its authority in `[[tls.trust]]`",
        ),
        NotLetIn::Form(_) | NotLetIn::Early | NotLetIn::RevocationUnknown | NotLetIn::Signature => {
            ("vraag de CA om een ander certificaat", "ask its authority for another")
        }
    }
}

/// The certificate of a file, and with it the whole chain.
fn chain(file: &Path) -> Result<CertificateChain, Failure> {
    let unusable = || {
        Failure::usage(both!(
            "`{}` is geen certificaat van een partij",
            "`{}` is no certificate of a party",
            file.display()
        ))
        .now((
            "geef het certificaat van de partij in PEM, het eigen eerst, zonder sleutel",
            "give its certificate in PEM, its own first, without a key",
        ))
    };
    CertificateChain::from_pem(&compose::read(file)?).map_err(|fault| unusable().because(fault))
}
