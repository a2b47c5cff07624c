//! One batch: one transaction for all writes that wait.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use tokio::time::timeout;

use super::{
    append::{Known, LockedHead, append, lock_head},
    clock::{Believed, ClockFault, GuardedClock},
    error::WriteError,
    evidence::Evidence,
    fault::{Injected, Step},
    health::Health,
    job::Job,
    look::{Believes, Look, look},
    moment::Moment,
    sealer::Sealer,
    settings::Settings,
    state::State,
    tables,
    tx::Tx,
};
use crate::{
    domain::party::PartyId,
    store::{Store, db::writing::Writing, error::StoreError, memory::Touched, register::RegisterRows},
};

/// What the writer keeps between batches.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) settings: Settings,
    /// The log after the last commit that this gateway knows of.
    pub(super) log: Known,
    /// Which of its entries each reader was given last, at that commit.
    pub(super) numbers: BTreeMap<PartyId, u64>,
    /// Likewise, at some commit that this gateway knows of: a reader has no less.
    pub(super) least: BTreeMap<PartyId, u64>,
    /// What became of the last write, for whoever asks whether this gateway can write.
    pub(super) health: Arc<Health>,
    /// The clock by which is written.
    pub(super) clock: Arc<GuardedClock>,
}

/// How an attempt ended that was not committed.
enum Failure {
    /// The database is not there, or does not give the lock: no write of the batch can succeed now.
    Closed(StoreError),
    /// The clock cannot be believed: likewise.
    Clock(ClockFault),
    /// A statement failed: rolled back.
    Broken(StoreError),
    /// COMMIT was sent and did not answer well; why, where the database said so.
    Unknown(Option<Arc<StoreError>>),
}

/// What a committed attempt came to.
struct Outcome {
    committed: bool,
    time: Timestamp,
    evidence: Vec<Evidence>,
    log: Known,
    numbers: BTreeMap<PartyId, u64>,
    touched: Vec<Touched>,
}

type Jobs = Vec<Box<dyn Job>>;

impl Desk {
    /// Writes all that waits and answers everyone.
    ///
    /// A refusal costs no transaction. When a statement fails although every write was found good, every write is tried
    /// once more in a transaction of its own, so that only the write that broke it fails.
    pub(super) async fn write(&mut self, mut jobs: Jobs) {
        match self.tried(&mut jobs).await {
            Ok(outcome) => self.answer(jobs, outcome),
            Err(Failure::Unknown(said)) => fail_all(jobs, &WriteError::Unknown(said)),
            Err(Failure::Closed(error)) => fail_all(jobs, &WriteError::Unavailable(Arc::new(error))),
            Err(Failure::Clock(fault)) => fail_all(jobs, &WriteError::Clock(fault)),
            Err(Failure::Broken(_)) => self.write_alone(jobs).await,
        }
    }

    async fn write_alone(&mut self, jobs: Jobs) {
        let mut waiting = jobs.into_iter();
        while let Some(job) = waiting.next() {
            let mut alone = vec![job];
            match self.tried(&mut alone).await {
                Ok(outcome) => self.answer(alone, outcome),
                Err(Failure::Unknown(said)) => fail_all(alone, &WriteError::Unknown(said)),
                Err(Failure::Broken(error)) => fail_all(alone, &WriteError::Unavailable(Arc::new(error))),
                Err(Failure::Closed(error)) => {
                    alone.extend(waiting.by_ref());
                    fail_all(alone, &WriteError::Unavailable(Arc::new(error)));
                }
                Err(Failure::Clock(fault)) => {
                    alone.extend(waiting.by_ref());
                    fail_all(alone, &WriteError::Clock(fault));
                }
            }
        }
    }

    /// One transaction, remembered: a write that was refused says nothing about the database, every other does.
    async fn tried(&self, jobs: &mut Jobs) -> Result<Outcome, Failure> {
        let tried = self.attempt(jobs).await;
        match &tried {
            Ok(outcome) if outcome.committed => self.health.proven(),
            Ok(_) => {}
            Err(Failure::Closed(error) | Failure::Broken(error)) => {
                self.health.failed(WriteError::code_of(error.kind()));
            }
            Err(Failure::Clock(fault)) => self.health.disbelieved(*fault),
            Err(Failure::Unknown(said)) => {
                self.health.left_open(WriteError::Unknown(said.clone()).error_code());
            }
        }
        tried
    }

    /// One transaction. A database that hangs in it is left after a while: nobody knows then whether a COMMIT that was
    /// sent was carried out; without one, nothing was.
    async fn attempt(&self, jobs: &mut Jobs) -> Result<Outcome, Failure> {
        let faults = self.settings.faults.as_ref();
        faults.at(Step::Begin).map_err(injected)?;
        let writing = self.store.begin_write().await.map_err(Failure::Closed)?;
        let committing = AtomicBool::new(false);
        let deadline = self.store.patience.saturating_mul(2);
        match timeout(deadline, self.write_in(writing, jobs, &committing)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => {
                tracing::error!(error_code = "write_deadline", "the database did not answer in time");
                if committing.load(Ordering::Relaxed) {
                    return Err(Failure::Unknown(None));
                }
                Err(Failure::Closed(StoreError::unavailable("the database did not answer in time")))
            }
        }
    }

