//! A SHA-256 digest, and the hexadecimal text of it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The 32 bytes of a SHA-256 digest; as text, 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

/// The text is not a digest: 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 digest: 64 hexadecimal digits")]
pub struct InvalidDigest;

impl Digest {
    /// The SHA-256 of these bytes. Never of a person's data: a digest of a small document is a dictionary away from it.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = [0; 32];
        let computed = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
        for (slot, byte) in digest.iter_mut().zip(computed.as_ref()) {
            *slot = *byte;
        }
        Self(digest)
    }

    /// The digest that these 32 bytes are, as a database or a file keeps them.
    ///
    /// # Errors
    /// [`InvalidDigest`] when there are not exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, InvalidDigest> {
        bytes.try_into().map(Self).map_err(|_| InvalidDigest)
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let bytes = hex::decode(text).map_err(|_| InvalidDigest)?;
        Self::from_slice(&bytes)
    }
}

impl TryFrom<String> for Digest {
    type Error = InvalidDigest;

    fn try_from(text: String) -> Result<Self, InvalidDigest> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
