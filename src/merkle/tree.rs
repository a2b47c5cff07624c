//! Growing a tree of tiles: appended leaf hashes in, new tiles out.

use std::mem;

use super::{
    hash::{EMPTY_ROOT, MAX_SIZE, node_hash, perfect_root},
    tile::{FULL, Tile, TileId, TileSource, hashes},
};
use crate::domain::digest::Digest;

/// A tile that is needed was not given, or is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tile of level {}, number {} and width {} is missing", .0.level(), .0.n(), .0.width())]
pub struct MissingTile(pub TileId);

/// A tree by the tiles at its right edge: at most 255 hashes per level. It appends, knows its root, and hands out each
/// tile once when it is full.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    size: u64,
    /// The hashes of the partial tile of each level. INVARIANT: `levels[l].len() == (size >> 8l) mod 256`.
    levels: Vec<Vec<Digest>>,
    full: Vec<Tile>,
}

impl Tree {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The tree of `size` leaves, from its partial tiles (see [`edge`]).
    ///
    /// # Errors
    /// [`MissingTile`] names the first tile that the source does not give.
    pub fn resume(size: u64, source: &impl TileSource) -> Result<Self, MissingTile> {
        let mut levels = vec![Vec::new(); usize::from(heights(size))];
        for id in edge(size) {
            let row = source.tile(id).and_then(|bytes| bytes.get(..id.bytes())).and_then(hashes);
            if let (Some(level), Some(row)) = (levels.get_mut(usize::from(id.level())), row) {
                *level = row;
            } else {
                return Err(MissingTile(id));
            }
        }
        Ok(Self { size, levels, full: Vec::new() })
    }

    /// How many leaves the tree has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf by its hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut carried = leaf;
        for level in 0_u8..8 {
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(row) = self.levels.get_mut(at) else { break };
            row.push(carried);
            if row.len() < usize::from(FULL) {
                break;
            }
            let row = mem::take(row);
            let n = self.size.checked_shr(u32::from(level).saturating_add(1).saturating_mul(8)).unwrap_or(0);
            self.full.extend(Tile::of(level, n, &row));
            let Some(root) = perfect_root(&row) else { break };
            carried = root;
        }
        self.size = self.size.saturating_add(1);
    }

    /// The root of the tree (RFC 6962: MTH).
    #[must_use]
    pub fn root(&self) -> Digest {
        let mut right: Option<Digest> = None;
        for row in &self.levels {
            // A row of w hashes is a row of perfect subtrees, one per bit of w, the largest at the left.
            let mut rest = row.as_slice();
            while !rest.is_empty() {
                let bit = 1_usize.checked_shl(rest.len().trailing_zeros()).unwrap_or(1);
                let (before, subtree) = rest.split_at(rest.len().saturating_sub(bit));
                if let Some(left) = perfect_root(subtree) {
                    right = Some(right.map_or(left, |right| node_hash(&left, &right)));
                }
                rest = before;
            }
        }
        right.unwrap_or(EMPTY_ROOT)
    }

    /// The tiles that became full since the last call, each after those below it.
    pub fn take_full(&mut self) -> Vec<Tile> {
        mem::take(&mut self.full)
    }

    /// The partial tiles of the tree as it is now, from level 0 up. Together with the full ones they are all its tiles.
    #[must_use]
    pub fn partial(&self) -> Vec<Tile> {
        let rows = (0_u8..).zip(&self.levels).filter(|(_, row)| !row.is_empty());
        rows.filter_map(|(level, row)| {
            let shift = u32::from(level).saturating_add(1).saturating_mul(8);
            Tile::of(level, self.size.checked_shr(shift).unwrap_or(0), row)
        })
        .collect()
    }
}