    async fn write_in(
        &self,
        mut writing: Writing,
        jobs: &mut Jobs,
        committing: &AtomicBool,
    ) -> Result<Outcome, Failure> {
        let faults = self.settings.faults.as_ref();
        faults.at(Step::Lock).map_err(injected)?;
        let backend = self.store.backend;
        let head = lock_head(writing.connection(), backend).await.map_err(Failure::Closed)?;
        let clock = match self.clock.judge(head.last_time, head.server_time) {
            Ok(believed) => believed,
            Err(fault) => {
                drop(writing.rollback().await);
                return Err(Failure::Clock(fault));
            }
        };
        let mut tx = Tx::on(writing.connection(), backend, faults);
        let written = self.judge_and_write(&mut tx, &head, clock, jobs).await;
        let has_changed = tx.has_changed();
        match written {
            Ok(outcome) if has_changed => {
                commit(writing, faults, committing).await?;
                Ok(Outcome { committed: true, ..outcome })
            }
            // All was refused or repeated: there is nothing to make durable.
            Ok(outcome) => {
                writing.rollback().await.map_err(Failure::Broken)?;
                Ok(outcome)
            }
            Err(error) => {
                // A rollback that fails closes the connection, which is one too.
                drop(writing.rollback().await);
                Err(Failure::Broken(error))
            }
        }
    }

    /// Judges every write before anything is changed, each by what those before it make of the rows.
    async fn judge_and_write(
        &self,
        tx: &mut Tx<'_>,
        head: &LockedHead,
        clock: Believed,
        jobs: &mut Jobs,
    ) -> Result<Outcome, StoreError> {
        let mut at = Moment { time: clock.time, steady: clock.steady, next: head.size };
        let signer = self.settings.signer.as_ref();
        let mut log = self.log.under(tx.connection(), head, signer).await?;
        let memory = &self.store.kept.memory;
        let seals = self.settings.seals.as_ref();
        // What another gateway wrote since is remembered as what this one writes.
        if self.log.tree.size() < head.size {
            memory.read(tx.connection(), seals, (self.log.tree.size(), head.size)).await?;
            memory.knows(head.size);
        }
        let mut state = State::under(head.policy);
        let mut looks: BTreeSet<_> = jobs.iter().flat_map(|job| job.looks()).collect();
        let readers: BTreeSet<_> = jobs.iter().flat_map(|job| job.readers()).collect();
        // What this gateway gave last still stands, as long as no other has appended.
        if *head.checkpoint == *self.log.checkpoint {
            state.numbers.clone_from(&self.numbers);
        }
        let asked: Vec<_> = readers.iter().filter(|reader| !state.numbers.contains_key(reader)).collect();
        looks.extend(asked.iter().map(|reader| Look::Number(**reader)));
        look(tx, looks, &Believes { seals, memory, entries: head.size }, &mut state).await?;
        for reader in &readers {
            if state.numbers.get(reader) < self.least.get(reader) {
                return Err(StoreError::inconsistent("entry_reader.number"));
            }
        }
        for job in jobs.iter_mut() {
            job.judge(&at, self.settings.policy, &mut state);
            at.next += u64::try_from(job.appended().len()).unwrap_or_default();
        }
        // What the batch leaves is sealed anew: what it finds must be what was sealed before.
        if state.is_other_register {
            RegisterRows::read(tx.connection()).await?.judge(
                head.register,
                head.register_seal.as_deref(),
                self.settings.seals.as_ref(),
            )?;
        }
        let mut sealer = Sealer::with(seals);
        tables::write(&state, &mut sealer, tx).await?;
        let register = if state.is_other_register {
            let rows = RegisterRows::read(tx.connection()).await?;
            sealer.register(&state, &rows.named()?);
            Some(rows)
        } else {
            None
        };
        let touched = sealer.touched();
        let entries = (head.size..).zip(jobs.iter().flat_map(|job| job.appended()));
        let entries = entries.map(|(index, entry)| state.numbered(entry, touched.get(&index)));
        let entries: Vec<_> = entries.collect::<Result<_, _>>()?;
        let evidence = if entries.is_empty() {
            Vec::new()
        } else {
            append(
                tx,
                (head, at.time, &state, register.as_ref()),
                &mut log,
                entries,
                (signer, self.settings.seals.as_ref()),
            )
            .await?
        };
        let touched = touched.into_values().collect();
        Ok(Outcome { committed: false, time: at.time, evidence, log, numbers: state.numbers, touched })
    }

    /// Called after COMMIT answered, and nowhere else: this is where `Committed` values come from.
    fn answer(&mut self, jobs: Jobs, outcome: Outcome) {
        if outcome.committed {
            self.clock.hear(outcome.time);
            self.store.kept.memory.learn(&outcome.touched);
            self.store.kept.memory.knows(outcome.log.tree.size());
        }
        if outcome.committed && self.log.checkpoint != outcome.log.checkpoint {
            self.settings.head.keep(&outcome.log.checkpoint);
        }
        self.log = outcome.log;
        self.least.extend(&outcome.numbers);
        self.numbers = outcome.numbers;
        let mut evidence = outcome.evidence.into_iter();
        for job in jobs {
            let own = evidence.by_ref().take(job.appended().len()).collect();
            job.answer(outcome.time, own);
        }
    }
}

async fn commit(
    writing: Writing,
    faults: &dyn super::fault::FaultPoint,
    committing: &AtomicBool,
) -> Result<(), Failure> {
    if faults.at(Step::Commit).is_err() {
        drop(writing);
        return Err(Failure::Unknown(None));
    }
    committing.store(true, Ordering::Relaxed);
    let own = writing.commit().await;
    faults.answer_to_commit().map_or(own, |answer| Err(answer.into())).map_err(|error| {
        if error.is_surely_not_written() {
            Failure::Closed(error)
        } else {
            Failure::Unknown(Some(Arc::new(error)))
        }
    })?;
    faults.at(Step::Committed).map_err(|_| Failure::Unknown(None))
}

fn injected(_: Injected) -> Failure {
    Failure::Closed(StoreError::unavailable("a fault was injected"))
}

fn fail_all(mut jobs: Jobs, error: &WriteError) {
    for job in mem::take(&mut jobs) {
        job.fail(error.clone());
    }
}
