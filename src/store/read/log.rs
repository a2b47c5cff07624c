//! The log: head, leaves, tiles, and what proves an entry.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::query;

use super::tiles;
use crate::{
    accesslog::entry::LEAF_LENGTH,
    domain::digest::Digest,
    merkle::{
        proof::{tiles_for_consistency, tiles_for_inclusion},
        tile::{Tile, TileId, TileSet},
    },
    store::{
        Store,
        error::StoreError,
        row::{Columns, signed},
        writer::{evidence::Evidence, head::MOVED},
    },
};

/// The committed head of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The log's name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The time of the last one.
    pub last_time: Timestamp,
    /// The policy by which this database decides.
    pub policy: Digest,
    /// The signed checkpoint of exactly this size; empty until a writer has started for the first time.
    pub checkpoint: String,
}

const HEAD: &str = "SELECT origin, size, last_time, policy_digest, checkpoint FROM log_head WHERE id = 1";
const BEGUN: &str = "SELECT idx FROM leaf LIMIT 1";
const LEAVES: &str = "SELECT time, commitments FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx";
const HASHES: &str = "SELECT hash FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx";

impl Store {
    /// The committed head.
    ///
    /// # Errors
    /// `Schema` when the log was not begun; `Unavailable`; `Inconsistent`.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let row = query(HEAD).fetch_optional(&self.read).await?;
        let Some(row) = row else {
            // Where there are entries there was a head: somebody took it away.
            let is_begun = query(BEGUN).fetch_optional(&self.read).await?.is_some();
            return Err(if is_begun {
                StoreError::inconsistent("log_head")
            } else {
                StoreError::schema("the log was not begun: run `sluis migrate`")
            });
        };
        let columns = Columns(&row);
        let checkpoint = columns.text("checkpoint")?;
        if checkpoint == MOVED {
            return Err(StoreError::relocated());
        }
        Ok(Head {
            origin: columns.text("origin")?,
            size: columns.index("size")?,
            last_time: columns.instant("last_time")?,
            policy: columns.parse("policy_digest")?,
            checkpoint,
        })
    }

    /// The leaves from `first` up to and without `end`, fewer when the log ends before.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn leaves(&self, first: u64, end: u64) -> Result<Vec<[u8; LEAF_LENGTH]>, StoreError> {
        let rows = query(LEAVES).bind(signed(first)).bind(signed(end)).fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).leaf()).collect()
    }

    /// The leaf hashes from `first` up to and without `end`, fewer when the log ends before.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn leaf_hashes(&self, first: u64, end: u64) -> Result<Vec<Digest>, StoreError> {
        let rows = query(HASHES).bind(signed(first)).bind(signed(end)).fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).hash("hash")).collect()
    }

    /// A tile; none when the log does not reach so far.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn tile(&self, id: TileId) -> Result<Option<Tile>, StoreError> {
        tiles::load(&mut *self.read.acquire().await?, id).await
    }

    /// What proves the entry at this index under the present checkpoint; none when there is no such entry.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn evidence(&self, index: u64) -> Result<Option<Evidence>, StoreError> {
        let head = self.head().await?;
        let Ok(needed) = tiles_for_inclusion(index, head.size) else { return Ok(None) };
        let tiles = self.load(needed).await?;
        let Some(leaf) = self.leaves(index, index.saturating_add(1)).await?.pop() else { return Ok(None) };
        let checkpoint = head.checkpoint.into();
        Ok(Some(Evidence { index, leaf, size: head.size, checkpoint, tiles: Arc::new(tiles) }))
    }

    /// The tiles that prove that the log of `new` entries begins with the log of `old` entries; none when it never was
    /// so large.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn consistency_tiles(&self, old: u64, new: u64) -> Result<Option<TileSet>, StoreError> {
        if new > self.head().await?.size {
            return Ok(None);
        }
        let Ok(needed) = tiles_for_consistency(old, new) else { return Ok(None) };
        self.load(needed).await.map(Some)
    }

    async fn load(&self, needed: impl IntoIterator<Item = TileId>) -> Result<TileSet, StoreError> {
        let mut connection = self.read.acquire().await?;
        let mut loaded = TileSet::new();
        for id in needed {
            let tile = tiles::load(&mut connection, id).await?;
            loaded.insert(tile.ok_or_else(|| StoreError::inconsistent("tile"))?);
        }
        Ok(loaded)
    }
}
