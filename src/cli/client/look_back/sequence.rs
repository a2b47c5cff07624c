//! Whether an entry was kept from the party.

use serde_json::Value;

use crate::{
    accesslog::own::ProvenEntry,
    cli::{
        Context, Failure, Language,
        language::{Said, both},
    },
};

/// The numbers of the party's own entries: one after the other, or one was kept from it.
#[derive(Debug)]
pub(super) struct Sequence {
    /// The index and number of the last entry; the number is not known where the list does not begin at the first.
    last: Option<(u64, Option<u64>)>,
    /// Between which entries how many are missing, or which comes twice.
    breaks: Vec<Said>,
}

impl Sequence {
    /// Of a list that begins after this index, or at the party's first entry.
    pub(super) const fn from(after: Option<u64>) -> Self {
        let last = if after.is_some() { None } else { Some((0, Some(0))) };
        Self { last, breaks: Vec::new() }
    }

    /// Only what is proven has a number.
    pub(super) fn take(&mut self, item: &Value, proven: Option<&Result<ProvenEntry, Said>>) {
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

    /// Tells it.
    ///
    /// # Errors
    /// When an entry is missing, or one comes twice.
    pub(super) fn told(self, at: &mut Context) -> Result<(), Failure> {
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
