//! Why an operator's wish was not carried out.

use crate::{
    domain::party::PartyId,
    exchange::{plain::PlainError, trouble::Trouble},
    store::writer::error::{Conflict, WriteError},
};

/// Why the operator's wish was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// The party or certificate is known already, with other content.
    #[error("it exists already, and differs")]
    Taken,
    /// The party is blocked, or was removed.
    #[error("the party is blocked or removed")]
    Blocked,
    /// There is no such party or certificate.
    #[error("there is no such party or certificate")]
    NotFound,
    /// The certificate is of another organisation than the party.
    #[error("the certificate is of another organisation than the party")]
    OtherOrganisation,
    /// The active policy is another than the one named.
    #[error("another policy became active in between")]
    PolicyChanged,
    /// Another party acts in that role for that municipality at the same time: nobody could tell which of them is meant.
    #[error("another party acts in that role for that municipality: {0}")]
    Represented(PartyId),
    /// Copies wait for the party, or for others from it: so many of each.
    #[error("{incoming} copies wait for it and {outgoing} from it")]
    Waited {
        /// Sent to it.
        incoming: u64,
        /// Sent by it.
        outgoing: u64,
    },
    /// Not the operator's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl OperateError {
    pub(super) fn of(error: PlainError) -> Self {
        match error {
            PlainError::Conflict(Conflict::NotFound) => Self::NotFound,
            PlainError::Conflict(Conflict::Blocked) => Self::Blocked,
            PlainError::Conflict(_) => Self::Taken,
            PlainError::Trouble(Trouble::Write(WriteError::PolicyDiffers)) => Self::PolicyChanged,
            PlainError::Trouble(trouble) => Self::Trouble(trouble),
        }
    }
}
