//! Opening, migrating and beginning a database.

use std::{
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex, Once, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use sqlx::{
    Any, AnyConnection, AnyPool, Connection as _, Executor as _, Row as _,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{Migrate as _, MigrateError, Migrator},
};

use tokio::time::timeout;

use super::{
    error::StoreError, memory::MOST, presence::OpenedFile, register::Kept, row::millis, snapshot::Asks,
    writing::Writing,
};
use crate::{crypto::gateway_keys::KeyPrints, domain::digest::Digest};

pub(super) static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How many connections to keep, and how long to wait.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Connections that read. The writer has one of its own.
    pub readers: u32,
    /// How long a statement waits for another gateway that holds the lock, and a read for a free connection. A write
    /// that has not come to its end in twice that time is given up.
    pub patience: Duration,
    /// Of how many rows it is remembered by which entry each changed last, at some twenty bytes each.
    pub remembers: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 8, patience: Duration::from_secs(5), remembers: MOST }
    }
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one machine.
    Sqlite,
    /// A server, for several gateways at once.
    Postgres,
}

/// A database that is open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) backend: Backend,
    pub(super) read: AnyPool,
    pub(super) write: AnyPool,
    pub(super) patience: Duration,
    pub(super) kept: Arc<Kept>,
    pub(super) asks: Asks,
    trust: Trust,
    file: Option<Arc<OpenedFile>>,
}

/// When the database was last found gone: what rested since before then is asked whether it still lives.
#[derive(Clone, Default)]
struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    fn lose(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn covers(&self, rested: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rested < TRUSTED_FOR && lost.is_none_or(|lost| rested < lost.elapsed())
    }
}

/// How long a connection may rest before it is asked whether it still lives.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// SQLite writes nothing before it has the lock, so that no transaction fails half-way for want of it.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";
/// Every write is serial under the lock of the log's head, so that READ COMMITTED sees all that went before.
const BEGIN_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

const BEGIN_LOG: &str = "INSERT INTO log_head (id, origin, size, last_time, frontier, policy_digest, checkpoint) \
     VALUES (1, $1, 0, $2, $3, $4, '') ON CONFLICT (id) DO NOTHING";
const ORIGIN: &str = "SELECT origin FROM log_head WHERE id = 1";
const KNOW_KEY: &str = "INSERT INTO key_check (kind, version, print) VALUES ($1, $2, $3)";

fn same_origin(known: &str, origin: &str) -> Result<(), StoreError> {
    if known == origin {
        return Ok(());
    }
    Err(StoreError::settings(format!(
        "the log in this database is `{known}`; a log does not change its name: open it under that name"
    )))
}

impl Store {
    /// Opens a database and checks that its settings are safe and its schema is the one that this program knows.
    ///
    /// `url` is `sqlite:<path>` or `postgres://…`. Nothing is made or migrated: see [`Store::migrate`].
    ///
    /// # Errors
    /// `Settings` for an unknown address, a file that is not there, or `fsync=off`; `Schema` when migrations are missing or unknown;
    /// `Unavailable` when it cannot be reached.
    pub async fn open(url: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        let (backend, address) = address(url)?;
        if let Some(path) = address.strip_prefix(SQLITE_SCHEME)
            && !Path::new(path).is_file()
        {
            return Err(StoreError::settings(format!(
                "there is no database at {path}; look whether this is the right file and its disk is there; `sluis \
                 migrate` makes a new, empty one"
            )));
        }
        let store = Self::connect(backend, &address, options).await?;
        store.check_schema().await?;
        Ok(store)
    }

    /// Brings the schema of the database up to date, making the database file if there is none, readable by its owner only.
    /// Run it before [`Store::open`], if need be under a database role of its own. Answers whether the file was made.
    ///
    /// # Errors
    /// `Schema` when the database is newer than this program or a migration was changed; else as [`Store::open`].
    pub async fn migrate(url: &str) -> Result<bool, StoreError> {
        let (backend, address) = address(url)?;
        let made = match address.strip_prefix(SQLITE_SCHEME).map(Path::new) {
            Some(path) => {
                let is_new = !path.exists();
                make_owner_only(path).map_err(|cause| {
                    StoreError::settings(format!("the database file cannot be made: {}", cause.kind()))
                })?;
                is_new
            }
            None => false,
        };
        let options = OpenOptions { readers: 1, ..OpenOptions::default() };
        let store = Self::connect(backend, &address, &options).await?;
        let outcome = store.migrator().run(&store.write).await.map_err(schema_fault);
        store.close().await;
        outcome.map(|()| made)
    }

    /// Begins the log: its name, the policy by which this database decides and the keys that belong to it, all at once.
    /// Repeating it changes nothing, also with other keys: see [`Store::key_prints`].
    ///
    /// # Errors
    /// `Settings` when the log was begun under another origin: a log does not change its name.
    pub async fn begin_log(
        &self,
        origin: &str,
        policy: Digest,
        keys: &KeyPrints,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.begin_write().await?;
        let begun = sqlx::query(BEGIN_LOG)
            .bind(origin.to_owned())
            .bind(millis(now))
            .bind(crate::store::writer::append::empty_frontier())
            .bind(policy.to_string())
            .execute(writing.connection())
            .await?;
        if begun.rows_affected() == 0 {
            writing.rollback().await?;
            return same_origin(&self.origin().await?.unwrap_or_default(), origin);
        }
        for (kind, version, print) in keys.iter() {
            sqlx::query(KNOW_KEY)
                .bind(kind.as_str())
                .bind(i64::from(version))
                .bind(print.to_string())
                .execute(writing.connection())
                .await?;
        }
        writing.commit().await
    }

