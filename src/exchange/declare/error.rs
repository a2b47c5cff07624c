//! Why a declaration was not recorded.

use crate::{
    domain::problem::Fault,
    exchange::{perform::Turned, trouble::Trouble},
    policy::permit::Refusal,
};

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// It is wrong: every fault at once.
    #[error("not valid")]
    Invalid(Vec<Fault>),
    /// Who declares may not, on this date.
    #[error("refused")]
    Refused(Refusal),
    /// The key was used for another body.
    #[error("the Idempotency-Key was used for another body")]
    KeyReused,
    /// There is no such declaration, or it was recorded by another.
    #[error("no such declaration")]
    NotFound,
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Turned> for DeclareError {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::NotFound | Turned::Gone(_) => Self::NotFound,
            Turned::Refused(refusal) => Self::Refused(refusal),
        }
    }
}
