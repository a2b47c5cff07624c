//! A row of the statement, whose columns are those of [`super::kinds`], by position.

use std::{collections::BTreeSet, str::FromStr};

use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::kinds;
use crate::{
    domain::clock::from_millis,
    store::{error::StoreError, seal::layout::Placed},
};

/// A row of the statement.
pub(super) struct Row<'r>(pub(super) &'r AnyRow);

const SLOT: usize = 0;
const KIND: usize = 1;
const TEXTS: usize = 2;
const NUMBERS: usize = TEXTS + kinds::TEXTS;
const BYTES: usize = NUMBERS + kinds::NUMBERS;
/// What the error names: the statement has no columns by name.
const PLACE: &str = "snapshot";

impl Row<'_> {
    /// Which of the things that were looked for; none is the head.
    pub(super) fn slot(&self) -> Result<Option<usize>, StoreError> {
        Ok(usize::try_from(self.plain(SLOT)?.ok_or_else(missing)?).ok())
    }

    pub(super) fn kind(&self) -> Result<i64, StoreError> {
        self.plain(KIND)?.ok_or_else(missing)
    }

    fn plain(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.0.try_get(column).map_err(|_| missing())
    }

    pub(super) fn maybe<T: FromStr>(&self, text: usize) -> Result<Option<T>, StoreError> {
        let text: Option<&str> = self.0.try_get(TEXTS + text).map_err(|_| missing())?;
        text.map(|text| text.parse().map_err(|_| missing())).transpose()
    }

    pub(super) fn text<T: FromStr>(&self, text: usize) -> Result<T, StoreError> {
        self.maybe(text)?.ok_or_else(missing)
    }

    pub(super) fn codes<T: FromStr + Ord>(&self, text: usize) -> Result<BTreeSet<T>, StoreError> {
        let text: &str = self.0.try_get(TEXTS + text).map_err(|_| missing())?;
        let codes = text.split(',').filter(|code| !code.is_empty());
        codes.map(|code| code.parse().map_err(|_| missing())).collect()
    }

    pub(super) fn maybe_number(&self, number: usize) -> Result<Option<i64>, StoreError> {
        self.plain(NUMBERS + number)
    }

    pub(super) fn number(&self, number: usize) -> Result<i64, StoreError> {
        self.maybe_number(number)?.ok_or_else(missing)
    }

    pub(super) fn maybe_index(&self, number: usize) -> Result<Option<u64>, StoreError> {
        let value = self.maybe_number(number)?;
        value.map(|value| u64::try_from(value).map_err(|_| missing())).transpose()
    }

    pub(super) fn index(&self, number: usize) -> Result<u64, StoreError> {
        self.maybe_index(number)?.ok_or_else(missing)
    }

    pub(super) fn maybe_instant(&self, number: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.maybe_number(number)?.map(from_millis))
    }

    pub(super) fn instant(&self, number: usize) -> Result<Timestamp, StoreError> {
        self.maybe_instant(number)?.ok_or_else(missing)
    }

    pub(super) fn maybe_bytes(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }

    pub(super) fn plain_text(&self, text: usize) -> Result<Option<&str>, StoreError> {
        self.0.try_get(TEXTS + text).map_err(|_| missing())
    }

    /// The seal of the row, or that of what is joined to it.
    pub(super) fn seal(&self, of: usize) -> Result<Option<&[u8]>, StoreError> {
        self.0.try_get(BYTES + 1 + of).map_err(|_| missing())
    }

    pub(super) fn bytes(&self) -> Result<&[u8], StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }
}

impl Placed for Row<'_> {
    fn text_at(&self, place: usize) -> Result<Option<&str>, StoreError> {
        self.plain_text(place)
    }

    fn number_at(&self, place: usize) -> Result<Option<i64>, StoreError> {
        self.maybe_number(place)
    }

    fn bytes_at(&self, _: usize) -> Result<Option<&[u8]>, StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }
}

pub(super) fn missing() -> StoreError {
    StoreError::inconsistent(PLACE)
}
