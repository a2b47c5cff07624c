//! The sender takes a packet back.

use super::{
    Applied, Effect,
    recipients::{Stopped, is_told, notice, stopped},
    sealed::Sealed,
    term,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        read::{CopyState, MessageState, NoticeKind},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Message, State},
        },
    },
};

/// Stops every copy of a packet that may still be collected, erases it, and tells who has collected one.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawPacket {
    /// The packet.
    pub packet: PacketId,
    /// Who sent it.
    pub sender: PartyId,
}

const STOPS: [CopyState; 4] =
    [CopyState::Waiting, CopyState::Collected, CopyState::Acknowledged, CopyState::Withheld];

impl Sealed for WithdrawPacket {}

impl Effect for WithdrawPacket {
    /// The copies that it concerned; none when the packet had been withdrawn before.
    type Outcome = Vec<Stopped>;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::message(self.packet));
        vec![Look::Message(self.packet), Look::Copies(self.packet), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Vec<Stopped>>, WriteError> {
        let packet = state.messages.get(&self.packet).filter(|packet| packet.sender == self.sender);
        let packet = packet.ok_or(Conflict::NotFound)?;
        match packet.state {
            MessageState::Open => {}
            MessageState::Withdrawn => return Ok(Applied::repeated(Vec::new())),
            MessageState::Expired => return Err(Conflict::Expired.into()),
        }
        let (copies, mut changes) = stopped(
            state.copies_of(self.packet),
            &STOPS,
            |copy| match copy {
                CopyState::Acknowledged => copy,
                _ => CopyState::Withdrawn,
            },
            at,
        );
        let told = copies.iter().filter(|copy| is_told(copy, state));
        let kind = NoticeKind::PacketWithdrawn;
        changes.extend(told.filter_map(|copy| notice(at, copy.party, copy, kind, None)));
        changes.push(Change::Message(
            self.packet,
            Message { state: MessageState::Withdrawn, ended: Some(at.next), ..packet.clone() },
        ));
        changes.extend(term::ended(subject::message(self.packet), at, state));
        changes.push(Change::Subject(subject::message(self.packet)));
        Ok(Applied::done(copies, changes))
    }
}
