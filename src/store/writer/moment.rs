//! When a write is judged, and what its permits must be at that instant.

use jiff::{SignedDuration, Timestamp};

use super::{error::WriteError, state::State};
use crate::policy::{facts::AsOf, permit::Permit};

/// The instant at which a write is judged, and its place in the log.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// By which is judged, and which the rows and the entries say: never before the last entry.
    pub(in crate::store) time: Timestamp,
    /// For how long the clock was believed without a break, by the time that passed.
    pub(in crate::store) steady: SignedDuration,
    /// The index that the first entry of this write will have.
    pub(in crate::store) next: u64,
}

impl Moment {
    /// Refuses a permit that is not valid at this instant under the policy of the database.
    pub(super) fn judge_permit(&self, permit: &Permit, state: &State) -> Result<(), WriteError> {
        if permit.policy_digest() != state.policy {
            return Err(WriteError::PolicyDiffers);
        }
        if !permit.is_alive(self.time) {
            return Err(WriteError::PermitExpired);
        }
        judge_facts(permit.as_of(), state)
    }
}

/// Refuses when a subject changed after the decision saw it.
pub(super) fn judge_facts(read: &AsOf, state: &State) -> Result<(), WriteError> {
    let seen = |subject| state.subjects.get(subject).is_none_or(|known| known.entry < read.entries);
    if read.subjects.iter().all(seen) { Ok(()) } else { Err(WriteError::StaleFacts) }
}
