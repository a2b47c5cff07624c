//! Storing a packet for its recipients.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Applied, Effect, NewMessage, NewPerson, answer, claim::IdempotencyKey, sealed::Sealed as InRoom, term,
};
use crate::{
    crypto::seal::Sealed,
    domain::{
        code::{Category, Municipality},
        digest::Digest,
        id::{DeclarationId, PacketId},
    },
    policy::permit::Permit,
    store::{
        model::{CopyState, KeyState, Made, MessageState},
        row::joined,
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Answer, Body, Change, Copy, CopyContent, Message, MessageContent, State},
        },
    },
};

/// One recipient of a packet, with the permit for it and the body that was sealed under that permit.
#[derive(Debug)]
pub struct NewCopy {
    /// The municipality whose college was named.
    pub municipality: Option<Municipality>,
    /// The decision.
    pub permit: Permit,
    /// The body, of the same packet, party and basis.
    pub sealed: Sealed,
    /// The declarations that the decision rested on: when one is withdrawn, this copy is stopped.
    pub declarations: Vec<DeclarationId>,
    /// The keyed digests by which this recipient can find the person.
    pub search: Vec<Digest>,
}

/// Stores a packet with a body per recipient, all or none.
#[derive(Debug)]
pub struct Push {
    /// The packet.
    pub packet: NewMessage,
    /// Whom it is about.
    pub person: NewPerson,
    /// For whom. The first entries of the write are theirs, in this order.
    pub recipients: Vec<NewCopy>,
    /// The sender's key.
    pub idempotency: Option<IdempotencyKey>,
}

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Stored. `indexes` are those of the recipients' entries, in their order.
    Stored {
        /// The log index per recipient.
        indexes: Vec<u64>,
    },
    /// The same key and body were sent before: this is the packet that they made.
    Replayed {
        /// The earlier packet.
        packet: PacketId,
    },
}

impl InRoom for Push {}

impl Effect for Push {
    type Outcome = Pushed;

    fn permits(&self) -> Vec<&Permit> {
        self.recipients.iter().map(|recipient| &recipient.permit).collect()
    }

    fn least_entries(&self) -> usize {
        self.recipients.len().max(1)
    }

    fn looks(&self) -> Vec<Look> {
        let key = self.idempotency.as_ref().map(|key| key.look(self.packet.sender));
        let packets = [self.packet.id].into_iter().chain(self.packet.rests_on).map(Look::Message);
        let reply = self.packet.reply.iter();
        let answered = reply.flat_map(|(asked, _)| answer::looks(*asked, self.packet.sender));
        let keys = self.recipients.iter().map(|one| Look::Key(one.sealed.thumbprint().to_owned()));
        let declarations = self.recipients.iter().flat_map(|one| one.declarations.iter().copied());
        let used = declarations.map(Look::Declaration);
        key.into_iter()
            .chain(self.person.looks())
            .chain(packets)
            .chain(answered)
            .chain(keys)
            .chain(used)
            .collect()
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Pushed>, WriteError> {
        self.belongs_together()?;
        if let Some(earlier) = self.earlier(state)? {
            return Ok(Applied::repeated(earlier));
        }
        // What ends before it is there is judged again: its end is wrong by then.
        if self.packet.expires <= at.time {
            return Err(WriteError::StaleFacts);
        }
        let mut changes = self.person.settle(at, state)?;
        self.may_be_stored(state)?;
        let made = Made::Message(self.packet.id);
        changes.extend(self.idempotency.iter().map(|key| key.claim(self.packet.sender, made)));
        changes.push(Change::Message(self.packet.id, self.row(at)));
        let lasts = (at.time, self.packet.expires);
        changes.push(term::begun(subject::message(self.packet.id), lasts, self.packet.kept_for));
        changes.extend(self.reply(at, state)?);
        let mut indexes = Vec::new();
        for (position, (recipient, index)) in (0_i64..).zip(self.recipients.iter().zip(at.next..)) {
            changes.extend(recipient.changes(self.packet.id, position, index));
            indexes.push(index);
        }
        Ok(Applied::done(Pushed::Stored { indexes }, changes))
    }
}

impl Push {
    fn belongs_together(&self) -> Result<(), WriteError> {
        if self.recipients.is_empty() {
            return Err(WriteError::Mismatch("a packet without recipients"));
        }
        let fits = |recipient: &NewCopy| {
            let (permit, sealed) = (&recipient.permit, &recipient.sealed);
            permit.packet() == Some(self.packet.id)
                && sealed.packet() == self.packet.id
                && sealed.party() == permit.party()
                && sealed.basis() == permit.basis()
        };
        if !self.recipients.iter().all(fits) {
            return Err(WriteError::Mismatch("a permit and a body of another packet, party or basis"));
        }
        let parties: BTreeSet<_> = self.recipients.iter().map(|recipient| recipient.sealed.party()).collect();
        if parties.len() < self.recipients.len() {
            return Err(WriteError::Mismatch("two copies for one recipient"));
        }
        Ok(())
    }

