//! The answer to a message that asks.

use std::sync::Arc;

use super::{Applied, Effect, recipients::conflict_of, sealed::Sealed};
use crate::{
    domain::{
        code::{DatasetCode, OutcomeCode, Purpose},
        id::{PacketId, PersonId},
        party::PartyId,
    },
    store::{
        model::{Answered, CopyState, MessageState},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{self, Change, State},
        },
    },
};

/// Answers a message that asks, once, with an outcome and nothing more.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer, which is a message too.
    pub id: PacketId,
    /// What is answered.
    pub reply_to: PacketId,
    /// Of which dataset that is.
    pub dataset: DatasetCode,
    /// In which version.
    pub dataset_version: u32,
    /// For what.
    pub purpose: Purpose,
    /// About whom, as who asked knows the person.
    pub person: PersonId,
    /// The recipient that answers.
    pub party: PartyId,
    /// What it answers.
    pub outcome: OutcomeCode,
}

impl Sealed for Answer {}

impl Effect for Answer {
    type Outcome = Answered;

    fn looks(&self) -> Vec<Look> {
        looks(self.reply_to, self.party).into()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Answered>, WriteError> {
        let id = (self.reply_to, self.party);
        if let Some(first) = earlier(state, &id)? {
            if first.outcome != self.outcome {
                return Err(Conflict::AlreadyAnswered.into());
            }
            let (outcome, at, index) = (first.outcome.clone(), first.at, first.index);
            return Ok(Applied::repeated(Answered { outcome, at, index, repeated: true }));
        }
        may_be_answered(at, state, &id)?;
        let (outcome, index) = (self.outcome.clone(), at.next);
        let bare = state::BareAnswer {
            id: self.id,
            dataset: self.dataset.clone(),
            dataset_version: self.dataset_version,
            purpose: self.purpose.clone(),
            person: self.person,
        };
        let answer =
            state::Answer { outcome: outcome.clone(), at: at.time, index, bare: Some(Arc::new(bare)) };
        let changes = vec![Change::Answer(id, answer), Change::Subject(subject::message(self.reply_to))];
        Ok(Applied::done(Answered { outcome, at: at.time, index, repeated: false }, changes))
    }
}

/// What an answer of this party to this message is judged by.
pub(super) fn looks(reply_to: PacketId, party: PartyId) -> [Look; 2] {
    [Look::Message(reply_to), Look::Copy(reply_to, party)]
}

/// The answer that stands, to a message that is there for this party.
pub(super) fn earlier<'s>(
    state: &'s State,
    id: &(PacketId, PartyId),
) -> Result<Option<&'s state::Answer>, WriteError> {
    let asks = state.messages.get(&id.0).is_some_and(|message| message.kind.asks());
    if asks && state.copies.has(id) { Ok(state.answers.get(id)) } else { Err(Conflict::NotFound.into()) }
}

/// Whether what is there for this party may still be answered.
pub(super) fn may_be_answered(
    at: &Moment,
    state: &State,
    id: &(PacketId, PartyId),
) -> Result<(), WriteError> {
    let (message, copy) = state.messages.get(&id.0).zip(state.copies.get(id)).ok_or(Conflict::NotFound)?;
    match copy.state {
        // What was taken back asks nothing any more, of who acknowledged it either.
        _ if message.state == MessageState::Withdrawn => Err(Conflict::Withdrawn.into()),
        // Who acknowledged it in time may answer until its term ends.
        CopyState::Waiting | CopyState::Collected | CopyState::Acknowledged if message.expires > at.time => {
            Ok(())
        }
        CopyState::Waiting | CopyState::Collected | CopyState::Acknowledged => Err(Conflict::Expired.into()),
        other => Err(conflict_of(other).into()),
    }
}
