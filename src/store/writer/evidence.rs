//! What proves that an entry is in the log.

use std::{fmt, sync::Arc};

use crate::{
    accesslog::entry::LEAF_LENGTH,
    domain::digest::Digest,
    merkle::{
        proof::{self, ProofError},
        tile::TileSet,
    },
};

/// One entry of the log with all that its proof needs: no further read.
#[derive(Clone)]
pub struct Evidence {
    /// The index of the entry.
    pub index: u64,
    /// The leaf.
    pub leaf: [u8; LEAF_LENGTH],
    /// The size of the tree that the checkpoint signs; above `index`.
    pub size: u64,
    /// The signed checkpoint of a committed head.
    pub checkpoint: Arc<str>,
    pub(in crate::store) tiles: Arc<TileSet>,
}

impl Evidence {
    /// The inclusion proof of the leaf in the tree of the checkpoint. Costs some 250 hashes: call it outside the writer.
    ///
    /// # Errors
    /// [`ProofError`] when the stored tiles do not make a tree of that size.
    pub fn proof(&self) -> Result<Vec<Digest>, ProofError> {
        proof::inclusion(self.index, self.size, self.tiles.as_ref())
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("index", &self.index)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
