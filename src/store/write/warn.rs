//! A message ends soon, and not everyone has done what can be done with it: both sides are told.

use super::{
    Applied, Effect, Once,
    recipients::{Stopped, notice},
    sealed::Sealed,
    term,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        model::{CopyState, MessageState, NoticeKind, Stage},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, State, Term},
        },
    },
};

/// Tells the sender and each recipient that has not collected a message, or not answered it where it asks, that it ends soon.
#[derive(Debug, Clone)]
pub struct Warn {
    /// The message.
    pub message: PacketId,
    /// Whose copies are left. The entries of the write are theirs; none is told of a message whose term has passed meanwhile.
    pub left: Vec<PartyId>,
}

impl Sealed for Warn {}

impl Effect for Warn {
    type Outcome = Once;

    /// None where there is nobody to tell: then nothing happens but that its end comes next.
    fn least_entries(&self) -> usize {
        self.left.len()
    }

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::message(self.message));
        vec![Look::Message(self.message), Look::Copies(self.message), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let subject = subject::message(self.message);
        let message = state.messages.get(&self.message).ok_or(Conflict::NotFound)?;
        let Some(term) = term::is_due(&subject, Stage::Warn, at, state)? else { return Ok(Once::already()) };
        let is_left = |party: &PartyId| {
            let id = (self.message, *party);
            let copy = state.copies.get(&id).map(|copy| copy.state);
            copy.is_some_and(|copy| is_left(message.kind.asks(), copy, state.answers.has(&id)))
        };
        let over = message.expires <= at.time || message.state != MessageState::Open;
        let all = state.copies_of(self.message).map(|((_, party), _)| *party);
        let left: Vec<_> = all.filter(|party| !over && is_left(party)).collect();
        let told = |party: &PartyId| self.left.contains(party);
        if left.len() != self.left.len() || !left.iter().all(told) {
            return Err(WriteError::StaleFacts);
        }
        let about = |party: &PartyId| Stopped { packet: self.message, party: *party, collected: false };
        let both = |party: &PartyId| {
            let kind = NoticeKind::ExpiresSoon;
            let about = about(party);
            let told = [message.sender, *party].map(|to| notice(at, to, &about, kind, None));
            told.into_iter().flatten()
        };
        let mut changes: Vec<_> = left.iter().flat_map(both).collect();
        let next = Term { stage: Stage::End, due: Some(term::end_of(message.expires)), ..*term };
        changes.push(Change::Term(subject, next));
        Ok(Once::now(changes))
    }
}

/// Whether something is left to do with a copy before its end: to collect it, or to answer what it asks.
#[must_use]
pub fn is_left(asks: bool, copy: CopyState, is_answered: bool) -> bool {
    match copy {
        CopyState::Waiting => !is_answered,
        CopyState::Collected | CopyState::Acknowledged => asks && !is_answered,
        CopyState::Withdrawn | CopyState::Withheld | CopyState::Expired => false,
    }
}
