//! How long the files of a log are at most.

use crate::{accesslog::entry::LEAF_LENGTH, merkle::tile::TilePath};

/// A line of `leaf-hashes`: 64 digits and the end of the line.
pub(super) const LINE: u64 = 65;

/// No checkpoint, key or proof is longer, also with the lines of many witnesses.
pub(super) const TEXT: u64 = 64 * 1024;

/// How long a tile or bundle of this width is: 32 bytes for a hash, and for an entry its length in two bytes and the leaf.
pub(super) fn longest(path: TilePath) -> u64 {
    let (TilePath::Hashes(id) | TilePath::Entries(id)) = path;
    let each = match path {
        TilePath::Hashes(_) => 32,
        TilePath::Entries(_) => LEAF_LENGTH.saturating_add(2),
    };
    u64::try_from(usize::from(id.width()).saturating_mul(each)).unwrap_or(u64::MAX)
}
