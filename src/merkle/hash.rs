//! Leaf and node hashes (RFC 6962, section 2.1).

use tlog_tiles::tlog;

use crate::domain::digest::Digest;

/// The root of the empty tree: SHA-256 of nothing.
pub const EMPTY_ROOT: Digest = Digest(tlog::EMPTY_HASH.0);

/// The largest tree that this room computes with: 2^62 leaves, far from where the arithmetic of indexes overflows.
pub const MAX_SIZE: u64 = 1 << 62;

/// `SHA-256(0x00 || leaf)`.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Digest {
    Digest(tlog::record_hash(leaf).0)
}

/// `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest(tlog::node_hash(tlog::Hash(left.0), tlog::Hash(right.0)).0)
}

/// The root of a subtree of 2^n hashes, of which the slice is all. `None` when it is not a power of two.
pub(super) fn perfect_root(hashes: &[Digest]) -> Option<Digest> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.chunks_exact(2).filter_map(<[Digest]>::first_chunk).map(|[l, r]| node_hash(l, r)).collect();
    }
    row.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_tree_is_the_digest_of_nothing() {
        assert_eq!(
            EMPTY_ROOT.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(EMPTY_ROOT, Digest::of(b""));
    }

    #[test]
    fn leaves_and_nodes_have_their_own_prefix() {
        let leaf = leaf_hash(b"L123456");
        assert_eq!(leaf, Digest::of(b"\x00L123456"));
        let joined = [b"\x01".as_slice(), &leaf.0, &EMPTY_ROOT.0].concat();
        assert_eq!(node_hash(&leaf, &EMPTY_ROOT), Digest::of(&joined));
    }

    #[test]
    fn a_row_that_is_no_power_of_two_has_no_perfect_root() {
        assert_eq!(perfect_root(&[]), None);
        assert_eq!(perfect_root(&[EMPTY_ROOT; 3]), None);
        assert_eq!(perfect_root(&[EMPTY_ROOT]), Some(EMPTY_ROOT));
    }
}
