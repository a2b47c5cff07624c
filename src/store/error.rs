//! What can go wrong with the database itself, as opposed to what a write may not do.

use std::{borrow::Cow, path::Path, sync::Arc};

use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// The database did not do what was asked. The cause is for the operator's log, never for a caller.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    kind: StoreErrorKind,
    message: Cow<'static, str>,
    #[source]
    source: Option<Arc<sqlx::Error>>,
}

/// What sort of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The database cannot be reached or refuses: trying again may help.
    Unavailable,
    /// A stored value is not what this program writes: someone else did.
    Inconsistent,
    /// The schema is older or newer than this program: migrate, or update the program.
    Schema,
    /// The database's settings or the given address are not safe to work with.
    Settings,
    /// The disk, or a limit on it, leaves no room: nothing is written until there is.
    Full,
    /// The database takes no writes at all: its file, its disk or its server is set to reading only.
    ReadOnly,
    /// The disk does not take what is written to it: a fault of the disk, its quota, or a limit on the size of a file.
    Io,
    /// The file of a SQLite database is none, or was damaged: what stands in it cannot be read.
    Damaged,
    /// The file of a SQLite database, or one beside it, is no longer where it was opened: what is written in it would not be found again.
    Moved,
    /// The whole log was moved to another database: nothing is written in this one any more.
    Left,
}

impl StoreErrorKind {
    /// A stable label for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "store_unavailable",
            Self::Inconsistent => "store_inconsistent",
            Self::Schema => "store_schema",
            Self::Settings => "store_settings",
            Self::Full => "database_full",
            Self::ReadOnly => "database_readonly",
            Self::Io => "database_io",
            Self::Damaged => "database_damaged",
            Self::Moved => "database_moved",
            Self::Left => "database_left",
        }
    }
}

impl StoreError {
    /// What sort of failure it is.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether this answer to COMMIT says that nothing of the transaction is kept, also after a crash. Every other leaves
    /// that open.
    ///
    /// SQLite appends the page that marks the commit last, and pads nothing after it (`SQLITE_POWERSAFE_OVERWRITE`): where
    /// there was no room (13) the mark is not whole. What a disk did with a write or a flush that failed otherwise is not
    /// known, and the next recovery takes what it finds. PostgreSQL answers with ERROR only once it has undone the
    /// transaction; FATAL and PANIC, such as of a server that has no room for its own log, may come after the record of
    /// the commit was written.
    pub(super) fn is_surely_not_written(&self) -> bool {
        let Some(sqlx::Error::Database(answer)) = self.source.as_deref() else { return false };
        let undone = |postgres: &PgDatabaseError| matches!(postgres.severity(), PgSeverity::Error);
        self.kind == StoreErrorKind::Full && answer.try_downcast_ref().is_none_or(undone)
    }

    pub(super) fn inconsistent(place: &'static str) -> Self {
        Self {
            kind: StoreErrorKind::Inconsistent,
            message: Cow::Owned(format!(
                "the database holds a value in `{place}` that this program did not write"
            )),
            source: None,
        }
    }

    pub(super) fn schema(message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: StoreErrorKind::Schema, message: message.into(), source: None }
    }

    pub(super) fn settings(message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: StoreErrorKind::Settings, message: message.into(), source: None }
    }

    pub(super) fn moved() -> Self {
        let message = "the database file, or its `-wal` or `-shm`, was moved away, deleted or replaced while the gateway ran: \
                       put it back, or stop the gateway (never kill it) and start it on the one that is there";
        Self { kind: StoreErrorKind::Moved, message: Cow::Borrowed(message), source: None }
    }

    pub(super) fn relocated() -> Self {
        let message = "the log of this database was moved to another one (`sluis database move`): give that one's address in \
                       `database.url`, and leave this one";
        Self { kind: StoreErrorKind::Left, message: Cow::Borrowed(message), source: None }
    }

    pub(super) fn damaged(file: &Path) -> Self {
        let file = file.display();
        Self {
            kind: StoreErrorKind::Damaged,
            message: Cow::Owned(format!("`{file}` is no SQLite database, or is damaged")),
            source: None,
        }
    }

    /// A gateway begins its log when it starts, so this one was emptied or replaced since.
    pub(super) fn no_log() -> Self {
        Self::unavailable(
            "there is no log in the database: it was emptied or replaced while the gateway ran; restore it from the last \
             backup, or restart the gateway to begin a new log",
        )
    }

    pub(super) fn unavailable(message: &'static str) -> Self {
        Self { kind: StoreErrorKind::Unavailable, message: Cow::Borrowed(message), source: None }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        let kind = kind_of(&source);
        let message = match kind {
            StoreErrorKind::Full => "the disk of the database is full",
            StoreErrorKind::ReadOnly => "the database is set to reading only",
            StoreErrorKind::Io => "the disk of the database does not take what is written to it",
            StoreErrorKind::Inconsistent => "the database holds a value that this program did not write",
            StoreErrorKind::Damaged => "the file is no SQLite database, or is damaged",
            _ => "the database did not carry out a statement",
        };
        Self { kind, message: Cow::Borrowed(message), source: Some(Arc::new(source)) }
    }
}

/// What the database's own code says of a failure. SQLite's are numbers whose last byte is the sort of failure
/// (sqlite.org/rescode.html); PostgreSQL's have five characters (its appendix A).
fn kind_of(source: &sqlx::Error) -> StoreErrorKind {
    let reason = match source {
        sqlx::Error::Database(reason) => reason,
        sqlx::Error::Decode(_)
        | sqlx::Error::ColumnDecode { .. }
        | sqlx::Error::ColumnNotFound(_)
        | sqlx::Error::TypeNotFound { .. } => return StoreErrorKind::Inconsistent,
        _ => return StoreErrorKind::Unavailable,
    };
    let code = reason.code().unwrap_or_default();
    match code.as_ref() {
        "53100" => StoreErrorKind::Full,
        "25006" => StoreErrorKind::ReadOnly,
        "58030" => StoreErrorKind::Io,
        sqlstate if sqlstate.len() == 5 => StoreErrorKind::Unavailable,
        number => match number.parse::<u32>().map(|number| number & 0xff) {
            Ok(13) => StoreErrorKind::Full,
            Ok(8) => StoreErrorKind::ReadOnly,
            Ok(10) => StoreErrorKind::Io,
            Ok(11 | 26) => StoreErrorKind::Damaged,
            _ => StoreErrorKind::Unavailable,
        },
    }
}
