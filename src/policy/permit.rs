//! STAND-IN.
use super::facts::FactVersion;
use crate::domain::{code::Grondslag, digest::Digest, id::PacketId, party::PartyId};
use jiff::Timestamp;
/// A permit.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "stand-in")]
pub struct Permit {
    pub packet: Option<PacketId>,
    pub party: PartyId,
    pub basis: Grondslag,
    pub versions: Vec<FactVersion>,
    pub policy: Digest,
    pub decided: Timestamp,
    pub not_after: Timestamp,
}
#[expect(missing_docs, clippy::must_use_candidate, reason = "stand-in")]
impl Permit {
    pub const fn packet(&self) -> Option<PacketId> {
        self.packet
    }
    pub const fn party(&self) -> PartyId {
        self.party
    }
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }
    pub fn versions(&self) -> &[FactVersion] {
        &self.versions
    }
    pub const fn policy_digest(&self) -> Digest {
        self.policy
    }
    pub const fn decided_at(&self) -> Timestamp {
        self.decided
    }
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.decided <= now && now < self.not_after
    }
}
