//! A write that changes nothing of the exchange: whether one would be done.

use super::{Applied, Effect, sealed::Sealed};
use crate::store::writer::{
    error::WriteError,
    look::Look,
    moment::Moment,
    state::{Change, State},
};

/// More than a push with a large content needs.
const ROOM: usize = 64 * 1024;

/// Tries what a write rests on. It needs no entry, since nothing about anyone changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Judges the head as a write does, and writes nothing.
    Judge,
    /// Likewise, and takes room on the disk.
    Fill,
    /// Likewise, and gives the room back.
    Clear,
}

impl Sealed for Probe {}

impl Effect for Probe {
    type Outcome = ();

    fn least_entries(&self) -> usize {
        0
    }

    fn looks(&self) -> Vec<Look> {
        Vec::new()
    }

    fn judge(&self, _: &Moment, _: &State) -> Result<Applied<()>, WriteError> {
        let room = match self {
            Self::Judge => None,
            Self::Fill => Some(ROOM),
            Self::Clear => Some(0),
        };
        let changes = room.map(Change::Room).into_iter().collect();
        Ok(Applied { changes, ..Applied::repeated(()) })
    }
}
