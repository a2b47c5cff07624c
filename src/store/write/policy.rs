//! Changing the policy by which a database decides.

use super::{Applied, Effect, Once, sealed::Sealed};
use crate::{
    domain::digest::Digest,
    store::writer::{
        error::WriteError,
        look::Look,
        moment::Moment,
        state::{Change, State},
    },
};

/// Makes another policy the active one. From its commit on no gateway writes that decides by the former.
#[derive(Debug, Clone, Copy)]
pub struct ActivatePolicy {
    /// The policy that is active, as the operator saw it.
    pub from: Digest,
    /// The policy that is to be active.
    pub to: Digest,
}

impl Sealed for ActivatePolicy {}

impl Effect for ActivatePolicy {
    type Outcome = Once;

    fn needs_policy(&self) -> bool {
        false
    }

    fn looks(&self) -> Vec<Look> {
        Vec::new()
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        if state.policy == self.to {
            return Ok(Once::already());
        }
        if state.policy != self.from {
            return Err(WriteError::PolicyDiffers);
        }
        Ok(Once::now(vec![Change::Policy(self.to)]))
    }
}
