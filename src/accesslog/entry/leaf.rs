//! The 54 bytes of a leaf.

use std::array;

use crate::domain::digest::Digest;

/// How long a leaf is.
pub const LEAF_LENGTH: usize = 54;

const HEADER: &[u8; 14] = b"sluis-leaf-v2\n";

/// What a leaf holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub time: u64,
    /// The root of the commitments to the parts: [`super::Commitments::root`].
    pub root: Digest,
}

/// The bytes are not a leaf of version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a leaf: 54 bytes that begin with sluis-leaf-v2")]
pub struct InvalidLeaf;

/// The bytes of a leaf: header, time in milliseconds, root of the commitments.
///
/// The caller gives `max(now, time of the previous leaf)`, under the lock of the log's head.
#[must_use]
pub fn leaf(time: u64, root: &Digest) -> [u8; LEAF_LENGTH] {
    let parts: [&[u8]; 3] = [HEADER, &time.to_be_bytes(), &root.0];
    let mut bytes = parts.into_iter().flatten();
    array::from_fn(|_| bytes.next().copied().unwrap_or_default())
}

/// Reads the bytes of a leaf.
///
/// # Errors
/// [`InvalidLeaf`] when length or header are others.
pub fn parse_leaf(bytes: &[u8]) -> Result<Leaf, InvalidLeaf> {
    let (header, rest) = bytes.split_first_chunk::<14>().ok_or(InvalidLeaf)?;
    let (time, rest) = rest.split_first_chunk::<8>().ok_or(InvalidLeaf)?;
    let root = <[u8; 32]>::try_from(rest).map_err(|_| InvalidLeaf)?;
    if header != HEADER {
        return Err(InvalidLeaf);
    }
    Ok(Leaf { time: u64::from_be_bytes(*time), root: Digest(root) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: Digest = Digest([7; 32]);

    #[test]
    fn every_byte_stands_where_the_format_says() {
        let bytes = leaf(0x0102_0304_0506_0708, &ROOT);
        assert_eq!(&bytes[..22], b"sluis-leaf-v2\n\x01\x02\x03\x04\x05\x06\x07\x08");
        assert_eq!(&bytes[22..], [7; 32]);
        assert_eq!(parse_leaf(&bytes), Ok(Leaf { time: 0x0102_0304_0506_0708, root: ROOT }));
    }

    #[test]
    fn other_bytes_are_not_a_leaf() {
        let bytes = leaf(1, &ROOT);
        for end in 0..LEAF_LENGTH {
            assert_eq!(parse_leaf(&bytes[..end]), Err(InvalidLeaf), "{end}");
        }
        assert_eq!(parse_leaf(&[bytes.as_slice(), &[0]].concat()), Err(InvalidLeaf));
        let mut earlier = bytes;
        earlier[12] = b'1';
        assert_eq!(parse_leaf(&earlier), Err(InvalidLeaf));
    }
}
