//! Whether the file of a SQLite database that was opened is still the one that will be found at its path.

use std::{
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::store::error::StoreError;

/// The file of a SQLite database, and what stands beside it, as they were when it was opened.
///
/// SQLite goes on writing in a file that was moved away, deleted or replaced (sqlite.org/howtocorrupt.html, section 4): whoever
/// opens the path next does not find what was written. A commit stands in `-wal` until it is put in the file itself, and
/// whoever opens the file reads `-wal` by `-shm` (sqlite.org/walformat.html); both stay while a connection is open.
#[derive(Debug)]
pub(super) struct OpenedFile {
    path: PathBuf,
    identity: Identity,
    beside: [Beside; 2],
}

/// One file of a machine, whatever its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl From<Metadata> for Identity {
    fn from(found: Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

/// A file that SQLite makes beside the database when it first needs it.
#[derive(Debug)]
struct Beside {
    path: PathBuf,
    first: OnceLock<Identity>,
}

impl Beside {
    fn of(database: &Path, ending: &str) -> Self {
        let mut path = database.as_os_str().to_owned();
        path.push(ending);
        Self { path: path.into(), first: OnceLock::new() }
    }

    /// Whether it is the one that was first found here, if any was.
    fn stayed(&self) -> bool {
        match fs::metadata(&self.path).map(Identity::from) {
            Ok(found) => *self.first.get_or_init(|| found) == found,
            Err(_) => self.first.get().is_none(),
        }
    }
}

impl OpenedFile {
    /// A database to which a connection is open.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let opened = Self {
            path: path.to_owned(),
            identity: fs::metadata(path)?.into(),
            beside: ["-wal", "-shm"].map(|ending| Beside::of(path, ending)),
        };
        for file in &opened.beside {
            file.stayed();
        }
        Ok(opened)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// # Errors
    /// `Moved` when its path leads to another file, or to none; likewise of a file beside it.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let is_there = fs::metadata(&self.path).is_ok_and(|found| Identity::from(found) == self.identity);
        if is_there && self.beside.iter().all(Beside::stayed) { Ok(()) } else { Err(StoreError::moved()) }
    }
}
