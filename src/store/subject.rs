//! The subjects whose versions a decision rests on.
//!
//! A decision names the version of every subject whose facts it used. The writer compares them under the lock; an
//! effect that changes a subject raises its version itself, so that nobody can forget it.

use crate::domain::{
    id::{PacketId, PersonId},
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
    format!("person:{person}")
}

/// A packet or request: its state and its answers.
#[must_use]
pub fn packet(packet: PacketId) -> String {
    format!("packet:{packet}")
}

/// A key, by its thumbprint.
#[must_use]
pub fn key(thumbprint: &str) -> String {
    format!("key:{thumbprint}")
}
