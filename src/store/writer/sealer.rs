//! The seals of the rows that a batch writes, and their names for the entries that account for them.

use std::{array, collections::BTreeMap, mem};

use super::{
    rows::{SealedMany, Value},
    state::{CopyId, PlaceId, Read, State},
};
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{id::PersonId, party::PartyId},
    store::{
        error::StoreError,
        memory::Touched,
        register::register_row,
        seal::{self, RowSeal, Sealed, SealsRows, Sum},
        subject,
    },
};

/// Seals the rows of one batch.
pub(super) struct Sealer<'s> {
    seals: &'s dyn SealsRows,
    touched: BTreeMap<u64, Touched>,
    /// By how much the sum of a person changes, and whether it had one.
    sums: BTreeMap<String, (Sum, bool)>,
}

impl<'s> Sealer<'s> {
    pub(super) const fn with(seals: &'s dyn SealsRows) -> Self {
        Self { seals, touched: BTreeMap::new(), sums: BTreeMap::new() }
    }

    /// The rows by the first entry of the write that changed them.
    pub(super) fn touched(&mut self) -> BTreeMap<u64, Touched> {
        mem::take(&mut self.touched)
    }

    fn of(&mut self, by: u64) -> &mut Touched {
        self.touched.entry(by).or_insert_with(|| Touched { by, ..Touched::default() })
    }

    /// An answer that has content, and is written as a message.
    pub(super) fn answered(&mut self, by: u64, (asked, party): &CopyId) {
        self.of(by).written.push(Sealed::Answer.name_of(&asked.to_string(), party));
    }

    /// A row that is gone after this entry.
    pub(super) fn gone(&mut self, by: u64, table: Sealed, id: &[&str]) {
        self.of(by).gone.push(table.name(id));
    }

    /// Likewise, where it is of a party.
    pub(super) fn gone_of(&mut self, by: u64, table: Sealed, id: &str, party: &PartyId) {
        self.of(by).gone.push(table.name_of(id, party));
    }

    /// The values of a row that this entry makes, with its seal at their end.
    pub(super) fn row<const N: usize, const M: usize>(
        &mut self,
        by: u64,
        many: &SealedMany<M>,
        values: [Value; N],
    ) -> Result<[Value; M], StoreError> {
        let seal = self.seal(by, many, None, &values)?;
        Ok(longer(values, &seal))
    }

    /// Likewise, of a row that was read and is written again.
    pub(super) fn again<const N: usize, const M: usize>(
        &mut self,
        by: u64,
        many: &SealedMany<M>,
        read: &Read,
        values: [Value; N],
    ) -> Result<[Value; M], StoreError> {
        let seal = self.seal(by, many, Some(read), &values)?;
        Ok(longer(values, &seal))
    }

    /// Likewise, of a row about a person, new or read.
    pub(super) fn about<const N: usize, const M: usize>(
        &mut self,
        by: u64,
        person: PersonId,
        many: &SealedMany<M>,
        read: Option<&Read>,
        values: [Value; N],
    ) -> Result<[Value; M], StoreError> {
        let seal = self.seal(by, many, read, &values)?;
        self.person(person, read.map(|read| read.mac.as_slice()), Some(&seal));
        Ok(longer(values, &seal))
    }

    fn seal<const M: usize>(
        &mut self,
        by: u64,
        many: &SealedMany<M>,
        read: Option<&Read>,
        values: &[Value],
    ) -> Result<RowSeal, StoreError> {
        let moving = many.places.moving_of(values)?;
        let (name, seal) = match read {
            Some(read) => (read.name.clone(), read.fixed.seal(by, &moving, self.seals)),
            None => {
                (many.places.name_of(values)?, many.places.fixed_of(values)?.seal(by, &moving, self.seals))
            }
        };
        let written = &mut self.of(by).written;
        if written.last() != Some(&name) {
            written.push(name);
        }
        Ok(seal)
    }

