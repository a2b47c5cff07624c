//! The 150 bytes of a leaf.

use crate::domain::digest::Digest;

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

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITMENTS: [Digest; 4] = [Digest([1; 32]), Digest([2; 32]), Digest([3; 32]), Digest([4; 32])];

    #[test]
    fn every_byte_stands_where_the_format_says() {
        let bytes = leaf(0x0102_0304_0506_0708, &COMMITMENTS);
        assert_eq!(&bytes[..22], b"sluis-leaf-v1\n\x01\x02\x03\x04\x05\x06\x07\x08");
        for (at, byte) in [(22, 1), (53, 1), (54, 2), (86, 3), (118, 4), (149, 4)] {
            assert_eq!(bytes[at], byte, "offset {at}");
        }
        let parsed = Leaf { time: 0x0102_0304_0506_0708, commitments: COMMITMENTS };
        assert_eq!(parse_leaf(&bytes), Ok(parsed));
    }

    #[test]
    fn other_bytes_are_not_a_leaf() {
        let bytes = leaf(1, &COMMITMENTS);
        for end in 0..LEAF_LENGTH {
            assert_eq!(parse_leaf(&bytes[..end]), Err(InvalidLeaf), "{end}");
        }
        assert_eq!(parse_leaf(&[bytes.as_slice(), &[0]].concat()), Err(InvalidLeaf));
        let mut later = bytes;
        later[12] = b'2';
        assert_eq!(parse_leaf(&later), Err(InvalidLeaf));
    }
}
