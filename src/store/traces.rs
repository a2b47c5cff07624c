//! What was erased leaves no trace in the files of the database, as far as a gateway can see to that.

use sqlx::query;

use super::{Store, db::Backend, error::StoreError, row::Columns};

/// Puts what stands in `-wal` in the file and empties it. In the file itself `secure_delete` overwrites what is erased.
const TRUNCATE: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

impl Store {
    /// Wipes what was erased before from the files of a SQLite database, where nobody reads an older state of it at this moment:
    /// answers whether nothing is left. A PostgreSQL server does so by itself and in its own time: see docs/data.md.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn wipe_traces(&self) -> Result<bool, StoreError> {
        if self.backend == Backend::Postgres {
            return Ok(true);
        }
        let row = query(TRUNCATE).fetch_one(&self.write).await?;
        Ok(Columns(&row).integer("busy")? == 0)
    }
}
