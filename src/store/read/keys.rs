//! The encryption keys of parties.

use jiff::Timestamp;
use sqlx::{any::AnyRow, query};

use super::words;
use crate::{
    domain::party::PartyId,
    store::{
        Store,
        error::StoreError,
        row::{Columns, millis},
    },
};

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

const KEYS: &str = "SELECT thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published \
     FROM party_key WHERE oin = $1 AND role = $2 ORDER BY published, thumbprint";
const ACTIVE: &str = "SELECT thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published \
     FROM party_key WHERE oin = $1 AND role = $2 AND state = 'active' AND valid_from <= $3 \
     AND (valid_until IS NULL OR valid_until > $3) ORDER BY valid_from DESC, published DESC, thumbprint LIMIT 1";
const KEY: &str = "SELECT thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published \
     FROM party_key WHERE thumbprint = $1";

impl Store {
    /// All keys of a party, the oldest first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn keys(&self, party: &PartyId) -> Result<Vec<KeyRow>, StoreError> {
        let keys = query(KEYS).bind(party.oin.to_string()).bind(party.role.to_string());
        keys.fetch_all(&self.read).await?.iter().map(key_row).collect()
    }

    /// The key to seal to at this instant: the active one that became valid last.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn active_key(&self, party: &PartyId, at: Timestamp) -> Result<Option<KeyRow>, StoreError> {
        let active = query(ACTIVE).bind(party.oin.to_string()).bind(party.role.to_string()).bind(millis(at));
        active.fetch_optional(&self.read).await?.as_ref().map(key_row).transpose()
    }

    /// The key with this thumbprint.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn key(&self, thumbprint: &str) -> Result<Option<KeyRow>, StoreError> {
        let key = query(KEY).bind(thumbprint.to_owned());
        key.fetch_optional(&self.read).await?.as_ref().map(key_row).transpose()
    }
}

fn key_row(row: &AnyRow) -> Result<KeyRow, StoreError> {
    let columns = Columns(row);
    Ok(KeyRow {
        thumbprint: columns.text("thumbprint")?,
        party: columns.party("oin", "role")?,
        kid: columns.text("kid")?,
        jwk: columns.text("jwk")?,
        state: columns.parse("state")?,
        valid_from: columns.instant("valid_from")?,
        valid_until: columns.maybe_instant("valid_until")?,
        published: columns.instant("published")?,
    })
}
