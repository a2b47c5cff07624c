//! A new version of one of the gateway's own keys.

use super::{Applied, Effect, Once, sealed::Sealed};
use crate::{
    crypto::gateway_keys::KeyKind,
    domain::digest::Digest,
    store::writer::{
        error::{Conflict, WriteError},
        look::Look,
        moment::Moment,
        state::{Change, State},
    },
};

/// From its commit on no gateway starts without this version.
#[derive(Debug, Clone, Copy)]
pub struct RotateKey {
    /// Which key.
    pub kind: KeyKind,
    /// The version, one above the newest.
    pub version: u32,
    /// What tells it from another key.
    pub print: Digest,
}

impl Sealed for RotateKey {}

impl Effect for RotateKey {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::KeyChecks(self.kind)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        let id = (self.kind, self.version);
        match state.key_checks.get(&id) {
            Some(known) if *known == self.print => return Ok(Once::already()),
            Some(_) => return Err(Conflict::Taken.into()),
            None => {}
        }
        let follows =
            self.version.checked_sub(1).is_some_and(|before| state.key_checks.has(&(self.kind, before)));
        if !follows {
            return Err(Conflict::State.into());
        }
        Ok(Once::now(vec![Change::KeyCheck(id, self.print)]))
    }
}
