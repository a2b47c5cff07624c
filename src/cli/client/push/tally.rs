//! How a batch ended, counted.

use serde::Serialize;

use super::report::{Record, Status};
use crate::cli::Exit;

/// How a batch ended, counted.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    /// Lines in the input.
    pub lines: usize,
    /// Acknowledged by the gateway, now or in an earlier run.
    pub accepted: usize,
    /// Of those, acknowledged in an earlier run.
    pub earlier: usize,
    /// Of those, with a receipt that does not hold.
    pub unproven: usize,
    /// Refused by the gateway.
    pub refused: usize,
    /// Not sent, because they are no push.
    pub invalid: usize,
    /// Not sent, because they are the same as an earlier line.
    pub duplicate: usize,
    /// For a check: lines that an earlier run sent, and that are now another packet or gone. A push asks for `--changed` then.
    pub changed: usize,
    /// Sent without an answer, or not sent because the run stopped.
    pub open: usize,
}

impl Tally {
    /// Counts these records, of so many lines and of which so many were accepted earlier.
    pub(super) fn count(records: &[Record], lines: usize, earlier: usize) -> Self {
        let of = |wanted: &[Status]| records.iter().filter(|record| wanted.contains(&record.status)).count();
        let mut tally = Self {
            lines,
            accepted: of(&[Status::Accepted, Status::Permitted]),
            earlier,
            unproven: records.iter().filter(|record| !record.receipt_faults.is_empty()).count(),
            refused: of(&[Status::Refused]),
            invalid: of(&[Status::Invalid]),
            duplicate: of(&[Status::Duplicate]),
            changed: 0,
            open: 0,
        };
        let settled = [tally.accepted, tally.refused, tally.invalid, tally.duplicate].iter().sum();
        tally.open = lines.saturating_sub(settled);
        tally
    }

    /// How the program ends after this batch.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        if self.changed > 0 {
            // As the push will end that nobody told `--changed`.
            Exit::Usage
        } else if self.open > 0 {
            Exit::TryAgain
        } else if self.unproven > 0 {
            Exit::Unproven
        } else if self.refused == 0 && self.invalid == 0 {
            Exit::Done
        } else if self.accepted > 0 {
            Exit::Partial
        } else {
            Exit::Refused
        }
    }
}
