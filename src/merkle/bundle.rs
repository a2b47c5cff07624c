//! Entry bundles: leaves, each preceded by its length in two bytes, big-endian (C2SP `tlog-tiles`).

/// A leaf of 64 KiB or more does not fit into a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a leaf of 65536 bytes or more does not fit into a bundle")]
pub struct LeafTooLong;

/// The bytes end within a leaf or within its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bundle ends within a leaf")]
pub struct InvalidBundle;

/// The bytes of a bundle of these leaves.
///
/// # Errors
/// [`LeafTooLong`] for a leaf of 64 KiB or more.
pub fn encode<'a>(leaves: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, LeafTooLong> {
    let mut bytes = Vec::new();
    for leaf in leaves {
        bytes.extend(u16::try_from(leaf.len()).map_err(|_| LeafTooLong)?.to_be_bytes());
        bytes.extend(leaf);
    }
    Ok(bytes)
}

/// The leaves of a bundle.
///
/// # Errors
/// [`InvalidBundle`] when the bytes do not end with a leaf.
pub fn decode(bytes: &[u8]) -> Result<Vec<&[u8]>, InvalidBundle> {
    let mut leaves = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>().ok_or(InvalidBundle)?;
        let (leaf, after) =
            after.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(InvalidBundle)?;
        leaves.push(leaf);
        rest = after;
    }
    Ok(leaves)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_big_endian() {
        let long = vec![7; 258];
        let bytes = encode([b"ab".as_slice(), b"", &long]).unwrap();
        assert_eq!(&bytes[..8], b"\x00\x02ab\x00\x00\x01\x02");
        assert_eq!(decode(&bytes).unwrap(), [b"ab".as_slice(), b"", &long]);
        assert_eq!(encode([vec![0; 65_536].as_slice()]), Err(LeafTooLong));
        for end in [1, 3, bytes.len() - 1] {
            assert_eq!(decode(&bytes[..end]), Err(InvalidBundle));
        }
    }

    proptest! {
        #[test]
        fn bundles_round_trip(leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..20)) {
            let bytes = encode(leaves.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(decode(&bytes).unwrap(), leaves);
        }

        #[test]
        fn whatever_decodes_encodes_to_the_same(bytes in prop::collection::vec(0_u8..4, 0..40)) {
            if let Ok(leaves) = decode(&bytes) {
                prop_assert_eq!(encode(leaves).unwrap(), bytes);
            }
        }
    }
}
