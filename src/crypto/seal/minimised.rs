//! Stand-in for `policy::minimise::Minimised` until that branch is merged.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use crate::domain::{
    code::{Category, Grondslag},
    id::PacketId,
    party::PartyId,
};

/// A packet's content, projected to what one recipient's basis allows.
pub struct Minimised {
    bytes: Zeroizing<Vec<u8>>,
    packet: PacketId,
    party: PartyId,
    basis: Grondslag,
    categories: BTreeSet<Category>,
}

impl std::fmt::Debug for Minimised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Minimised(redacted)")
    }
}

impl Minimised {
    #[cfg(test)]
    pub(super) fn for_test(
        bytes: &[u8],
        packet: PacketId,
        party: PartyId,
        basis: Grondslag,
        categories: BTreeSet<Category>,
    ) -> Self {
        Self { bytes: Zeroizing::new(bytes.to_vec()), packet, party, basis, categories }
    }

    /// The projected canonical JSON.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The packet.
    #[must_use]
    pub const fn packet(&self) -> PacketId {
        self.packet
    }

    /// The recipient.
    #[must_use]
    pub const fn party(&self) -> PartyId {
        self.party
    }

    /// The basis.
    #[must_use]
    pub const fn basis(&self) -> &Grondslag {
        &self.basis
    }

    /// The categories that it holds.
    #[must_use]
    pub const fn categories(&self) -> &BTreeSet<Category> {
        &self.categories
    }
}
