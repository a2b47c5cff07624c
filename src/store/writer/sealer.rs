//! The seals of the rows that a batch writes, and their names for the entries that account for them.

use std::{array, collections::BTreeMap, mem};

use super::{
    rows::Value,
    state::{PlaceId, Read, State},
};
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{id::PersonId, party::PartyId},
    store::{
        memory::Touched,
        register::{SealsRows, register_row},
        seal::{self, Fixed, RowSeal, Sealed, Sum, Values},
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

    fn seal(&mut self, by: u64, id: &[&Value], fixed: &Fixed, moving: &Values) -> RowSeal {
        let id: Vec<&str> = id.iter().filter_map(|value| value.text()).collect();
        let name = fixed.table.name(&id);
        self.of(by).written.push(name);
        fixed.seal(by, moving, self.seals)
    }

    /// A row that is gone after this entry.
    pub(super) fn gone(&mut self, by: u64, table: Sealed, id: &[&str]) {
        self.of(by).gone.push(table.name(id));
    }

    pub(super) fn pseudonym(&mut self, by: u64, pseudonym: &Pseudonym, person: PersonId) -> [Value; 4] {
        let (person, version) = (person.to_string(), Value::from(i64::from(pseudonym.version)));
        let fixed = seal::of_pseudonym(pseudonym, &person);
        let person = Value::from(person);
        let number = version.to_text();
        let seal = self.seal(by, &[&person, &number], &fixed, &Values::default());
        let name: Vec<&str> = [&person, &number].into_iter().filter_map(Value::text).collect();
        let name = Sealed::Pseudonym.name(&name);
        self.of(by).leads.push((seal::remembered(pseudonym), name));
        [version, pseudonym.value.0.to_vec().into(), person, seal.to_bytes().into()]
    }

    /// A pseudonym that leads to nobody after this entry.
    pub(super) fn gone_pseudonym(&mut self, by: u64, pseudonym: &Pseudonym, person: PersonId) {
        self.gone(by, Sealed::Pseudonym, &[&person.to_string(), &pseudonym.version.to_string()]);
    }

    /// A row of a person instead of another, or of none.
    fn person(&mut self, person: &str, former: Option<&[u8]>, seal: Option<&RowSeal>) {
        let (sum, had_one) = self.sums.entry(person.to_owned()).or_default();
        *had_one |= former.is_some();
        let without = former.map_or(*sum, |mac| sum.minus(mac));
        *sum = seal.map_or(without, |seal| without.plus(&seal.mac));
    }

    /// A declaration or decision of a person that is gone.
    pub(super) fn taken_from(&mut self, person: PersonId, read: Option<&Read>) {
        self.person(&person.to_string(), read.map(|read| read.mac.as_slice()), None);
    }

    pub(super) fn message(&mut self, by: u64, values: [Value; 16]) -> [Value; 17] {
        let [
            id,
            kind,
            dataset,
            version,
            purpose,
            oin,
            role,
            person,
            created,
            index,
            expires,
            _,
            rests_on,
            state,
            reply,
            outcome,
        ] = &values;
        let rest = rest(&[dataset, purpose, person, rests_on], &[version]);
        let fixed = Sealed::Message.fixed(
            &texts([id, kind, oin, role, reply, outcome]),
            &numbers([created, index, expires]),
            rest.digest(),
        );
        let seal = self.seal(by, &[id], &fixed, &Values::of(&[state.text()], &[None]));
        longer(values, &seal)
    }

    pub(super) fn message_again(&mut self, by: u64, read: &Read, values: [Value; 3]) -> [Value; 4] {
        let [id, state, ended] = &values;
        let moving = Values::of(&[state.text()], &[ended.number()]);
        let seal = self.seal(by, &[id], &read.fixed, &moving);
        longer(values, &seal)
    }

    pub(super) fn answer(&mut self, by: u64, values: [Value; 13]) -> [Value; 14] {
        let [id, kind, dataset, version, purpose, oin, role, person, created, index, state, reply, outcome] =
            &values;
        let rest = Values::of(&[dataset.text(), purpose.text(), person.text(), None], &[version.number()]);
        let fixed = Sealed::Answer.fixed(
            &texts([id, kind, oin, role, reply, outcome]),
            &[created.number(), index.number(), None],
            rest.digest(),
        );
        let seal = self.seal(by, &[id], &fixed, &Values::of(&[state.text()], &[None]));
        longer(values, &seal)
    }

    pub(super) fn copy(&mut self, by: u64, values: [Value; 19]) -> [Value; 20] {
        let [
            message,
            oin,
            role,
            position,
            municipality,
            basis,
            categories,
            omitted,
            _,
            sha256,
            thumbprint,
            state,
            index,
            moved @ ..,
            person,
        ] = &values;
        let rest = rest(&[municipality, categories, omitted], &[position, index]);
        let fixed =
            Sealed::Copy.fixed(&texts([message, oin, role, basis, sha256, thumbprint]), &[], rest.digest());
        let moving = Values::of(&[state.text(), person.text()], &numbers(moved.each_ref()));
        let seal = self.seal(by, &[message, oin, role], &fixed, &moving);
        longer(values, &seal)
    }

    pub(super) fn copy_again(&mut self, by: u64, read: &Read, values: [Value; 10]) -> [Value; 11] {
        let [message, oin, role, state, moved @ .., person] = &values;
        let moving = Values::of(&[state.text(), person.text()], &numbers(moved.each_ref()));
        let seal = self.seal(by, &[message, oin, role], &read.fixed, &moving);
        longer(values, &seal)
    }

    pub(super) fn rests(&mut self, by: u64, values: [Value; 4]) -> [Value; 5] {
        let [message, oin, role, declaration] = &values;
        let fixed = Sealed::Rests.whole(&texts([message, oin, role, declaration]), &[]);
        let seal = self.seal(by, &[message, oin, role, declaration], &fixed, &Values::default());
        longer(values, &seal)
    }

    pub(super) fn declaration(&mut self, by: u64, values: [Value; 24]) -> [Value; 25] {
        let [
            id,
            person,
            kind,
            dataset,
            purpose,
            towards_oin,
            towards_role,
            municipality,
            given_by,
            given_at,
            until,
            explicit,
            evidence,
            digest,
            on,
            _,
            oin,
            role,
            recorded_at,
            index,
            state,
            withdrawn_by,
            withdrawn_at,
            withdrawn_index,
        ] = &values;
        let rest = rest(
            &[
                kind,
                dataset,
                purpose,
                towards_oin,
                towards_role,
                municipality,
                given_by,
                evidence,
                digest,
                on,
            ],
            &[given_at, until, explicit, recorded_at],
        );
        let fixed =
            Sealed::Declaration.fixed(&texts([id, person, oin, role]), &[index.number()], rest.digest());
        let moving = Values::of(
            &[state.text(), withdrawn_by.text()],
            &[withdrawn_at.number(), withdrawn_index.number()],
        );
        let seal = self.seal(by, &[id], &fixed, &moving);
        self.person(person.text().unwrap_or_default(), None, Some(&seal));
        longer(values, &seal)
    }

    pub(super) fn withdrawn(
        &mut self,
        by: u64,
        (person, read): (PersonId, &Read),
        values: [Value; 4],
    ) -> [Value; 5] {
        let [id, withdrawn_by, at, index] = &values;
        let moving = Values::of(&[Some("withdrawn"), withdrawn_by.text()], &[at.number(), index.number()]);
        let seal = self.seal(by, &[id], &read.fixed, &moving);
        self.person(&person.to_string(), Some(&read.mac), Some(&seal));
        longer(values, &seal)
    }

    /// A decision upon a declaration of this person.
    pub(super) fn decision(&mut self, by: u64, person: PersonId, values: [Value; 6]) -> [Value; 7] {
        let [declaration, index, verdict, reason, on, at] = &values;
        let fixed = Sealed::Decision
            .whole(&texts([declaration, verdict, reason, on]), &[index.number(), at.number()]);
        let seal = self.seal(by, &[declaration, &index.to_text()], &fixed, &Values::default());
        self.person(&person.to_string(), None, Some(&seal));
        longer(values, &seal)
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
            let fixed = Sealed::Subject.whole(&[Some(name)], &[]);
            let entry = Value::from(row.entry);
            let seal = self.seal(by, &[&name.as_str().into()], &fixed, &total.beside(entry.number()));
            let bytes = [seal.to_bytes(), total.to_bytes()].concat();
            [name.as_str().into(), entry, bytes.into()]
        };
        Some(changed.iter().copied().map(row).collect())
    }
}

fn texts<const N: usize>(values: [&Value; N]) -> [Option<&str>; N] {
    values.map(Value::text)
}

fn numbers<const N: usize>(values: [&Value; N]) -> [Option<i64>; N] {
    values.map(Value::number)
}

/// The values that never change and are not read to change the others.
fn rest(texts: &[&Value], numbers: &[&Value]) -> Values {
    let texts: Vec<_> = texts.iter().map(|value| value.text()).collect();
    let numbers: Vec<_> = numbers.iter().map(|value| value.number()).collect();
    Values::of(&texts, &numbers)
}

/// The row with its seal at its end.
fn longer<const N: usize, const M: usize>(values: [Value; N], seal: &RowSeal) -> [Value; M] {
    let mut all = values.into_iter().chain([seal.to_bytes().into()]);
    array::from_fn(|_| all.next().unwrap_or(Value::Bytes(None)))
}
