//! STAND-IN.
use crate::domain::{
    code::{Category, Grondslag},
    digest::Digest,
    id::PacketId,
    party::PartyId,
};
use std::collections::BTreeSet;
/// A sealed body.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "stand-in")]
pub struct Sealed {
    pub jwe: String,
    pub packet: PacketId,
    pub party: PartyId,
    pub basis: Grondslag,
    pub categories: BTreeSet<Category>,
    pub thumbprint: String,
}
#[expect(missing_docs, clippy::must_use_candidate, reason = "stand-in")]
impl Sealed {
    pub fn jwe(&self) -> &str {
        &self.jwe
    }
    pub fn sha256(&self) -> Digest {
        Digest::of(self.jwe.as_bytes())
    }
    pub const fn packet(&self) -> PacketId {
        self.packet
    }
    pub const fn party(&self) -> PartyId {
        self.party
    }
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }
}
