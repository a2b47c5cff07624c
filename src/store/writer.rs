//! The one thread that writes.
//!
//! A use case hands over a [`Write`]: plain data. The writer takes what waits, at most [`BATCH`] writes and without
//! waiting for more, into one transaction: it takes the lock of the log's head, looks up what all of them are judged by,
//! judges each in memory by those rows and by what the writes before it make of them, and only then changes anything:
//! every table once, with many rows in a statement. It appends the entries, signs the head that they lead to, commits, and
//! only then answers. Nothing is refused after a change, so that a write that is refused costs its neighbours nothing.
//! Whatever is decided by what was read before is judged again here by the subjects that changed since, so that a withdrawal
//! that was committed first always wins.

mod append;
mod batch;
pub mod clock;
pub mod committed;
mod desk;
pub mod error;
pub mod evidence;
pub mod fault;
pub(super) mod head;
mod health;
pub mod job;
mod known;
pub mod look;
pub mod moment;
mod rows;
mod sealer;
pub mod settings;
pub mod sign;
pub mod state;
mod table;
mod tables;
mod transaction;
mod tx;

use std::{collections::BTreeMap, mem, sync::Arc, thread, time::Duration};

use tokio::{
    runtime,
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tracing::{Dispatch, dispatcher};

use self::{
    clock::GuardedClock,
    committed::Committed,
    desk::Desk,
    health::Health,
    job::{Job, Pending},
};
pub use self::{
    error::{Conflict, WriteError},
    evidence::Evidence,
    job::Done,
    settings::Settings,
    sign::{KeepsHead, KeepsNothing, SigningFailed, SignsCheckpoint},
};
use super::{
    Store,
    error::StoreError,
    memory,
    write::{Effect, Probe, Write},
};

/// The most writes that share a transaction.
pub const BATCH: usize = 256;

/// Hands writes to the writer. Cheap to clone; the writer stops when the last one is dropped and all is written.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    health: Arc<Health>,
    clock: Arc<GuardedClock>,
    patience: Duration,
}

impl Writer {
    /// Starts the writer of a gateway. One per gateway: others may write to the same database from theirs. The task that is
    /// answered ends when the last `Writer` is dropped and all is written.
    ///
    /// Checks first that the stored head, frontier and tiles agree, and signs the empty log if it is new.
    ///
    /// # Errors
    /// `Inconsistent` when they do not agree; `Schema` when the log was not begun; `Unavailable` when it cannot be read.
    pub async fn start(store: Store, settings: Settings) -> Result<(Self, JoinHandle<()>), StoreError> {
        store.seals_with(Arc::clone(&settings.seals));
        let log = known::check_head(&store, settings.signer.as_ref()).await?;
        memory::log::remember(&store, log.tree.size()).await?;
        let (sender, mut waiting) = mpsc::channel(settings.queue.max(1));
        let health = Arc::new(Health::default());
        let patience = store.patience;
        // As a task it would queue, at each of its statements, behind whoever decides and seals; and it would end with the
        // runtime of its caller, whatever still waits.
        let no_thread = |_: std::io::Error| StoreError::unavailable("no thread for the writer");
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
        let (ended, end) = oneshot::channel::<()>();
        let known = Arc::clone(&health);
        let clock = Arc::new(GuardedClock::on(Arc::clone(&settings.clock)));
        let guarded = Arc::clone(&clock);
        // Who hears the caller hears the writer.
        let listener = dispatcher::get_default(Dispatch::clone);
        let writing = async move {
            let _heard = dispatcher::set_default(&listener);
            let mut desk = Desk {
                store: store.with_own_writing(),
                settings,
                log,
                numbers: BTreeMap::new(),
                least: BTreeMap::new(),
                health: known,
                clock: guarded,
            };
            let mut jobs = Vec::with_capacity(BATCH);
            while waiting.recv_many(&mut jobs, BATCH).await > 0 {
                desk.write(mem::take(&mut jobs)).await;
            }
            desk.store.end_own_writing().await;
            drop(ended);
        };
        let thread = thread::Builder::new().name("writer".to_owned());
        thread.spawn(move || runtime.block_on(writing)).map_err(no_thread)?;
        let task = tokio::spawn(async move { drop(end.await) });
        Ok((Self { queue: sender, health, clock, patience }, task))
    }

    /// Hands over a write and waits for its commit.
    ///
    /// # Errors
    /// [`WriteError`]. After [`WriteError::Unknown`] nothing may be released, nor may it be tried again here.
    pub async fn submit<E: Effect>(
        &self,
        write: Write<E>,
    ) -> Result<Committed<Done<E::Outcome>>, WriteError> {
        let (waiter, answer) = oneshot::channel();
        self.queue.try_send(Box::new(Pending::new(write, waiter))).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Busy,
            mpsc::error::TrySendError::Closed(_) => {
                WriteError::Unavailable(Arc::new(StoreError::unavailable("the writer has stopped")))
            }
        })?;
        // A writer that stopped between taking the write and answering may have committed it.
        answer.await.unwrap_or(Err(WriteError::Unknown(None)))
    }
}

impl Writer {
    /// Whether a write would be done now: judges the head, its policy and its tree as every write does, and really writes
    /// something unless a write was committed in the last seconds. What it writes is taken away again.
    ///
    /// A write that failed is remembered until one is done, so that what was proven before it counts no more.
    ///
    /// # Errors
    /// [`WriteError`] says why not; `Unavailable` when the database does not answer within the store's patience.
    pub async fn prove(&self) -> Result<(), WriteError> {
        let proof = async {
            if self.health.is_proven() {
                return self.submit(Write::new(Probe::Judge, Vec::new())).await.map(drop);
            }
            self.submit(Write::new(Probe::Fill, Vec::new())).await.map(drop)?;
            self.submit(Write::new(Probe::Clear, Vec::new())).await.map(drop)
        };
        timeout(self.patience, proof).await.unwrap_or_else(|_elapsed| {
            Err(WriteError::Unavailable(Arc::new(StoreError::unavailable(
                "the database did not answer in time",
            ))))
        })
    }

    /// The clock by which is written, for whoever decides what to write.
    #[must_use]
    pub const fn clock(&self) -> &Arc<GuardedClock> {
        &self.clock
    }

    /// How many writes wait to be taken.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity().saturating_sub(self.queue.capacity())
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}
