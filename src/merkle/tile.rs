//! Tiles of 256 hashes, and the paths at which they are served (C2SP `tlog-tiles`).
//!
//! The tile `(level, n)` holds the roots of the 256 subtrees of 256^level leaves from number `256 n` on. At the right
//! edge a tile is partial: it holds only subtrees that are complete.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::domain::digest::Digest;

/// The hashes of a full tile.
pub const FULL: u16 = 256;

/// Which tile, and how many hashes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    n: u64,
    width: u16,
}

impl TileId {
    /// A tile of `width` hashes; `None` unless `level <= 63` and `1 <= width <= 256`.
    #[must_use]
    pub const fn new(level: u8, n: u64, width: u16) -> Option<Self> {
        if level <= 63 && width >= 1 && width <= FULL { Some(Self { level, n, width }) } else { None }
    }

    /// The tile as a tree of `size` leaves has it: full, partial at the edge, or `None` where the tree does not reach.
    #[must_use]
    pub fn in_tree(level: u8, n: u64, size: u64) -> Option<Self> {
        let shift = u32::from(level).checked_mul(8)?;
        let hashes = size.checked_shr(shift).unwrap_or(0);
        let left = hashes.saturating_sub(n.checked_mul(u64::from(FULL))?);
        Self::new(level, n, u16::try_from(left).map_or(FULL, |left| left.min(FULL)))
    }

    /// 0 for leaf hashes, 1 for the roots of full tiles of level 0, and so on.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// The number of the tile within its level, from 0.
    #[must_use]
    pub const fn n(self) -> u64 {
        self.n
    }

    /// How many hashes: 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether the tile is full, so that it never changes.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == FULL
    }

    /// How many bytes the tile has: 32 per hash.
    #[must_use]
    pub fn bytes(self) -> usize {
        usize::from(self.width).saturating_mul(32)
    }
}

/// A tile with its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// Which tile.
    pub id: TileId,
    /// Its hashes, 32 bytes each: what is stored and served. INVARIANT: `id.bytes()` long.
    pub bytes: Vec<u8>,
}

impl Tile {
    pub(super) fn of(level: u8, n: u64, hashes: &[Digest]) -> Option<Self> {
        let id = TileId::new(level, n, u16::try_from(hashes.len()).ok()?)?;
        Some(Self { id, bytes: hashes.iter().flat_map(|hash| hash.0).collect() })
    }
}

/// Gives tiles that were loaded before. No waiting and no I/O behind it.
pub trait TileSource {
    /// The bytes of the tile: `id.bytes()` or more, since a wider tile begins with the narrower one.
    fn tile(&self, id: TileId) -> Option<&[u8]>;
}

/// Tiles in memory, by level and number; the widest is kept.
#[derive(Debug, Clone, Default)]
pub struct TileSet(BTreeMap<(u8, u64), Vec<u8>>);

impl TileSet {
    /// No tile yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tile, unless a wider one is here already.
    pub fn insert(&mut self, tile: Tile) {
        let kept = self.0.entry((tile.id.level, tile.id.n)).or_default();
        if kept.len() < tile.bytes.len() {
            *kept = tile.bytes;
        }
    }

    /// How many tiles there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no tile.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Tile> for TileSet {
    fn extend<T: IntoIterator<Item = Tile>>(&mut self, tiles: T) {
        for tile in tiles {
            self.insert(tile);
        }
    }
}

impl TileSource for TileSet {
    fn tile(&self, id: TileId) -> Option<&[u8]> {
        self.0.get(&(id.level, id.n)).map(Vec::as_slice).filter(|bytes| bytes.len() >= id.bytes())
    }
}

/// The hashes in the bytes of a tile; `None` when it is not a whole number of hashes.
#[must_use]
pub fn hashes(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().copied().map(Digest).collect())
}

/// The subtree `n` among those of `2^height` leaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subtree {
    pub(super) height: u8,
    pub(super) n: u64,
}

impl Subtree {
    /// The tile of a tree of `size` leaves that holds the subtree's hash, or the hashes that it is made of.
    pub(super) fn tile_in(self, size: u64) -> Option<TileId> {
        let below = 8_u32.saturating_sub(u32::from(self.height & 7));
        TileId::in_tree(self.height >> 3, self.n.checked_shr(below)?, size)
    }

    /// How often the tile's hashes are paired to make it, and which of the results it is.
    pub(super) fn place(self) -> (usize, Option<usize>) {
        let paired = self.height & 7;
        let width = u64::from(FULL).checked_shr(u32::from(paired)).unwrap_or(1);
        (usize::from(paired), self.n.checked_rem(width).and_then(|at| usize::try_from(at).ok()))
    }
}

/// What a path below the log's prefix names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TilePath {
    /// `tile/<L>/<N>[.p/<W>]`: hashes.
    Hashes(TileId),
    /// `tile/entries/<N>[.p/<W>]`: the leaves of the tile of level 0 with that number and width.
    Entries(TileId),
}

