//! A person as one party knows one.

use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{id::PersonId, party::PartyId},
    store::writer::{
        error::WriteError,
        look::Look,
        moment::Moment,
        state::{Change, Person, State},
    },
};

/// A person by its pseudonyms, with the identifier that it has or would get.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The identifier that [`crate::store::Store::person`] found, or a new one.
    pub id: PersonId,
    /// Whose person it is: the party whose reference it bears.
    pub scope: PartyId,
    /// Its pseudonyms under every version of the key.
    pub pseudonyms: Vec<Pseudonym>,
}

impl NewPerson {
    pub(super) fn looks(&self) -> impl Iterator<Item = Look> {
        self.pseudonyms.iter().copied().map(Look::Person)
    }

    /// What makes sure that the person exists with all these pseudonyms.
    ///
    /// Refuses with [`WriteError::StaleFacts`] when a pseudonym leads to another person than the caller decided about:
    /// someone else made that person in between, perhaps with a declaration.
    pub(super) fn settle(&self, at: &Moment, state: &State) -> Result<Vec<Change>, WriteError> {
        let known: Vec<_> = self.pseudonyms.iter().map(|one| state.pseudonyms.get(one)).collect();
        if known.iter().flatten().any(|person| **person != self.id) {
            return Err(WriteError::StaleFacts);
        }
        let missing = self.pseudonyms.iter().zip(&known).filter(|(_, person)| person.is_none());
        let pseudonyms = missing.map(|(pseudonym, _)| Change::Pseudonym(*pseudonym, self.id));
        let person = Change::Person(self.id, Person { scope: self.scope, created: at.time });
        let is_new = known.iter().all(Option::is_none) && !known.is_empty();
        Ok(is_new.then_some(person).into_iter().chain(pseudonyms).collect())
    }
}
