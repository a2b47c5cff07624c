//! How a packet, or a copy of it, came to its end.

use crate::store::{
    read::{MessageRow, MessageState},
    writer::error::Conflict,
};

/// Why a packet can no longer be collected, acknowledged, answered or withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The sender or the person took it back.
    Withdrawn,
    /// Its term passed.
    Expired,
    /// The key that it is sealed to was revoked.
    Withheld,
    /// It was acknowledged, and erased here.
    Acknowledged,
}

impl Ended {
    /// How a message ended that is open no more.
    pub(super) const fn of(message: &MessageRow) -> Self {
        match message.state {
            MessageState::Withdrawn => Self::Withdrawn,
            MessageState::Open | MessageState::Expired => Self::Expired,
        }
    }

    /// The cause, as the entry writes it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Withheld => "withheld",
            Self::Acknowledged => "acknowledged",
        }
    }

    /// The end that a write met; none where it met something else.
    pub(super) const fn met(conflict: Conflict) -> Option<Self> {
        match conflict {
            Conflict::Withdrawn => Some(Self::Withdrawn),
            Conflict::Expired => Some(Self::Expired),
            Conflict::Withheld => Some(Self::Withheld),
            Conflict::Gone => Some(Self::Acknowledged),
            Conflict::NotFound
            | Conflict::NotCollected
            | Conflict::NotExpired
            | Conflict::KeyReused
            | Conflict::AlreadyAnswered
            | Conflict::Taken
            | Conflict::Blocked
            | Conflict::State => None,
        }
    }
}
