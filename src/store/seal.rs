//! What somebody who can write in the database, and has no key, cannot make: the seal of a row.
//!
//! A seal is a keyed digest over every value on which a decision may rest, and over the index of the entry that wrote the row
//! last. So a row that was changed or made past the gateway has none, and one that was put back to an older state has an older
//! index than the log names: see [`super::memory`]. What is sealed itself (`header`, `facts`) or compared with a digest that
//! is in the seal (`jwe`) is left out.

pub(super) mod columns;
pub(super) mod layout;

use std::sync::Arc;

use super::{error::StoreError, register::SealsRows};
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{digest::Digest, party::PartyId},
};

/// The length of what [`SealsRows::seal`] makes: the version of the key, and the digest.
const MAC: usize = 36;

/// A table with sealed rows: the word in the bytes and in the names of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sealed {
    Subject,
    Pseudonym,
    Declaration,
    Decision,
    Message,
    /// That a party answered a message.
    Answer,
    Copy,
    Rests,
    Made,
    Notice,
    /// The digests by which a copy is found: one name for all of them.
    Search,
}

impl Sealed {
    /// The name of a row: what tells it from the others of its table, with a slash between.
    pub(super) fn name(self, id: &[&str]) -> String {
        format!("{}:{}", self.word(), id.join("/"))
    }

    /// Whether its rows are never written again: then a name that is written again is another row, and none is put back. The
    /// names of pseudonyms say whose they are and no more.
    pub(super) const fn is_written_once(self) -> bool {
        matches!(self, Self::Pseudonym)
    }

    /// Whether anybody asks by this name which entry wrote the row last. The others are written once, so that there is no older
    /// state to put them back to, and nobody misses them by their name.
    pub(super) fn is_asked_by(name: &str) -> bool {
        let is_of = |table: &Self| name.split(':').next() == Some(table.word());
        ![Self::Notice, Self::Search, Self::Rests, Self::Decision].iter().any(is_of)
    }

    /// Whether gateways delete its rows.
    pub(super) const fn is_ever_deleted(self) -> bool {
        matches!(self, Self::Pseudonym | Self::Made)
    }

    /// The name of a row that is of a party.
    pub(super) fn name_of(self, id: &str, party: &PartyId) -> String {
        self.name(&[id, &party.oin.to_string(), &party.role.to_string()])
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Pseudonym => "pseudonym",
            Self::Declaration => "declaration",
            Self::Decision => "decision",
            Self::Message => "message",
            Self::Answer => "answer",
            Self::Copy => "copy",
            Self::Rests => "rests",
            Self::Made => "made",
            Self::Notice => "notice",
            Self::Search => "search",
        }
    }

    /// What an error names.
    const fn column(self) -> &'static str {
        match self {
            Self::Subject => "subject_change.seal",
            Self::Pseudonym => "pseudonym.seal",
            Self::Declaration => "declaration.seal",
            Self::Decision => "declaration_decision.seal",
            Self::Message | Self::Answer => "message.seal",
            Self::Copy => "copy.seal",
            Self::Rests => "copy_declaration.seal",
            Self::Made => "idempotency.seal",
            Self::Notice => "notice.seal",
            Self::Search => "search_key.seal",
        }
    }

    pub(super) fn broken(self) -> StoreError {
        StoreError::inconsistent(self.column())
    }
}

/// Values one after the other, each with its length before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Values(Vec<u8>);

impl Values {
    pub(super) fn of(texts: &[Option<&str>], numbers: &[Option<i64>]) -> Self {
        let mut values = Self(Vec::with_capacity(256));
        for text in texts {
            values.text(*text);
        }
        for number in numbers {
            values.number(*number);
        }
        values
    }

    /// The same with a sum behind it.
    pub(super) fn before(mut self, sum: Sum) -> Self {
        self.0.extend(sum.to_bytes());
        self
    }

    fn text(&mut self, text: Option<&str>) {
        put(&mut self.0, text.map(str::as_bytes));
    }

