//! `sluis client entries`: what the log says about this party, and whether it can be believed.

mod entry;
mod sequence;
mod summary;

use clap::Args;
use jiff::civil::Date;
use serde_json::Value;

use self::{
    entry::{judged, judged_document, line, time_of},
    sequence::Sequence,
    summary::Summary,
};
use super::{
    log_seen, names,
    paged::{Pages, Range},
    profile::ProfileChoice,
    session::Session,
};
use crate::{
    accesslog::entry::Outcome,
    cli::{
        Context, Exit, Failure, compose,
        day::day,
        names::Names,
        sentence::{Teller, Told},
    },
    domain::clock::amsterdam_date,
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
        self.in_order()?;
        let session = Session::open(choice, at)?;
        let log = if self.verify { Some(needed(session.log()?)?) } else { None };
        let (names, rules) = if at.out.is_json() {
            (Names::default(), None)
        } else {
            (names::of(&session).await, Some(compose::policies::catalogue(None)?))
        };
        let language = at.out.language();
        let teller = rules.as_ref().map(|rules| Teller { names: &names, rules, language });
        // What is left out counts for no limit.
        let range = Range { after: self.range.after, limit: None };
        let mut pages = Pages::of(&session.gateway, "/v1/entries", &range);
        let mut summary = Summary::default();
        let mut sequence = Sequence::from(self.range.after);
        'all: while let Some(items) = pages.next().await? {
            for item in &items {
                let proven = log.as_ref().map(|log| judged(item, log));
                sequence.take(item, proven.as_ref());
                if !self.wants(item) {
                    continue;
                }
                if self.range.limit.is_some_and(|limit| summary.count >= u64::from(limit)) {
                    summary.is_cut = true;
                    break 'all;
                }
                if summary.count == 0 {
                    at.out.say(("Tijden zijn Nederlandse tijd.", "Times are those of Amsterdam."))?;
                }
                let verdict = proven.map(|proven| proven.map(|proven| proven.checkpoint));
                summary.add(item, verdict.as_ref());
                let document = judged_document(item, verdict.as_ref());
                at.out.show(&document, || line(item, verdict.as_ref(), teller.as_ref(), language))?;
            }
        }
        sequence.told(at)?;
        let ended = summary.told(log.is_some(), at)?;
        log_seen::compare(&session, at).await?;
        Ok(ended)
    }

    /// Whether the days leave something.
    ///
    /// # Errors
    /// When they do not.
    fn in_order(&self) -> Result<(), Failure> {
        match (self.since, self.until) {
            (Some(since), Some(until)) if since >= until => Err(Failure::usage((
                "--since ligt niet voor --until: daartussen ligt geen dag",
                "--since is not before --until: no day lies between",
            ))
            .now((
                "--until is de eerste dag die er niet meer bij hoort; wissel de dagen om, of kies een latere",
                "--until is the first day that is left out; swap the days, or choose a later one",
            ))),
            _ => Ok(()),
        }
    }

    fn wants(&self, item: &Value) -> bool {
        let day = time_of(item).map(amsterdam_date);
        let late_enough = self.since.is_none_or(|since| day.is_some_and(|day| day >= since));
        let early_enough = self.until.is_none_or(|until| day.is_some_and(|day| day < until));
        let fits = !self.refused || Told::of(item).outcome() == Some(Outcome::Refused);
        late_enough && early_enough && fits
    }
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
