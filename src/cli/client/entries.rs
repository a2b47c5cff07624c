//! `sluis client entries`: what the log says about this party, and whether it can be believed.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use clap::Args;
use jiff::{Timestamp, civil::Date};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::{
    lists::{Pages, Range},
    names::Names,
    profile::ProfileChoice,
    session::Session,
    text::member,
    told::{Teller, Told},
};
use crate::{
    accesslog::{
        entry::{Outcome, parse_leaf},
        own::OwnEntry,
    },
    cli::{
        Context, Exit, Failure, Language, compose,
        day::day,
        language::{Said, both, tell},
        output::one_line,
    },
    domain::clock::{amsterdam_date, from_millis},
    merkle::note::LogVerifier,
};

/// The arguments of `sluis client entries`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  sluis client entries
  sluis client entries --since 2026-09-01 --until 2026-10-01
  sluis client entries --refused
  sluis client entries --verify --json")]
pub struct Entries {
    /// Which entries.
    #[command(flatten)]
    pub range: Range,

    /// Only those from this day on, in Amsterdam.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<Date>,

    /// Only those before this day, in Amsterdam.
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<Date>,

    /// Only what was refused.
    #[arg(long)]
    pub refused: bool,

    /// Compute every commitment and proof again, with the log's public key of the profile (`log_vkey`).
    #[arg(long)]
    pub verify: bool,
}

impl Entries {
    /// Lists the entries, and verifies them if asked. The exit code is 1 when one does not hold.
    ///
    /// # Errors
    /// As any call.
    pub async fn run(self, choice: &ProfileChoice, at: &mut Context) -> Result<Exit, Failure> {
        let session = Session::open(choice, at)?;
        let log = if self.verify { Some(needed(session.log()?)?) } else { None };
        let (names, rules) = if at.out.is_json() {
            (Names::default(), None)
        } else {
            (Names::of(&session).await, Some(compose::catalogue(None)?))
        };
        let language = at.out.language();
        let teller = rules.as_ref().map(|rules| Teller { names: &names, rules, language });
        let mut pages = Pages::of(&session.gateway, "/v1/entries", &self.range);
        let (mut count, mut wrong): (u64, u64) = (0, 0);
        while let Some(items) = pages.next().await? {
            for item in items.iter().filter(|item| self.wants(item)) {
                let verdict = log.as_ref().map(|log| judged(item, log));
                wrong = wrong.saturating_add(u64::from(verdict.as_ref().is_some_and(Result::is_err)));
                count = count.saturating_add(1);
                let document = judged_document(item, verdict.as_ref());
                at.out.show(&document, || line(item, verdict.as_ref(), teller.as_ref(), language))?;
            }
        }
        if count == 0 {
            at.out.say(("Niets.", "Nothing."))?;
        }
        if log.is_some() {
            at.out.say(both!(
                "{count} gecontroleerd, {wrong} klopt niet",
                "{count} verified, {wrong} do not hold"
            ))?;
        }
        if wrong > 0 {
            return Err(Failure::refused(both!(
                "{wrong} van de {count} regels kloppen niet",
                "{wrong} of {count} entries do not hold"
            ))
            .now((
                "bewaar deze uitvoer en vertel het de beheerder van de gateway en uw privacy officer",
                "keep this output and tell the gateway's operator and your privacy officer",
            )));
        }
        Ok(Exit::Done)
    }

    fn wants(&self, item: &Value) -> bool {
        let day = time_of(item).map(amsterdam_date);
        let late_enough = self.since.is_none_or(|since| day.is_some_and(|day| day >= since));
        let early_enough = self.until.is_none_or(|until| day.is_some_and(|day| day < until));
        let fits = !self.refused || Told::of(item).outcome() == Some(Outcome::Refused);
        late_enough && early_enough && fits
    }
}

/// When it was written, as the leaf says.
fn time_of(item: &Value) -> Option<Timestamp> {
    let leaf = BASE64_STANDARD.decode(item.get("leaf")?.as_str()?).ok()?;
    let leaf = parse_leaf(&leaf).ok()?;
    i64::try_from(leaf.time).ok().map(from_millis)
}

fn needed(log: Option<LogVerifier>) -> Result<LogVerifier, Failure> {
    log.ok_or_else(|| {
        Failure::configuration((
            "het profiel heeft geen `log_vkey` om mee te controleren",
            "the profile has no `log_vkey` to verify with",
        ))
        .now((
            "vraag de publieke sleutel van het log aan de beheerder, niet aan de gateway, en zet haar in het profiel",
            "get the log's public key from the gateway's operator, not from the gateway, and add it to the profile",
        ))
    })
}

fn judged(item: &Value, log: &LogVerifier) -> Result<(), Said> {
    let entry = OwnEntry::deserialize(item)
        .map_err(|_| Said::new("het heeft niet de vorm van een regel", "it has not the form of an entry"))?;
    entry.verify(log).map(drop).map_err(|error| Said::same(error.to_string()))
}

fn judged_document(item: &Value, verdict: Option<&Result<(), Said>>) -> Value {
    let mut document = item.clone();
    if let (Some(verdict), Some(members)) = (verdict, document.as_object_mut()) {
        let verdict = match verdict {
            Ok(()) => json!({ "holds": true }),
            Err(why) => json!({ "holds": false, "why": why.text(Language::En) }),
        };
        members.insert("verified".to_owned(), verdict);
    }
    document
}

/// One sentence, its index, and whether it holds.
fn line(
    item: &Value,
    verdict: Option<&Result<(), Said>>,
    teller: Option<&Teller<'_>>,
    language: Language,
) -> String {
    let index = member(item, "/index");
    let sentence = teller.map(|teller| teller.sentence(time_of(item), &Told::of(item))).unwrap_or_default();
    let verdict = match verdict {
        None => String::new(),
        Some(Ok(())) => language.pick(" · klopt", " · holds").to_owned(),
        Some(Err(why)) => {
            let why = why.text(language);
            tell!(language, " · KLOPT NIET: {why}", " · DOES NOT HOLD: {why}")
        }
    };
    one_line(&format!("{sentence} · log {index}{verdict}"))
}
