//! What the writer works with.

use std::sync::Arc;

use super::{
    fault::{FaultPoint, NoFaults},
    sign::{KeepsHead, KeepsNothing, SignsCheckpoint},
};
use crate::{
    domain::{clock::Clock, digest::Digest},
    store::SealsRows,
};

/// What the writer of a gateway works with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The policy by which this gateway decides: no write is done while the database has another.
    pub policy: Digest,
    /// Signs the head of the log.
    pub signer: Arc<dyn SignsCheckpoint>,
    /// Seals the register.
    pub seals: Arc<dyn SealsRows>,
    /// Keeps what it signed outside the database.
    pub head: Arc<dyn KeepsHead>,
    /// The gateway's clock.
    pub clock: Arc<dyn Clock>,
    /// How many writes may wait; one more is [`super::error::WriteError::Busy`].
    pub queue: usize,
    /// Where the database seems to fail: nowhere, except in tests.
    pub faults: Arc<dyn FaultPoint>,
}

impl Settings {
    /// With a queue of 4096, without faults, and keeping the head nowhere else.
    #[must_use]
    pub fn new(
        policy: Digest,
        signer: Arc<dyn SignsCheckpoint>,
        seals: Arc<dyn SealsRows>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            policy,
            signer,
            seals,
            head: Arc::new(KeepsNothing),
            clock,
            queue: 4096,
            faults: Arc::new(NoFaults),
        }
    }
}
