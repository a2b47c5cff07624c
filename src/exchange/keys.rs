//! A party's own keys: published, retired, revoked; always by the party itself.

use serde_json::Value;

use super::{Exchange, caller::Caller, ledger::Account, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome},
    crypto::keys::RecipientKey,
    domain::problem::Fault,
    identity::key_proof::{self, ProofFault},
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        write::{PublishKey, RetireKey, RevokeKey, Write},
        writer::error::{Conflict, WriteError},
    },
};

pub use crate::store::read::KeyRow;

/// Why a key or certificate was not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// The key comes without proof that it is the caller's.
    #[error(transparent)]
    Unproven(#[from] ProofFault),
    /// The key or certificate belongs to another, or was given up: a thumbprint is not used twice.
    #[error("taken")]
    Taken,
    /// There is no such key of this party.
    #[error("no such key")]
    NotFound,
    /// The role may not do this.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl KeyError {
    pub(super) fn of(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(Conflict::NotFound) => Self::NotFound,
            WriteError::Conflict(Conflict::Taken | Conflict::State) => Self::Taken,
            other => Self::Trouble(other.into()),
        }
    }
}

impl Exchange {
    /// Publishes a key to which packets for the caller may be sealed. The first key is active at once; a later one waits
    /// for the delay that the operator chose, so that a stolen certificate cannot quietly redirect packets.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn publish_key(
        &self,
        caller: &Caller,
        jwk: &Value,
        statement: Option<&str>,
    ) -> Result<KeyRow, KeyError> {
        let now = self.clock.now();
        self.key_route(caller, RouteAction::PublishKey).await?;
        let key = RecipientKey::from_jwk(jwk).map_err(|fault| KeyError::Invalid(fault.under("/key")))?;
        let trust = self.trust.load();
        key_proof::check(&key, jwk, statement, &caller.peer, &trust.anchors, &trust.revocations, now)?;
        drop(trust);
        let earlier = self.store.keys(&caller.party()).await.map_err(Trouble::from)?;
        let delay = if earlier.is_empty() { jiff::SignedDuration::ZERO } else { self.settings.key_delay };
        let public = serde_json::to_string(&key.to_jwk()).map_err(|_| Trouble::Crypto("public key"))?;
        let effect = PublishKey {
            thumbprint: key.thumbprint().to_owned(),
            party: caller.party(),
            kid: key.kid().to_owned(),
            jwk: public,
            valid_from: now.checked_add(delay).unwrap_or(now),
            valid_until: None,
            active: true,
        };
        let entry = self.entry(caller, key_account(caller, Event::KeyPublished, key.thumbprint()))?;
        let done = self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?;
        drop(done);
        self.own_key(caller, key.thumbprint()).await
    }

    /// Retires a key: nothing is sealed to it any more; what was is delivered.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn retire_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let entry = self.entry(caller, key_account(caller, Event::KeyRetired, &known))?;
        let effect = RetireKey { thumbprint: known.clone(), party: caller.party() };
        drop(self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?);
        self.own_key(caller, &known).await
    }

    /// Revokes a key: what was sealed to it and not acknowledged is withheld, and its senders are told.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn revoke_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let entry = self.entry(caller, key_account(caller, Event::KeyRevoked, &known))?;
        let effect = RevokeKey { thumbprint: known.clone(), party: Some(caller.party()) };
        drop(self.writer.submit(Write::new(effect, vec![entry])).await.map_err(KeyError::of)?);
        self.own_key(caller, &known).await
    }

    pub(super) async fn key_route(&self, caller: &Caller, action: RouteAction) -> Result<(), KeyError> {
        let now = self.clock.now();
        self.may(caller, action, now).await?.map_err(KeyError::Refused)
    }

    async fn own_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        let found = self.store.key(thumbprint).await.map_err(Trouble::from)?;
        found.filter(|row| row.party == caller.party()).ok_or(KeyError::NotFound)
    }
}

fn key_account(caller: &Caller, event: Event, thumbprint: &str) -> Account {
    let mut account = Account::of(event, Outcome::Recorded);
    account.shared.subject = Some(caller.party());
    account.shared.key_thumbprint = Some(thumbprint.to_owned());
    account.sender = Some(caller.party());
    account
}