/// The partial tiles of a tree of `size` leaves, from level 0 up: what an append needs of the tree before.
#[must_use]
pub fn edge(size: u64) -> Vec<TileId> {
    (0..heights(size.min(MAX_SIZE)))
        .filter_map(|level| {
            let below = u32::from(level).saturating_mul(8);
            let width = u16::try_from(size.checked_shr(below).unwrap_or(0) & 0xff).ok()?;
            TileId::new(level, size.checked_shr(below.saturating_add(8)).unwrap_or(0), width)
        })
        .collect()
}

/// How many levels of tiles a tree has.
fn heights(size: u64) -> u8 {
    (0_u8..8).find(|level| size.checked_shr(u32::from(*level).saturating_mul(8)) == Some(0)).unwrap_or(8)
}

/// The tiles that appending `leaves` to a tree of `size` leaves makes: those that became full and those that are now
/// partial, at all levels. `before` gives the tiles of [`edge`]`(size)`.
///
/// # Errors
/// [`MissingTile`] when `before` lacks one.
pub fn grow(size: u64, leaves: &[Digest], before: &impl TileSource) -> Result<Vec<Tile>, MissingTile> {
    let mut tree = Tree::resume(size, before)?;
    for leaf in leaves {
        tree.append(*leaf);
    }
    let mut tiles = tree.take_full();
    tiles.extend(tree.partial());
    Ok(tiles)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::merkle::{naive, tile::TileSet};

    #[test]
    fn the_root_and_the_tiles_are_those_of_the_definition() {
        let leaves = naive::leaves(70_000);
        let mut tree = Tree::new();
        let mut tiles = Vec::new();
        for (at, leaf) in leaves.iter().enumerate() {
            if [0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_537].contains(&at) {
                assert_eq!(tree.root(), naive::root(&leaves[..at]), "size {at}");
                assert_eq!(tree.partial().iter().map(|tile| tile.id).collect::<Vec<_>>(), edge(tree.size()));
            }
            tree.append(*leaf);
            tiles.extend(tree.take_full());
        }
        assert_eq!(tree.root(), naive::root(&leaves));
        assert_eq!(tiles.len(), 273 + 1);
        tiles.extend(tree.partial());
        let widths: Vec<_> = tree.partial().iter().map(|t| (t.id.level(), t.id.n(), t.id.width())).collect();
        assert_eq!(widths, [(0, 273, 112), (1, 1, 17), (2, 0, 1)], "the example of the specification");
        for tile in tiles {
            let span = 256_usize.pow(u32::from(tile.id.level()));
            for (i, hash) in hashes(&tile.bytes).unwrap().iter().enumerate() {
                let from = (usize::try_from(tile.id.n()).unwrap() * 256 + i) * span;
                assert_eq!(*hash, naive::root(&leaves[from..from + span]), "{:?} {i}", tile.id);
            }
        }
    }

    #[test]
    fn a_missing_tile_is_named() {
        let missing = MissingTile(TileId::new(1, 0, 2).unwrap());
        let mut before = TileSet::new();
        before.insert(Tile::of(0, 2, &naive::leaves(3)).unwrap());
        assert_eq!(grow(515, &[], &before), Err(missing));
        before.insert(Tile::of(1, 0, &naive::leaves(1)).unwrap());
        assert_eq!(grow(515, &[], &before), Err(missing), "too short");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn batches_make_the_same_tiles_as_one_append(batches in prop::collection::vec(0_usize..400, 0..5)) {
            let leaves = naive::leaves(batches.iter().sum());
            let mut stored = TileSet::new();
            let mut size = 0_usize;
            for batch in batches {
                let new = &leaves[size..size + batch];
                let tiles = grow(u64::try_from(size).unwrap(), new, &stored).unwrap();
                // The store keeps only what the tree before needs, and what is new.
                stored.extend(tiles);
                size += batch;
            }
            let tree = Tree::resume(u64::try_from(size).unwrap(), &stored).unwrap();
            prop_assert_eq!(tree.root(), naive::root(&leaves));
        }
    }
}
