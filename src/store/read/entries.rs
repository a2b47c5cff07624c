//! Entries of the log with what their bodies say, for those who may read them.

use std::collections::BTreeSet;

use sqlx::{any::AnyRow, query};

use super::feeds::{Page, cursor};
use crate::{
    accesslog::entry::{Commitments, LEAF_LENGTH, PartName, SealedBody},
    domain::party::PartyId,
    store::{
        Store,
        error::StoreError,
        row::{Columns, signed},
    },
};

/// An entry with the bodies that its reader may see and that were not erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its index.
    pub index: u64,
    /// The 54 bytes of its leaf.
    pub leaf: [u8; LEAF_LENGTH],
    /// The commitments whose root the leaf binds.
    pub commitments: Commitments,
    /// The bodies, each with the commitment by which it is opened.
    pub bodies: Vec<SealedBody>,
}

const FEED: &str = "SELECT r.idx AS idx, r.parts AS parts, l.time AS time, l.commitments AS commitments, \
     b.shared AS shared, b.sender AS sender, b.recipient AS recipient, b.on_behalf AS on_behalf, b.gateway AS gateway \
     FROM entry_reader r JOIN leaf l ON l.idx = r.idx LEFT JOIN entry_body b ON b.idx = r.idx \
     WHERE r.oin = $1 AND r.role = $2 AND r.idx > $3 ORDER BY r.idx LIMIT $4";
const ENTRY: &str = "SELECT l.idx AS idx, l.time AS time, l.commitments AS commitments, b.shared AS shared, \
     b.sender AS sender, b.recipient AS recipient, b.on_behalf AS on_behalf, b.gateway AS gateway \
     FROM leaf l LEFT JOIN entry_body b ON b.idx = l.idx WHERE l.idx = $1";

const BODIES_FROM: &str = "SELECT l.idx AS idx, l.time AS time, l.commitments AS commitments, b.shared AS shared, \
     b.sender AS sender, b.recipient AS recipient, b.on_behalf AS on_behalf, b.gateway AS gateway \
     FROM entry_body b JOIN leaf l ON l.idx = b.idx WHERE b.idx >= $1 ORDER BY b.idx LIMIT $2";

impl Store {
    /// The entries from this index on that still say something, with all their bodies: for whoever erases them.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn bodies_from(&self, first: u64, limit: u32) -> Result<Vec<EntryRow>, StoreError> {
        let rows =
            query(BODIES_FROM).bind(signed(first)).bind(i64::from(limit)).fetch_all(&self.read).await?;
        rows.iter().map(|row| entry(row, |_| true)).collect()
    }

    /// The entries in which a party figures, after a cursor, with the parts that it may read.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn entries(
        &self,
        reader: &PartyId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<EntryRow>, StoreError> {
        let rows = query(FEED)
            .bind(reader.oin.to_string())
            .bind(reader.role.to_string())
            .bind(cursor(after))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.read)
            .await?;
        let entry = |row| {
            let mut parts: BTreeSet<PartName> = Columns(row).codes("parts")?;
            parts.insert(PartName::Shared);
            entry(row, |part| parts.contains(&part))
        };
        let entries = rows.iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Page::of(entries, limit, |entry| entry.index))
    }

    /// One entry with all its bodies: for the operator and for an export, never for a party.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn entry(&self, index: u64) -> Result<Option<EntryRow>, StoreError> {
        let row = query(ENTRY).bind(signed(index)).fetch_optional(&self.read).await?;
        row.map(|row| entry(&row, |_| true)).transpose()
    }
}

fn entry(row: &AnyRow, may_read: impl Fn(PartName) -> bool) -> Result<EntryRow, StoreError> {
    let columns = Columns(row);
    let commitments = columns.commitments()?;
    let bodies = columns.bodies(&commitments, may_read)?;
    Ok(EntryRow { index: columns.index("idx")?, leaf: columns.leaf()?, commitments, bodies })
}
