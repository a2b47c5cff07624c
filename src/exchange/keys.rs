//! A party's own keys: published, retired, revoked; always by the party itself.

mod unproven;

use jiff::Timestamp;
use serde_json::Value;

use super::{Exchange, caller::Caller, entry::Account, meter::weights, plain::PlainError, trouble::Trouble};
use crate::{
    accesslog::entry::{Event, Outcome},
    crypto::keys::RecipientKey,
    domain::problem::{Bilingual, Fault},
    identity::key_proof,
    policy::{permit::Refusal, routes::RouteAction},
    store::{
        read::KeyState,
        write::{PublishKey, RetireKey, RevokeKey},
        writer::error::Conflict,
    },
};

pub use self::unproven::unproven;
pub use crate::store::read::KeyRow;

/// How many keys of a party may be waiting or active at the same time: several machines, each with its next key.
pub const MOST_LIVE_KEYS: usize = 16;

/// Where a body says until when the key is valid.
const UNTIL: &str = "/validUntil";

/// Why a key or certificate was not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// The key or certificate belongs to another, or was given up: a thumbprint is not used twice.
    #[error("taken")]
    Taken,
    /// The caller published this key before, with another end.
    #[error("published with another end")]
    OtherEnd,
    /// So many keys of the party are waiting or active that no other is taken.
    #[error("too many live keys")]
    TooMany,
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
    pub(super) fn of(error: PlainError) -> Self {
        match error {
            PlainError::Conflict(Conflict::NotFound) => Self::NotFound,
            PlainError::Conflict(Conflict::Taken | Conflict::State) => Self::Taken,
            other => Self::Trouble(other.into()),
        }
    }
}

impl Exchange {
    /// Publishes a key to which packets for the caller may be sealed. The first key is active at once; a later one waits
    /// for the delay that the operator chose, so that a stolen certificate cannot quietly redirect packets. It ends at
    /// `until`, and never later than the certificate that proves it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn publish_key(
        &self,
        caller: &Caller,
        jwk: &Value,
        statement: Option<&str>,
        until: Option<Timestamp>,
    ) -> Result<KeyRow, KeyError> {
        let now = self.clock.now();
        self.key_route(caller, RouteAction::PublishKey).await?;
        let past = until.filter(|until| *until <= now).map(|_| ended());
        let (key, mut faults) = match read(jwk) {
            Ok(key) => (Some(key), Vec::new()),
            Err(faults) => (None, faults),
        };
        let trust = self.trust.load();
        let proven = key_proof::check(
            key.as_ref(),
            jwk,
            statement,
            &caller.peer,
            &trust.anchors,
            &trust.revocations,
            now,
        );
        drop(trust);
        let proven = proven.map_err(|wrong| faults.extend(wrong.into_iter().map(unproven)));
        faults.extend(past);
        let (Some(key), Ok(proven), true) = (key, proven, faults.is_empty()) else {
            return Err(KeyError::Invalid(faults));
        };
        let until = end_of(until, proven)?;
        let earlier = caller.register().keys(&caller.party());
        let known = earlier.iter().find(|row| row.thumbprint == key.thumbprint());
        if known.is_some_and(|row| row.state == KeyState::Active && row.valid_until != until) {
            return Err(KeyError::OtherEnd);
        }
        let live = earlier
            .iter()
            .filter(|row| matches!(KeyRow::clone(row).at(now).state, KeyState::Waiting | KeyState::Active));
        if known.is_none() && live.count() >= MOST_LIVE_KEYS {
            return Err(KeyError::TooMany);
        }
        self.meter.count(caller.party(), weights::KEY);
        let delay =
            if earlier.is_empty() { jiff::SignedDuration::ZERO } else { self.tools.settings.key_delay };
        let from = known.map_or_else(|| now.checked_add(delay).unwrap_or(now), |row| row.valid_from);
        if until.is_some_and(|until| until <= from) {
            return Err(KeyError::Invalid(vec![ended()]));
        }
        let public = serde_json::to_string(&key.to_jwk()).map_err(|_| Trouble::Crypto("public key"))?;
        let effect = PublishKey {
            thumbprint: key.thumbprint().to_owned(),
            party: caller.party(),
            kid: key.kid().to_owned(),
            jwk: public,
            valid_from: from,
            valid_until: until,
            active: true,
        };
        let account = key_account(caller, Event::KeyPublished, key.thumbprint());
        self.perform_plain(caller, effect, vec![account]).await.map_err(KeyError::of)?;
        self.own_key(caller, key.thumbprint()).await
    }

    /// Retires a key: nothing is sealed to it any more; what was is delivered.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn retire_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let account = key_account(caller, Event::KeyRetired, &known);
        let effect = RetireKey { thumbprint: known.clone(), party: caller.party() };
        self.perform_plain(caller, effect, vec![account]).await.map_err(KeyError::of)?;
        self.own_key(caller, &known).await
    }

    /// Revokes a key: what was sealed to it and not acknowledged is withheld, and its senders are told.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn revoke_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        self.key_route(caller, RouteAction::RevokeKey).await?;
        let known = self.own_key(caller, thumbprint).await?.thumbprint;
        let account = key_account(caller, Event::KeyRevoked, &known);
        let effect = RevokeKey { thumbprint: known.clone(), party: Some(caller.party()) };
        self.perform_plain(caller, effect, vec![account]).await.map_err(KeyError::of)?;
        self.own_key(caller, &known).await
    }

    pub(super) async fn key_route(&self, caller: &Caller, action: RouteAction) -> Result<(), KeyError> {
        let now = self.clock.now();
        self.may(caller, action, now).await?.map_err(KeyError::Refused)
    }

    async fn own_key(&self, caller: &Caller, thumbprint: &str) -> Result<KeyRow, KeyError> {
        let register = self.store.register().await.map_err(Trouble::from)?;
        let own = register.key(thumbprint).filter(|row| row.party == caller.party());
        Ok(own.cloned().ok_or(KeyError::NotFound)?.at(self.clock.now()))
    }
}