    fn number(&mut self, number: Option<i64>) {
        put(&mut self.0, number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    /// Their digest, where they never change and need not be read to change the others.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

/// A value with its length before it; one that is absent has a length that no value has.
pub(super) fn put(bytes: &mut Vec<u8>, value: Option<impl AsRef<[u8]>>) {
    match value {
        None => bytes.extend(u64::MAX.to_be_bytes()),
        Some(value) => {
            bytes.extend(length(value.as_ref().len()));
            bytes.extend(value.as_ref());
        }
    }
}

pub(super) fn length(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes()
}

/// What of a row never changes: the values by which it is judged, and the digest of the rest.
#[derive(Debug, Clone)]
pub(super) struct Fixed {
    pub(super) table: Sealed,
    pub(super) values: Arc<Values>,
    pub(super) rest: Digest,
}

impl Fixed {
    fn bytes(&self, by: u64, moving: &Values) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + self.values.0.len() + moving.0.len());
        bytes.extend(b"sluis-row-v1\n");
        put(&mut bytes, Some(self.table.word()));
        bytes.extend(by.to_be_bytes());
        bytes.extend(self.rest.0);
        put(&mut bytes, Some(&self.values.0));
        put(&mut bytes, Some(&moving.0));
        bytes
    }

    /// The seal of a row that this entry writes.
    pub(super) fn seal(&self, by: u64, moving: &Values, seals: &dyn SealsRows) -> RowSeal {
        RowSeal { by, rest: self.rest, mac: seals.seal(&self.bytes(by, moving)) }
    }

    /// # Errors
    /// `Inconsistent` when the seal is not that of this row.
    pub(super) fn check(
        &self,
        seal: &RowSeal,
        moving: &Values,
        seals: &dyn SealsRows,
    ) -> Result<(), StoreError> {
        let is_sealed = seal.rest == self.rest && seals.is_sealed(&self.bytes(seal.by, moving), &seal.mac);
        if is_sealed { Ok(()) } else { Err(self.table.broken()) }
    }
}

/// What of the row of a subject is sealed, beside what changes.
pub(super) fn of_subject(subject: &str) -> Fixed {
    Fixed { table: Sealed::Subject, values: Arc::new(Values::of(&[Some(subject)], &[])), rest: layout::WHOLE }
}

/// By what a gateway remembers that a pseudonym leads to somebody. Nothing is ever stored under this name: the log names the
/// person, not the pseudonym.
pub(super) fn remembered(pseudonym: &Pseudonym) -> String {
    format!("pseudonym {}/{}", pseudonym.version, pseudonym.value)
}

/// As it stands in the column `seal`: the index of the entry (8 bytes, big-endian), the digest of the values that never change
/// and need not be read, and the keyed digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSeal {
    pub(super) by: u64,
    pub(super) rest: Digest,
    pub(super) mac: Vec<u8>,
}

impl RowSeal {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        [self.by.to_be_bytes().as_slice(), &self.rest.0, &self.mac].concat()
    }

    pub(super) fn from_bytes(bytes: &[u8], table: Sealed) -> Result<Self, StoreError> {
        let split = bytes.split_first_chunk::<8>().and_then(|(by, after)| {
            let (rest, mac) = after.split_first_chunk::<32>()?;
            Some(Self { by: u64::from_be_bytes(*by), rest: Digest(*rest), mac: mac.to_vec() })
        });
        split.filter(|seal| seal.mac.len() == MAC).ok_or_else(|| table.broken())
    }
}

/// The sum of the seals of rows that belong together, whatever their number and order: none of them goes, comes or is put back
/// without another sum. It stands in a row that is sealed itself, and the seals are keyed: nobody without the key finds other rows with
/// the same sum (the multiset hash by addition of Clarke and others, 2003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum([u64; 4]);

impl Sum {
    pub(super) fn plus(self, mac: &[u8]) -> Self {
        self.with(mac, u64::overflowing_add)
    }

    pub(super) fn minus(self, mac: &[u8]) -> Self {
        self.with(mac, u64::overflowing_sub)
    }

