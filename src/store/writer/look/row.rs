//! A row of the statements, whose columns are those of [`super::kinds`], by position, and by what it is believed.

use std::{str::FromStr, sync::Arc};

use jiff::Timestamp;
use sqlx::{Row as _, any::AnyRow};

use super::kinds::{NUMBERS, TEXTS};
use crate::{
    domain::{clock::from_millis, digest::Digest, party::PartyId},
    store::{
        error::StoreError,
        memory::Memory,
        seal::{
            Fixed, RowSeal, SealsRows, Values,
            layout::{Placed, Places},
        },
        writer::state::Read,
    },
};

/// By which a row is believed: its seal, and that no later entry that is known wrote it.
pub(in crate::store::writer) struct Believes<'b> {
    pub(in crate::store::writer) seals: &'b dyn SealsRows,
    pub(in crate::store::writer) memory: &'b Memory,
    /// The size of the log under the lock.
    pub(in crate::store::writer) entries: u64,
}

impl Believes<'_> {
    pub(super) fn check(
        &self,
        fixed: Fixed,
        seal: &[u8],
        moving: &Values,
        name: String,
    ) -> Result<Arc<Read>, StoreError> {
        let seal = RowSeal::from_bytes(seal, fixed.table)?;
        let fixed = Fixed { rest: seal.rest, ..fixed };
        fixed.check(&seal, moving, self.seals)?;
        self.memory.found(fixed.table, &name, seal.by, self.entries)?;
        Ok(Arc::new(Read { name, fixed, mac: seal.mac }))
    }
}

/// A row of a statement.
pub(super) struct Row<'r>(pub(super) &'r AnyRow, pub(super) &'r Believes<'r>);

const FIRST_TEXT: usize = 1;
const FIRST_NUMBER: usize = FIRST_TEXT + TEXTS;
const BYTES: usize = FIRST_NUMBER + NUMBERS;
const SEAL: usize = BYTES + 1;

impl Row<'_> {
    pub(super) fn kind(&self) -> Result<i64, StoreError> {
        self.0.try_get(0).map_err(|_| missing())
    }

    pub(super) fn plain_text(&self, text: usize) -> Result<Option<&str>, StoreError> {
        self.0.try_get(FIRST_TEXT + text).map_err(|_| missing())
    }

    pub(super) fn maybe<T: FromStr>(&self, text: usize) -> Result<Option<T>, StoreError> {
        self.plain_text(text)?.map(|text| text.parse().map_err(|_| missing())).transpose()
    }

    pub(super) fn text<T: FromStr>(&self, text: usize) -> Result<T, StoreError> {
        self.maybe(text)?.ok_or_else(missing)
    }

    pub(super) fn party(&self, oin: usize, role: usize) -> Result<PartyId, StoreError> {
        Ok(PartyId::new(self.text(oin)?, self.text(role)?))
    }

    pub(super) fn maybe_number(&self, number: usize) -> Result<Option<i64>, StoreError> {
        self.0.try_get(FIRST_NUMBER + number).map_err(|_| missing())
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

    pub(super) fn digest(&self) -> Result<Digest, StoreError> {
        Digest::from_slice(self.bytes()?).map_err(|_| missing())
    }

    fn bytes(&self) -> Result<&[u8], StoreError> {
        self.0.try_get(BYTES).map_err(|_| missing())
    }

    pub(super) fn seal(&self) -> Result<&[u8], StoreError> {
        self.0.try_get(SEAL).map_err(|_| missing())
    }

    /// What of the row never changes, once its seal holds for that and for what does. The digest of what was not read is
    /// believed as the seal has it.
    pub(super) fn sealed(&self, places: &Places) -> Result<Arc<Read>, StoreError> {
        let fixed = places.fixed_with(Digest([0; 32]), self)?;
        self.1.check(fixed, self.seal()?, &places.moving_of(self)?, places.name_of(self)?)
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
        self.bytes().map(Some)
    }
}

/// The statement has no columns by name.
pub(super) fn missing() -> StoreError {
    StoreError::inconsistent("what a write is judged by")
}
