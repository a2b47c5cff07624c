//! What can go wrong in any use case, whatever it is about: never the caller's fault.

use crate::{
    accesslog::entry::{OpenError, PrepareError},
    crypto::at_rest::AtRestError,
    domain::id::NoEntropy,
    store::{error::StoreError, writer::error::WriteError},
};

/// The gateway cannot do what was asked now. Nothing was released.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The database was not read.
    #[error("the database was not read")]
    Store(#[from] StoreError),
    /// The write was not done, or nobody knows.
    #[error("the write was not done")]
    Write(#[source] WriteError),
    /// The facts changed three times while it was decided.
    #[error("the facts kept changing")]
    Restless,
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

impl Trouble {
    /// Whether trying again later can help.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Store(_) | Self::Write(_) | Self::Restless | Self::NoEntropy(_) => true,
            Self::AtRest(_) | Self::Entry(_) | Self::Body(_) | Self::Inconsistent(_) | Self::Crypto(_) => {
                false
            }
        }
    }

    /// A stable label for logs and metrics.
    #[must_use]
    pub const fn error_code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store_unavailable",
            Self::Write(error) => error.error_code(),
            Self::Restless => "facts_restless",
            Self::NoEntropy(_) => "no_entropy",
            Self::AtRest(_) => "at_rest",
            Self::Entry(_) => "entry",
            Self::Body(_) => "entry_body",
            Self::Inconsistent(_) => "store_inconsistent",
            Self::Crypto(_) => "crypto",
        }
    }
}

impl From<WriteError> for Trouble {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}
