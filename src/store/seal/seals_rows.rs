//! Who seals: the keys of the gateway, wherever they are.

use std::fmt;

use crate::{
    accesslog::entry::{OpenError, OpenedPart, SealedBody, open_part},
    crypto::at_rest::AtRest,
};

/// Seals the register as a whole and the other rows one by one, so that who can write in the database and has no key adds or changes
/// none unseen.
pub trait SealsRows: Send + Sync + fmt::Debug {
    /// A keyed digest of these bytes.
    fn seal(&self, bytes: &[u8]) -> Vec<u8>;
    /// Whether one of the gateway's keys made it of these bytes.
    fn is_sealed(&self, bytes: &[u8], seal: &[u8]) -> bool;
    /// Opens a part of an entry.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(&self, body: &SealedBody) -> Result<OpenedPart, OpenError>;
}

impl SealsRows for AtRest {
    fn seal(&self, bytes: &[u8]) -> Vec<u8> {
        self.digest(bytes)
    }

    fn is_sealed(&self, bytes: &[u8], seal: &[u8]) -> bool {
        self.has_digested(bytes, seal)
    }

    fn open(&self, body: &SealedBody) -> Result<OpenedPart, OpenError> {
        open_part(body.part, &body.commitment, &body.sealed, self)
    }
}
