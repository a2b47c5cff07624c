//! The encryption key of a party.

use jiff::Timestamp;

use super::words::words;
use crate::domain::party::PartyId;

words! {
    /// What may be done with a key.
    KeyState {
        /// Published; nobody may seal to it yet.
        Waiting = "waiting",
        /// Senders seal to it.
        Active = "active",
        /// Nobody seals to it any more; what was sealed to it is delivered.
        Retired = "retired",
        /// What was sealed to it is withheld.
        Revoked = "revoked",
    }
}

/// A key of a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Its thumbprint (RFC 7638).
    pub thumbprint: String,
    /// Whose it is.
    pub party: PartyId,
    /// The name that the party gave it.
    pub kid: String,
    /// The public JWK, as JSON.
    pub jwk: String,
    /// What may be done with it.
    pub state: KeyState,
    /// From when senders may use it.
    pub valid_from: Timestamp,
    /// Until when senders may use it.
    pub valid_until: Option<Timestamp>,
    /// When it was published.
    pub published: Timestamp,
}

impl KeyRow {
    /// The key as it is to be seen at this instant: an active one whose time has not come waits, and one whose end has come
    /// is retired, without a write.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        if self.state == KeyState::Active {
            if now < self.valid_from {
                self.state = KeyState::Waiting;
            } else if self.valid_until.is_some_and(|until| until <= now) {
                self.state = KeyState::Retired;
            }
        }
        self
    }
}
