//! Releasing a body to its recipient, and the recipient's word that it has it.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Applied, Effect, NewPerson, recipients::conflict_of, sealed::Sealed};
use crate::{
    domain::{digest::Digest, id::PacketId, party::PartyId},
    policy::permit::Permit,
    store::{
        StoreError,
        model::{CopyState, MessageState},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Body, Change, Copy, Message, State},
        },
    },
};

/// Reads the sealed body that the permit is for and marks it collected, in the write that appends its entry.
///
/// May be repeated while the packet waits for its acknowledgement; each release has its own entry.
#[derive(Debug)]
pub struct Deliver {
    /// Spent by this write.
    pub permit: Permit,
}

/// A body that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The packet.
    pub packet: PacketId,
    /// Whose copy.
    pub party: PartyId,
    /// The compact JWE.
    pub jwe: String,
    /// The SHA-256 of the JWE.
    pub sha256: Digest,
    /// The thumbprint of the key that it is sealed to.
    pub thumbprint: String,
    /// The index of the entry that accounts for this release.
    pub index: u64,
}

impl Sealed for Deliver {}

impl Effect for Deliver {
    type Outcome = Delivery;

    fn permits(&self) -> Vec<&Permit> {
        vec![&self.permit]
    }

    fn looks(&self) -> Vec<Look> {
        let of = |packet| [Look::Message(packet), Look::Body(packet, self.permit.party())];
        self.permit.packet().into_iter().flat_map(of).collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Delivery>, WriteError> {
        let id = self.permit.packet().ok_or(WriteError::Mismatch("a permit that names no packet"))?;
        let party = self.permit.party();
        let (packet, copy) = copy_of(state, id, party)?;
        if is_expired(packet, copy, at) {
            return Err(Conflict::Expired.into());
        }
        let (CopyState::Waiting | CopyState::Collected, Body::Read(body), MessageState::Open) =
            (copy.state, &copy.body, packet.state)
        else {
            return Err(conflict_of(copy.state).into());
        };
        if copy.basis != self.permit.basis().as_str() {
            return Err(Conflict::State.into());
        }
        // What leaves is what the log says was sealed, or nothing leaves.
        if Digest::of(body.as_bytes()) != copy.sha256 {
            return Err(WriteError::Unavailable(Arc::new(StoreError::inconsistent("copy.jwe"))));
        }
        let collected = Copy {
            state: CopyState::Collected,
            collected: copy.collected.or(Some((at.time, at.next))),
            ..copy.clone()
        };
        let delivery = Delivery {
            packet: id,
            party,
            jwe: body.as_ref().to_owned(),
            sha256: copy.sha256,
            thumbprint: copy.thumbprint.clone(),
            index: at.next,
        };
        Ok(Applied::done(delivery, vec![Change::Copy((id, party), collected)]))
    }
}

fn copy_of(state: &State, packet: PacketId, party: PartyId) -> Result<(&Message, &Copy), WriteError> {
    let copy = state.copies.get(&(packet, party));
    state.messages.get(&packet).zip(copy).ok_or_else(|| Conflict::NotFound.into())
}

fn is_expired(packet: &Message, copy: &Copy, at: &Moment) -> bool {
    matches!(copy.state, CopyState::Waiting | CopyState::Collected) && packet.expires <= at.time
}

/// The recipient has the packet: its ciphertext is erased here.
#[derive(Debug, Clone)]
pub struct Acknowledge {
    /// The packet.
    pub packet: PacketId,
    /// Who has it.
    pub party: PartyId,
    /// The person under the recipient's own reference, by which it finds the packet again.
    pub person: Option<NewPerson>,
}

/// When the packet was acknowledged, the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// Whether this was a repetition.
    pub repeated: bool,
}

impl Sealed for Acknowledge {}

impl Effect for Acknowledge {
    type Outcome = Acknowledged;

    fn looks(&self) -> Vec<Look> {
        let own = [Look::Message(self.packet), Look::Copy(self.packet, self.party)];
        own.into_iter().chain(self.person.iter().flat_map(NewPerson::looks)).collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Acknowledged>, WriteError> {
        let (packet, copy) = copy_of(state, self.packet, self.party)?;
        if let Some((at, index)) = copy.acknowledged {
            return Ok(Applied::repeated(Acknowledged { at, index, repeated: true }));
        }
        // Of what is forgotten nothing new is kept.
        if packet.is_forgotten {
            return Err(Conflict::Expired.into());
        }
        match copy.state {
            // What was collected in time may be acknowledged late: the recipient has it.
            CopyState::Collected => {}
            CopyState::Waiting if is_expired(packet, copy, at) => return Err(Conflict::Expired.into()),
            CopyState::Waiting => return Err(Conflict::NotCollected.into()),
            other => return Err(conflict_of(other).into()),
        }
        let mut changes = match &self.person {
            Some(person) => person.settle(at, state)?,
            None => Vec::new(),
        };
        let acknowledged = Copy {
            state: CopyState::Acknowledged,
            body: Body::Erased,
            acknowledged: Some((at.time, at.next)),
            person: self.person.as_ref().map(|person| person.id).or(copy.person),
            ..copy.clone()
        };
        changes.push(Change::Copy((self.packet, self.party), acknowledged));
        changes.push(Change::Subject(subject::message(self.packet)));
        Ok(Applied::done(Acknowledged { at: at.time, index: at.next, repeated: false }, changes))
    }
}
