//! Where a database is.

use std::{fs, path::Path};

use super::backend::Backend;
use crate::store::error::StoreError;

const SQLITE_SCHEME: &str = "sqlite://";

pub(super) fn address(url: &str) -> Result<(Backend, String), StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok((Backend::Postgres, url.to_owned()));
    }
    let Some(path) = url.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest)) else {
        return Err(StoreError::settings("not the address of a database: `sqlite:<path>` or `postgres://…`"));
    };
    if path.is_empty() || path.contains(":memory:") || path.contains('?') {
        return Err(StoreError::settings("a SQLite database is a file: `sqlite:<path>`, without parameters"));
    }
    Ok((Backend::Sqlite, format!("{SQLITE_SCHEME}{path}")))
}

/// The file of a database that is one.
pub(super) fn file_of(address: &str) -> Option<&Path> {
    address.strip_prefix(SQLITE_SCHEME).map(Path::new)
}

/// SQLite gives its journal files the mode of the database file.
pub(super) fn make_owner_only(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
