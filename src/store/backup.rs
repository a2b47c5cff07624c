//! A copy of a SQLite database, made while gateways write to it.

use std::path::Path;

use sqlx::query;

use super::{Store, db::Backend, error::StoreError};

const COPY: &str = "VACUUM INTO $1";

impl Store {
    /// Writes the database as it is at one moment into a file, which must not exist or be empty: an empty one keeps its
    /// mode. Writers go on meanwhile. The file is whole when this answers; seeing it to the disk is the caller's work.
    ///
    /// # Errors
    /// `Settings` for PostgreSQL, which has tools of its own, and for a path that is no UTF-8; `Unavailable`.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StoreError> {
        if self.backend != Backend::Sqlite {
            return Err(StoreError::settings("PostgreSQL is backed up by its own tools, such as pg_dump"));
        }
        let path = file.to_str().ok_or_else(|| StoreError::settings("the name of the file is no UTF-8"))?;
        query(COPY).bind(path.to_owned()).execute(&self.read).await?;
        Ok(())
    }
}
