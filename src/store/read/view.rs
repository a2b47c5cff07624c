//! The log as it was at one moment, for verification and for export.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::query;

use crate::{
    accesslog::{
        entry::ReaderRow,
        verify::{Keeps, KeptCheckpoint, LogSource, RowPage, StoredEntry, StoredRow},
    },
    crypto::at_rest::AtRest,
    domain::digest::Digest,
    merkle::{bundle, tile::TileId},
    store::{
        Store,
        error::StoreError,
        memory,
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

const BODIES: &str = "SELECT l.idx AS idx, l.commitments AS commitments, b.shared AS shared, b.sender AS sender, b.recipient AS recipient, \
     b.on_behalf AS on_behalf, b.gateway AS gateway FROM leaf l LEFT JOIN entry_body b ON b.idx = l.idx \
     WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx";

const LEAVES: &str = "SELECT idx, time, commitments FROM leaf WHERE idx >= $1 AND idx < $2";
const HASHES: &str = "SELECT idx, hash FROM leaf WHERE idx >= $1 AND idx < $2";
const READERS: &str = "SELECT oin, role, idx, number, parts, event, outcome, dataset, purpose, packet, person, staff \
     FROM entry_reader WHERE idx >= $1 AND idx < $2 ORDER BY idx, oin, role";
const KEPT: &str = "SELECT size, note FROM checkpoint WHERE size > $1 AND size <= $2 ORDER BY size";

impl Store {
    /// A view of the log as it is now.
    ///
    /// # Errors
    /// `Schema` when the log was not begun; `Unavailable`; `Inconsistent`.
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

    /// One value for every index of a row; nothing where the leaf is gone, so that what comes after it keeps its index.
    async fn each<T: Clone + Send>(
        &self,
        text: &'static str,
        (first, end): (u64, u64),
        nothing: T,
        read: fn(Columns<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = query(text).bind(signed(first)).bind(signed(end)).fetch_all(&self.store.read).await?;
        let mut found: BTreeMap<u64, T> = BTreeMap::new();
        for row in &rows {
            found.insert(Columns(row).index("idx")?, read(Columns(row))?);
        }
        Ok((first..end).map(|index| found.remove(&index).unwrap_or_else(|| nothing.clone())).collect())
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
        let leaves =
            self.each(LEAVES, (first, end), Vec::new(), |columns| Ok(columns.leaf()?.to_vec())).await?;
        bundle::encode(leaves.iter().map(Vec::as_slice))
            .map(Some)
            .map_err(|_| StoreError::inconsistent("leaf.commitments"))
    }

    async fn leaf_hashes(&self, n: u64) -> Result<Option<Vec<Digest>>, StoreError> {
        match self.row(n) {
            Some(row) => {
                self.each(HASHES, row, Digest([0; 32]), |columns| columns.hash("hash")).await.map(Some)
            }
            None => Ok(None),
        }
    }

    async fn tile(&self, level: u8, n: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match TileId::in_tree(level, n, self.head.size) {
            Some(id) => Ok(self.store.tile(id).await?.map(|tile| tile.bytes)),
            None => Ok(None),
        }
    }

    async fn entries(&self, n: u64) -> Result<Vec<StoredEntry>, StoreError> {
        let Some((first, end)) = self.row(n) else { return Ok(Vec::new()) };
        let within = |text| query(text).bind(signed(first)).bind(signed(end)).fetch_all(&self.store.read);
        let mut readers: BTreeMap<u64, Vec<ReaderRow>> = BTreeMap::new();
        for row in &within(READERS).await? {
            let columns = Columns(row);
            readers.entry(columns.index("idx")?).or_default().push(columns.reader()?);
        }
        let entry = |row| {
            let columns = Columns(row);
            let (index, commitments) = (columns.index("idx")?, columns.commitments()?);
            let bodies = columns.bodies(&commitments, |_| true)?;
            Ok(StoredEntry {
                index,
                commitments,
                bodies,
                readers: readers.remove(&index).unwrap_or_default(),
            })
        };
        within(BODIES).await?.iter().map(entry).collect()
    }

    async fn rows(
        &self,
        page: &RowPage,
        at_rest: &AtRest,
    ) -> Result<Option<(Vec<StoredRow>, RowPage)>, StoreError> {
        self.store.rows_of(page, at_rest).await
    }

    async fn touched_since(&self, size: u64, at_rest: &AtRest) -> Result<BTreeSet<String>, StoreError> {
        let now = self.store.head().await?.size;
        let mut connection = self.store.read.acquire().await?;
        let (told, _) = memory::log::told(&mut connection, at_rest, (size, now)).await?;
        let names = told.into_iter().flat_map(|one| one.written.into_iter().chain(one.gone));
        // A name of the register ends in the digest of its row.
        Ok(names.map(|name| name.split_once('=').map_or(name.clone(), |(name, _)| name.to_owned())).collect())
    }

    async fn kept(&self, n: u64) -> Result<Vec<KeptCheckpoint>, StoreError> {
        let Some((first, end)) = self.row(n) else { return Ok(Vec::new()) };
        let rows = query(KEPT).bind(signed(first)).bind(signed(end)).fetch_all(&self.store.read).await?;
        let kept = |row| {
            let columns = Columns(row);
            Ok(KeptCheckpoint { size: columns.index("size")?, note: columns.text("note")? })
        };
        rows.iter().map(kept).collect()
    }
}
