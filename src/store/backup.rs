//! A copy of a SQLite database, made while gateways write to it; and whether its file is whole.

use std::path::Path;

use sqlx::{Row as _, query};

use super::{
    Store,
    db::Backend,
    error::{StoreError, StoreErrorKind},
};

const COPY: &str = "VACUUM INTO $1";
/// The first thing that is wrong with the pages of the file, or `ok`.
const CHECK: &str = "PRAGMA quick_check(1)";

impl Store {
    /// Writes the database as it is at one moment into a file, which must not exist or be empty: an empty one keeps its
    /// mode. Writers go on meanwhile. The file is whole when this answers; seeing it to the disk is the caller's work.
    ///
    /// # Errors
    /// `Settings` for PostgreSQL, which has tools of its own, and for a path that is no UTF-8; `Damaged` when a page of the file is;
    /// `Unavailable`.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        if self.backend != Backend::Sqlite {
            return Err(StoreError::settings("PostgreSQL is backed up by its own tools, such as pg_dump"));
        }
        let path = file.to_str().ok_or_else(|| StoreError::settings("the name of the file is no UTF-8"))?;
        // What is damaged would be copied as far as it can be read, and taken for whole.
        self.check_pages().await?;
        query(COPY).bind(path.to_owned()).execute(&self.read).await?;
        Ok(())
    }

    /// Reads every page of the file of a SQLite database, also of those that a reader of its rows does not come by. Of PostgreSQL
    /// nothing is read: it has checksums of its own.
    ///
    /// # Errors
    /// `Damaged` when a page is; `Unavailable`.
    pub async fn check_pages(&self) -> Result<(), StoreError> {
        if self.backend != Backend::Sqlite {
            return Ok(());
        }
        match query(CHECK).fetch_one(&self.read).await.and_then(|row| row.try_get::<String, _>(0)) {
            Ok(found) if found == "ok" => Ok(()),
            Ok(_) => Err(self.damaged()),
            Err(error) => match StoreError::from(error) {
                error if error.kind() == StoreErrorKind::Damaged => Err(self.damaged()),
                error => Err(error),
            },
        }
    }
}
