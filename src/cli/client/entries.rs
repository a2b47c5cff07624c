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
    seen,
    session::Session,
    text::member,
    told::{Teller, Told},
};
use crate::{
    accesslog::{
        entry::{Outcome, parse_leaf},
        own::{OwnEntry, ProvenEntry},
    },
    cli::{
        Context, Exit, Failure, Language, causes, compose,
        day::day,
        language::{Said, both, tell},
        printable::one_line,
    },
    domain::clock::{amsterdam_date, from_millis},
    merkle::{checkpoint::Checkpoint, note::LogVerifier},
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
            (Names::of(&session).await, Some(compose::policies::catalogue(None)?))
        };
        let language = at.out.language();
        let teller = rules.as_ref().map(|rules| Teller { names: &names, rules, language });
        // What is left out counts for no limit.
        let range = Range { after: self.range.after, limit: None };
        let mut pages = Pages::of(&session.gateway, "/v1/entries", &range);
        let mut tally = Tally::default();
        let mut sequence = Sequence::from(self.range.after);
        'all: while let Some(items) = pages.next().await? {
            for item in &items {
                let proven = log.as_ref().map(|log| judged(item, log));
                sequence.take(item, proven.as_ref());
                if !self.wants(item) {
                    continue;
                }
                if self.range.limit.is_some_and(|limit| tally.count >= u64::from(limit)) {
                    tally.is_cut = true;
                    break 'all;
                }
                if tally.count == 0 {
                    at.out.say(("Tijden zijn Nederlandse tijd.", "Times are those of Amsterdam."))?;
                }
                let verdict = proven.map(|proven| proven.map(|proven| proven.checkpoint));
                tally.add(item, verdict.as_ref());
                let document = judged_document(item, verdict.as_ref());
                at.out.show(&document, || line(item, verdict.as_ref(), teller.as_ref(), language))?;
            }
        }
        sequence.told(at)?;
        let ended = tally.told(log.is_some(), at)?;
        seen::compare(&session, at).await?;
        Ok(ended)
    }

    /// # Errors
    /// When the days leave nothing.
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

/// The numbers of the party's own entries: one after the other, or one was kept from it.
#[derive(Debug)]
struct Sequence {
    /// The index and number of the last entry; the number is not known where the list does not begin at the first.
    last: Option<(u64, Option<u64>)>,
    /// Between which entries how many are missing, or which comes twice.
    breaks: Vec<Said>,
}

impl Sequence {
    /// Of a list that begins after this index, or at the party's first entry.
    const fn from(after: Option<u64>) -> Self {
        let last = if after.is_some() { None } else { Some((0, Some(0))) };
        Self { last, breaks: Vec::new() }
    }

    /// Only what is proven has a number.
    fn take(&mut self, item: &Value, proven: Option<&Result<ProvenEntry, Said>>) {
        let (Some(Ok(proven)), Some(index)) = (proven, item.get("index").and_then(Value::as_u64)) else {
            return;
        };
        let before = self.last.and_then(|(before, number)| Some((before, number?.saturating_add(1))));
        // Of an entry whose own part was erased the number is not known; the next tells.
        let number = proven.number().or(before.map(|(_, expected)| expected));
        if let (Some((before, expected)), Some(number)) = (before, number) {
            if number > expected {
                let missing = number.saturating_sub(expected);
                self.breaks.push(both!(
                    "tussen regel {before} en regel {index} ontbreken er {missing}",
                    "between entry {before} and entry {index} {missing} are missing"
                ));
            } else if number < expected {
                self.breaks.push(both!(
                    "regel {index} heeft een nummer dat al geweest is",
                    "entry {index} bears a number that was given before"
                ));
            }
        }
        self.last = Some((index, number));
    }

    /// # Errors
    /// When an entry is missing, or one comes twice.
    fn told(self, at: &mut Context) -> Result<(), Failure> {
        let Some(first) = self.breaks.first() else { return Ok(()) };
        let (dutch, english) = (first.text(Language::Nl), first.text(Language::En));
        let more = self.breaks.len().saturating_sub(1);
        if more > 0 {
            at.out.say(both!("En nog {more} keer.", "And {more} more times."))?;
        }
        Err(Failure::refused(both!(
            "uw regels zijn niet volledig: {dutch}",
            "your entries are not complete: {english}"
        ))
        .now((
            "bewaar deze uitvoer en vertel het de beheerder van de gateway en uw privacy officer",
            "keep this output and tell the gateway's operator and your privacy officer",
        )))
    }
}

