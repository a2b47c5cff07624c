//! A recipient's copy of a message.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::words::words;
use crate::domain::{
    code::{Category, Grondslag, Municipality},
    digest::Digest,
    party::PartyId,
};

words! {
    /// Where a recipient's copy stands.
    CopyState {
        /// It waits.
        Waiting = "waiting",
        /// It was released at least once; the ciphertext is kept for a repetition.
        Collected = "collected",
        /// The recipient has it; the ciphertext is erased.
        Acknowledged = "acknowledged",
        /// The sender or the person took it back.
        Withdrawn = "withdrawn",
        /// The key that it was sealed to was revoked.
        Withheld = "withheld",
        /// Its term passed before it was collected.
        Expired = "expired",
    }
}

/// A recipient's copy without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyRow {
    /// Whose.
    pub party: PartyId,
    /// The municipality whose college was named.
    pub municipality: Option<Municipality>,
    /// On which basis.
    pub basis: Grondslag,
    /// The categories that it holds.
    pub categories: BTreeSet<Category>,
    /// The categories that were left out on request.
    pub omitted: BTreeSet<Category>,
    /// The SHA-256 of the JWE.
    pub jwe_sha256: Digest,
    /// The thumbprint of the key that it is sealed to.
    pub thumbprint: String,
    /// Where it stands.
    pub state: CopyState,
    /// The index of the entry of the push: its place in the inbox.
    pub pushed_index: u64,
    /// When it was first released.
    pub collected_at: Option<Timestamp>,
    /// The index of the entry of the first release.
    pub collected_index: Option<u64>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// The index of the entry of the acknowledgement.
    pub acknowledged_index: Option<u64>,
    /// The index of the entry by which it was stopped.
    pub ended_index: Option<u64>,
}

impl CopyRow {
    /// Whether its sender or the person took it back, also after it was acknowledged.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        let since = self.acknowledged_index < self.ended_index;
        self.state == CopyState::Withdrawn || (self.state == CopyState::Acknowledged && since)
    }
}
