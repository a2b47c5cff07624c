//! The answer to a request.

use jiff::Timestamp;

use super::{Applied, Effect, recipients::conflict_of, sealed::Sealed};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        read::CopyState,
        subject,
        write::PacketKind,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, State},
        },
    },
};

/// Answers a request, once.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The request.
    pub request: PacketId,
    /// The recipient that answers.
    pub party: PartyId,
    /// Whether it continues what the request asks for.
    pub continues: bool,
}

/// The request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What was answered.
    pub continues: bool,
    /// When.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// Whether this was a repetition of the same answer.
    pub repeated: bool,
}

impl Sealed for Answer {}

impl Effect for Answer {
    type Outcome = Answered;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Packet(self.request), Look::Copy(self.request, self.party)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Answered>, WriteError> {
        let id = (self.request, self.party);
        let packet = state.packets.get(&self.request).filter(|packet| packet.kind == PacketKind::Request);
        let (Some(packet), Some(copy)) = (packet, state.copies.get(&id)) else {
            return Err(Conflict::NotFound.into());
        };
        if let Some(first) = state.answers.get(&id) {
            if first.continues != self.continues {
                return Err(Conflict::AlreadyAnswered.into());
            }
            let answered =
                Answered { continues: self.continues, at: first.at, index: first.index, repeated: true };
            return Ok(Applied::repeated(answered));
        }
        match copy.state {
            // Who acknowledged the request in time may answer until its term ends.
            CopyState::Waiting | CopyState::Collected | CopyState::Acknowledged
                if packet.expires > at.time => {}
            CopyState::Waiting | CopyState::Collected | CopyState::Acknowledged => {
                return Err(Conflict::Expired.into());
            }
            other => return Err(conflict_of(other).into()),
        }
        let answered = Answered { continues: self.continues, at: at.time, index: at.next, repeated: false };
        let changes =
            vec![Change::Answer(id, answered.into()), Change::Subject(subject::packet(self.request))];
        Ok(Applied::done(answered, changes))
    }
}

impl From<Answered> for crate::store::writer::state::Answer {
    fn from(answered: Answered) -> Self {
        Self { continues: answered.continues, at: answered.at, index: answered.index }
    }
}
