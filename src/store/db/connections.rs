//! The connections to a database: how they are set, and when one that rested is trusted.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Any, AnyConnection, Connection as _, Executor as _, Row as _, any::AnyPoolOptions};

use super::{backend::Backend, options::OpenOptions};
use crate::store::error::{StoreError, StoreErrorKind};

/// When the database was last found gone: what rested since before then is asked whether it still lives.
#[derive(Clone, Default)]
pub(super) struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    pub(super) fn lose(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn covers(&self, rested: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rested < TRUSTED_FOR && lost.is_none_or(|lost| rested < lost.elapsed())
    }
}

/// How long a connection may rest before it is asked whether it still lives.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

pub(super) fn pool(
    backend: Backend,
    options: &OpenOptions,
    connections: u32,
    trust: Trust,
) -> AnyPoolOptions {
    let patience = options.patience;
    let pool = match backend {
        // With its last connection SQLite would take away the files beside the database, which must stay.
        Backend::Sqlite => AnyPoolOptions::new().idle_timeout(None).max_lifetime(None),
        Backend::Postgres => AnyPoolOptions::new(),
    };
    pool.max_connections(connections)
        .acquire_timeout(patience)
        // Asking before each use would cost every read a round trip.
        .test_before_acquire(false)
        .before_acquire(move |connection, state| {
            let trusted = trust.covers(state.idle_for);
            Box::pin(async move { Ok(trusted || connection.ping().await.is_ok()) })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                match backend {
                    Backend::Sqlite => settle_sqlite(connection).await,
                    Backend::Postgres => settle_postgres(connection).await,
                }
            })
        })
}

const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; \
     PRAGMA wal_autocheckpoint = 10000; PRAGMA cache_size = -8192";

const TABLES: &str = "SELECT COUNT(*) FROM sqlite_master";
/// How many tables there are where none is that of this program's migrations.
const FOREIGN: &str = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
     AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')";

async fn settle_sqlite(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    connection.execute(SQLITE_SETTINGS).await.map(drop)
}

const POSTGRES_SETTINGS: &str = "SET synchronous_commit = on; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '5s'; SET client_min_messages = warning";
const FSYNC: &str = "SELECT current_setting('fsync')";

async fn settle_postgres(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    connection.execute(POSTGRES_SETTINGS).await?;
    let fsync: String = sqlx::query::<Any>(FSYNC).fetch_one(&mut *connection).await?.try_get(0)?;
    if fsync == "on" { Ok(()) } else { Err(sqlx::Error::Configuration(UnsafeFsync.into())) }
}

#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL runs with fsync=off: what it confirms can be lost; turn it on")]
struct UnsafeFsync;

/// A pool tries a connection that its settings refuse again and again: it is looked at once before, and said why.
/// Whoever cannot connect at all is told so by the pool.
pub(super) async fn check_fsync(address: &str) -> Result<(), StoreError> {
    let Ok(mut connection) = AnyConnection::connect(address).await else { return Ok(()) };
    let settled = settle_postgres(&mut connection).await;
    drop(connection.close().await);
    settled.map_err(connect_fault)
}

/// Likewise of a file: one that is no database is never one a moment later. It is read as far as its tables. In the database of
/// another program nothing is set.
pub(super) async fn check_file(address: &str, file: &Path) -> Result<(), StoreError> {
    let looked = async {
        let mut connection = AnyConnection::connect(address).await?;
        let foreign = sqlx::query::<Any>(FOREIGN).fetch_one(&mut connection).await;
        let foreign = foreign.and_then(|row| row.try_get::<i64, _>(0)).is_ok_and(|tables| tables > 0);
        let settled = if foreign { Ok(()) } else { settle_sqlite(&mut connection).await };
        let read = sqlx::query::<Any>(TABLES).fetch_one(&mut connection).await;
        drop(connection.close().await);
        settled.and(read).map(|_| foreign)
    };
    match looked.await.map_err(StoreError::from) {
        Ok(true) => {
            let file = file.display();
            Err(StoreError::settings(format!(
                "`{file}` is a database of another program: it has tables, and none of them is this program's"
            )))
        }
        Err(error) if error.kind() == StoreErrorKind::Damaged => Err(StoreError::damaged(file)),
        _ => Ok(()),
    }
}

pub(super) fn connect_fault(cause: sqlx::Error) -> StoreError {
    match &cause {
        sqlx::Error::Configuration(reason) if reason.is::<UnsafeFsync>() => {
            StoreError::settings(UnsafeFsync.to_string())
        }
        sqlx::Error::Database(reason) => match reason.code().as_deref() {
            Some(code) if code.starts_with("28") => StoreError::settings(
                "the server does not let this user in: look at the user and its password file",
            ),
            Some("3D000") => StoreError::settings("the server has no database of that name"),
            _ => cause.into(),
        },
        _ => cause.into(),
    }
}