    fn earlier(&self, state: &State) -> Result<Option<Pushed>, WriteError> {
        let Some(key) = &self.idempotency else { return Ok(None) };
        match key.earlier(self.packet.sender, state)? {
            None => Ok(None),
            Some(Made::Message(packet)) => Ok(Some(Pushed::Replayed { packet })),
            Some(Made::Declaration(_)) => Err(Conflict::KeyReused.into()),
        }
    }

    fn may_be_stored(&self, state: &State) -> Result<(), WriteError> {
        if state.messages.has(&self.packet.id) {
            return Err(Conflict::Taken.into());
        }
        let is_there = |message| state.messages.get(&message).is_some_and(|message| !message.is_forgotten);
        if self.packet.rests_on.is_some_and(|message| !is_there(message)) {
            return Err(Conflict::NotFound.into());
        }
        // A key that was revoked after the body was sealed to it takes no body.
        let is_revoked = |recipient: &NewCopy| {
            let key = state.keys.get(&recipient.sealed.thumbprint().to_owned());
            key.is_some_and(|key| key.state == KeyState::Revoked)
        };
        let stands = |id: &DeclarationId| {
            state.declarations.get(id).is_some_and(|declaration| declaration.withdrawn.is_none())
        };
        let holds = |recipient: &NewCopy| !is_revoked(recipient) && recipient.declarations.iter().all(stands);
        if self.recipients.iter().all(holds) { Ok(()) } else { Err(WriteError::StaleFacts) }
    }

    /// What it answers takes it as the answer, once.
    fn reply(&self, at: &Moment, state: &State) -> Result<Vec<Change>, WriteError> {
        let Some((asked, outcome)) = &self.packet.reply else { return Ok(Vec::new()) };
        let id = (*asked, self.packet.sender);
        if answer::earlier(state, &id)?.is_some() {
            return Err(Conflict::AlreadyAnswered.into());
        }
        answer::may_be_answered(at, state, &id)?;
        let answer = Answer { outcome: outcome.clone(), at: at.time, index: at.next, bare: None };
        Ok(vec![Change::Answer(id, answer), Change::Subject(subject::message(*asked))])
    }

    fn row(&self, at: &Moment) -> Message {
        let (packet, copies) = (self.packet.clone(), self.recipients.len());
        let content = MessageContent { packet, copies, created: at.time, index: at.next };
        Message {
            kind: self.packet.kind,
            sender: self.packet.sender,
            person: self.person.id,
            expires: self.packet.expires,
            state: MessageState::Open,
            ended: None,
            read: None,
            is_forgotten: false,
            content: Some(Arc::new(content)),
        }
    }
}

impl NewCopy {
    fn changes(&self, packet: PacketId, position: i64, index: u64) -> impl Iterator<Item = Change> {
        let (sealed, id) = (&self.sealed, (packet, self.sealed.party()));
        let content = CopyContent {
            position,
            municipality: self.municipality.as_ref().map(ToString::to_string),
            categories: joined(sealed.categories().iter().map(Category::as_str)),
            omitted: joined(sealed.omitted().iter().map(Category::as_str)),
            index,
        };
        let copy = Copy {
            basis: sealed.basis().to_string(),
            sha256: sealed.sha256(),
            thumbprint: sealed.thumbprint().to_owned(),
            state: CopyState::Waiting,
            body: Body::Read(sealed.jwe().into()),
            collected: None,
            acknowledged: None,
            ended: None,
            person: None,
            read: None,
            content: Some(Arc::new(content)),
        };
        let used = self.declarations.iter().map(move |declaration| Change::Rests(id, *declaration));
        let search = self.search.iter().map(move |digest| Change::Search(id, *digest));
        [Change::Copy(id, copy)].into_iter().chain(used).chain(search)
    }
}
