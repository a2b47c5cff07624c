//! The writer, in the hands of the one path.

use std::sync::Arc;

use crate::store::writer::{Writer, clock::GuardedClock, error::WriteError};

/// The writer, which nobody else holds: what is not performed or recorded is not written.
#[derive(Debug)]
pub(in crate::exchange) struct Pen(pub(super) Writer);

impl Pen {
    pub(in crate::exchange) const fn of(writer: Writer) -> Self {
        Self(writer)
    }

    /// The clock by which is written.
    pub(in crate::exchange) const fn clock(&self) -> &Arc<GuardedClock> {
        self.0.clock()
    }

    /// How many writes wait.
    pub(in crate::exchange) fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether a write would be done now.
    pub(in crate::exchange) async fn prove(&self) -> Result<(), WriteError> {
        self.0.prove().await
    }
}
