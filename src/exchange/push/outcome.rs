//! What came of a push, and what would.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality},
        digest::Digest,
        id::PacketId,
        party::PartyId,
        problem::Fault,
    },
    policy::permit::Refusal,
};

/// A packet that is stored, or was by an earlier call with the same key and body.
#[derive(Debug)]
pub struct Pushed {
    /// The packet.
    pub id: PacketId,
    /// Of which dataset.
    pub dataset: DatasetCode,
    /// When it was handed in.
    pub created: Timestamp,
    /// Until when it may be collected.
    pub expires: Timestamp,
    /// Per recipient, the person's copy included.
    pub recipients: Vec<PushedRecipient>,
}

/// One recipient of a stored packet.
#[derive(Debug)]
pub struct PushedRecipient {
    /// The party.
    pub party: PartyId,
    /// The municipality whose college was named.
    pub municipality: Option<Municipality>,
    /// The one basis.
    pub basis: Grondslag,
    /// What was sealed.
    pub categories: BTreeSet<Category>,
    /// What was left out at the person's wish.
    pub omitted: BTreeSet<Category>,
    /// The SHA-256 of the JWE.
    pub jwe_sha256: Digest,
    /// The key it was sealed to.
    pub thumbprint: String,
    /// The index of the entry.
    pub index: u64,
    /// The receipt (JWS).
    pub receipt: String,
}

/// What would be decided for one recipient.
#[derive(Debug)]
pub struct Foreseen {
    /// Index in the sender's list; none for the person's copy.
    pub at: Option<usize>,
    /// The party.
    pub party: PartyId,
    /// The index of the entry that says that it was asked.
    pub index: u64,
    /// The basis and its categories, or the refusal.
    pub decision: Result<(Grondslag, BTreeSet<Category>), Refusal>,
    /// That nothing could be sealed for it now, whatever is decided: it has no key.
    pub keyless: Option<Fault>,
}
