//! Entries of the log with what their bodies say, for those who may read them.

use sqlx::{any::AnyRow, query};

use super::feeds::{Page, cursor};
use crate::{
    accesslog::entry::{LEAF_LENGTH, PartName, SealedBody, parse_leaf},
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
    /// The 150 bytes of its leaf.
    pub leaf: [u8; LEAF_LENGTH],
    /// The bodies, each with the commitment by which it is opened.
    pub bodies: Vec<SealedBody>,
}

const FEED: &str = "SELECT r.idx AS idx, r.parts AS parts, l.leaf AS leaf FROM entry_reader r \
     JOIN leaf l ON l.idx = r.idx WHERE r.oin = $1 AND r.role = $2 AND r.idx > $3 ORDER BY r.idx LIMIT $4";
const BODIES: &str = "SELECT part, sealed FROM entry_body WHERE idx = $1 ORDER BY part";
const ENTRY: &str = "SELECT idx, leaf FROM leaf WHERE idx = $1";

impl Store {
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
        let mut entries = Vec::new();
        for row in &rows {
            let parts: Vec<PartName> = Columns(row).codes("parts")?;
            let mut entry = self.with_bodies(row).await?;
            entry.bodies.retain(|body| parts.contains(&body.part));
            entries.push(entry);
        }
        Ok(Page::of(entries, limit, |entry| entry.index))
    }

    /// One entry with all its bodies: for the operator and for an export, never for a party.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn entry(&self, index: u64) -> Result<Option<EntryRow>, StoreError> {
        match query(ENTRY).bind(signed(index)).fetch_optional(&self.read).await? {
            Some(row) => self.with_bodies(&row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn with_bodies(&self, row: &AnyRow) -> Result<EntryRow, StoreError> {
        let columns = Columns(row);
        let (index, leaf) = (columns.index("idx")?, columns.leaf("leaf")?);
        let parsed = parse_leaf(&leaf).map_err(|_| StoreError::inconsistent("leaf.leaf"))?;
        let bodies = query(BODIES).bind(signed(index)).fetch_all(&self.read).await?;
        let body = |row| {
            let columns = Columns(row);
            let part: PartName = columns.parse("part")?;
            let commitment = part.of(&parsed.commitments);
            Ok(SealedBody { part, commitment, sealed: columns.bytes("sealed")? })
        };
        let bodies = bodies.iter().map(body).collect::<Result<_, StoreError>>()?;
        Ok(EntryRow { index, leaf, bodies })
    }
}
