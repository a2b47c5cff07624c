//! From a stored body to the part that was committed to.

use std::fmt;

use zeroize::Zeroizing;

use super::{
    commit::commitment,
    name::PartName,
    part::{InvalidPart, Part},
};
use crate::{
    crypto::at_rest::{AtRest, AtRestError, Place},
    domain::digest::Digest,
};

/// Where a body is stored: it opens nowhere else.
pub(super) fn place(part: PartName, row: &str) -> Place<'_> {
    Place { table: "entry_body", row, column: part.as_str() }
}

/// Salt and body of a part, opened and checked: what a reader needs to compute the commitment.
pub struct OpenedPart {
    name: PartName,
    salt: Zeroizing<[u8; 32]>,
    body: Zeroizing<Vec<u8>>,
}

impl OpenedPart {
    /// Which part.
    #[must_use]
    pub const fn name(&self) -> PartName {
        self.name
    }

    /// The salt of its commitment.
    #[must_use]
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The canonical JSON; empty where the part is absent.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the part says; `None` where it is absent.
    ///
    /// # Errors
    /// [`InvalidPart`] when the body is committed to but is not a part of a version known here.
    pub fn part(&self) -> Result<Option<Part>, InvalidPart> {
        if self.body.is_empty() { Ok(None) } else { Part::from_json(&self.body).map(Some) }
    }
}

impl fmt::Debug for OpenedPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenedPart({}, {} bytes)", self.name, self.body.len())
    }
}

/// A stored body could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not sealed for this commitment and part by a key that is here.
    #[error(transparent)]
    AtRest(#[from] AtRestError),
    /// It opens, but is not what the leaf commits to.
    #[error("the stored body is not the one that the log committed to")]
    OtherBody,
}

/// Opens a stored body and checks it against its commitment, which the caller has checked against the leaf.
///
/// # Errors
/// [`OpenError`]: another key or place, or another content than is committed to.
pub fn open_part(
    name: PartName,
    expected: &Digest,
    sealed: &[u8],
    at_rest: &AtRest,
) -> Result<OpenedPart, OpenError> {
    let value = at_rest.open(place(name, &expected.to_string()), sealed)?;
    let (salt, body) = value.split_first_chunk::<32>().ok_or(OpenError::OtherBody)?;
    if commitment(name, salt, body) != *expected {
        return Err(OpenError::OtherBody);
    }
    Ok(OpenedPart { name, salt: Zeroizing::new(*salt), body: Zeroizing::new(body.to_vec()) })
}
