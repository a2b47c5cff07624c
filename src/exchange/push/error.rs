//! Why a packet was not taken.

use crate::{
    domain::problem::Fault,
    exchange::{ended::Ended, perform::Turned, trouble::Trouble},
    policy::permit::Refusal,
};

/// Why a packet was not taken. Nothing of it is kept but the entry.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The submission is wrong: every fault at once.
    #[error("the submission is not valid")]
    Invalid(Vec<Fault>),
    /// The route or the policies say no: reasons per recipient (index in the sender's list).
    #[error("refused")]
    Refused(Vec<(Option<usize>, Refusal)>),
    /// A recipient has published no key that could be sealed to.
    #[error("a recipient has no key")]
    NoKey(Vec<Fault>),
    /// The key was used for another body.
    #[error("the Idempotency-Key was used for another body")]
    KeyReused,
    /// There is nothing such to answer, or not for this party.
    #[error("nothing to answer")]
    NotFound,
    /// It was answered already; an answer stands.
    #[error("answered already")]
    AlreadyAnswered,
    /// What it answers has ended.
    #[error("gone")]
    Gone(Ended),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<Turned> for PushError {
    fn from(turned: Turned) -> Self {
        match turned {
            Turned::Refused(refusal) => Self::Refused(vec![(None, refusal)]),
            Turned::NotFound => Self::NotFound,
            Turned::Gone(ended) => Self::Gone(ended),
        }
    }
}