    /// The name of the log; none before it was begun.
    async fn origin(&self) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(ORIGIN).fetch_optional(&self.read).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    /// Which database it is.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// Closes all connections and waits for them, but not for ever: a server that does not answer is left.
    pub async fn close(&self) {
        let closing = async {
            self.write.close().await;
            self.read.close().await;
        };
        if timeout(self.patience.saturating_mul(2), closing).await.is_err() {
            tracing::warn!(
                error_code = "store_unavailable",
                "the database did not let its connections go in time"
            );
        }
    }

    /// Begins a transaction on the connection that writes. A server that was restarted is asked a second time, over a
    /// new connection: nothing was sent yet that could happen twice.
    pub(super) async fn begin_write(&self) -> Result<Writing, StoreError> {
        match self.backend {
            Backend::Sqlite => {
                self.file.as_deref().map_or(Ok(()), OpenedFile::check)?;
                Writing::begin(self, BEGIN_SQLITE).await
            }
            Backend::Postgres => {
                if let Ok(writing) = Writing::begin(self, BEGIN_POSTGRES).await {
                    return Ok(writing);
                }
                self.trust.lose();
                Writing::begin(self, BEGIN_POSTGRES).await
            }
        }
    }

    /// The same database for a writer on a runtime of its own. A connection to a server is driven by the runtime on which it
    /// was made, so the writer makes one; a connection to a file is a thread of its own, and is shared, so that who writes
    /// beside the writer waits in one row with it.
    pub(super) fn with_own_writing(&self) -> Self {
        let write = match self.backend {
            Backend::Sqlite => self.write.clone(),
            Backend::Postgres => {
                let address = AnyConnectOptions::clone(&self.write.connect_options());
                self.write.options().clone().connect_lazy_with(address)
            }
        };
        Self { write, ..self.clone() }
    }

    /// Closes what [`Store::with_own_writing`] opened, but does not wait for ever.
    pub(super) async fn end_own_writing(&self) {
        if self.backend == Backend::Postgres {
            drop(timeout(self.patience, self.write.close()).await);
        }
    }

    fn migrator(&self) -> &'static Migrator {
        match self.backend {
            Backend::Sqlite => &SQLITE,
            Backend::Postgres => &POSTGRES,
        }
    }

    async fn connect(backend: Backend, address: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let trust = Trust::default();
        let pool = |connections| pool(backend, options, connections, trust.clone());
        if backend == Backend::Postgres {
            check_fsync(address).await?;
        }
        let read = pool(options.readers).connect(address).await.map_err(connect_fault)?;
        let write = pool(1).connect(address).await.map_err(connect_fault)?;
        let asks = Asks::answered_by(&read, backend);
        let file = match address.strip_prefix(SQLITE_SCHEME).map(Path::new).map(OpenedFile::at) {
            Some(opened) => Some(Arc::new(opened.map_err(|_| StoreError::moved())?)),
            None => None,
        };
        Ok(Self {
            backend,
            read,
            write,
            patience: options.patience,
            kept: Arc::new(Kept::remembering(options.remembers)),
            asks,
            trust,
            file,
        })
    }

    async fn check_schema(&self) -> Result<(), StoreError> {
        let known: Vec<i64> = self.migrator().iter().map(|migration| migration.version).collect();
        let mut connection = self.write.acquire().await?;
        let applied = connection.list_applied_migrations(&self.migrator().table_name).await;
        // A database that was never migrated has no table of migrations.
        let applied: Vec<i64> =
            applied.map(|all| all.iter().map(|one| one.version).collect()).unwrap_or_default();
        if applied.iter().any(|version| !known.contains(version)) {
            return Err(StoreError::schema(
                "the database was migrated by a newer Sluis than this one: update the program",
            ));
        }
        if known.iter().any(|version| !applied.contains(version)) {
            return Err(StoreError::schema("the database is not up to date: run `sluis migrate` first"));
        }
        Ok(())
    }
}

/// A gateway begins its log when it starts, so this one was emptied or replaced since.
pub(super) fn no_log() -> StoreError {
    StoreError::unavailable(
        "there is no log in the database: it was emptied or replaced while the gateway ran; restore it from the last \
         backup, or restart the gateway to begin a new log",
    )
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        write!(f, "Store({:?})", self.backend)
    }
}

fn address(url: &str) -> Result<(Backend, String), StoreError> {
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

const SQLITE_SCHEME: &str = "sqlite://";

/// SQLite gives its journal files the mode of the database file.
fn make_owner_only(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn pool(backend: Backend, options: &OpenOptions, connections: u32, trust: Trust) -> AnyPoolOptions {
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
async fn check_fsync(address: &str) -> Result<(), StoreError> {
    let Ok(mut connection) = AnyConnection::connect(address).await else { return Ok(()) };
    let settled = settle_postgres(&mut connection).await;
    drop(connection.close().await);
    settled.map_err(connect_fault)
}

fn connect_fault(cause: sqlx::Error) -> StoreError {
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

pub(super) fn schema_fault(cause: MigrateError) -> StoreError {
    match cause {
        MigrateError::VersionMissing(version) => StoreError::schema(format!(
            "the database was migrated by a newer Sluis than this one (migration {version}): update the program"
        )),
        MigrateError::VersionMismatch(version) => StoreError::schema(format!(
            "migration {version} was applied with another text than this program holds: nothing was changed"
        )),
        MigrateError::Dirty(version) => StoreError::schema(format!(
            "migration {version} was broken off half-way: restore the database from its last backup"
        )),
        MigrateError::Execute(cause) => cause.into(),
        other => StoreError::schema(format!("the schema cannot be brought up to date: {other}")),
    }
}
