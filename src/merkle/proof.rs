//! Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2), made from tiles and checked without them.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
};

use tlog_tiles::tlog::{self, Hash, HashReader};

use super::{
    hash::{EMPTY_ROOT, MAX_SIZE, node_hash},
    tile::{Subtree, TileId, TileSource, hashes as hashes_of},
    tree::MissingTile,
};
use crate::domain::digest::Digest;

/// A proof could not be made, or does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is no leaf with that index in a tree of that size, or the older tree is not the smaller one.
    #[error("the tree is not large enough, or too large to compute with")]
    OutOfRange,
    /// A tile that the proof needs was not given.
    #[error(transparent)]
    Missing(#[from] MissingTile),
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    Wrong,
}

/// Answers with zeros and remembers what was asked: the proof's own arithmetic says which hashes it needs.
#[derive(Default)]
struct Asked(RefCell<Vec<u64>>);

impl HashReader for Asked {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        self.0.borrow_mut().extend(indexes);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

/// Makes proofs in the tree of one size, from tiles. What is computed within a tile is kept, so that the proofs
/// of a whole batch cost little more than one (measured: 100 microseconds for one in three full tiles, four for each of
/// the next).
#[derive(Debug)]
pub struct Prover<'a, S> {
    source: &'a S,
    size: u64,
    /// The hashes of each tile that was asked for, then those of their pairs, of the pairs of these, and so on.
    rows: RefCell<BTreeMap<TileId, Vec<Vec<Digest>>>>,
}

impl<'a, S: TileSource> Prover<'a, S> {
    /// For the tree of `size` leaves.
    #[must_use]
    pub const fn new(size: u64, source: &'a S) -> Self {
        Self { source, size, rows: RefCell::new(BTreeMap::new()) }
    }

    /// The proof that this tree has this leaf at `index`: from the leaf's sibling up.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`], or [`ProofError::Missing`] with the first tile that the source lacks.
    pub fn inclusion(&self, index: u64) -> Result<Vec<Digest>, ProofError> {
        self.require(&tiles_for_inclusion(index, self.size)?)?;
        let proof = tlog::prove_record(self.size, index, self);
        proof.map(|hashes| digests(&hashes)).map_err(|_| ProofError::OutOfRange)
    }

    /// The proof that this tree begins with the tree of `old` leaves. From the empty tree it is empty.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`], or [`ProofError::Missing`] with the first tile that the source lacks.
    pub fn consistency(&self, old: u64) -> Result<Vec<Digest>, ProofError> {
        self.require(&tiles_for_consistency(old, self.size)?)?;
        if old == 0 {
            return Ok(Vec::new());
        }
        let proof = tlog::prove_tree(self.size, old, self);
        proof.map(|hashes| digests(&hashes)).map_err(|_| ProofError::OutOfRange)
    }

    fn require(&self, needed: &BTreeSet<TileId>) -> Result<(), MissingTile> {
        let missing = |id: &&TileId| self.source.tile(**id).is_none_or(|bytes| bytes.len() < id.bytes());
        needed.iter().find(missing).map_or(Ok(()), |id| Err(MissingTile(*id)))
    }

    fn hash(&self, subtree: Subtree) -> Option<Digest> {
        let id = subtree.tile_in(self.size)?;
        let (paired, at) = subtree.place();
        let mut tiles = self.rows.borrow_mut();
        let rows = match tiles.entry(id) {
            Entry::Occupied(rows) => rows.into_mut(),
            Entry::Vacant(place) => place.insert(vec![hashes_of(self.source.tile(id)?.get(..id.bytes())?)?]),
        };
        while rows.len() <= paired {
            let pairs = rows.last()?.chunks_exact(2).filter_map(<[Digest]>::first_chunk);
            let row = pairs.map(|[left, right]| node_hash(left, right)).collect();
            rows.push(row);
        }
        rows.get(paired)?.get(at?).copied()
    }
}

impl<S: TileSource> HashReader for Prover<'_, S> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let hashes = indexes.iter().map(|index| self.hash(subtree(*index)).map(|hash| Hash(hash.0)));
        hashes.collect::<Option<Vec<_>>>().ok_or(tlog::Error::InvalidTile)
    }
}

