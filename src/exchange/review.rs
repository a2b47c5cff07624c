//! What the operator reads of entries, and copies that leave the gateway: each is an entry itself, before it is done.

use jiff::Timestamp;

use super::{
    Exchange,
    entry::{Account, Operator},
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{self, Event, Outcome, Part, PartName, parse_leaf},
    domain::clock::from_millis,
    store::read::EntryRow,
};

/// An entry as far as the operator may read it: what is shared, and what is the gateway's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// Its index.
    pub index: u64,
    /// Its time.
    pub time: Timestamp,
    /// What every party that figures in it may know; none when it was erased.
    pub shared: Option<Part>,
    /// What only the operator may know; none when there is nothing, or it was erased.
    pub gateway: Option<Part>,
}

impl Exchange {
    /// The entries after an index, at most `limit`, for the operator. That they are read is an entry, which is appended
    /// first; where there is nothing to read, nothing is appended.
    ///
    /// # Errors
    /// [`Trouble`]; nothing is read when it cannot be recorded.
    pub async fn review(&self, after: Option<u64>, limit: u32) -> Result<Vec<Reviewed>, Trouble> {
        let first = after.map_or(0, |index| index.saturating_add(1));
        let end = first.saturating_add(u64::from(limit)).min(self.store.head().await?.size);
        if first >= end {
            return Ok(Vec::new());
        }
        self.record_reading(Event::BodyRead, Some([first, end.saturating_sub(1)])).await?;
        let mut reviewed = Vec::new();
        for index in first..end {
            let row = self.store.entry(index).await?.ok_or(Trouble::Inconsistent("leaf"))?;
            reviewed.push(self.reviewed(&row)?);
        }
        Ok(reviewed)
    }

    /// Records that a copy of the log is made, before it is. Answers how many entries the log then has, this one included.
    ///
    /// # Errors
    /// [`Trouble`]; then no copy may be made.
    pub async fn record_export(&self) -> Result<u64, Trouble> {
        let size = self.store.head().await?.size;
        let index = self.record_reading(Event::Export, Some([0, size])).await?;
        Ok(index.saturating_add(1))
    }

    /// Records that the gateway's keys and configuration are copied, and its database too or not, before it is done.
    ///
    /// # Errors
    /// [`Trouble`]; then nothing may be copied.
    pub async fn record_backup(&self, with_database: bool) -> Result<(), Trouble> {
        let size = self.store.head().await?.size;
        self.record_reading(Event::Backup, with_database.then_some([0, size])).await.map(drop)
    }

    async fn record_reading(&self, event: Event, entries: Option<[u64; 2]>) -> Result<u64, Trouble> {
        let mut account = Account::of(event, Outcome::Recorded);
        account.shared.entries = entries;
        account.gateway.cause = Some("operator".to_owned());
        let indexes = self.note(&Operator, vec![account]).await?;
        indexes.first().copied().ok_or(Trouble::Inconsistent("an entry was recorded without an index"))
    }

    /// As of which entry was decided what this one accounts for; none when that was erased.
    pub(super) async fn decided_as_of(&self, index: u64) -> Result<Option<u64>, Trouble> {
        let row = self.store.entry(index).await?.ok_or(Trouble::Inconsistent("leaf"))?;
        Ok(self.reviewed(&row)?.shared.and_then(|shared| shared.as_of))
    }

    fn reviewed(&self, row: &EntryRow) -> Result<Reviewed, Trouble> {
        let leaf = parse_leaf(&row.leaf).map_err(|_| Trouble::Inconsistent("leaf"))?;
        let part = |name: PartName| -> Result<Option<Part>, Trouble> {
            let Some(body) = row.bodies.iter().find(|body| body.part == name) else { return Ok(None) };
            let opened = entry::open_part(name, &body.commitment, &body.sealed, &self.tools.at_rest())?;
            opened.part().map_err(|_| Trouble::Inconsistent("entry_body"))
        };
        Ok(Reviewed {
            index: row.index,
            time: from_millis(i64::try_from(leaf.time).unwrap_or(i64::MAX)),
            shared: part(PartName::Shared)?,
            gateway: part(PartName::Gateway)?,
        })
    }
}
