//! The parts of an entry, each for its own readers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The parts of an entry, in the order in which the leaf commits to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartName {
    /// For every party that figures in the entry.
    Shared,
    /// For the sending party.
    Sender,
    /// For the receiving or calling party.
    Recipient,
    /// For the party in whose name the caller acted.
    OnBehalf,
    /// For the operator.
    Gateway,
}

impl PartName {
    /// All of them, in the order of the leaf. Three more places are free.
    pub const ALL: [Self; 5] = [Self::Shared, Self::Sender, Self::Recipient, Self::OnBehalf, Self::Gateway];

    /// The word, as the commitment takes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::OnBehalf => "on-behalf",
            Self::Gateway => "gateway",
        }
    }

    /// Whether it is for one party alone, whose number for the entry stands in it.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Sender | Self::Recipient | Self::OnBehalf)
    }

    /// Its place among the eight of the leaf.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Shared => 0,
            Self::Sender => 1,
            Self::Recipient => 2,
            Self::OnBehalf => 3,
            Self::Gateway => 4,
        }
    }
}

/// The text names no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a part of an entry: shared, sender, recipient, on-behalf or gateway")]
pub struct UnknownPart;

impl FromStr for PartName {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownPart)
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
