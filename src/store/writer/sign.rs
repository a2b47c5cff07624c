//! Who signs the head of the log.

use std::fmt;

use crate::merkle::{
    checkpoint::Checkpoint,
    note::{LogKey, LogVerifier},
};

/// Signs checkpoints. The log's own key does; a test or a hardware module may stand in its place.
pub trait SignsCheckpoint: Send + Sync + fmt::Debug {
    /// The signed note over a checkpoint (C2SP `signed-note`). Called under the lock of the head: it must be quick, and
    /// must not publish the note, since the head is not committed yet.
    ///
    /// # Errors
    /// [`SigningFailed`]: nothing is written then.
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed>;

    /// The checkpoint of a note that a key of this log signed, in whichever version; `None` for every other. What the database
    /// keeps is believed no further: who can write there could otherwise have a log of his own signed.
    fn open(&self, note: &str) -> Option<Checkpoint>;
}

/// Keeps the last committed head where whoever writes in the database cannot reach it.
pub trait KeepsHead: Send + Sync + fmt::Debug {
    /// Keeps this signed note in the place of the former. Called after each commit, before anybody is answered: it must be
    /// quick, and what it cannot do it tells the operator.
    fn keep(&self, note: &str);
}

/// Keeps nothing: for tests and measurements.
#[derive(Debug, Clone, Copy)]
pub struct KeepsNothing;

impl KeepsHead for KeepsNothing {
    fn keep(&self, _: &str) {}
}

/// The checkpoint was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint was not signed")]
pub struct SigningFailed;

impl SignsCheckpoint for LogKey {
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed> {
        Self::sign(self, checkpoint).map_err(|_| SigningFailed)
    }

    fn open(&self, note: &str) -> Option<Checkpoint> {
        LogVerifier::from_vkey(&self.vkey()).ok()?.open(note).ok()
    }
}
