//! Identifiers that say nothing about a person, and the source of randomness they are made from.

use std::{fmt, str::FromStr};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Gives random bytes.
pub trait Entropy: Send + Sync + fmt::Debug {
    /// Fills the whole slice.
    ///
    /// # Errors
    /// [`NoEntropy`] when the system gives no randomness; nothing may be made then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoEntropy;

/// The operating system's randomness.
#[derive(Debug, Default)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// The operating system's randomness.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        self.0.fill(bytes).map_err(|_| NoEntropy)
    }
}

/// The text is not an identifier of the expected form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: a UUID in lower case with hyphens")]
pub struct InvalidId;

macro_rules! uuid_v7 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier: UUID version 7 (RFC 9562), so that identifiers sort by time.
            ///
            /// # Errors
            /// [`NoEntropy`] when the system gives no randomness.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
                let mut random = [0; 10];
                entropy.fill(&mut random)?;
                let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
                Ok(Self(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let id = Uuid::try_parse(text).map_err(|_| InvalidId)?;
                // One text per identifier: braces, capitals and missing hyphens are other texts.
                if id.hyphenated().to_string() == text { Ok(Self(id)) } else { Err(InvalidId) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0.hyphenated())
            }
        }
    };
}

uuid_v7! {
    /// A packet: a request or a handover, whichever its dataset makes it.
    PacketId
}
uuid_v7! {
    /// A declaration (wilsverklaring).
    DeclarationId
}
uuid_v7! {
    /// A person as the gateway knows one: a random name within one party's scope, found only through a pseudonym.
    PersonId
}
uuid_v7! {
    /// A notice to a party.
    NoticeId
}
