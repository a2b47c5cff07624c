//! The log as it was at one moment, for verification and for export.

use sqlx::query;

use crate::{
    accesslog::verify::{Keeps, LogSource, StoredBody},
    domain::digest::Digest,
    merkle::{bundle, tile::TileId},
    store::{
        Store,
        error::StoreError,
        read::Head,
        row::{Columns, signed},
    },
};

/// The log up to the head that it had when the view was made: what is appended later is not seen.
#[derive(Debug, Clone)]
pub struct LogView {
    store: Store,
    head: Head,
}

const BODIES: &str =
    "SELECT idx, part, sealed FROM entry_body WHERE idx >= $1 AND idx < $2 ORDER BY idx, part";

impl Store {
    /// A view of the log as it is now.
    ///
    /// # Errors
    /// `Unavailable` when the log was not begun; `Inconsistent`.
    pub async fn log(&self) -> Result<LogView, StoreError> {
        Ok(LogView { store: self.clone(), head: self.head().await? })
    }
}

impl LogView {
    /// The head that the view ends at.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Where the row of 256 with this number begins and ends; none beyond the head.
    fn row(&self, n: u64) -> Option<(u64, u64)> {
        let first = n.checked_mul(256).filter(|first| *first < self.head.size)?;
        Some((first, first.saturating_add(256).min(self.head.size)))
    }
}

impl LogSource for LogView {
    type Error = StoreError;

    fn keeps(&self) -> Keeps {
        Keeps { leaf_hashes: true, tiles: true }
    }

    async fn checkpoint(&self) -> Result<Option<String>, StoreError> {
        Ok(Some(self.head.checkpoint.clone()).filter(|note| !note.is_empty()))
    }

    async fn bundle(&self, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some((first, end)) = self.row(n) else { return Ok(None) };
        let leaves = self.store.leaves(first, end).await?;
        let leaves = leaves.iter().map(<[u8; _]>::as_slice);
        bundle::encode(leaves).map(Some).map_err(|_| StoreError::inconsistent("leaf.leaf"))
    }

    async fn leaf_hashes(&self, n: u64) -> Result<Option<Vec<Digest>>, StoreError> {
        match self.row(n) {
            Some((first, end)) => self.store.leaf_hashes(first, end).await.map(Some),
            None => Ok(None),
        }
    }

    async fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match TileId::in_tree(level, n, self.head.size) {
            Some(id) => Ok(self.store.tile(id).await?.map(|tile| tile.bytes)),
            None => Ok(None),
        }
    }

    async fn bodies(&self, n: u64) -> Result<Vec<StoredBody>, StoreError> {
        let Some((first, end)) = self.row(n) else { return Ok(Vec::new()) };
        let rows = query(BODIES).bind(signed(first)).bind(signed(end)).fetch_all(&self.store.read).await?;
        let body = |row| {
            let columns = Columns(row);
            Ok(StoredBody {
                index: columns.index("idx")?,
                part: columns.parse("part")?,
                sealed: columns.bytes("sealed")?,
            })
        };
        rows.iter().map(body).collect()
    }
}
