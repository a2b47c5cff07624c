//! What nothing can be decided on any more is forgotten: what a message and a declaration keep of a person, and in the end the
//! pseudonyms by which a person is recognised.

use jiff::SignedDuration;

use super::{Applied, Effect, Once, sealed::Sealed, term};
use crate::{
    domain::id::{DeclarationId, PacketId, PersonId},
    store::{
        model::{MessageState, Stage},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Declaration, Message, State},
        },
    },
};

/// Forgets the header of a message that ended so long ago as its dataset says, the digests by which its recipients found it,
/// and the key under which it was sent. Not while another message rests on it of which that is kept.
#[derive(Debug, Clone, Copy)]
pub struct ForgetMessage {
    /// The message.
    pub message: PacketId,
}

impl Sealed for ForgetMessage {}

impl Effect for ForgetMessage {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::message(self.message));
        let own = [Look::Message(self.message), Look::Copies(self.message), Look::Upon(self.message)];
        own.into_iter().chain([term, Look::KeysOf(self.message.to_string())]).collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let subject = subject::message(self.message);
        let message = state.messages.get(&self.message).ok_or(Conflict::NotFound)?;
        if message.is_forgotten || term::is_due(&subject, Stage::Forget, at, state)?.is_none() {
            return Ok(Once::already());
        }
        if message.state == MessageState::Open || self.carries(state) {
            return Err(Conflict::State.into());
        }
        let copies = state.copies_of(self.message);
        let mut persons: Vec<_> = copies.filter_map(|(_, copy)| copy.person).collect();
        persons.push(message.person);
        let mut changes: Vec<_> = persons.into_iter().map(|person| may_go(person, at)).collect();
        let forgotten = Message { is_forgotten: true, ..message.clone() };
        changes.push(Change::Message(self.message, forgotten));
        changes.push(Change::Over(subject.clone()));
        changes.push(Change::Subject(subject));
        Ok(Once::now(changes))
    }
}

impl ForgetMessage {
    /// Whether a message that is kept rests on it or answers it, one of this batch too.
    fn carries(&self, state: &State) -> bool {
        let is_kept = |id: &PacketId| state.messages.get(id).is_none_or(|message| !message.is_forgotten);
        let stored = state.upon.iter().any(|((of, id), ())| *of == self.message && is_kept(id));
        let made = state.messages.iter().filter_map(|(_, message)| message.content.as_ref());
        stored
            || made.map(|content| &content.packet).any(|packet| {
                let answered = packet.reply.as_ref().map(|(asked, _)| *asked);
                [packet.rests_on, answered].contains(&Some(self.message))
            })
    }
}

/// Forgets what was asserted with a declaration that ended so long ago as its dataset says, and the key under which it was
/// recorded.
#[derive(Debug, Clone, Copy)]
pub struct ForgetDeclaration {
    /// The declaration.
    pub declaration: DeclarationId,
}

impl Sealed for ForgetDeclaration {}

impl Effect for ForgetDeclaration {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        let (id, subject) = (self.declaration, subject::declaration(self.declaration));
        vec![Look::Declaration(id), Look::Term(subject), Look::KeysOf(id.to_string())]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let subject = subject::declaration(self.declaration);
        let declaration = state.declarations.get(&self.declaration).ok_or(Conflict::NotFound)?;
        if declaration.forgotten.is_some() || term::is_due(&subject, Stage::Forget, at, state)?.is_none() {
            return Ok(Once::already());
        }
        let forgotten = Declaration { forgotten: Some(at.next), ..declaration.clone() };
        let person = declaration.person;
        Ok(Once::now(vec![
            Change::Declaration(self.declaration, forgotten),
            Change::Over(subject),
            Change::Subject(subject::person(person)),
            may_go(person, at),
        ]))
    }
}

/// Forgets by what a person was recognised, of whom nothing is kept any more. Who comes back is somebody new.
#[derive(Debug, Clone, Copy)]
pub struct ForgetPerson {
    /// The person.
    pub person: PersonId,
}

/// What came of forgetting a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parted {
    /// Its pseudonyms are gone.
    Now,
    /// They went before, or something is kept about it again.
    Not,
}

impl Sealed for ForgetPerson {}

impl Effect for ForgetPerson {
    type Outcome = Parted;

    fn looks(&self) -> Vec<Look> {
        vec![Look::About(self.person), Look::Term(subject::person(self.person))]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Parted>, WriteError> {
        let subject = subject::person(self.person);
        if term::is_due(&subject, Stage::Forget, at, state)?.is_none() {
            return Ok(Applied::repeated(Parted::Not));
        }
        if self.is_kept(state) {
            // What ends last asks again.
            let over = vec![Change::Over(subject)];
            return Ok(Applied { changes: over, ..Applied::repeated(Parted::Not) });
        }
        let gone = [Change::Stranger(self.person), Change::Over(subject.clone()), Change::Subject(subject)];
        Ok(Applied::done(Parted::Now, gone.into()))
    }
}

impl ForgetPerson {
    /// Whether anything is kept about the person, of this batch too.
    fn is_kept(&self, state: &State) -> bool {
        let is_forgotten = |subject: &str| {
            let messages = state.messages.iter().filter(|(_, message)| message.is_forgotten);
            let declarations = state.declarations.iter().filter(|(_, row)| row.forgotten.is_some());
            messages.map(|(id, _)| subject::message(*id)).any(|one| one == subject)
                || declarations.map(|(id, _)| subject::declaration(*id)).any(|one| one == subject)
        };
        let stored = state.about.iter().any(|((of, what), ())| *of == self.person && !is_forgotten(what));
        let sent = state.messages.iter().any(|(_, message)| {
            message.person == self.person && !message.is_forgotten && message.content.is_some()
        });
        let declared = state.declarations.iter();
        let declared = declared.filter(|(_, row)| row.person == self.person && row.content.is_some());
        let filed = state.copies.iter().any(|((message, _), copy)| {
            copy.person == Some(self.person)
                && state.messages.get(message).is_some_and(|message| !message.is_forgotten)
        });
        stored || sent || declared.count() > 0 || filed
    }
}

/// Perhaps nothing is kept about this person any more: that is looked at next.
fn may_go(person: PersonId, at: &Moment) -> Change {
    term::ends(subject::person(person), Some(at.time), SignedDuration::ZERO)
}
