//! What came of a withdrawal, or why nothing did.

use jiff::Timestamp;

use crate::{
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    exchange::{
        caller::Caller,
        ended::Ended,
        perform::{At, from_turned},
        trouble::Trouble,
    },
    policy::permit::Refusal,
    store::write::Stopped,
};

/// Why nothing was withdrawn.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// There is no such thing, or it is another party's.
    #[error("no such thing")]
    NotFound,
    /// Who withdraws may not, on this date; or the role may not.
    #[error("refused")]
    Refused(Refusal),
    /// It has ended already by another cause.
    #[error("ended")]
    Gone(Ended),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// What a withdrawal did.
#[derive(Debug, Clone)]
pub struct TakenBack {
    /// Since when.
    pub at: Timestamp,
    /// The index of the entry; none when it had been withdrawn before.
    pub index: Option<u64>,
    /// Who can no longer collect.
    pub stopped: Vec<(PacketId, PartyId)>,
    /// Which party has collected already, and is told.
    pub told: Vec<(PacketId, PartyId)>,
    /// Copies that were handed over to the person, or to a party that is one no more. A gateway reaches parties only: the sender
    /// tells them.
    pub to_tell: Vec<(PacketId, PartyId)>,
    /// Who withdrew it, the first time; none of a packet.
    pub by: Option<Capacity>,
    /// The same wish, declared once more, that still stands: while it does, nothing is taken back towards that recipient.
    pub standing: Vec<StillStands>,
}

/// A declaration that says the same as one that was withdrawn.
#[derive(Debug, Clone, Copy)]
pub struct StillStands {
    /// The declaration.
    pub id: DeclarationId,
    /// Who gave it.
    pub given_by: Capacity,
    /// When.
    pub given_at: Timestamp,
}

impl TakenBack {
    pub(super) fn of(time: Timestamp, index: Option<u64>, copies: &[Stopped], at: &At<'_, Caller>) -> Self {
        let is_reached = |copy: &Stopped| at.facts.register().party(&copy.party).is_some();
        let which = |is_one: &dyn Fn(&Stopped) -> bool| {
            copies.iter().filter(|copy| is_one(copy)).map(|copy| (copy.packet, copy.party)).collect()
        };
        Self {
            at: time,
            index,
            stopped: which(&|copy| !copy.collected),
            told: which(&|copy| copy.collected && is_reached(copy)),
            to_tell: which(&|copy| copy.collected && !is_reached(copy)),
            by: None,
            standing: Vec::new(),
        }
    }
}

from_turned!(WithdrawError);