    /// Notes by what a pseudonym is asked for.
    pub(super) fn leads(&mut self, by: u64, pseudonym: &Pseudonym, person: PersonId) {
        let name = Sealed::Pseudonym.name(&[&person.to_string(), &pseudonym.version.to_string()]);
        self.of(by).leads.push((seal::remembered(pseudonym), name));
    }

    /// A pseudonym that leads to nobody after this entry.
    pub(super) fn gone_pseudonym(&mut self, by: u64, pseudonym: &Pseudonym, person: PersonId) {
        self.gone(by, Sealed::Pseudonym, &[&person.to_string(), &pseudonym.version.to_string()]);
    }

    /// A row of a person instead of another, or of none.
    fn person(&mut self, person: PersonId, former: Option<&[u8]>, seal: Option<&RowSeal>) {
        let (sum, had_one) = self.sums.entry(person.to_string()).or_default();
        *had_one |= former.is_some();
        let without = former.map_or(*sum, |mac| sum.minus(mac));
        *sum = seal.map_or(without, |seal| without.plus(&seal.mac));
    }

    /// A declaration or decision of a person that is gone.
    pub(super) fn taken_from(&mut self, person: PersonId, read: Option<&Read>) {
        self.person(person, read.map(|read| read.mac.as_slice()), None);
    }

    /// The rows of the register that changed, each with a keyed digest of what it is now.
    pub(super) fn register(&mut self, state: &State, rows: &BTreeMap<String, Vec<u8>>) {
        let party = |id: &PartyId| vec![id.oin.to_string(), id.role.to_string()];
        let place = |(of, municipality, from): &PlaceId| {
            [party(of), vec![municipality.to_string(), from.to_string()]].concat()
        };
        let parties = state.parties.touched().map(|(id, by)| ("party", party(id), by));
        let places = state.places.touched().map(|(id, by)| ("place", place(id), by));
        let certificates =
            state.certificates.touched().map(|(id, by)| ("certificate", vec![id.to_string()], by));
        let keys = state.keys.touched().map(|(id, by)| ("key", vec![id.clone()], by));
        for (word, id, by) in parties.chain(places).chain(certificates).chain(keys) {
            let name = register_row(word, &id);
            match rows.get(&name) {
                Some(content) => {
                    let digest = self.seals.seal(content);
                    let digest = hex::encode(digest);
                    self.of(by).written.push(format!("{name}={digest}"));
                }
                None => self.of(by).gone.push(format!("{name}=")),
            }
        }
    }

    /// The subjects that changed, those of persons with their sums. None where a person's rows changed and its subject did not:
    /// a fault in the program.
    pub(super) fn subjects(&mut self, state: &State) -> Option<Vec<[Value; 3]>> {
        let sums: BTreeMap<_, _> = mem::take(&mut self.sums)
            .into_iter()
            .map(|(person, sum)| (subject::named_person(&person), sum))
            .collect();
        let changed: Vec<_> = state.subjects.new_rows().chain(state.subjects.changed()).collect();
        let is_raised = |(name, (_, had_one)): (&String, &(Sum, bool))| {
            changed.iter().any(|(subject, row)| *subject == name && (!had_one || row.read.is_some()))
        };
        if !sums.iter().all(is_raised) {
            return None;
        }
        let row = |(name, row): (&String, &super::state::Subject)| {
            let by = state.subjects.by(name);
            let total = sums.get(name).map_or(row.total, |(sum, _)| row.total.plus(&sum.to_bytes()));
            let entry = Value::from(row.entry);
            self.of(by).written.push(Sealed::Subject.name(&[name]));
            let seal = seal::of_subject(name).seal(by, &total.beside(entry.number()), self.seals);
            let bytes = [seal.to_bytes(), total.to_bytes()].concat();
            [name.as_str().into(), entry, bytes.into()]
        };
        Some(changed.iter().copied().map(row).collect())
    }
}

/// The row with its seal at its end.
fn longer<const N: usize, const M: usize>(values: [Value; N], seal: &RowSeal) -> [Value; M] {
    let mut all = values.into_iter().chain([seal.to_bytes().into()]);
    array::from_fn(|_| all.next().unwrap_or(Value::Bytes(None)))
}