fn read(jwk: &Value) -> Result<RecipientKey, Vec<Fault>> {
    RecipientKey::from_jwk(jwk).map_err(|fault| fault.under("/key"))
}

/// All that is wrong with the key of a body, whatever else stands there.
#[must_use]
pub fn wrong_with_key(jwk: &Value) -> Vec<Fault> {
    read(jwk).err().unwrap_or_default()
}

/// When a key ends: as its party says, else with the certificate that proves it; to the millisecond, as it is stored.
fn end_of(until: Option<Timestamp>, proven: Option<Timestamp>) -> Result<Option<Timestamp>, KeyError> {
    if let (Some(until), Some(proven)) = (until, proven)
        && until > proven
    {
        return Err(KeyError::Invalid(vec![Fault {
            now: Some(Bilingual::new(
                "Kies een eerdere einddatum, of laat die weg: dan eindigt de sleutel met het certificaat.",
                "Choose an earlier end, or leave it out: then the key ends with the certificate.",
            )),
            ..Fault::at(
                UNTIL,
                "after-certificate",
                "De sleutel kan niet langer geldig zijn dan het certificaat in key.x5c.",
                "The key cannot be valid for longer than the certificate in key.x5c.",
            )
        }]));
    }
    Ok(until.or(proven).map(|end| Timestamp::from_millisecond(end.as_millisecond()).unwrap_or(end)))
}

fn ended() -> Fault {
    Fault::at(
        UNTIL,
        "ended",
        "De einddatum ligt in het verleden, of voordat de sleutel gaat gelden.",
        "The end lies in the past, or before the key becomes valid.",
    )
}

fn key_account(caller: &Caller, event: Event, thumbprint: &str) -> Account {
    let mut account = Account::of(event, Outcome::Recorded);
    account.shared.subject = Some(caller.party());
    account.shared.key_thumbprint = Some(thumbprint.to_owned());
    account.sender = Some(caller.party());
    account
}