    fn with(self, mac: &[u8], step: fn(u64, u64) -> (u64, bool)) -> Self {
        let mut carry = false;
        let mut limbs = self.0;
        for (limb, other) in limbs.iter_mut().zip(limbs_of(mac)) {
            let (first, over) = step(*limb, other);
            let (second, again) = step(first, u64::from(carry));
            (*limb, carry) = (second, over || again);
        }
        Self(limbs)
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        self.0.iter().flat_map(|limb| limb.to_le_bytes()).collect()
    }

    /// What of the row of a subject changes: the entry that changed it, and the sum.
    pub(super) fn beside(self, entry: Option<i64>) -> Values {
        Values::of(&[], &[entry]).before(self)
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        if bytes.len() == 32 { Ok(Self(limbs_of(bytes))) } else { Err(Sealed::Subject.broken()) }
    }
}

/// The last 32 bytes, the least limb first.
fn limbs_of(bytes: &[u8]) -> [u64; 4] {
    let digest = bytes.last_chunk::<32>().copied().unwrap_or_default();
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(digest.chunks_exact(8)) {
        *limb = chunk.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte));
    }
    limbs
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::crypto::at_rest::AtRest;

    fn ring() -> AtRest {
        AtRest::new([(1, Zeroizing::new([7; 32]))]).unwrap()
    }

    fn fixed(table: Sealed, text: &str) -> Fixed {
        let values = Arc::new(Values::of(&[Some(text), None], &[Some(1)]));
        Fixed { table, values, rest: Values::of(&[Some("rest")], &[]).digest() }
    }

    #[test]
    fn a_seal_is_of_one_table_row_and_entry() {
        let (row, moving) = (fixed(Sealed::Copy, "a"), Values::of(&[Some("waiting")], &[None]));
        let seal = row.seal(4, &moving, &ring());
        let stored = RowSeal::from_bytes(&seal.to_bytes(), Sealed::Copy).unwrap();
        assert_eq!(stored, seal);
        assert!(row.check(&seal, &moving, &ring()).is_ok());
        let other = Values::of(&[Some("collected")], &[None]);
        assert!(row.check(&seal, &other, &ring()).is_err());
        assert!(row.check(&RowSeal { by: 5, ..seal.clone() }, &moving, &ring()).is_err());
        assert!(fixed(Sealed::Copy, "b").check(&seal, &moving, &ring()).is_err());
        assert!(fixed(Sealed::Message, "a").check(&seal, &moving, &ring()).is_err());
        let other_rest = Digest([1; 32]);
        let forged = Fixed { rest: other_rest, ..row };
        assert!(forged.check(&seal, &moving, &ring()).is_err());
        assert!(forged.check(&RowSeal { rest: other_rest, ..seal }, &moving, &ring()).is_err());
    }

    #[test]
    fn an_absent_value_is_no_empty_one_and_none_runs_into_the_next() {
        let of = |texts: &[Option<&str>]| Values::of(texts, &[]);
        assert_ne!(of(&[None, Some("")]), of(&[Some(""), None]));
        assert_ne!(of(&[Some("ab"), Some("c")]), of(&[Some("a"), Some("bc")]));
    }

    #[test]
    fn a_sum_has_no_order_and_is_undone() {
        let macs: Vec<_> = (0..5_u8).map(|byte| ring().digest(&[byte])).collect();
        let all = macs.iter().fold(Sum::default(), |sum, mac| sum.plus(mac));
        assert_eq!(macs.iter().rev().fold(Sum::default(), |sum, mac| sum.plus(mac)), all);
        assert_eq!(macs.iter().fold(all, |sum, mac| sum.minus(mac)), Sum::default());
        assert_eq!(Sum::from_bytes(&all.to_bytes()).unwrap(), all);
        assert_ne!(all.minus(&macs[0]).plus(&macs[1]), all);
        let ones = [255; 32];
        assert_eq!(Sum::default().minus(&[1]).0, [0; 4], "too short for a digest");
        assert_eq!(
            Sum::default().plus(&ones).plus(&ones).minus(&ones).minus(&ones),
            Sum::default(),
            "carries"
        );
    }
}