/// What was printed, and what can be said of all of it.
#[derive(Debug, Default)]
struct Tally {
    count: u64,
    wrong: u64,
    /// Whether there are more than were asked for.
    is_cut: bool,
    last: Option<u64>,
    /// The latest state of the log that an entry was proven in.
    proven_in: Option<Checkpoint>,
}

impl Tally {
    fn add(&mut self, item: &Value, verdict: Option<&Result<Checkpoint, Said>>) {
        self.count = self.count.saturating_add(1);
        self.wrong = self.wrong.saturating_add(u64::from(verdict.is_some_and(Result::is_err)));
        self.last = item.get("index").and_then(Value::as_u64);
        if let Some(Ok(checkpoint)) = verdict
            && self.proven_in.as_ref().is_none_or(|earlier| earlier.size < checkpoint.size)
        {
            self.proven_in = Some(checkpoint.clone());
        }
    }

    fn told(self, is_verified: bool, at: &mut Context) -> Result<Exit, Failure> {
        let Self { count, wrong, is_cut, last, proven_in } = self;
        if count == 0 {
            at.out.say(("Niets.", "Nothing."))?;
        }
        if let Some(last) = last.filter(|_| is_cut) {
            at.out.say(both!(
                "Dit zijn de oudste {count}. Verder: --after {last}, of zonder --limit.",
                "These are the oldest {count}. Go on: --after {last}, or without --limit."
            ))?;
        }
        if is_verified {
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
        if let Some(Checkpoint { origin, size, root }) = proven_in {
            at.out.say(both!(
                "Wat dit bewijst: elke regel hierboven staat zo in het log {origin}, dat toen {size} regels had (stand {root}), \
                 getekend met de `log_vkey` in uw profiel.\nDe nummers van uw regels volgen \
                 op elkaar: daartussen is u niets onthouden.\nWat dit niet bewijst: dat er na de laatste niets meer is, of dat anderen \
                 hetzelfde log zien. Hoe u dat vergelijkt: docs/voor-de-functionaris.md",
                "What this proves: each entry above stands so in the log {origin}, which had {size} entries then (root {root}), \
                 signed with the `log_vkey` of your profile.\nThe numbers of your entries follow each other: \
                 none between them was kept from you.\nWhat this does not prove: that nothing comes after the last, or that others see \
                 the same log. How to compare that: docs/voor-de-functionaris.md"
            ))?;
        }
        Ok(Exit::Done)
    }
}

/// What the entry is proven to say, or what does not hold.
fn judged(item: &Value, log: &LogVerifier) -> Result<ProvenEntry, Said> {
    let entry = OwnEntry::deserialize(item)
        .map_err(|_| Said::new("het heeft niet de vorm van een regel", "it has not the form of an entry"))?;
    entry.verify(log).map_err(|error| {
        let nl = causes::in_dutch(&error).unwrap_or_else(|| causes::ELSEWHERE.to_owned());
        Said::new(nl, error.to_string())
    })
}

fn judged_document(item: &Value, verdict: Option<&Result<Checkpoint, Said>>) -> Value {
    let mut document = item.clone();
    if let (Some(verdict), Some(members)) = (verdict, document.as_object_mut()) {
        let verdict = match verdict {
            Ok(checkpoint) => json!({ "holds": true, "size": checkpoint.size, "root": checkpoint.root }),
            Err(why) => json!({ "holds": false, "why": why.text(Language::En) }),
        };
        members.insert("verified".to_owned(), verdict);
    }
    document
}

/// One sentence, its index, and whether it holds.
fn line(
    item: &Value,
    verdict: Option<&Result<Checkpoint, Said>>,
    teller: Option<&Teller<'_>>,
    language: Language,
) -> String {
    let index = member(item, "/index");
    let sentence = teller.map(|teller| teller.sentence(time_of(item), &Told::of(item))).unwrap_or_default();
    let verdict = match verdict {
        None => String::new(),
        Some(Ok(_)) => language.pick(" · klopt", " · holds").to_owned(),
        Some(Err(why)) => {
            let why = why.text(language);
            tell!(language, " · KLOPT NIET: {why}", " · DOES NOT HOLD: {why}")
        }
    };
    one_line(&format!("{sentence} · log {index}{verdict}"))
}
