//! `sluis party municipality`: for which colleges a party acts, begun and ended one at a time.

use clap::Subcommand;
use jiff::{Timestamp, civil::Date};
use serde_json::json;

use super::{by::By, registering::open};
use crate::{
    cli::{
        Context, Exit, Failure, Language,
        language::{both, tell},
        moment, operated,
    },
    config::Config,
    domain::{
        clock::{amsterdam_date, amsterdam_midnight},
        code::Municipality,
        party::PartyId,
    },
    exchange::operate::OperateError,
    store::{
        Store,
        write::{Ground, MunicipalityOf},
    },
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
        /// The first day on which it no longer acts for it; today, or without it, from now on.
        #[arg(long, value_name = "DATE", value_parser = crate::cli::day::day)]
        on: Option<Date>,
    },
}

impl Change {
    pub(super) async fn run(self, config: &Config, at: &mut Context) -> Result<Exit, Failure> {
        if let Self::End { on: Some(on), .. } = &self
            && *on < amsterdam_date(at.clock.now())
        {
            let day = |language| moment::short_day(*on, language);
            return Err(Failure::usage((
                format!(
                    "{} ligt in het verleden: wat toen is opgehaald of beantwoord, blijft zo",
                    day(Language::Nl)
                ),
                format!(
                    "{} lies in the past: what was collected or answered then stays so",
                    day(Language::En)
                ),
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
                let done = match exchange.add_municipality(party, place.clone()).await {
                    Err(OperateError::Taken) => Err(taken(&composed.store, party, &place).await),
                    done => done.map_err(|error| operated::about(party, error)),
                };
                (done, party, municipality, from, "municipality-add", ("Handelt voor", "Acts for"))
            }
            Self::End { party, municipality, on } => {
                // What was sent this morning was sent to who acted: of today, only what is left can end.
                let from = begins(on).max(at.clock.now());
                let done = match exchange.end_municipality(party, municipality.clone(), from).await {
                    Err(OperateError::NotFound) => {
                        Err(not_acting(&composed.store, party, &municipality).await)
                    }
                    done => done.map_err(|error| operated::about(party, error)),
                };
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
        done?;
        say(at, action, party, &municipality, instant, words)
    }
}

/// What the register has of a party that acts for the college already.
async fn taken(store: &Store, party: PartyId, wished: &MunicipalityOf) -> Failure {
    let register = match store.register().await {
        Ok(register) => register,
        Err(error) => return operated::store(error),
    };
    let acts = |place: &&MunicipalityOf| {
        place.municipality == wished.municipality && place.until.is_none_or(|until| until > wished.from)
    };
    let Some(known) = register.party(&party).and_then(|row| row.municipalities.iter().find(acts)) else {
        return operated::failure(OperateError::Taken);
    };
    let is_alike = known.ground == wished.ground && known.decision == wished.decision;
    let told = |language: Language| {
        let by = match known.ground {
            Ground::Own => language.pick("als eigen orgaan", "as its own organ"),
            Ground::Delegatie => language.pick("bij delegatie", "by delegation"),
            Ground::Mandaat => language.pick("bij mandaat", "by mandate"),
        };
        let decision = known.decision.as_ref().map(|decision| format!(" ({decision})")).unwrap_or_default();
        let since = moment::zoned(&moment::short(known.from, language), language);
        let otherwise = if is_alike { "" } else { language.pick(", maar anders", ", but otherwise") };
        let until = known.until.map(|until| moment::zoned(&moment::short(until, language), language));
        let until =
            until.map(|until| tell!(language, ", tot {until}", ", until {until}")).unwrap_or_default();
        tell!(
            language,
            "{party} handelt al voor gemeente {}{otherwise}: {by}{decision}, sinds {since}{until}; er is niets veranderd",
            "{party} acts for municipality {} already{otherwise}: {by}{decision}, since {since}{until}; nothing was changed",
            wished.municipality
        )
    };
    if known.until.is_some() {
        return Failure::refused((told(Language::Nl), told(Language::En))).now((
            "geef met --since een dag die daarna begint; zonder --since is het vanaf nu",
            "with --since, give a day that begins after it; without, it is from now on",
        ));
    }
    Failure::refused((told(Language::Nl), told(Language::En))).now((
        "klopt dat, dan hoeft u niets te doen; moet het anders, beëindig het dan eerst met `sluis party municipality end`",
        "if that is right, do nothing; if it must be otherwise, end it first with `sluis party municipality end`",
    ))
}

/// There is no such party, or it does not act for that college.
async fn not_acting(store: &Store, party: PartyId, municipality: &Municipality) -> Failure {
    match store.register().await {
        Err(error) => operated::store(error),
        Ok(register) if register.party(&party).is_none() => operated::about(party, OperateError::NotFound),
        Ok(_) => Failure::refused(both!(
            "{party} handelt niet voor gemeente {municipality}, of dan niet meer; er is niets veranderd",
            "{party} does not act for municipality {municipality}, or no longer then; nothing was changed"
        ))
        .now((
            "`sluis party list` laat zien voor welke gemeenten een partij handelt",
            "`sluis party list` shows for which municipalities a party acts",
        )),
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
