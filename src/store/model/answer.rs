//! The answer to a message that asks.

use jiff::Timestamp;

use crate::domain::code::OutcomeCode;

/// The answer that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What was answered.
    pub outcome: OutcomeCode,
    /// When.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// Whether this was a repetition of the same answer.
    pub repeated: bool,
}
