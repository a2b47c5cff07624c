//! What must be kept of a tree to append to it: the roots of the perfect subtrees at its right edge.

use super::hash::{EMPTY_ROOT, MAX_SIZE, node_hash};
use crate::domain::digest::Digest;

/// The right edge of a tree: one root per bit of its size. Enough to append and to know the root, not to prove.
///
/// Ten million leaves make at most 24 hashes. The bytes of [`Frontier::to_bytes`] belong into the log's head, in the
/// same transaction as the leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// From the largest subtree, at the left, to the smallest. INVARIANT: as many as `size` has bits that are 1.
    roots: Vec<Digest>,
}

/// The bytes are not a frontier: eight bytes of size and as many hashes as the size has ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the frontier of a tree: its length does not fit its size")]
pub struct InvalidFrontier;

impl Frontier {
    /// The frontier of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash (see [`super::hash::leaf_hash`]). Costs one node hash on average.
    pub fn append(&mut self, leaf: Digest) {
        let mut root = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node_hash(&left, &root);
            }
        }
        self.roots.push(root);
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree (RFC 6962: MTH).
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut roots = self.roots.iter().rev();
        match roots.next() {
            None => EMPTY_ROOT,
            Some(smallest) => roots.fold(*smallest, |right, left| node_hash(left, &right)),
        }
    }

    /// The size as eight bytes, big-endian, and the hashes from left to right.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        for root in &self.roots {
            bytes.extend(root.0);
        }
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`InvalidFrontier`] when the number of hashes does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidFrontier> {
        let (size, hashes) = bytes.split_first_chunk::<8>().ok_or(InvalidFrontier)?;
        let size = u64::from_be_bytes(*size);
        let (hashes, rest) = hashes.as_chunks::<32>();
        let fits = rest.is_empty() && u32::try_from(hashes.len()) == Ok(size.count_ones());
        if !fits || size > MAX_SIZE {
            return Err(InvalidFrontier);
        }
        Ok(Self { size, roots: hashes.iter().copied().map(Digest).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::naive;

    #[test]
    fn the_root_is_that_of_the_naive_tree_at_every_size() {
        let leaves = naive::leaves(300);
        let mut frontier = Frontier::new();
        for size in 0..=leaves.len() {
            assert_eq!(frontier.root(), naive::root(&leaves[..size]), "size {size}");
            let bytes = frontier.to_bytes();
            assert_eq!(bytes.len(), 8 + 32 * usize::try_from(frontier.size().count_ones()).unwrap());
            frontier = Frontier::from_bytes(&bytes).unwrap();
            if let Some(leaf) = leaves.get(size) {
                frontier.append(*leaf);
            }
        }
        assert_eq!(frontier.size(), 300);
    }

    #[test]
    fn bytes_that_do_not_fit_the_size_are_refused() {
        let mut frontier = Frontier::new();
        frontier.append(EMPTY_ROOT);
        let bytes = frontier.to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Frontier::from_bytes(&bytes[..end]), Err(InvalidFrontier), "{end}");
        }
        assert_eq!(Frontier::from_bytes(&[bytes, vec![0; 32]].concat()), Err(InvalidFrontier));
    }

    #[test]
    fn a_log_is_read_up_to_its_largest_size_and_not_beyond() {
        let of = |size: u64| {
            let hashes = usize::try_from(size.count_ones()).unwrap();
            Frontier::from_bytes(&[size.to_be_bytes().to_vec(), vec![7; 32 * hashes]].concat())
        };
        assert_eq!(of(MAX_SIZE).map(|frontier| frontier.size()), Ok(MAX_SIZE));
        for beyond in [MAX_SIZE + 1, u64::MAX] {
            assert_eq!(of(beyond), Err(InvalidFrontier), "{beyond}");
        }
    }
}
