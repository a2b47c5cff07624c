//! Changing the policy by which a database decides.

use sqlx::query;

use super::{Applied, Effect, Once, sealed::Sealed};
use crate::{
    domain::digest::Digest,
    store::writer::{
        error::{Halt, WriteError},
        tx::Tx,
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

const ACTIVATE: &str = "UPDATE log_head SET policy_digest = $1 WHERE id = 1";

impl Sealed for ActivatePolicy {}

impl Effect for ActivatePolicy {
    type Outcome = Once;

    fn needs_policy(&self) -> bool {
        false
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        if tx.policy == self.to {
            return Ok(Once::Already.applied());
        }
        if tx.policy != self.from {
            return Err(WriteError::PolicyDiffers.into());
        }
        tx.run(query(ACTIVATE).bind(self.to.to_string())).await?;
        tx.policy = self.to;
        Ok(Once::Now.applied())
    }
}
