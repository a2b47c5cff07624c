//! What can go wrong in any use case, whatever it is about.

use super::{ended::Ended, heavy::Busy};
use crate::{
    accesslog::entry::{OpenError, PrepareError},
    crypto::at_rest::AtRestError,
    domain::id::NoEntropy,
    store::{
        error::StoreError,
        writer::error::{Conflict, WriteError},
    },
};

/// The gateway cannot do what was asked now. Nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database was not read.
    #[error("the database was not read")]
    Store(#[from] StoreError),
    /// The write was not done, or nobody knows.
    #[error("{}", what_is_known(.0))]
    Write(#[source] WriteError),
    /// The facts changed three times while it was decided.
    #[error("the facts kept changing")]
    Restless,
    /// Too much heavy work waits already.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// No randomness.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// Something at rest could not be sealed or opened.
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    /// The entry could not be prepared.
    #[error(transparent)]
    Entry(#[from] PrepareError),
    /// The body of an entry could not be opened.
    #[error(transparent)]
    Body(#[from] OpenError),
    /// What is stored does not make sense: the code says what.
    #[error("the store is inconsistent: {0}")]
    Inconsistent(&'static str),
    /// A cryptographic operation failed: the code says which.
    #[error("cryptography failed: {0}")]
    Crypto(&'static str),
}

/// What had changed between the reading and the write so that trying again does not help, and is the caller's to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// There is no such thing any more, or not for the caller.
    NotFound,
    /// The operator has blocked the caller's party.
    Blocked,
    /// It has ended.
    Ended(Ended),
    /// It is in a state that does not allow this.
    Clash,
}

impl Trouble {
    /// What stands in the caller's way; none where it is not the caller's.
    #[must_use]
    pub const fn hindrance(&self) -> Option<Hindrance> {
        let Self::Write(WriteError::Conflict(conflict)) = self else { return None };
        Some(match *conflict {
            Conflict::NotFound => Hindrance::NotFound,
            Conflict::Blocked => Hindrance::Blocked,
            Conflict::Withdrawn => Hindrance::Ended(Ended::Withdrawn),
            Conflict::Expired => Hindrance::Ended(Ended::Expired),
            Conflict::Withheld => Hindrance::Ended(Ended::Withheld),
            Conflict::Gone => Hindrance::Ended(Ended::Acknowledged),
            Conflict::NotCollected
            | Conflict::NotExpired
            | Conflict::KeyReused
            | Conflict::AlreadyAnswered
            | Conflict::Taken
            | Conflict::State => Hindrance::Clash,
        })
    }

    /// Whether nothing is written because the gateway's clock cannot be believed.
    #[must_use]
    pub const fn is_of_the_clock(&self) -> bool {
        matches!(self, Self::Write(WriteError::Clock(_)))
    }

    /// Whether trying again later can help.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Write(WriteError::Conflict(_))
            | Self::AtRest(_)
            | Self::Entry(_)
            | Self::Body(_)
            | Self::Inconsistent(_)
            | Self::Crypto(_) => false,
            Self::Store(_) | Self::Write(_) | Self::Restless | Self::Busy(_) | Self::NoEntropy(_) => true,
        }
    }

    /// A stable label for logs and metrics.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.kind().as_str(),
            Self::Write(error) => error.error_code(),
            Self::Restless => "facts_restless",
            Self::Busy(Busy::Own) => "own_work_waits",
            Self::Busy(Busy::Everyone) => "work_waits",
            Self::NoEntropy(_) => "no_entropy",
            Self::AtRest(_) => "at_rest",
            Self::Entry(_) => "entry",
            Self::Body(_) => "entry_body",
            Self::Inconsistent(_) => "store_inconsistent",
            Self::Crypto(_) => "crypto",
        }
    }
}

const fn what_is_known(error: &WriteError) -> &'static str {
    match error {
        WriteError::Unknown(_) => "nobody knows whether the write was done",
        _ => "the write was not done",
    }
}

impl From<WriteError> for Trouble {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}
