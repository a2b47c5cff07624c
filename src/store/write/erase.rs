//! What entries say is erased; that they were made, and every proof of it, stays.

use jiff::SignedDuration;

use super::{Applied, Effect, Once, sealed::Sealed, term::GRACE};
use crate::{
    accesslog::entry::PartName,
    domain::party::PartyId,
    store::writer::{
        error::{Conflict, WriteError},
        look::Look,
        moment::Moment,
        state::{Change, State},
    },
};

/// Erases all that these entries say, with that by which their readers may filter them.
#[derive(Debug, Clone)]
pub struct EraseBodies {
    /// Which, the oldest first.
    pub entries: Vec<ErasedEntry>,
    /// For how long an entry says what happened.
    pub kept_for: SignedDuration,
}

/// An entry that says nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedEntry {
    /// Which.
    pub index: u64,
    /// Who may read it.
    pub readers: Vec<PartyId>,
}

impl Sealed for EraseBodies {}

impl Effect for EraseBodies {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        self.entries.last().map(|last| Look::Said(last.index)).into_iter().collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let last = self.entries.last().ok_or(WriteError::Mismatch("bodies of no entry"))?;
        // Times never go back: what comes before the last is as old.
        let Some(time) = state.said.get(&last.index) else { return Ok(Once::already()) };
        let is_over = time.saturating_add(self.kept_for).is_ok_and(|end| end <= at.time);
        if !is_over || at.steady < GRACE {
            return Err(Conflict::NotExpired.into());
        }
        let entry = |entry: &ErasedEntry| Change::Unsay(entry.index, entry.readers.clone());
        Ok(Once::now(self.entries.iter().map(entry).collect()))
    }
}

/// Erases what one part of an entry says. Its commitment stays in the leaf, so that no proof breaks.
#[derive(Debug, Clone, Copy)]
pub struct EraseBody {
    /// The entry.
    pub index: u64,
    /// The part.
    pub part: PartName,
}

impl Sealed for EraseBody {}

impl Effect for EraseBody {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Part(self.index, self.part)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        if !state.parts.has(&(self.index, self.part)) {
            return Ok(Once::already());
        }
        Ok(Once::now(vec![Change::Erase(self.index, self.part)]))
    }
}
