//! What an entry is to tell whom.

use super::{name::PartName, part::Part};
use crate::domain::{digest::Digest, party::PartyId};

/// What only one party may know of an entry.
#[derive(Debug, Clone)]
pub struct Own {
    /// The party.
    pub party: PartyId,
    /// What it may know beside what is shared.
    pub part: Part,
    /// A keyed digest of the reference of the staff in the part, by which the party finds what one of its people did.
    pub staff: Option<Digest>,
}

/// An entry before it is prepared: what to tell whom.
#[derive(Debug, Clone, Default)]
pub struct EntryDraft {
    /// What every party that figures in the entry may know.
    pub shared: Part,
    /// For the sending party.
    pub sender: Option<Own>,
    /// For the receiving or calling party.
    pub recipient: Option<Own>,
    /// For the party in whose name the caller acted.
    pub on_behalf: Option<Own>,
    /// What only the operator may know.
    pub gateway: Option<Part>,
}

impl EntryDraft {
    pub(super) const fn own(&self, name: PartName) -> Option<&Own> {
        match name {
            PartName::Sender => self.sender.as_ref(),
            PartName::Recipient => self.recipient.as_ref(),
            PartName::OnBehalf => self.on_behalf.as_ref(),
            PartName::Shared | PartName::Gateway => None,
        }
    }
}
