//! `sluis party add`: a party with its first certificate.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::{
    by::By,
    certificate,
    registering::{open, say},
};
use crate::{
    cli::{Context, Exit, Failure, language::both, operated},
    config::Config,
    domain::{
        clock::amsterdam_midnight,
        code::Municipality,
        party::{PartyId, Role},
    },
    store::write::MunicipalityOf,
};

/// The arguments of `sluis party add`.
#[derive(Debug, Args)]
pub struct Add {
    /// The party.
    pub party: PartyId,
    /// Its certificate (PEM).
    #[arg(long, value_name = "FILE")]
    pub certificate: PathBuf,
    /// Its name.
    #[arg(long)]
    pub name: String,
    /// A municipality for whose college it acts; may be given more than once.
    #[arg(long, value_name = "CODE")]
    pub municipality: Vec<Municipality>,
    /// By what it acts for them.
    #[arg(long, value_enum, default_value_t = By::Own, requires = "municipality")]
    pub by: By,
    /// The decision by which, as the municipalities' records name it.
    #[arg(long, required_if_eq_any([("by", "delegation"), ("by", "mandate")]))]
    pub decision: Option<String>,
    /// The first day on which it acts for them; without it, from now on.
    #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
    pub since: Option<Date>,
}

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
    let certificate = certificate::read(&certificate, party, config, at).await?;
    let from = since.map_or_else(|| at.clock.now(), amsterdam_midnight);
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
