//! Whether the tables of the database that was opened are still in it.

use sqlx::query;

use super::{Store, db::Backend, error::StoreError, row::Columns};

/// Every table that a gateway reads and writes, as many as there are in `FOUND_*`.
const TABLES: i64 = 26;
const FOUND_SQLITE: &str = "SELECT COUNT(*) AS found FROM sqlite_master WHERE type = 'table' AND name IN \
     ('party', 'party_municipality', 'certificate', 'party_key', 'person', 'pseudonym', 'subject_change', 'declaration', \
     'declaration_decision', 'message', 'copy', 'copy_declaration', 'idempotency', 'notice', \
     'search_key', 'term', 'log_head', 'probe', 'chore', 'leaf', 'tile', 'entry_body', 'entry_reader', 'checkpoint', 'key_check', \
     'revocation_list')";
/// A privilege on what is not there is NULL.
const FOUND_POSTGRES: &str = "SELECT COUNT(*) AS found FROM (SELECT to_regclass(name) AS relation FROM (VALUES \
     ('party'), ('party_municipality'), ('certificate'), ('party_key'), ('person'), ('pseudonym'), ('subject_change'), \
     ('declaration'), ('declaration_decision'), ('message'), ('copy'), ('copy_declaration'), ('idempotency'), \
     ('notice'), ('search_key'), ('term'), ('log_head'), ('probe'), ('chore'), ('leaf'), ('tile'), ('entry_body'), \
     ('entry_reader'), ('checkpoint'), ('key_check'), ('revocation_list')) AS known (name)) AS tables \
     WHERE has_table_privilege(relation, 'SELECT') AND has_table_privilege(relation, 'INSERT')";

impl Store {
    /// Whether every table is there, and may be read and written.
    ///
    /// # Errors
    /// `Schema` when one is not; `Damaged` once a damaged page was met; `Unavailable`.
    pub async fn check_tables(&self) -> Result<(), StoreError> {
        if self.is_damaged() {
            return Err(self.damaged());
        }
        let found = match self.backend {
            Backend::Sqlite => FOUND_SQLITE,
            Backend::Postgres => FOUND_POSTGRES,
        };
        let found = Columns(&query(found).fetch_one(&self.read).await?).integer("found")?;
        if found == TABLES {
            return Ok(());
        }
        Err(StoreError::schema("tables of the database are gone, or may not be read and written"))
    }
}
