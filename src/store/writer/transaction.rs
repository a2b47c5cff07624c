//! One transaction for all writes of a batch.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::Timestamp;
use tokio::time::timeout;

use super::{
    append::append,
    clock::{Believed, ClockFault},
    desk::Desk,
    evidence::Evidence,
    fault::{FaultPoint, Injected, Step},
    head::{LockedHead, lock_head},
    job::Job,
    known::Known,
    look::{Believes, Look, look},
    moment::Moment,
    sealer::Sealer,
    state::State,
    tables,
    tx::Tx,
};
use crate::{
    domain::party::PartyId,
    store::{db::writing::Writing, error::StoreError, memory::Touched, register::RegisterRows},
};

/// How an attempt ended that was not committed.
pub(super) enum Failure {
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
pub(super) struct Outcome {
    pub(super) committed: bool,
    pub(super) time: Timestamp,
    pub(super) evidence: Vec<Evidence>,
    pub(super) log: Known,
    pub(super) numbers: BTreeMap<PartyId, u64>,
    pub(super) touched: Vec<Touched>,
}

pub(super) type Jobs = Vec<Box<dyn Job>>;

impl Desk {
    /// One transaction. A database that hangs in it is left after a while: nobody knows then whether a COMMIT that was
    /// sent was carried out; without one, nothing was.
    pub(super) async fn attempt(&self, jobs: &mut Jobs) -> Result<Outcome, Failure> {
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
}

async fn commit(writing: Writing, faults: &dyn FaultPoint, committing: &AtomicBool) -> Result<(), Failure> {
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
