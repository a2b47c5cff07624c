//! What a person wants, given and taken back.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    Applied, Effect, NewPerson,
    claim::IdempotencyKey,
    recipients::{Stopped, is_told, notice, packets_of, stopped},
    sealed::Sealed,
    term,
};
use crate::{
    domain::{
        declaration::Capacity,
        id::{DeclarationId, PersonId},
        party::PartyId,
    },
    store::{
        model::{CopyState, Evidenced, Made, NoticeKind, Said},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Declaration, DeclarationContent, State, Withdrawal},
        },
    },
};

/// Records a declaration.
#[derive(Debug, Clone)]
pub struct Declare {
    /// Its identifier.
    pub id: DeclarationId,
    /// About whom.
    pub person: NewPerson,
    /// What was said.
    pub said: Said,
    /// How long after its end its facts are kept.
    pub kept_for: SignedDuration,
    /// On what it rests.
    pub evidence: Evidenced,
    /// What was asserted about the person, sealed under the at-rest key for this declaration's row.
    pub facts: Option<Vec<u8>>,
    /// Who recorded it.
    pub recorder: PartyId,
    /// The recorder's key for this call, if it chose one.
    pub idempotency: Option<IdempotencyKey>,
}

/// The declaration is recorded, now or by an earlier call with the same key and body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its identifier.
    pub id: DeclarationId,
    /// The person as the gateway knows one.
    pub person: PersonId,
    /// The index of the entry.
    pub index: u64,
}

impl Sealed for Declare {}

impl Effect for Declare {
    type Outcome = Declared;

    fn looks(&self) -> Vec<Look> {
        let key = self.idempotency.as_ref().map(|key| key.look(self.recorder));
        let own = [Look::Declaration(self.id), Look::Subject(subject::person(self.person.id))];
        key.into_iter().chain(self.person.looks()).chain(own).collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Declared>, WriteError> {
        if let Some(earlier) = self.earlier(state)? {
            return Ok(Applied::repeated(earlier));
        }
        let mut changes = self.person.settle(at, state)?;
        if state.declarations.has(&self.id) {
            return Err(Conflict::Taken.into());
        }
        let content = DeclarationContent {
            said: self.said.clone(),
            evidence: self.evidence.clone(),
            facts: self.facts.clone(),
            recorded: at.time,
        };
        let declaration = Declaration {
            person: self.person.id,
            recorder: self.recorder,
            index: at.next,
            withdrawn: None,
            read: None,
            forgotten: None,
            content: Some(Arc::new(content)),
        };
        let made = Made::Declaration(self.id);
        changes.extend(self.idempotency.iter().map(|key| key.claim(self.recorder, made)));
        changes.push(Change::Declaration(self.id, declaration));
        changes.push(term::ends(subject::declaration(self.id), self.said.until, self.kept_for));
        changes.push(Change::Subject(subject::person(self.person.id)));
        Ok(Applied::done(Declared { id: self.id, person: self.person.id, index: at.next }, changes))
    }
}

impl Declare {
    fn earlier(&self, state: &State) -> Result<Option<Declared>, WriteError> {
        let Some(key) = &self.idempotency else { return Ok(None) };
        let id = match key.earlier(self.recorder, state)? {
            None => return Ok(None),
            Some(Made::Declaration(id)) => id,
            Some(Made::Message(_)) => return Err(Conflict::KeyReused.into()),
        };
        let earlier = state.declarations.get(&id).ok_or(Conflict::NotFound)?;
        Ok(Some(Declared { id, person: earlier.person, index: earlier.index }))
    }
}

/// Ends a declaration: every copy that rests on it and may still be collected is stopped and erased, and every
/// recipient that has collected one is told.
///
/// Who may withdraw is decided before; here only `recorder` is compared.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawDeclaration {
    /// The declaration.
    pub id: DeclarationId,
    /// The party that recorded it, and now records its end.
    pub recorder: PartyId,
    /// Who withdraws.
    pub by: Capacity,
}

/// The declaration is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Since when.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// The copies that it concerned; none in a repetition.
    pub copies: Vec<Stopped>,
    /// Whether this was a repetition.
    pub repeated: bool,
}

/// What was collected and acknowledged stays so: its recipient has it.
const STOPS: [CopyState; 5] = [
    CopyState::Waiting,
    CopyState::Collected,
    CopyState::Acknowledged,
    CopyState::Withheld,
    CopyState::Expired,
];

impl Sealed for WithdrawDeclaration {}

impl Effect for WithdrawDeclaration {
    type Outcome = Withdrawn;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::declaration(self.id));
        vec![Look::Declaration(self.id), Look::Resting(self.id), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Withdrawn>, WriteError> {
        let declaration = state.declarations.get(&self.id).filter(|known| known.recorder == self.recorder);
        let declaration = declaration.ok_or(Conflict::NotFound)?;
        if declaration.forgotten.is_some() && declaration.withdrawn.is_none() {
            return Err(Conflict::Expired.into());
        }
        if let Some(Withdrawal { at, index, .. }) = declaration.withdrawn {
            return Ok(Applied::repeated(Withdrawn { at, index, copies: Vec::new(), repeated: true }));
        }
        let withdrawal = Withdrawal { by: self.by, at: at.time, index: at.next };
        let withdrawn = Declaration { withdrawn: Some(withdrawal), ..declaration.clone() };
        let resting = state.rests.iter().filter(|((_, of), ())| *of == self.id);
        let copies = resting.filter_map(|((id, _), ())| state.copies.get(id).map(|copy| (id, copy)));
        // Of what expired only an answer is left.
        let copies = copies.filter(|(id, copy)| copy.state != CopyState::Expired || state.answers.has(id));
        let (copies, mut changes) = stopped(
            copies,
            &STOPS,
            |copy| match copy {
                CopyState::Acknowledged => copy,
                _ => CopyState::Withdrawn,
            },
            at,
        );
        let told = copies.iter().filter(|copy| is_told(copy, state));
        changes.extend(told.filter_map(|copy| {
            notice(at, copy.party, copy, NoticeKind::DeclarationWithdrawn, Some(self.id))
        }));
        changes.push(Change::Declaration(self.id, withdrawn));
        changes.extend(term::ended(subject::declaration(self.id), at, state));
        changes.push(Change::Subject(subject::person(declaration.person)));
        changes.extend(packets_of(&copies));
        Ok(Applied::done(Withdrawn { at: at.time, index: at.next, copies, repeated: false }, changes))
    }
}
