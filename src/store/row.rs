//! From columns to values. The drivers know text, bytes and integers; everything else is parsed here, and what does
//! not parse was not written by this program.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::error::StoreError;
use crate::{
    accesslog::entry::{Commitments, LEAF_LENGTH, PartName, ReaderRow, SealedBody, leaf},
    domain::{clock::from_millis, digest::Digest, party::PartyId},
};

/// Reads the columns of one row by name.
pub(super) struct Columns<'r>(pub(super) &'r AnyRow);

impl Columns<'_> {
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?.parse().map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn maybe_parse<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.maybe_text(column)?
            .map(|text| text.parse().map_err(|_| StoreError::inconsistent(column)))
            .transpose()
    }

    pub(super) fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn maybe_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn hash(&self, column: &'static str) -> Result<Digest, StoreError> {
        Digest::from_slice(&self.bytes(column)?).map_err(|_| StoreError::inconsistent(column))
    }

    /// The commitments of a leaf, in the column `commitments`.
    pub(super) fn commitments(&self) -> Result<Commitments, StoreError> {
        let bytes = self.bytes("commitments")?;
        Commitments::from_bytes(&bytes).ok_or_else(|| StoreError::inconsistent("leaf.commitments"))
    }

    /// The leaf of a time and commitments, in the columns of those names.
    pub(super) fn leaf(&self) -> Result<[u8; LEAF_LENGTH], StoreError> {
        Ok(leaf(self.index("time")?, &self.commitments()?.root()))
    }

    /// The bodies that are kept of an entry, of the parts that may be read.
    pub(super) fn bodies(
        &self,
        commitments: &Commitments,
        may_read: impl Fn(PartName) -> bool,
    ) -> Result<Vec<SealedBody>, StoreError> {
        let mut bodies = Vec::new();
        for part in PartName::ALL.into_iter().filter(|part| may_read(*part)) {
            let column = match part {
                PartName::OnBehalf => "on_behalf",
                other => other.as_str(),
            };
            if let Some(sealed) = self.maybe_bytes(column)? {
                bodies.push(SealedBody { part, commitment: commitments.of(part), sealed });
            }
        }
        Ok(bodies)
    }

    /// The row by which a party finds an entry, as it stands there.
    pub(super) fn reader(&self) -> Result<ReaderRow, StoreError> {
        Ok(ReaderRow {
            oin: self.text("oin")?,
            role: self.text("role")?,
            number: self.index("number")?,
            parts: self.text("parts")?,
            facets: [
                self.maybe_text("event")?,
                self.maybe_text("outcome")?,
                self.maybe_text("dataset")?,
                self.maybe_text("purpose")?,
                self.maybe_text("packet")?,
            ],
            person: self.maybe_text("person")?,
            staff: self.maybe_bytes("staff")?.and_then(|staff| Digest::from_slice(&staff).ok()),
        })
    }

    pub(super) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.integer(column)? != 0)
    }

    pub(super) fn index(&self, column: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.integer(column)?).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn maybe_index(&self, column: &'static str) -> Result<Option<u64>, StoreError> {
        self.maybe_integer(column)?
            .map(|value| u64::try_from(value).map_err(|_| StoreError::inconsistent(column)))
            .transpose()
    }

    pub(super) fn maybe_integer(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.0.try_get(column).map_err(|_| StoreError::inconsistent(column))
    }

    pub(super) fn instant(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Ok(from_millis(self.integer(column)?))
    }

    pub(super) fn maybe_instant(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_integer(column)?.map(from_millis))
    }

    pub(super) fn party(&self, oin: &'static str, role: &'static str) -> Result<PartyId, StoreError> {
        Ok(PartyId::new(self.parse(oin)?, self.parse(role)?))
    }

    /// A set of codes, kept as text with a comma between.
    pub(super) fn codes<T: FromStr, C: FromIterator<T>>(
        &self,
        column: &'static str,
    ) -> Result<C, StoreError> {
        self.text(column)?
            .split(',')
            .filter(|code| !code.is_empty())
            .map(|code| code.parse().map_err(|_| StoreError::inconsistent(column)))
            .collect()
    }
}

/// The text of a set of codes: none of them holds a comma.
pub(super) fn joined<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    codes.into_iter().collect::<Vec<_>>().join(",")
}

/// An index or size as the database keeps it.
pub(super) fn signed(index: u64) -> i64 {
    // INVARIANT: a log of 2^63 entries does not exist; held to the largest that the column takes.
    i64::try_from(index).unwrap_or(i64::MAX)
}

/// An instant as the database keeps it: milliseconds since 1970.
pub(super) fn millis(instant: Timestamp) -> i64 {
    instant.as_millisecond()
}
