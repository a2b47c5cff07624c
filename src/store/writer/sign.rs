//! Who signs the head of the log.

use std::fmt;

use crate::merkle::{checkpoint::Checkpoint, note::LogKey};

/// Signs checkpoints. The log's own key does; a test or a hardware module may stand in its place.
pub trait SignsCheckpoint: Send + Sync + fmt::Debug {
    /// The signed note over a checkpoint (C2SP `signed-note`). Called under the lock of the head: it must be quick, and
    /// must not publish the note, since the head is not committed yet.
    ///
    /// # Errors
    /// [`SigningFailed`]: nothing is written then.
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed>;
}

/// The checkpoint was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the checkpoint was not signed")]
pub struct SigningFailed;

impl SignsCheckpoint for LogKey {
    fn sign(&self, checkpoint: &Checkpoint) -> Result<String, SigningFailed> {
        Self::sign(self, checkpoint).map_err(|_| SigningFailed)
    }
}
