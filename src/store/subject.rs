//! The subjects that a decision rests on.
//!
//! A decision names every subject whose facts it used, and as of which entry of the log it saw them. An effect that changes
//! a subject notes the entry by which it does so itself, so that nobody can forget it; the writer compares the two under the
//! lock.

use crate::domain::{
    id::{DeclarationId, PacketId, PersonId},
    party::PartyId,
};

/// A party, its state, municipalities, mandates and certificates.
#[must_use]
pub fn party(party: &PartyId) -> String {
    format!("party:{party}")
}

/// A person's declarations.
#[must_use]
pub fn person(person: PersonId) -> String {
    named_person(&person.to_string())
}

/// Likewise, where the name is text already.
pub(super) fn named_person(person: &str) -> String {
    format!("person:{person}")
}

/// A message: its state and the answers to it.
#[must_use]
pub fn message(message: PacketId) -> String {
    format!("message:{message}")
}

/// A key, by its thumbprint.
#[must_use]
pub fn key(thumbprint: &str) -> String {
    format!("key:{thumbprint}")
}

/// A declaration. No decision names it: what it changes is about its person.
#[must_use]
pub fn declaration(declaration: DeclarationId) -> String {
    format!("declaration:{declaration}")
}