fn subtree(index: u64) -> Subtree {
    let (height, n) = tlog::split_stored_hash_index(index);
    Subtree { height, n }
}

fn tiles(asked: &Asked, size: u64) -> BTreeSet<TileId> {
    asked.0.borrow().iter().filter_map(|index| subtree(*index).tile_in(size)).collect()
}

fn digests(hashes: &[Hash]) -> Vec<Digest> {
    hashes.iter().map(|hash| Digest(hash.0)).collect()
}

/// A proof of more hashes than a tree has levels proves nothing, and need not be looked at.
fn hashes(proof: &[Digest]) -> Result<Vec<Hash>, ProofError> {
    if proof.len() > 64 {
        return Err(ProofError::Wrong);
    }
    Ok(proof.iter().map(|digest| Hash(digest.0)).collect())
}

/// The tiles that [`inclusion`] needs for the leaf `index` in the tree of `size` leaves.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `index < size <= MAX_SIZE`.
pub fn tiles_for_inclusion(index: u64, size: u64) -> Result<BTreeSet<TileId>, ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let asked = Asked::default();
    tlog::prove_record(size, index, &asked).map_err(|_| ProofError::OutOfRange)?;
    Ok(tiles(&asked, size))
}

/// The proof that the tree of `size` leaves has this leaf at `index`: from the leaf's sibling up.
///
/// # Errors
/// [`ProofError::OutOfRange`], or [`ProofError::Missing`] with the first tile that the source lacks.
pub fn inclusion(index: u64, size: u64, source: &impl TileSource) -> Result<Vec<Digest>, ProofError> {
    Prover::new(size, source).inclusion(index)
}

/// The tiles that [`consistency`] needs between the trees of `old` and `new` leaves.
///
/// # Errors
/// [`ProofError::OutOfRange`] unless `old <= new <= MAX_SIZE`.
pub fn tiles_for_consistency(old: u64, new: u64) -> Result<BTreeSet<TileId>, ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    let asked = Asked::default();
    if old > 0 {
        tlog::prove_tree(new, old, &asked).map_err(|_| ProofError::OutOfRange)?;
    }
    Ok(tiles(&asked, new))
}

/// The proof that the tree of `new` leaves begins with the tree of `old` leaves. From the empty tree it is empty.
///
/// # Errors
/// [`ProofError::OutOfRange`], or [`ProofError::Missing`] with the first tile that the source lacks.
pub fn consistency(old: u64, new: u64, source: &impl TileSource) -> Result<Vec<Digest>, ProofError> {
    Prover::new(new, source).consistency(old)
}

/// Checks that the tree of `size` leaves with this root has the leaf hash `leaf` at `index`.
///
/// # Errors
/// [`ProofError::OutOfRange`] or [`ProofError::Wrong`].
pub fn verify_inclusion(
    proof: &[Digest],
    index: u64,
    size: u64,
    root: &Digest,
    leaf: &Digest,
) -> Result<(), ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    tlog::check_record(&hashes(proof)?, size, Hash(root.0), index, Hash(leaf.0))
        .map_err(|_| ProofError::Wrong)
}

