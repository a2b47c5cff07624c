//! The open log: checkpoint, tiles, proofs. Anyone may read it; it holds commitments and times only.

use super::{Exchange, receipts::tlog_proof, trouble::Trouble};
use crate::merkle::{
    bundle, proof,
    tile::{TileId, TilePath},
};

/// Entries per bundle (C2SP `tlog-tiles`).
const WIDTH: u64 = 256;

impl Exchange {
    /// The signed checkpoint of the committed head.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn checkpoint(&self) -> Result<String, Trouble> {
        Ok(self.store.head().await?.checkpoint)
    }

    /// The bytes of a tile or an entry bundle; none when the log does not reach so far.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn tile(&self, path: &TilePath) -> Result<Option<Vec<u8>>, Trouble> {
        match path {
            TilePath::Hashes(id) => Ok(self.store.tile(*id).await?.map(|tile| tile.bytes)),
            TilePath::Entries(id) => self.entries(*id).await,
        }
    }

    /// The `tlog-proof` of an entry under the present checkpoint; none when there is no such entry.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn proof(&self, index: u64) -> Result<Option<String>, Trouble> {
        let Some(evidence) = self.store.evidence(index).await? else { return Ok(None) };
        Ok(Some(tlog_proof(&evidence)?.to_string()))
    }

    /// The hashes which prove that the log of `new` entries begins with the log of `old` entries; none when it was never
    /// so large.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Option<Vec<String>>, Trouble> {
        if old > new || new > self.store.head().await?.size {
            return Ok(None);
        }
        let Some(tiles) = self.store.consistency_tiles(old, new).await? else { return Ok(None) };
        let hashes = proof::consistency(old, new, &tiles).map_err(|_| Trouble::Inconsistent("tiles"))?;
        Ok(Some(hashes.iter().map(ToString::to_string).collect()))
    }

    /// Whether a write would be done now, see [`crate::store::writer::Writer::prove`].
    ///
    /// # Errors
    /// [`Trouble`] says why not.
    pub async fn ready(&self) -> Result<(), Trouble> {
        Ok(self.pen.prove().await?)
    }

    async fn entries(&self, id: TileId) -> Result<Option<Vec<u8>>, Trouble> {
        let first = id.n().saturating_mul(WIDTH);
        let end = first.saturating_add(u64::from(id.width()));
        if end > self.store.head().await?.size {
            return Ok(None);
        }
        let leaves = self.store.leaves(first, end).await?;
        let bytes = bundle::encode(leaves.iter().map(<[u8; _]>::as_slice));
        bytes.map(Some).map_err(|_| Trouble::Inconsistent("a leaf is too long"))
    }
}
