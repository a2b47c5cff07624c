//! What of a snapshot is believed: each row under its seal, and of a person all that was declared, or nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    kinds,
    row::{Row, missing},
};
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::digest::Digest,
    store::{
        error::StoreError,
        register::Kept,
        seal::{Fixed, RowSeal, Sealed, Sum, Values, layout::Places, of_subject, remembered},
        subject,
    },
};

/// The seals of the rows that were found, each once.
#[derive(Debug, Default)]
pub(super) struct Seals {
    rows: BTreeMap<String, Held>,
    /// The answers that were not found.
    unanswered: Vec<String>,
    /// What a row that was found names, and is not there.
    lacks: Option<Sealed>,
    /// The pseudonyms that lead to somebody.
    leads: BTreeSet<Pseudonym>,
    /// The persons of whom all was asked for, with the sum that their subject has.
    persons: BTreeMap<String, Option<Sum>>,
    /// The rows about a person, and those upon a declaration.
    about: BTreeMap<String, Vec<String>>,
    upon: BTreeMap<String, Vec<String>>,
}

#[derive(Debug)]
struct Held {
    fixed: Fixed,
    seal: RowSeal,
    moving: Values,
}

impl Seals {
    /// Notes that a row is not there which another one, that was found, names.
    pub(super) const fn lack(&mut self, table: Sealed) {
        self.lacks = Some(table);
    }

    pub(super) fn pseudonym(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let table = Sealed::Pseudonym;
        let version = row.maybe_number(0)?.and_then(|version| u32::try_from(version).ok());
        let version = version.ok_or_else(|| table.broken())?;
        let value = Digest::from_slice(row.bytes()?).map_err(|_| table.broken())?;
        let pseudonym = Pseudonym { version, value };
        self.leads.insert(pseudonym);
        self.take(row, &kinds::PSEUDONYM_PLACES).map(drop)
    }

    pub(super) fn made(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        self.take(row, &kinds::MADE_PLACES).map(drop)
    }

    pub(super) fn message(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        self.take(row, &kinds::MESSAGE_PLACES).map(drop)
    }

    /// A copy with its answer, which names the same message and party.
    pub(super) fn copy(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        self.take(row, &kinds::COPY_PLACES)?;
        let Some(answer) = row.plain_text(12)? else {
            self.unanswered.push(kinds::ANSWER_PLACES.name_of(row)?);
            return Ok(());
        };
        let (table, id) = if row.plain_text(14)? == Some("bare") {
            (Sealed::Answer, row.plain_text(0)?.ok_or_else(missing)?)
        } else {
            (Sealed::Message, answer)
        };
        let values = Values::of(
            &[
                Some(answer),
                Some("answer"),
                row.plain_text(1)?,
                row.plain_text(2)?,
                row.plain_text(0)?,
                row.plain_text(10)?,
            ],
            &[row.maybe_number(7)?, row.maybe_number(8)?, row.maybe_number(9)?],
        );
        let seal = RowSeal::from_bytes(row.seal(1)?.ok_or_else(|| table.broken())?, table)?;
        let fixed = Fixed { table, values: Arc::new(values), rest: seal.rest };
        let moving = Values::of(&[row.plain_text(13)?], &[row.maybe_number(10)?]);
        let party = [row.plain_text(1)?, row.plain_text(2)?].map(Option::unwrap_or_default);
        self.rows.insert(table.name(&[id, party[0], party[1]]), Held { fixed, seal, moving });
        Ok(())
    }

    /// A declaration; whether all of its person was asked for.
    pub(super) fn declaration(&mut self, row: &Row<'_>, is_one_of_all: bool) -> Result<(), StoreError> {
        let name = self.take(row, &kinds::DECLARATION_PLACES)?;
        if is_one_of_all {
            let person = row.plain_text(1)?.ok_or_else(missing)?.to_owned();
            let id = row.plain_text(0)?.ok_or_else(missing)?.to_owned();
            note(&mut self.about, person.clone(), name);
            note(&mut self.about, person, id);
        }
        Ok(())
    }

    pub(super) fn decision(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let name = self.take(row, &kinds::DECISION_PLACES)?;
        note(&mut self.upon, row.plain_text(0)?.ok_or_else(missing)?.to_owned(), name);
        Ok(())
    }

    pub(super) fn person(&mut self, row: &Row<'_>) -> Result<(), StoreError> {
        let person = row.plain_text(0)?.ok_or_else(missing)?.to_owned();
        let Some(subject) = row.plain_text(1)? else {
            self.persons.insert(person, None);
            return Ok(());
        };
        let broken = || Sealed::Subject.broken();
        let (seal, total) =
            row.seal(0)?.and_then(|bytes| bytes.split_last_chunk::<32>()).ok_or_else(broken)?;
        let (seal, total) = (RowSeal::from_bytes(seal, Sealed::Subject)?, Sum::from_bytes(total)?);
        let fixed = of_subject(subject);
        let moving = total.beside(row.maybe_number(0)?);
        self.rows.insert(Sealed::Subject.name(&[subject]), Held { fixed, seal, moving });
        self.persons.insert(person, Some(total));
        Ok(())
    }

    /// Takes the seal of a row, and answers the name of the row.
    fn take(&mut self, row: &Row<'_>, places: &Places) -> Result<String, StoreError> {
        let table = places.sealed;
        let name = places.name_of(row)?;
        let seal = RowSeal::from_bytes(row.seal(0)?.ok_or_else(|| table.broken())?, table)?;
        let held = Held { fixed: places.fixed_of(row)?, seal, moving: places.moving_of(row)? };
        self.rows.insert(name.clone(), held);
        Ok(name)
    }

    /// # Errors
    /// `Inconsistent` when a row is not as the gateway wrote it last, or one about a person is gone.
    pub(super) fn check(&self, asked: &[Pseudonym], kept: &Kept, entries: u64) -> Result<(), StoreError> {
        for pseudonym in asked.iter().filter(|one| !self.leads.contains(one)) {
            kept.memory.unanswered(Sealed::Pseudonym, &remembered(pseudonym), entries)?;
        }
        if self.rows.is_empty() && self.persons.is_empty() && self.lacks.is_none() {
            return Ok(());
        }
        let seals = kept.seals()?;
        if let Some(table) = self.lacks {
            return Err(table.broken());
        }
        for answer in &self.unanswered {
            kept.memory.absent(Sealed::Answer, answer, entries)?;
        }
        for (name, Held { fixed, seal, moving }) in &self.rows {
            fixed.check(seal, moving, seals)?;
            kept.memory.found(fixed.table, name, seal.by, entries)?;
        }
        for (person, total) in &self.persons {
            if total.is_none() {
                let name = Sealed::Subject.name(&[&subject::named_person(person)]);
                kept.memory.absent(Sealed::Subject, &name, entries)?;
            }
            if self.sum_of(person) != total.unwrap_or_default() {
                return Err(Sealed::Subject.broken());
            }
        }
        Ok(())
    }

    /// The sum of the seals of all rows about a person.
    fn sum_of(&self, person: &str) -> Sum {
        let mut names: Vec<&String> = Vec::new();
        for one in self.about.get(person).into_iter().flatten() {
            names.push(one);
            names.extend(self.upon.get(one).into_iter().flatten());
        }
        names.sort_unstable();
        names.dedup();
        let rows = names.into_iter().filter_map(|name| self.rows.get(name));
        rows.fold(Sum::default(), |sum, held| sum.plus(&held.seal.mac))
    }
}

fn note(all: &mut BTreeMap<String, Vec<String>>, of: String, what: String) {
    all.entry(of).or_default().push(what);
}
