//! The encryption keys of parties: waiting, active, retired, revoked; never back.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    Applied, Effect, Once,
    party::require,
    recipients::{Stopped, notice, packets_of, stopped},
    sealed::Sealed,
};
use crate::{
    domain::party::PartyId,
    store::{
        model::{CopyState, KeyState, NoticeKind},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Key, KeyContent, State},
        },
    },
};

/// Publishes a key of a party. A thumbprint belongs to one party, for ever.
#[derive(Debug, Clone)]
pub struct PublishKey {
    /// The thumbprint of the key (RFC 7638).
    pub thumbprint: String,
    /// Whose it is.
    pub party: PartyId,
    /// The name that the party gave it.
    pub kid: String,
    /// The public JWK, as JSON.
    pub jwk: String,
    /// From when senders may use it.
    pub valid_from: Timestamp,
    /// Until when senders may use it.
    pub valid_until: Option<Timestamp>,
    /// Whether it is active at once; otherwise it waits for [`ActivateKey`].
    pub active: bool,
}

impl Sealed for PublishKey {}

impl Effect for PublishKey {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Party(self.party), Look::Key(self.thumbprint.clone())]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        require(state, &self.party)?;
        if let Some(known) = state.keys.get(&self.thumbprint) {
            let same =
                known.party == self.party && matches!(known.state, KeyState::Waiting | KeyState::Active);
            return if same { Ok(Once::already()) } else { Err(Conflict::Taken.into()) };
        }
        let content = KeyContent {
            kid: self.kid.clone(),
            jwk: self.jwk.clone(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            published: at.time,
        };
        let key = Key {
            party: self.party,
            state: if self.active { KeyState::Active } else { KeyState::Waiting },
            content: Some(Arc::new(content)),
        };
        Ok(Once::now(changes(&self.thumbprint, key)))
    }
}

fn changes(thumbprint: &str, key: Key) -> Vec<Change> {
    let party = key.party;
    vec![
        Change::Key(thumbprint.to_owned(), key),
        Change::Subject(subject::key(thumbprint)),
        Change::Member(party),
    ]
}

/// What it changes that a key goes into another state; nothing when it is in it.
fn change(
    state: &State,
    thumbprint: &str,
    owner: Option<PartyId>,
    from: &[KeyState],
    to: KeyState,
) -> Result<Option<Vec<Change>>, WriteError> {
    let known = state.keys.get(&thumbprint.to_owned()).ok_or(Conflict::NotFound)?;
    if owner.is_some_and(|owner| owner != known.party) {
        return Err(Conflict::NotFound.into());
    }
    if known.state == to {
        return Ok(None);
    }
    if !from.contains(&known.state) {
        return Err(Conflict::State.into());
    }
    Ok(Some(changes(thumbprint, Key { state: to, ..known.clone() })))
}

fn once(changes: Option<Vec<Change>>) -> Applied<Once> {
    changes.map_or_else(Once::already, Once::now)
}

/// Lets senders use a key that waited: the operator has seen it, or the delay has passed.
#[derive(Debug, Clone)]
pub struct ActivateKey {
    /// The thumbprint.
    pub thumbprint: String,
}

impl Sealed for ActivateKey {}

impl Effect for ActivateKey {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Key(self.thumbprint.clone())]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        change(state, &self.thumbprint, None, &[KeyState::Waiting], KeyState::Active).map(once)
    }
}

/// Takes a key out of use. What was sealed to it is still delivered.
#[derive(Debug, Clone)]
pub struct RetireKey {
    /// The thumbprint.
    pub thumbprint: String,
    /// Whose it must be.
    pub party: PartyId,
}

impl Sealed for RetireKey {}

impl Effect for RetireKey {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Key(self.thumbprint.clone())]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let from = [KeyState::Waiting, KeyState::Active];
        change(state, &self.thumbprint, Some(self.party), &from, KeyState::Retired).map(once)
    }
}

/// Declares a key lost: what was sealed to it and not acknowledged is withheld and erased, and its senders are told
/// to push again.
#[derive(Debug, Clone)]
pub struct RevokeKey {
    /// The thumbprint.
    pub thumbprint: String,
    /// Whose it must be; none when the operator revokes.
    pub party: Option<PartyId>,
}

impl Sealed for RevokeKey {}

impl Effect for RevokeKey {
    /// The copies that are withheld; none when the key had been revoked before.
    type Outcome = Vec<Stopped>;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Key(self.thumbprint.clone()), Look::Sealed(self.thumbprint.clone())]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Vec<Stopped>>, WriteError> {
        let from = [KeyState::Waiting, KeyState::Active, KeyState::Retired];
        let revoked = change(state, &self.thumbprint, self.party, &from, KeyState::Revoked)?;
        let Some(mut changes) = revoked else { return Ok(Applied::repeated(Vec::new())) };
        let sealed = state.copies.iter().filter(|(_, copy)| copy.thumbprint == self.thumbprint);
        let from = [CopyState::Waiting, CopyState::Collected];
        let (copies, withheld) = stopped(sealed, &from, |_| CopyState::Withheld, at);
        changes.extend(withheld);
        for copy in &copies {
            let sender = state.messages.get(&copy.packet).ok_or(Conflict::NotFound)?.sender;
            changes.extend(notice(at, sender, copy, NoticeKind::KeyRevoked, None));
        }
        changes.extend(packets_of(&copies));
        Ok(Applied::done(copies, changes))
    }
}
