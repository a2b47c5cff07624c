//! The sender takes a packet back.

use std::iter;

use super::{
    Applied, Effect,
    recipients::{Stopped, is_told, notice, stopped},
    sealed::Sealed,
    term,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        model::{CopyState, MessageState, NoticeKind},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Message, State},
        },
    },
};

/// Stops every copy of a packet that may still be collected, erases it, and tells who has collected one. What rests on the
/// packet, as a document does on a request, ends with it in the same way.
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
    /// The copies that it concerned, its own first; none when the packet had been withdrawn before.
    type Outcome = Vec<Stopped>;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::message(self.packet));
        vec![Look::Message(self.packet), Look::Copies(self.packet), Look::Built(self.packet), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Vec<Stopped>>, WriteError> {
        let packet = state.messages.get(&self.packet).filter(|packet| packet.sender == self.sender);
        let packet = packet.ok_or(Conflict::NotFound)?;
        match packet.state {
            MessageState::Open => {}
            MessageState::Withdrawn => return Ok(Applied::repeated(Vec::new())),
            MessageState::Expired => return Err(Conflict::Expired.into()),
        }
        let resting = state.resting_on(self.packet).filter(|(_, built)| built.state == MessageState::Open);
        let ending = iter::once((self.packet, packet)).chain(resting);
        let (copies, changes): (Vec<_>, Vec<_>) =
            ending.map(|(id, message)| ended(id, message, at, state)).unzip();
        Ok(Applied::done(copies.concat(), changes.into_iter().flatten().collect()))
    }
}

fn ended(id: PacketId, message: &Message, at: &Moment, state: &State) -> (Vec<Stopped>, Vec<Change>) {
    let (copies, mut changes) = stopped(
        state.copies_of(id),
        &STOPS,
        |copy| match copy {
            CopyState::Acknowledged => copy,
            _ => CopyState::Withdrawn,
        },
        at,
    );
    let told = copies.iter().filter(|copy| is_told(copy, state));
    changes.extend(told.filter_map(|copy| notice(at, copy.party, copy, NoticeKind::PacketWithdrawn, None)));
    let withdrawn = Message { state: MessageState::Withdrawn, ended: Some(at.next), ..message.clone() };
    changes.push(Change::Message(id, withdrawn));
    changes.extend(term::ended(subject::message(id), at, state));
    changes.push(Change::Subject(subject::message(id)));
    (copies, changes)
}
