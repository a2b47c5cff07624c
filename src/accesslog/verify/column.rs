//! One sequence of leaf hashes, as one of the source's records has it, and the tree that it makes.

use std::collections::{BTreeMap, BTreeSet};

use super::{diff::Difference, finding::Finding, source::LogSource};
use crate::{
    domain::digest::Digest,
    merkle::{
        bundle,
        hash::leaf_hash,
        tile::{Tile, TileId, TilePath, hashes},
        tree::Tree,
    },
};

/// In which record of the source a sequence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The leaves themselves.
    Entries,
    /// The list of leaf hashes.
    LeafHashes,
    /// The tiles of level 0.
    Tiles,
}

impl Kind {
    /// What it is called that it differs from the leaves.
    pub(super) fn finding(self, difference: Difference) -> Finding {
        match self {
            Self::Entries => Finding::Entry { difference },
            Self::LeafHashes => Finding::LeafHash { difference },
            Self::Tiles => Finding::TileHash { difference },
        }
    }
}

/// A sequence, its tree, and what else is compared with it.
#[derive(Debug, Clone)]
pub(super) struct Column {
    tree: Tree,
    /// The sizes at which the root is wanted, and the indexes at which the leaf hash is.
    sizes: BTreeSet<u64>,
    /// Sizes at which the root is wanted for a while.
    passing: BTreeSet<u64>,
    indexes: BTreeSet<u64>,
    roots: BTreeMap<u64, Digest>,
    leaves: BTreeMap<u64, Digest>,
    /// What the upper tiles have that this sequence does not make.
    pub(super) tiles: Vec<Finding>,
    /// The hashes since the columns parted.
    pub(super) window: Vec<Digest>,
}

impl Column {
    pub(super) fn new(sizes: BTreeSet<u64>, indexes: BTreeSet<u64>) -> Self {
        let tree = Tree::new();
        let roots = sizes.contains(&0).then(|| (0, tree.root())).into_iter().collect();
        let passing = BTreeSet::new();
        Self {
            tree,
            sizes,
            passing,
            indexes,
            roots,
            leaves: BTreeMap::new(),
            tiles: Vec::new(),
            window: Vec::new(),
        }
    }

    pub(super) const fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The root is wanted at this size too, which lies ahead, until it is forgotten.
    pub(super) fn want(&mut self, size: u64) {
        self.passing.insert(size);
    }

    pub(super) fn forget(&mut self, size: u64) {
        self.passing.remove(&size);
        if !self.sizes.contains(&size) {
            self.roots.remove(&size);
        }
    }

    /// The root at one of the wanted sizes, if the sequence is that long.
    pub(super) fn root_at(&self, size: u64) -> Option<Digest> {
        self.roots.get(&size).copied()
    }

    /// The hash at one of the wanted indexes.
    pub(super) fn picked(&self, index: u64) -> Option<Digest> {
        self.leaves.get(&index).copied()
    }

    pub(super) fn append(&mut self, leaf: Digest) {
        if self.indexes.contains(&self.tree.size()) {
            self.leaves.insert(self.tree.size(), leaf);
        }
        self.tree.append(leaf);
        if self.sizes.contains(&self.tree.size()) || self.passing.contains(&self.tree.size()) {
            self.roots.insert(self.tree.size(), self.tree.root());
        }
    }

    /// Compares the tiles above level 0 that became full. Level 0 is a column of its own.
    pub(super) async fn check_full<S: LogSource>(&mut self, source: &S) -> Result<(), S::Error> {
        for tile in self.tree.take_full() {
            self.check(source, &tile).await?;
        }
        Ok(())
    }

    pub(super) async fn check_partial<S: LogSource>(&mut self, source: &S) -> Result<(), S::Error> {
        for tile in self.tree.partial() {
            self.check(source, &tile).await?;
        }
        Ok(())
    }

    async fn check<S: LogSource>(&mut self, source: &S, tile: &Tile) -> Result<(), S::Error> {
        let (level, n) = (tile.id.level(), tile.id.n());
        self.check_narrower(source, tile).await?;
        if level == 0 {
            return self.check_narrower_bundles(source, tile).await;
        }
        match source.tile(level, n).await? {
            None => self.tiles.push(Finding::NoTile { level, n }),
            Some(bytes) if bytes != tile.bytes => {
                let (made, found) = (hashes(&tile.bytes), hashes(&bytes));
                let same = |(a, b): &(Digest, Digest)| a == b;
                let at = made.into_iter().flatten().zip(found.into_iter().flatten()).take_while(same).count();
                self.tiles.push(Finding::Tile { level, n, hash: u16::try_from(at).unwrap_or(u16::MAX) });
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// A partial tile holds what the tile begins with: a log only grows.
    async fn check_narrower<S: LogSource>(&mut self, source: &S, tile: &Tile) -> Result<(), S::Error> {
        let (level, n) = (tile.id.level(), tile.id.n());
        for id in narrower(source, TilePath::Hashes(tile.id)).await? {
            let found = source.exactly(TilePath::Hashes(id)).await?.unwrap_or_default();
            if tile.bytes.get(..id.bytes()) != Some(found.as_slice()) {
                self.tiles.push(Finding::PartialTile { level, n, width: id.width() });
            }
        }
        Ok(())
    }

    async fn check_narrower_bundles<S: LogSource>(
        &mut self,
        source: &S,
        tile: &Tile,
    ) -> Result<(), S::Error> {
        for id in narrower(source, TilePath::Entries(tile.id)).await? {
            let found = source.exactly(TilePath::Entries(id)).await?.unwrap_or_default();
            let leaves = bundle::decode(&found).unwrap_or_default();
            let made: Vec<u8> = leaves.iter().flat_map(|leaf| leaf_hash(leaf).0).collect();
            if tile.bytes.get(..id.bytes()) != Some(made.as_slice()) {
                self.tiles.push(Finding::PartialBundle { n: id.n(), width: id.width() });
            }
        }
        Ok(())
    }
}

/// The partial tiles or bundles that are kept of a place beside the one that the tree has.
async fn narrower<S: LogSource>(source: &S, place: TilePath) -> Result<Vec<TileId>, S::Error> {
    let (TilePath::Hashes(whole) | TilePath::Entries(whole)) = place;
    let widths = source.narrower(place).await?;
    let ids = widths.into_iter().filter_map(|width| TileId::new(whole.level(), whole.n(), width));
    Ok(ids.filter(|id| id.width() < whole.width()).collect())
}
