//! What the log says of rows: each entry names, in the gateway's part, those that it wrote and deleted.

use sqlx::{AnyConnection, query};

use super::{Memory, Touched};
use crate::{
    accesslog::entry::{PartName, SealedBody},
    store::{
        Store,
        error::StoreError,
        row::{Columns, signed},
        seal::SealsRows,
    },
};

/// As many entries are read before a gateway decides anything; older ones while it runs.
const AT_START: u64 = 10_000;
/// As many are read at once.
const AT_ONCE: u64 = 256;

const PARTS: &str = "SELECT l.idx AS idx, l.commitments AS commitments, b.gateway AS gateway \
     FROM leaf l LEFT JOIN entry_body b ON b.idx = l.idx WHERE l.idx >= $1 AND l.idx < $2 ORDER BY l.idx";

/// What the entries from `first` up to and without `end` say, and how many of them cannot be read.
pub(in crate::store) async fn told(
    connection: &mut AnyConnection,
    seals: &dyn SealsRows,
    (first, end): (u64, u64),
) -> Result<(Vec<Touched>, u64), StoreError> {
    let rows = query(PARTS).bind(signed(first)).bind(signed(end)).fetch_all(connection).await?;
    let (mut told, mut unread) = (Vec::new(), 0);
    for row in &rows {
        let columns = Columns(row);
        let commitment = columns.commitments()?.of(PartName::Gateway);
        let Some(sealed) = columns.maybe_bytes("gateway")? else {
            unread += 1;
            continue;
        };
        let body = SealedBody { part: PartName::Gateway, commitment, sealed };
        match seals.open(&body).ok().and_then(|opened| opened.part().ok()) {
            None => unread += 1,
            Some(None) => {}
            Some(Some(part)) => {
                if !part.rows.is_empty() || !part.gone.is_empty() {
                    let (written, gone) = (part.rows.into_iter().collect(), part.gone.into_iter().collect());
                    let by = columns.index("idx")?;
                    told.push(Touched { by, written, gone, ..Touched::default() });
                }
            }
        }
    }
    Ok((told, unread))
}

impl Memory {
    /// Takes in what these entries say, the newest of them at least.
    pub(in crate::store) async fn read(
        &self,
        connection: &mut AnyConnection,
        seals: &dyn SealsRows,
        (first, end): (u64, u64),
    ) -> Result<(), StoreError> {
        let mut next = first.max(end.saturating_sub(AT_START));
        if next > first {
            // Of what it knew before, it does not know what was done since.
            self.forget(next);
        }
        let mut unread: u64 = 0;
        while next < end {
            let until = next.saturating_add(AT_ONCE).min(end);
            let (told, without) = told(connection, seals, (next, until)).await?;
            self.learn(&told);
            (next, unread) = (until, unread.saturating_add(without));
        }
        if unread > 0 {
            self.misses(end);
        }
        tell(unread, first, end);
        Ok(())
    }
}

/// Reads what the newest entries say of rows, and goes on with older ones while the gateway runs, as long as there is room.
pub(in crate::store) async fn remember(store: &Store, size: u64) -> Result<(), StoreError> {
    let newest = size.saturating_sub(AT_START);
    let mut connection = store.read.acquire().await?;
    store.kept.memory.read(&mut connection, store.kept.seals()?, (newest, size)).await?;
    store.kept.memory.knows(size);
    drop(connection);
    let store = store.clone();
    tokio::spawn(async move {
        let mut end = newest;
        while end > 0 && store.kept.memory.has_room() {
            let first = end.saturating_sub(AT_ONCE);
            let read = async {
                let mut connection = store.read.acquire().await?;
                store.kept.memory.read(&mut connection, store.kept.seals()?, (first, end)).await
            };
            if read.await.is_err() {
                return;
            }
            end = first;
        }
    });
    Ok(())
}

fn tell(unread: u64, first: u64, end: u64) {
    if unread > 0 {
        tracing::warn!(
            error_code = "rows_unread",
            unread,
            first,
            end,
            "entries of the log do not say which rows they wrote: erased, or taken away; `sluis log verify` tells"
        );
    }
}
