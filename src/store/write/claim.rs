//! What a party made under a key of its own choice: a repetition makes nothing new.

use crate::{
    domain::{digest::Digest, party::PartyId},
    store::{
        model::Made,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            state::{Change, State},
        },
    },
};

/// A caller's own key for one call, and the HMAC of its body.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The keyed digest of what the caller sent.
    pub key: String,
    /// The HMAC of the request's body under a key of the gateway; never a plain digest.
    pub body: Digest,
}

impl IdempotencyKey {
    pub(super) fn look(&self, party: PartyId) -> Look {
        Look::Made(party, self.key.clone())
    }

    /// What the same body made under the key before, if anything.
    pub(super) fn earlier(&self, party: PartyId, state: &State) -> Result<Option<Made>, WriteError> {
        match state.made.get(&(party, self.key.clone())) {
            None => Ok(None),
            Some((body, made)) if *body == self.body => Ok(Some(*made)),
            Some(_) => Err(Conflict::KeyReused.into()),
        }
    }

    /// Takes the key for what is made.
    pub(super) fn claim(&self, party: PartyId, made: Made) -> Change {
        Change::Made((party, self.key.clone()), (self.body, made))
    }
}
