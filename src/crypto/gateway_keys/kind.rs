//! The kinds of keys that a gateway has.

use std::str::FromStr;

/// One of the four keys of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Encrypts what is kept about a person.
    AtRest,
    /// Makes pseudonyms.
    Pseudonym,
    /// Signs receipts.
    Receipt,
    /// Signs checkpoints.
    Log,
}

impl KeyKind {
    /// All four.
    pub const ALL: [Self; 4] = [Self::AtRest, Self::Pseudonym, Self::Receipt, Self::Log];

    /// The word that its files begin with, and that `sluis keys rotate` takes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtRest => "at-rest",
            Self::Pseudonym => "pseudonym",
            Self::Receipt => "receipt",
            Self::Log => "log",
        }
    }

    /// The name of the file of one version.
    #[must_use]
    pub fn file_name(self, version: u32) -> String {
        let extension = if self == Self::Receipt { "pem" } else { "key" };
        format!("{}.v{version}.{extension}", self.as_str())
    }

    pub(super) const fn content(self) -> &'static str {
        match self {
            Self::AtRest | Self::Pseudonym => "64 hexadecimal digits that are not all the same",
            Self::Receipt => "an unencrypted P-256 private key in PEM",
            Self::Log => "one line PRIVATE+KEY+<origin>+<id>+<base64>",
        }
    }
}

/// The word names none of the four keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key of a gateway")]
pub struct UnknownKind;

impl FromStr for KeyKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}
