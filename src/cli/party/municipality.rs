//! `sluis party municipality`: for which colleges a party acts, begun and ended one at a time.

use clap::Subcommand;
use jiff::{Timestamp, civil::Date};
use serde_json::json;

use super::{By, act::open};
use crate::{
    cli::{Context, Exit, Failure, language::both, moment, operated},
    config::Config,
    domain::{
        clock::{amsterdam_date, amsterdam_midnight},
        code::Municipality,
        party::PartyId,
    },
    store::write::MunicipalityOf,
};

/// What changes.
#[derive(Debug, Subcommand)]
pub enum Change {
    /// Let a party act for one college more.
    Add {
        /// The party.
        party: PartyId,
        /// The CBS code of the municipality.
        municipality: Municipality,
        /// By what it acts for it.
        #[arg(long, value_enum, default_value_t = By::Own)]
        by: By,
        /// The decision by which, as the municipality's records name it.
        #[arg(long, required_if_eq_any([("by", "delegation"), ("by", "mandate")]))]
        decision: Option<String>,
        /// The first day; without it, from now on.
        #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
        since: Option<Date>,
    },
    /// End it: the delegation or mandate, or its own. From then on the party neither collects nor answers for that college.
    End {
        /// The party.
        party: PartyId,
        /// The CBS code of the municipality.
        municipality: Municipality,
        /// The first day on which it no longer acts for it; without it, from now on.
        #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
        on: Option<Date>,
    },
}

impl Change {
    pub(super) async fn run(self, config: &Config, at: &mut Context) -> Result<Exit, Failure> {
        if let Self::End { on: Some(on), .. } = &self
            && *on < amsterdam_date(at.clock.now())
        {
            return Err(Failure::usage(both!(
                "{on} ligt in het verleden: wat toen is opgehaald of beantwoord, blijft zo",
                "{on} lies in the past: what was collected or answered then stays so"
            ))
            .now((
                "geef vandaag of een latere dag, of laat --on weg: dan eindigt het nu",
                "give today or a later day, or leave --on out: then it ends now",
            )));
        }
        let composed = open(config, at).await?;
        let exchange = &composed.exchange;
        let begins = |day: Option<Date>| day.map_or_else(|| at.clock.now(), amsterdam_midnight);
        let (done, party, municipality, instant, action, words) = match self {
            Self::Add { party, municipality, by, decision, since } => {
                let from = begins(since);
                let place = MunicipalityOf {
                    municipality: municipality.clone(),
                    ground: by.ground(),
                    decision,
                    from,
                    until: None,
                };
                let done = exchange.add_municipality(party, place).await;
                (done, party, municipality, from, "municipality-add", ("Handelt voor", "Acts for"))
            }
            Self::End { party, municipality, on } => {
                let from = begins(on);
                let done = exchange.end_municipality(party, municipality.clone(), from).await;
                (
                    done,
                    party,
                    municipality,
                    from,
                    "municipality-end",
                    ("Handelt niet meer voor", "No longer acts for"),
                )
            }
        };
        composed.close().await;
        done.map_err(operated::failure)?;
        say(at, action, party, &municipality, instant, words)
    }
}

fn say(
    at: &mut Context,
    action: &str,
    party: PartyId,
    municipality: &Municipality,
    from: Timestamp,
    (nl, en): (&str, &str),
) -> Result<Exit, Failure> {
    let document = json!({
        "done": action, "party": party.to_string(), "municipality": municipality, "from": from,
    });
    let language = at.out.language();
    let (words, since) = (language.pick(nl, en), moment::zoned(&moment::short(from, language), language));
    at.out.show(&document, || format!("{words} {municipality}: {party}  {since}"))?;
    Ok(Exit::Done)
}
