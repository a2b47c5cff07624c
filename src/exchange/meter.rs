//! What the calls of a party cost, beyond what each call costs: it is paid at the party's next call.
//!
//! How much a call reads, writes and finds is known only when it is done. So it is counted here, and the edge takes the sum
//! from the party's quota before it lets the next call in. A party thereby pays for all it asks, and never waits for what
//! it did not.

pub(super) mod weights;

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, PoisonError},
};

use crate::domain::party::PartyId;

/// Work that was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// In thousandths of a small call, such as a look at one packet.
    pub milli_calls: u64,
    /// Bytes that the log and the database grew by for what changed nothing: refusals, questions, searches.
    pub noted: u64,
}

impl Work {
    /// So many times this.
    #[must_use]
    pub(super) fn times(self, count: usize) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Self { milli_calls: self.milli_calls.saturating_mul(count), noted: self.noted.saturating_mul(count) }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            milli_calls: self.milli_calls.saturating_add(other.milli_calls),
            noted: self.noted.saturating_add(other.noted),
        }
    }
}

/// What is not paid yet, by party.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<BTreeMap<PartyId, Work>>);

impl Meter {
    /// Counts work of a party.
    pub(super) fn count(&self, party: PartyId, work: Work) {
        let mut owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let owes = owed.entry(party).or_default();
        *owes = owes.and(work);
    }

    /// What a party owes, which whoever asks lets it pay.
    pub(super) fn take(&self, party: PartyId) -> Work {
        let mut owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owed.get_mut(&party).map(mem::take).unwrap_or_default()
    }
}
