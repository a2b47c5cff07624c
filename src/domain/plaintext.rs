//! The content of a packet before it is sealed.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    json::{self, Wiped},
    problem::Fault,
};

/// What a sender wrote about a person, in memory only and only until it is sealed: read once, and the one copy of it.
///
/// It is wiped when dropped. It cannot be cloned, serialised, compared or printed, and `store` takes only
/// sealed bodies, so it cannot be written down.
///
/// ```compile_fail
/// let content = sluis::domain::plaintext::Plaintext::read(b"{}").unwrap();
/// let copy = content.clone();
/// ```
/// The twin that differs by that line:
/// ```
/// let content = sluis::domain::plaintext::Plaintext::read(b"{}").unwrap();
/// let moved = content;
/// ```
/// Nor can it be serialised:
/// ```compile_fail
/// let content = sluis::domain::plaintext::Plaintext::read(b"{}").unwrap();
/// serde_json::to_vec(&content).unwrap();
/// ```
/// ```
/// let content = sluis::domain::plaintext::Plaintext::read(b"{}").unwrap();
/// serde_json::to_vec(&content.expose().is_object()).unwrap();
/// ```
pub struct Plaintext(Wiped);

impl Plaintext {
    /// Takes over what was read already.
    #[must_use]
    pub const fn of(value: Wiped) -> Self {
        Self(value)
    }

    /// Reads the bytes of a content that stands by itself.
    ///
    /// # Errors
    /// As [`json::read()`].
    pub fn read(bytes: &[u8]) -> Result<Self, Box<Fault>> {
        json::read(bytes).map(|value| Self(Wiped::new(value)))
    }

    /// The value, for validation.
    #[must_use]
    pub const fn expose(&self) -> &Value {
        self.0.expose()
    }

    /// Lets go of parts of a content that will not be taken.
    pub fn cut(&mut self, cut: impl FnOnce(&mut Value)) {
        self.0.change(cut);
    }

    /// The members of the object that it is, which are then the caller's to wipe.
    ///
    /// # Errors
    /// The content itself, when it is no object.
    pub fn into_members(self) -> Result<Map<String, Value>, Self> {
        self.0.into_members().map_err(Self)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(redacted)")
    }
}
