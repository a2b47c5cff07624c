//! What became of the last write, remembered until the next.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::clock::ClockFault;

/// The label of a clock that cannot be believed.
pub(super) const CLOCK: &str = "clock";

/// How long a commit proves that the next would be done too.
const PROVEN_FOR: Duration = Duration::from_secs(5);

/// Whether the writer's last transaction was committed.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Last>);

#[derive(Debug, Default)]
struct Last {
    committed: Option<Instant>,
    failing: Option<&'static str>,
}

impl Health {
    /// A transaction was committed. Says so when those before it were not.
    pub(super) fn proven(&self) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.committed = Some(Instant::now());
        if let Some(code) = last.failing.take() {
            tracing::info!(after = code, "the database writes again");
        }
    }

    /// A transaction was not committed. Says why, once for each cause until a write is done.
    pub(super) fn failed(&self, code: &'static str) {
        if self.is_new(code) {
            tracing::error!(error_code = code, "the database does not write");
        }
    }

    /// The clock cannot be believed. Says why, likewise.
    pub(super) fn disbelieved(&self, fault: ClockFault) {
        if self.is_new(CLOCK) {
            tracing::error!(error_code = CLOCK, cause = %fault, "nothing is written until the clock is right");
        }
    }

    /// Nobody knows whether a transaction was committed. Says why, likewise.
    pub(super) fn left_open(&self, code: &'static str) {
        if self.is_new(code) {
            tracing::error!(error_code = code, "the database does not say whether it wrote");
        }
    }

    /// Whether this is another cause than the last write had.
    fn is_new(&self, code: &'static str) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.committed = None;
        last.failing.replace(code) != Some(code)
    }

    /// Whether a transaction was committed in the last seconds, and none failed since.
    pub(super) fn is_proven(&self) -> bool {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.committed.is_some_and(|committed| committed.elapsed() < PROVEN_FOR)
    }
}