impl TilePath {
    /// The path of the leaves under a tile of level 0.
    #[must_use]
    pub const fn entries(n: u64, width: u16) -> Option<Self> {
        match TileId::new(0, n, width) {
            Some(id) => Some(Self::Entries(id)),
            None => None,
        }
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Hashes(id) | Self::Entries(id)) = self;
        match self {
            Self::Hashes(id) => write!(f, "tile/{}/", id.level)?,
            Self::Entries(_) => f.write_str("tile/entries/")?,
        }
        let digits = format!("{:03}", id.n);
        let padded = format!("{:0>1$}", digits, digits.len().next_multiple_of(3));
        let groups = padded.len() / 3;
        for (at, group) in padded.as_bytes().chunks(3).enumerate() {
            let last = at.saturating_add(1) == groups;
            if !last {
                f.write_str("x")?;
            }
            f.write_str(std::str::from_utf8(group).unwrap_or_default())?;
            if !last {
                f.write_str("/")?;
            }
        }
        if id.is_full() { Ok(()) } else { write!(f, ".p/{}", id.width) }
    }
}

/// The path names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the path of a tile: tile/<level>/<number> or tile/entries/<number>, with .p/<width> where partial"
)]
pub struct InvalidPath;

impl FromStr for TilePath {
    type Err = InvalidPath;

    /// Accepts exactly what [`fmt::Display`] prints: each tile has one path. No slash at the beginning.
    fn from_str(path: &str) -> Result<Self, InvalidPath> {
        // The longest path has seven groups of digits: nothing longer is looked at.
        if path.len() > 64 {
            return Err(InvalidPath);
        }
        let (level, rest) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(InvalidPath)?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().map_err(|_| InvalidPath)?),
            None => (rest, FULL),
        };
        let digits: String =
            number.split('/').map(|group| group.strip_prefix('x').unwrap_or(group)).collect();
        let n = digits.parse().map_err(|_| InvalidPath)?;
        let parsed = if level == "entries" {
            TileId::new(0, n, width).map(Self::Entries)
        } else {
            TileId::new(level.parse().map_err(|_| InvalidPath)?, n, width).map(Self::Hashes)
        };
        // One path per tile: leading zeros, plus signs, a width of 256 and misplaced crosses print differently.
        parsed.filter(|parsed| parsed.to_string() == path).ok_or(InvalidPath)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hashes_path(level: u8, n: u64, width: u16) -> String {
        TilePath::Hashes(TileId::new(level, n, width).unwrap()).to_string()
    }

    #[test]
    fn paths_are_those_of_c2sp() {
        assert_eq!(hashes_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(hashes_path(0, 0, 256), "tile/0/000");
        assert_eq!(hashes_path(1, 5, 17), "tile/1/005.p/17");
        assert_eq!(hashes_path(63, 1000, 1), "tile/63/x001/000.p/1");
        assert_eq!(TilePath::entries(273, 112).unwrap().to_string(), "tile/entries/273.p/112");
        assert_eq!(hashes_path(0, u64::MAX, 255), "tile/0/x018/x446/x744/x073/x709/x551/615.p/255");
    }

    #[test]
    fn a_tile_has_one_path() {
        for wrong in [
            "",
            "tile/0/0",
            "tile/0/0000",
            "tile/00/000",
            "tile/64/000",
            "tile/0/000.p/256",
            "tile/0/000.p/0",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001",
            "tile/0/x001/x000",
            "tile/0/000/",
            "/tile/0/000",
            "tile/8/0/000",
            "tile/data/000",
            "tile/0/-01",
            "tile/0/x018/x446/x744/x073/x709/x551/616",
            "tile/0/../000",
        ] {
            assert_eq!(wrong.parse::<TilePath>(), Err(InvalidPath), "{wrong}");
        }
    }

    #[test]
    fn widths_follow_from_the_size() {
        // The example of the specification: 70,000 leaves.
        let width = |level, n| TileId::in_tree(level, n, 70_000).map(TileId::width);
        assert_eq!((width(0, 272), width(0, 273), width(0, 274)), (Some(256), Some(112), None));
        assert_eq!((width(1, 0), width(1, 1), width(1, 2)), (Some(256), Some(17), None));
        assert_eq!((width(2, 0), width(3, 0), width(63, 0)), (Some(1), None, None));
    }

    proptest! {
        #[test]
        fn printed_paths_parse(level in 0_u8..=63, n: u64, width in 1_u16..=256, entries: bool) {
            let id = TileId::new(if entries { 0 } else { level }, n, width).unwrap();
            let path = if entries { TilePath::Entries(id) } else { TilePath::Hashes(id) };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn what_parses_prints_the_same(path in "tile/([0-9]{1,2}|entries)/(x[0-9]{3}/){0,3}[0-9]{1,4}(\\.p/[0-9]{1,3})?") {
            if let Ok(parsed) = path.parse::<TilePath>() {
                prop_assert_eq!(parsed.to_string(), path);
            }
        }
    }
}