/// Checks that the tree of `new` leaves with root `new_root` begins with the tree of `old` leaves and root `old_root`.
///
/// # Errors
/// [`ProofError::OutOfRange`] or [`ProofError::Wrong`].
pub fn verify_consistency(
    proof: &[Digest],
    old: u64,
    old_root: &Digest,
    new: u64,
    new_root: &Digest,
) -> Result<(), ProofError> {
    if old > new || new > MAX_SIZE {
        return Err(ProofError::OutOfRange);
    }
    if old == 0 {
        let new_fits = new > 0 || *new_root == EMPTY_ROOT;
        let holds = proof.is_empty() && *old_root == EMPTY_ROOT && new_fits;
        return if holds { Ok(()) } else { Err(ProofError::Wrong) };
    }
    tlog::check_tree(&hashes(proof)?, new, Hash(new_root.0), old, Hash(old_root.0))
        .map_err(|_| ProofError::Wrong)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{
        naive,
        tile::{Tile, TileSet},
        tree,
    };

    fn stored(leaves: &[Digest]) -> TileSet {
        let mut set = TileSet::new();
        set.extend(tree::grow(0, leaves, &TileSet::new()).unwrap());
        set
    }

    fn wide(n: usize) -> u64 {
        u64::try_from(n).unwrap()
    }

    /// Only the tiles that are named, cut to the width that is named.
    fn only(needed: &BTreeSet<TileId>, all: &TileSet) -> TileSet {
        let mut set = TileSet::new();
        for id in needed {
            let bytes = all.tile(*id).unwrap()[..id.bytes()].to_vec();
            set.insert(Tile { id: *id, bytes });
        }
        set
    }

    #[test]
    fn what_lies_outside_the_log_is_asked_of_no_tile() {
        let last = MAX_SIZE - 1;
        assert!(tiles_for_inclusion(last, MAX_SIZE).is_ok());
        assert!(tiles_for_consistency(MAX_SIZE, MAX_SIZE).is_ok());
        assert!(tiles_for_consistency(last, MAX_SIZE).is_ok());
        for (index, size) in [(0, 0), (3, 3), (4, 3), (0, MAX_SIZE + 1)] {
            assert_eq!(tiles_for_inclusion(index, size), Err(ProofError::OutOfRange), "{index} of {size}");
        }
        for (old, new) in [(4, 3), (3, MAX_SIZE + 1)] {
            assert_eq!(tiles_for_consistency(old, new), Err(ProofError::OutOfRange), "{old} in {new}");
        }
        assert_eq!(tiles_for_consistency(0, 3), Ok(BTreeSet::new()), "the empty tree needs no proof");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn inclusion_is_that_of_the_naive_tree(size in 1_usize..700, at: prop::sample::Index, flip: prop::sample::Index) {
            let leaves = naive::leaves(size);
            let index = at.index(size);
            let needed = tiles_for_inclusion(wide(index), wide(size)).unwrap();
            let tiles = only(&needed, &stored(&leaves));
            let proof = inclusion(wide(index), wide(size), &tiles).unwrap();
            prop_assert_eq!(&proof, &naive::path(index, &leaves));

            let root = naive::root(&leaves);
            let check = |proof: &[Digest], index, size, leaf| verify_inclusion(proof, index, size, &root, leaf);
            prop_assert_eq!(check(&proof, wide(index), wide(size), &leaves[index]), Ok(()));
            prop_assert!(check(&proof, wide(index), wide(size), &EMPTY_ROOT).is_err());
            if size > 1 {
                let other = (index + 1) % size;
                prop_assert!(check(&proof, wide(other), wide(size), &leaves[index]).is_err());
                let mut broken = proof.clone();
                broken[flip.index(proof.len())].0[0] ^= 1;
                prop_assert!(check(&broken, wide(index), wide(size), &leaves[index]).is_err());
                prop_assert!(check(&proof[1..], wide(index), wide(size), &leaves[index]).is_err());
            }
            let longer = [proof.as_slice(), &[EMPTY_ROOT]].concat();
            prop_assert!(check(&longer, wide(index), wide(size), &leaves[index]).is_err());
        }

        #[test]
        fn consistency_is_that_of_the_naive_tree(new in 1_usize..700, at: prop::sample::Index) {
            let leaves = naive::leaves(new);
            let old = at.index(new) + 1;
            let needed = tiles_for_consistency(wide(old), wide(new)).unwrap();
            let proof = consistency(wide(old), wide(new), &only(&needed, &stored(&leaves))).unwrap();
            prop_assert_eq!(&proof, &naive::consistency(old, &leaves));

            let (before, after) = (naive::root(&leaves[..old]), naive::root(&leaves));
            let check = |before, after| verify_consistency(&proof, wide(old), before, wide(new), after);
            prop_assert_eq!(check(&before, &after), Ok(()));
            prop_assert!(check(&EMPTY_ROOT, &after).is_err());
            prop_assert!(check(&before, &EMPTY_ROOT).is_err());
        }

        #[test]
        fn no_proof_of_whatever_bytes_panics(
            bytes in prop::collection::vec(any::<[u8; 32]>(), 0..70), index: u64, size: u64,
        ) {
            let proof: Vec<_> = bytes.into_iter().map(Digest).collect();
            prop_assert!(verify_inclusion(&proof, index, size, &EMPTY_ROOT, &EMPTY_ROOT).is_err());
            prop_assert!(verify_consistency(&proof, index, &EMPTY_ROOT, size, &Digest([1; 32])).is_err());
        }
    }

    #[test]
    fn what_an_append_makes_is_enough_to_prove_what_it_appended() {
        let leaves = naive::leaves(1000);
        for (old, new) in [(0, 1), (0, 1000), (250, 260), (255, 256), (500, 1000), (511, 513), (767, 769)] {
            let mut kept = TileSet::new();
            let before = stored(&leaves[..old]);
            for id in tree::edge(wide(old)) {
                kept.insert(Tile { id, bytes: before.tile(id).unwrap()[..id.bytes()].to_vec() });
            }
            let made = tree::grow(wide(old), &leaves[old..new], &kept).unwrap();
            kept.extend(made);
            let prover = Prover::new(wide(new), &kept);
            for index in (old..new).step_by(29).chain([new - 1]) {
                assert_eq!(
                    prover.inclusion(wide(index)).unwrap(),
                    naive::path(index, &leaves[..new]),
                    "{old} {new}"
                );
            }
        }
    }

    #[test]
    fn a_tree_of_many_levels_needs_few_tiles() {
        let needed = tiles_for_inclusion(12_345_678, 100_000_000).unwrap();
        assert!(needed.len() <= 8, "{needed:?}");
        assert!(tiles_for_inclusion(MAX_SIZE - 1, MAX_SIZE).is_ok());
        assert!(tiles_for_consistency(MAX_SIZE - 1, MAX_SIZE).is_ok());
    }

    #[test]
    fn ranges_are_checked() {
        for (index, size) in [(0, 0), (1, 1), (5, 3), (0, MAX_SIZE + 1), (0, u64::MAX)] {
            assert_eq!(tiles_for_inclusion(index, size), Err(ProofError::OutOfRange));
            assert_eq!(
                verify_inclusion(&[], index, size, &EMPTY_ROOT, &EMPTY_ROOT),
                Err(ProofError::OutOfRange)
            );
        }
        assert_eq!(tiles_for_consistency(2, 1), Err(ProofError::OutOfRange));
    }

    #[test]
    fn every_tree_begins_with_the_empty_one() {
        let root = naive::root(&naive::leaves(3));
        assert_eq!(consistency(0, 3, &TileSet::new()), Ok(Vec::new()));
        assert_eq!(verify_consistency(&[], 0, &EMPTY_ROOT, 3, &root), Ok(()));
        assert_eq!(verify_consistency(&[], 0, &root, 3, &root), Err(ProofError::Wrong));
        assert_eq!(verify_consistency(&[root], 0, &EMPTY_ROOT, 3, &root), Err(ProofError::Wrong));
        assert_eq!(verify_consistency(&[], 0, &EMPTY_ROOT, 0, &root), Err(ProofError::Wrong));
    }

    #[test]
    fn a_tile_that_is_too_short_counts_as_missing() {
        struct Short;
        impl TileSource for Short {
            fn tile(&self, _: TileId) -> Option<&[u8]> {
                Some(&[0; 64])
            }
        }
        assert!(inclusion(0, 2, &Short).is_ok());
        let missing = MissingTile(TileId::new(0, 0, 3).unwrap());
        assert_eq!(inclusion(0, 3, &Short), Err(ProofError::Missing(missing)));
    }

    #[test]
    fn a_proof_from_too_few_tiles_names_the_missing_one() {
        let leaves = naive::leaves(600);
        let all = stored(&leaves);
        let needed = tiles_for_inclusion(3, 600).unwrap();
        for left_out in &needed {
            let mut rest = needed.clone();
            rest.remove(left_out);
            let missing = inclusion(3, 600, &only(&rest, &all));
            assert_eq!(missing, Err(ProofError::Missing(MissingTile(*left_out))));
        }
    }
}
