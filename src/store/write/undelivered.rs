//! A copy that waits and can no longer be collected, or answered, as things stand: its sender is told, once for each time.

use jiff::Timestamp;

use super::{
    Applied, Effect, Once,
    recipients::{Stopped, notice},
    sealed::Sealed,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        model::{CopyState, NoticeKind},
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::State,
        },
    },
};

/// Tells a sender that a copy stays uncollected, or that what it asked stays unanswered.
#[derive(Debug, Clone, Copy)]
pub struct TellUndelivered {
    /// The packet.
    pub packet: PacketId,
    /// Who sent it.
    pub sender: PartyId,
    /// Whose copy.
    pub party: PartyId,
    /// Why.
    pub kind: NoticeKind,
    /// Since when: who was told after it knows it.
    pub since: Timestamp,
    /// Whether an answer is waited for, and not the collection alone.
    pub asks: bool,
}

impl Sealed for TellUndelivered {}

impl Effect for TellUndelivered {
    /// Whether it was told now.
    type Outcome = Once;

    /// It follows what the operator did, whatever policies the operator's program has.
    fn needs_policy(&self) -> bool {
        false
    }

    fn looks(&self) -> Vec<Look> {
        vec![
            Look::Message(self.packet),
            Look::Copy(self.packet, self.party),
            Look::Told(self.sender, self.packet),
        ]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let copy = state.copies.get(&(self.packet, self.party)).ok_or(Conflict::NotFound)?;
        let told = state.notices.iter().any(|(id, notice)| {
            (id.packet, id.about, notice.kind) == (self.packet, self.party, self.kind)
                && notice.created >= self.since
        });
        let collected = match copy.state {
            CopyState::Waiting => false,
            CopyState::Collected | CopyState::Acknowledged if self.asks => true,
            CopyState::Collected
            | CopyState::Acknowledged
            | CopyState::Withdrawn
            | CopyState::Withheld
            | CopyState::Expired => return Ok(Once::already()),
        };
        if told {
            return Ok(Once::already());
        }
        let about = Stopped { packet: self.packet, party: self.party, collected };
        Ok(Once::now(notice(at, self.sender, &about, self.kind, None).into_iter().collect()))
    }
}
