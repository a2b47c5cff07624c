//! Who calls, on whose behalf within the party, and by which trace.

use crate::{
    accesslog::entry::Staff,
    domain::party::PartyId,
    identity::peer::Peer,
    store::{register::Register, snapshot::Snapshot},
};

/// One call by one party.
#[derive(Debug)]
pub struct Caller {
    /// The party, from its certificate.
    pub peer: Peer,
    /// Who of the party acts. Routes that look at or move a person's data ask for it.
    pub staff: Option<Staff>,
    /// What was read to admit the call.
    pub seen: Snapshot,
    /// The W3C trace id, 32 hexadecimal digits.
    pub trace: String,
}

impl Caller {
    /// The party that calls.
    #[must_use]
    pub fn party(&self) -> PartyId {
        self.peer.party()
    }

    /// Who takes part, as this call found it.
    pub(super) fn register(&self) -> &Register {
        self.seen.register()
    }
}
