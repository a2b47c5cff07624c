//! What a decision reads: everything in one statement, so that all of it is true as of one entry of the log; and for as many
//! callers as wait at once, as the writer writes for as many.

mod asks;
mod branches;
mod found;
mod kinds;
mod needs;
mod row;
mod rows;
mod seals;
mod text;
mod wish;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;

pub(super) use self::asks::Asks;
use self::found::Found;
pub use self::{needs::Needs, wish::StandingWish};
use super::{
    Store,
    error::StoreError,
    model::{Answered, DeclarationRow, Made, MessageRow},
    register::Register,
};
use crate::{
    domain::{
        code::{DatasetCode, Municipality, Purpose},
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    policy::facts::AsOf,
};

/// The facts as of one entry of the log. Reads take no lock; whether they still hold is judged by the writer, under its own.
#[derive(Debug, Clone)]
pub struct Snapshot {
    entries: u64,
    last: Timestamp,
    register: Arc<Register>,
    made: Option<(Digest, Made)>,
    person: Option<PersonId>,
    messages: BTreeMap<PacketId, MessageRow>,
    answers: BTreeMap<(PacketId, PartyId), Answered>,
    wishes: Vec<StandingWish>,
    declarations: Vec<DeclarationRow>,
}

impl Snapshot {
    /// Who takes part.
    #[must_use]
    pub const fn register(&self) -> &Arc<Register> {
        &self.register
    }

    /// The time of that entry.
    #[must_use]
    pub const fn last(&self) -> Timestamp {
        self.last
    }

    /// As of which entry this is true, for a decision that looked at these subjects.
    #[must_use]
    pub const fn as_of(&self, subjects: BTreeSet<String>) -> AsOf {
        AsOf { entries: self.entries, subjects }
    }

    /// What was made under the key: the HMAC of that body, and what came of it.
    #[must_use]
    pub const fn made(&self) -> Option<(Digest, Made)> {
        self.made
    }

    /// The person that the pseudonyms lead to.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        self.person
    }

    /// A message with its copies, if it was asked for.
    #[must_use]
    pub fn message(&self, id: PacketId) -> Option<&MessageRow> {
        self.messages.get(&id)
    }

    /// What this recipient answered to a message that asks.
    #[must_use]
    pub fn answer(&self, asked: PacketId, party: &PartyId) -> Option<&Answered> {
        self.answers.get(&(asked, *party))
    }

    /// A declaration, if it was asked for.
    #[must_use]
    pub fn declaration(&self, id: DeclarationId) -> Option<&DeclarationRow> {
        self.declarations.iter().find(|row| row.id == id)
    }

    /// The declarations that stand at this instant about a person and a dataset, for this purpose, towards this party or the
    /// college for which it is asked, whoever acted for that when it was given; the oldest first.
    pub fn standing(
        &self,
        person: PersonId,
        (dataset, purpose): (&DatasetCode, &Purpose),
        (party, municipality): (&PartyId, Option<&Municipality>),
        at: Timestamp,
    ) -> impl Iterator<Item = &StandingWish> {
        self.wishes.iter().filter(move |wish| {
            wish.person == person
                && wish.said.dataset == *dataset
                && wish.said.purpose.as_ref().is_none_or(|named| named == purpose)
                && wish.said.towards.as_ref().is_none_or(|towards| towards.means(party, municipality))
                && wish.said.holds_at(at)
        })
    }
}

#[cfg(test)]
impl Snapshot {
    /// One that was not read, for tests of what is judged by it.
    pub(crate) fn of(entries: u64, register: Register) -> Self {
        Self {
            entries,
            last: Timestamp::UNIX_EPOCH,
            register: Arc::new(register),
            made: None,
            person: None,
            messages: BTreeMap::new(),
            answers: BTreeMap::new(),
            wishes: Vec::new(),
            declarations: Vec::new(),
        }
    }

    pub(crate) fn with_message(mut self, packet: MessageRow) -> Self {
        self.messages.insert(packet.id, packet);
        self
    }
}

impl Store {
    /// What is found and believed. A message that is damaged is not there for who is no party to it; the log line says it all the
    /// same.
    async fn found(&self, needs: Needs) -> Result<Found, StoreError> {
        let (mut needs, found) = self.asks.ask(needs).await?;
        let Err(error) = found.check(&needs, &self.kept) else { return Ok(found) };
        let Some(asker) = needs.asker else { return Err(error) };
        let all = needs.messages.len();
        needs.messages.retain(|id| found.concerns(&asker, *id, &self.kept));
        if needs.messages.len() == all {
            return Err(error);
        }
        tracing::error!(error_code = error.kind().as_str(), cause = %error, "asked for by who is no party to it");
        let (needs, found) = self.asks.ask(needs).await?;
        found.check(&needs, &self.kept)?;
        Ok(found)
    }

    /// The facts as they are now.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn snapshot(&self, needs: Needs) -> Result<Snapshot, StoreError> {
        let found = self.found(needs).await.inspect_err(|error| self.note_damage(error))?;
        let register = self.register_at(found.register).await?;
        Ok(Snapshot {
            entries: found.entries,
            last: found.last,
            register,
            made: found.made,
            person: found.person.map(|(_, person)| person),
            messages: found.messages,
            answers: found.answers,
            wishes: found.wishes,
            declarations: found.declarations,
        })
    }

    /// The register as the database has it now.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn register(&self) -> Result<Arc<Register>, StoreError> {
        self.snapshot(Needs::default()).await.map(|snapshot| Arc::clone(snapshot.register()))
    }
}
