//! Opening, migrating and beginning a database.

mod address;
mod backend;
mod connections;
mod file;
mod log;
mod options;
pub(super) mod schema;
pub(super) mod writing;

use std::{
    fmt,
    path::Path,
    sync::{
        Arc, Once,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{AnyPool, any::AnyConnectOptions};
use tokio::time::timeout;

use self::{
    address::{address, file_of, make_owner_only},
    connections::{Trust, check_file, check_fsync, connect_fault, pool},
    file::OpenedFile,
    schema::{migrator, schema_fault},
    writing::Writing,
};
pub use self::{backend::Backend, options::OpenOptions};
use super::{
    error::{StoreError, StoreErrorKind},
    register::Kept,
    snapshot::Asks,
};

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
    damage: Arc<AtomicBool>,
}

/// SQLite writes nothing before it has the lock, so that no transaction fails half-way for want of it.
const BEGIN_SQLITE: &str = "BEGIN IMMEDIATE";
/// Every write is serial under the lock of the log's head, so that READ COMMITTED sees all that went before.
const BEGIN_POSTGRES: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

impl Store {
    /// Opens a database and checks that its settings are safe and its schema is the one that this program knows.
    ///
    /// `url` is `sqlite:<path>` or `postgres://…`. Nothing is made or migrated: see [`Store::migrate`].
    ///
    /// # Errors
    /// `Settings` for an unknown address, a file that is not there, or `fsync=off`; `Schema` when migrations are missing or unknown;
    /// `Damaged` for a file that is no database; `Unavailable` when it cannot be reached.
    pub async fn open(url: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        let (backend, address) = address(url)?;
        no_folder(&address)?;
        if let Some(path) = file_of(&address).filter(|path| !path.is_file()) {
            let path = path.display();
            return Err(StoreError::settings(format!(
                "there is no database at {path}; look whether this is the right file and its disk is there; `sluis \
                 migrate` makes a new, empty one"
            )));
        }
        // SQLite takes it for a database without tables.
        if let Some(path) = file_of(&address).filter(|path| path.metadata().is_ok_and(|file| file.len() == 0))
        {
            let path = path.display();
            return Err(StoreError::settings(format!(
                "the file of the database is empty: {path}; if there was one in it, restore it from its last backup; `sluis \
                 migrate` makes a new, empty one"
            )));
        }
        let store = Self::connect(backend, &address, options).await?;
        let checked = schema::check(backend, &mut *store.write.acquire().await?).await;
        checked.map_err(|error| of_file(error, &address)).map(|()| store)
    }

    /// Brings the schema of the database up to date, making the database file if there is none, readable by its owner only.
    /// Run it before [`Store::open`], if need be under a database role of its own. Answers whether there was none, or an empty file.
    ///
    /// # Errors
    /// `Schema` when the database is newer than this program or a migration was changed; else as [`Store::open`].
    pub async fn migrate(url: &str) -> Result<bool, StoreError> {
        let (backend, address) = address(url)?;
        no_folder(&address)?;
        let made = match file_of(&address) {
            Some(path) => {
                let is_new = path.metadata().map_or(true, |file| file.len() == 0);
                make_owner_only(path).map_err(|cause| {
                    StoreError::settings(format!("the database file cannot be made: {}", cause.kind()))
                })?;
                is_new
            }
            None => false,
        };
        let options = OpenOptions { readers: 1, ..OpenOptions::default() };
        let store = Self::connect(backend, &address, &options).await?;
        let outcome = migrator(backend).run(&store.write).await.map_err(schema_fault);
        store.close().await;
        outcome.map_err(|error| of_file(error, &address)).map(|()| made)
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
                Writing::begin(&self.write, self.patience, BEGIN_SQLITE).await
            }
            Backend::Postgres => {
                if let Ok(writing) = Writing::begin(&self.write, self.patience, BEGIN_POSTGRES).await {
                    return Ok(writing);
                }
                self.trust.lose();
                Writing::begin(&self.write, self.patience, BEGIN_POSTGRES).await
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

    async fn connect(backend: Backend, address: &str, options: &OpenOptions) -> Result<Self, StoreError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let trust = Trust::default();
        let pool = |connections| pool(backend, options, connections, trust.clone());
        match file_of(address) {
            Some(file) => check_file(address, file).await?,
            None => check_fsync(address).await?,
        }
        let read = pool(options.readers).connect(address).await.map_err(connect_fault)?;
        let write = pool(1).connect(address).await.map_err(connect_fault)?;
        let asks = Asks::answered_by(&read, backend);
        let file = match file_of(address).map(OpenedFile::at) {
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
            damage: Arc::default(),
        })
    }
}

impl Store {
    /// Remembers that the file is damaged: other pages of it may be read and written yet, and it is whole only once it was put back
    /// and opened anew.
    pub(super) fn note_damage(&self, error: &StoreError) {
        if error.kind() == StoreErrorKind::Damaged {
            self.damage.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a damaged page of it was met.
    pub(super) fn is_damaged(&self) -> bool {
        self.damage.load(Ordering::Relaxed)
    }

    /// That the file of this database is damaged.
    pub(super) fn damaged(&self) -> StoreError {
        StoreError::damaged(self.file.as_ref().map_or(Path::new(""), |file| file.path()))
    }
}

/// A folder where the file of a database should be: often the one in which it stands.
fn no_folder(address: &str) -> Result<(), StoreError> {
    match file_of(address).filter(|path| path.is_dir()) {
        None => Ok(()),
        Some(path) => {
            let path = path.display();
            Err(StoreError::settings(format!("`{path}` is a folder; name the file of the database in it")))
        }
    }
}

/// A fault of a file with the name of that file.
fn of_file(error: StoreError, address: &str) -> StoreError {
    match file_of(address) {
        Some(file) if error.kind() == StoreErrorKind::Damaged => StoreError::damaged(file),
        _ => error,
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        write!(f, "Store({:?})", self.backend)
    }
}
