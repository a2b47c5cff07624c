//! Whether the database that was opened is still the one that will be found: its file at its path, its tables in it.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use sqlx::query;

use super::{Store, db::Backend, error::StoreError, row::Columns};

/// The file of a SQLite database, as it was when it was opened.
///
/// SQLite goes on writing in a file that was moved away, deleted or replaced (sqlite.org/howtocorrupt.html, section 4): whoever
/// opens the path next does not find what was written.
#[derive(Debug)]
pub(super) struct OpenedFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenedFile {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    /// # Errors
    /// `Moved` when its path leads to another file, or to none.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let is_there = fs::metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == (self.device, self.inode));
        if is_there { Ok(()) } else { Err(StoreError::moved()) }
    }
}

/// Every table that a gateway reads and writes, as many as there are in `FOUND_*`.
const TABLES: i64 = 26;
const FOUND_SQLITE: &str = "SELECT COUNT(*) AS found FROM sqlite_master WHERE type = 'table' AND name IN \
     ('party', 'party_municipality', 'certificate', 'party_key', 'person', 'pseudonym', 'subject_change', 'declaration', \
     'declaration_decision', 'packet', 'packet_recipient', 'packet_declaration', 'idempotency', 'answer', 'notice', \
     'search_key', 'log_head', 'probe', 'chore', 'leaf', 'tile', 'entry_body', 'entry_reader', 'checkpoint', 'key_check', \
     'revocation_list')";
/// A privilege on what is not there is NULL.
const FOUND_POSTGRES: &str = "SELECT COUNT(*) AS found FROM (SELECT to_regclass(name) AS relation FROM (VALUES \
     ('party'), ('party_municipality'), ('certificate'), ('party_key'), ('person'), ('pseudonym'), ('subject_change'), \
     ('declaration'), ('declaration_decision'), ('packet'), ('packet_recipient'), ('packet_declaration'), ('idempotency'), \
     ('answer'), ('notice'), ('search_key'), ('log_head'), ('probe'), ('chore'), ('leaf'), ('tile'), ('entry_body'), \
     ('entry_reader'), ('checkpoint'), ('key_check'), ('revocation_list')) AS known (name)) AS tables \
     WHERE has_table_privilege(relation, 'SELECT') AND has_table_privilege(relation, 'INSERT')";

impl Store {
    /// Whether every table is there, and may be read and written.
    ///
    /// # Errors
    /// `Schema` when one is not; `Unavailable`.
    pub async fn check_tables(&self) -> Result<(), StoreError> {
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
