//! Why a write was not done.

use std::sync::Arc;

use super::{clock::ClockFault, health::CLOCK};
use crate::store::error::{StoreError, StoreErrorKind};

/// Why a write was not done, or why nobody knows whether it was.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// The state of things forbids it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// A fact that the decision rested on has changed: read again, decide again; after three times answer 503.
    #[error("a fact changed between the decision and the write")]
    StaleFacts,
    /// The permit is older than five seconds, or a fact lapsed: decide again.
    #[error("the permit is no longer valid")]
    PermitExpired,
    /// Another gateway decides by another policy: this one must not go on. Answer 503 and say so to the operator.
    #[error("the active policy is not the one of this gateway")]
    PolicyDiffers,
    /// The parts of the write do not belong together: a fault in the program.
    #[error("the parts of the write do not belong together: {0}")]
    Mismatch(&'static str),
    /// Too much waits to be written: answer 503.
    #[error("too much waits to be written")]
    Busy,
    /// The gateway's clock cannot be believed: nothing is written by it. Answer 503.
    #[error("the gateway's clock is not right")]
    Clock(#[source] ClockFault),
    /// It was not written. Answer 503.
    #[error("the database did not write")]
    Unavailable(#[source] Arc<StoreError>),
    /// It may or may not have been written: answer 503, and do not try again here. The caller's Idempotency-Key
    /// settles it. With what the database said, where it said anything.
    #[error("the database did not confirm the commit")]
    Unknown(#[source] Option<Arc<StoreError>>),
}

impl WriteError {
    /// Whether a fresh decision could succeed.
    #[must_use]
    pub const fn may_decide_again(&self) -> bool {
        matches!(self, Self::StaleFacts | Self::PermitExpired)
    }

    /// What the state of things forbids, where that is why.
    #[must_use]
    pub const fn conflict(&self) -> Option<Conflict> {
        match self {
            Self::Conflict(conflict) => Some(*conflict),
            _ => None,
        }
    }

    /// The label of a write that was not done for this reason.
    pub(super) const fn code_of(kind: StoreErrorKind) -> &'static str {
        match kind {
            StoreErrorKind::Unavailable => "write_unavailable",
            named => named.as_str(),
        }
    }

    /// A stable label for logs and metrics.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        match self {
            Self::Conflict(conflict) => conflict.error_code(),
            Self::StaleFacts => "stale_facts",
            Self::PermitExpired => "permit_expired",
            Self::PolicyDiffers => "policy_differs",
            Self::Mismatch(_) => "write_mismatch",
            Self::Busy => "writer_busy",
            Self::Clock(_) => CLOCK,
            Self::Unavailable(error) => Self::code_of(error.kind()),
            Self::Unknown(said) => match said.as_ref().map(|error| error.kind()) {
                None | Some(StoreErrorKind::Unavailable) => "commit_unknown",
                Some(named) => named.as_str(),
            },
        }
    }
}

/// What the state of things forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// There is no such thing, or not for this party.
    #[error("there is no such thing for this party")]
    NotFound,
    /// It was withdrawn.
    #[error("it was withdrawn")]
    Withdrawn,
    /// Its term has passed.
    #[error("its term has passed")]
    Expired,
    /// The key it was sealed to was revoked.
    #[error("the key that it was sealed to was revoked")]
    Withheld,
    /// It was acknowledged, and erased.
    #[error("it was acknowledged and erased")]
    Gone,
    /// It was not collected yet.
    #[error("it was not collected yet")]
    NotCollected,
    /// Its term has not passed yet.
    #[error("its term has not passed yet")]
    NotExpired,
    /// The Idempotency-Key was used for another body.
    #[error("the Idempotency-Key was used for another body")]
    KeyReused,
    /// The request was answered otherwise.
    #[error("the request was answered otherwise")]
    AlreadyAnswered,
    /// It belongs to another party, or exists with other content.
    #[error("it exists already, and differs")]
    Taken,
    /// The party is blocked.
    #[error("the party is blocked")]
    Blocked,
    /// The state that the thing is in does not allow it.
    #[error("the state that it is in does not allow this")]
    State,
}

impl Conflict {
    /// A stable label for logs and metrics.
    #[must_use]
    pub const fn error_code(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Withheld => "withheld",
            Self::Gone => "gone",
            Self::NotCollected => "not_collected",
            Self::NotExpired => "not_expired",
            Self::KeyReused => "idempotency_key_reused",
            Self::AlreadyAnswered => "already_answered",
            Self::Taken => "taken",
            Self::Blocked => "blocked",
            Self::State => "wrong_state",
        }
    }
}
