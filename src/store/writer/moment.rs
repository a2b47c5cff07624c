//! When a write is judged.

use jiff::{SignedDuration, Timestamp};

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
