//! STAND-IN.
use crate::domain::{digest::Digest, party::PartyId};
/// An entry.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "stand-in")]
pub struct PreparedEntry {
    pub commitments: [Digest; 4],
    pub bodies: [SealedBody; 4],
    pub readers: Vec<Reader>,
}
/// A part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "stand-in")]
pub enum PartName {
    Shared,
    Sender,
    Recipient,
    Gateway,
}
impl PartName {
    /// All.
    pub const ALL: [Self; 4] = [Self::Shared, Self::Sender, Self::Recipient, Self::Gateway];
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Gateway => "gateway",
        }
    }
    /// Its commitment.
    #[must_use]
    pub const fn of(self, commitments: &[Digest; 4]) -> Digest {
        let [shared, sender, recipient, gateway] = *commitments;
        match self {
            Self::Shared => shared,
            Self::Sender => sender,
            Self::Recipient => recipient,
            Self::Gateway => gateway,
        }
    }
}
impl std::str::FromStr for PartName {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
    }
}
/// A body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "stand-in")]
pub struct SealedBody {
    pub part: PartName,
    pub commitment: Digest,
    pub sealed: Vec<u8>,
}
/// A reader.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "stand-in")]
pub struct Reader {
    pub party: PartyId,
    pub part: PartName,
}

/// How long a leaf is.
pub const LEAF_LENGTH: usize = 150;

const HEADER: &[u8; 14] = b"sluis-leaf-v1\n";

/// What a leaf holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub time: u64,
    /// The commitments to the parts, in the order of [`super::PartName::ALL`].
    pub commitments: [Digest; 4],
}

/// The bytes are not a leaf of version 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a leaf: 150 bytes that begin with sluis-leaf-v1")]
pub struct InvalidLeaf;

/// The bytes of a leaf: header, time in milliseconds, four commitments.
///
/// The caller gives `max(now, time of the previous leaf)`, under the lock of the log's head.
#[must_use]
pub fn leaf(time: u64, commitments: &[Digest; 4]) -> [u8; LEAF_LENGTH] {
    let [shared, sender, recipient, gateway] = commitments.map(|commitment| commitment.0);
    let parts: [&[u8]; 6] = [HEADER, &time.to_be_bytes(), &shared, &sender, &recipient, &gateway];
    let mut bytes = [0; LEAF_LENGTH];
    for (slot, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
        *slot = *byte;
    }
    bytes
}

/// Reads the bytes of a leaf.
///
/// # Errors
/// [`InvalidLeaf`] when length or header are others.
pub fn parse_leaf(bytes: &[u8]) -> Result<Leaf, InvalidLeaf> {
    let (header, rest) = bytes.split_first_chunk::<14>().ok_or(InvalidLeaf)?;
    let (time, rest) = rest.split_first_chunk::<8>().ok_or(InvalidLeaf)?;
    let (hashes, rest) = rest.as_chunks::<32>();
    match hashes {
        [shared, sender, recipient, gateway] if header == HEADER && rest.is_empty() => Ok(Leaf {
            time: u64::from_be_bytes(*time),
            commitments: [*shared, *sender, *recipient, *gateway].map(Digest),
        }),
        _ => Err(InvalidLeaf),
    }
}
