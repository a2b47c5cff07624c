//! The seal of a row.

use std::sync::Arc;

use super::{
    seals_rows::SealsRows,
    table::Sealed,
    values::{Values, put},
};
use crate::{crypto::pseudonym::Pseudonym, domain::digest::Digest, store::error::StoreError};

/// The length of what [`SealsRows::seal`] makes: the version of the key, and the digest.
const MAC: usize = 36;

/// Stands for the digest where nothing is left out.
pub(in crate::store) const WHOLE: Digest = Digest([0; 32]);

/// What of a row never changes: the values by which it is judged, and the digest of the rest.
#[derive(Debug, Clone)]
pub(in crate::store) struct Fixed {
    pub(in crate::store) table: Sealed,
    pub(in crate::store) values: Arc<Values>,
    pub(in crate::store) rest: Digest,
}

impl Fixed {
    fn bytes(&self, by: u64, moving: &Values) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + self.values.bytes().len() + moving.bytes().len());
        bytes.extend(b"sluis-row-v1\n");
        put(&mut bytes, Some(self.table.word()));
        bytes.extend(by.to_be_bytes());
        bytes.extend(self.rest.0);
        put(&mut bytes, Some(self.values.bytes()));
        put(&mut bytes, Some(moving.bytes()));
        bytes
    }

    /// The seal of a row that this entry writes.
    pub(in crate::store) fn seal(&self, by: u64, moving: &Values, seals: &dyn SealsRows) -> RowSeal {
        RowSeal { by, rest: self.rest, mac: seals.seal(&self.bytes(by, moving)) }
    }

    /// # Errors
    /// `Inconsistent` when the seal is not that of this row.
    pub(in crate::store) fn check(
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
pub(in crate::store) fn of_subject(subject: &str) -> Fixed {
    Fixed { table: Sealed::Subject, values: Arc::new(Values::of(&[Some(subject)], &[])), rest: WHOLE }
}

/// By what a gateway remembers that a pseudonym leads to somebody. Nothing is ever stored under this name: the log names the
/// person, not the pseudonym.
pub(in crate::store) fn remembered(pseudonym: &Pseudonym) -> String {
    format!("pseudonym {}/{}", pseudonym.version, pseudonym.value)
}

/// As it stands in the column `seal`: the index of the entry (8 bytes, big-endian), the digest of the values that never change
/// and need not be read, and the keyed digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) struct RowSeal {
    pub(in crate::store) by: u64,
    pub(in crate::store) rest: Digest,
    pub(in crate::store) mac: Vec<u8>,
}

impl RowSeal {
    pub(in crate::store) fn to_bytes(&self) -> Vec<u8> {
        [self.by.to_be_bytes().as_slice(), &self.rest.0, &self.mac].concat()
    }

    pub(in crate::store) fn from_bytes(bytes: &[u8], table: Sealed) -> Result<Self, StoreError> {
        let split = bytes.split_first_chunk::<8>().and_then(|(by, after)| {
            let (rest, mac) = after.split_first_chunk::<32>()?;
            Some(Self { by: u64::from_be_bytes(*by), rest: Digest(*rest), mac: mac.to_vec() })
        });
        split.filter(|seal| seal.mac.len() == MAC).ok_or_else(|| table.broken())
    }
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
}
