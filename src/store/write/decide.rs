//! The controller's decision upon an objection or a restriction.

use jiff::{Timestamp, civil::Date};

use super::{Applied, Effect, sealed::Sealed, term};
use crate::{
    domain::{code::ReasonCode, declaration::Verdict, id::DeclarationId, party::PartyId},
    store::{
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Decision, State},
        },
    },
};

/// Decides upon a declaration. One that was upheld may be ended by a later decision; one that ended stays ended.
///
/// Who may decide what is decided before; here only `recorder` is compared.
#[derive(Debug, Clone)]
pub struct DecideDeclaration {
    /// The declaration.
    pub id: DeclarationId,
    /// The party that recorded it: the controller.
    pub recorder: PartyId,
    /// What is decided.
    pub verdict: Verdict,
    /// Why, in the controller's own code.
    pub reason: ReasonCode,
    /// On which day.
    pub on: Date,
}

/// The decision that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Why.
    pub reason: ReasonCode,
    /// On which day it was taken.
    pub on: Date,
    /// When it was recorded.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

impl Sealed for DecideDeclaration {}

impl Effect for DecideDeclaration {
    type Outcome = Decided;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::declaration(self.id));
        vec![Look::Declaration(self.id), Look::Decisions(self.id), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Decided>, WriteError> {
        let declaration = state.declarations.get(&self.id).filter(|known| known.recorder == self.recorder);
        let declaration = declaration.ok_or(Conflict::NotFound)?;
        if declaration.forgotten.is_some() {
            return Err(Conflict::State.into());
        }
        if declaration.withdrawn.is_some() {
            return Err(Conflict::Withdrawn.into());
        }
        let decisions = state.decisions.iter().filter(|((of, _), _)| *of == self.id);
        // The keys are in order: the last decision has the highest index.
        if let Some(((_, index), last)) = decisions.last() {
            if last.verdict == self.verdict && last.reason == self.reason && last.on == self.on {
                let (reason, on) = (self.reason.clone(), self.on);
                return Ok(Applied::repeated(Decided { reason, on, at: last.at, index: *index }));
            }
            if last.verdict.ends() || self.verdict != Verdict::Opgeheven {
                return Err(Conflict::State.into());
            }
        }
        let (reason, on) = (self.reason.clone(), self.on);
        let decision =
            Decision { verdict: self.verdict, reason: reason.clone(), on, at: at.time, read: None };
        let mut changes =
            vec![Change::Decision(self.id, decision), Change::Subject(subject::person(declaration.person))];
        if self.verdict.ends() {
            changes.extend(term::ended(subject::declaration(self.id), at, state));
        }
        Ok(Applied::done(Decided { reason, on, at: at.time, index: at.next }, changes))
    }
}
