//! The content of a packet before it is sealed.

use std::fmt;

use zeroize::Zeroizing;

/// What a sender wrote about a person, in memory only and only until it is sealed.
///
/// It is wiped when dropped. It cannot be cloned, serialised, compared or printed, and `store` takes only
/// sealed bodies, so it cannot be written down.
///
/// ```compile_fail
/// let content = sluis::domain::plaintext::Plaintext::new(b"{}".to_vec());
/// let copy = content.clone();
/// ```
/// The twin that differs by that line:
/// ```
/// let content = sluis::domain::plaintext::Plaintext::new(b"{}".to_vec());
/// let moved = content;
/// ```
/// Nor can it be serialised:
/// ```compile_fail
/// let content = sluis::domain::plaintext::Plaintext::new(b"{}".to_vec());
/// serde_json::to_vec(&content).unwrap();
/// ```
/// ```
/// let content = sluis::domain::plaintext::Plaintext::new(b"{}".to_vec());
/// serde_json::to_vec(&content.len()).unwrap();
/// ```
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// Takes over the bytes; the vector must be the only copy.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for validation and projection.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(redacted)")
    }
}
