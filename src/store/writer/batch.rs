//! One batch: one transaction for all writes that wait.

use std::{mem, sync::Arc};

use jiff::Timestamp;

use super::{
    append::{append, lock_head, tree_at},
    error::{Halt, WriteError},
    evidence::Evidence,
    fault::Step,
    job::Job,
    settings::Settings,
    tx::Tx,
};
use crate::{
    merkle::tree::Tree,
    store::{Store, error::StoreError},
};

/// What the writer keeps between batches.
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) settings: Settings,
    /// The right edge of the log's tree after the last commit that this gateway knows of.
    pub(super) tree: Tree,
}

/// How an attempt ended that was not committed.
enum Failure {
    /// The database is not there, or does not give the lock: no write of the batch can succeed now.
    Closed(StoreError),
    /// A statement failed, or a write was refused after it had changed something: rolled back.
    RolledBack(Halt),
    /// COMMIT was sent and did not answer well.
    Unknown,
}

/// What a committed attempt came to.
struct Outcome {
    time: Timestamp,
    evidence: Vec<Evidence>,
    tree: Tree,
}

type Jobs = Vec<Box<dyn Job>>;

impl Desk {
    /// Writes all that waits and answers everyone.
    ///
    /// When the shared transaction breaks, every write is tried once more in a transaction of its own, so that only
    /// the write that broke it fails.
    pub(super) async fn write(&mut self, mut jobs: Jobs) {
        match self.attempt(&mut jobs).await {
            Ok(outcome) => self.answer(jobs, outcome),
            Err(Failure::Unknown) => fail_all(jobs, &WriteError::Unknown),
            Err(Failure::Closed(error)) => fail_all(jobs, &WriteError::Unavailable(Arc::new(error))),
            Err(Failure::RolledBack(_)) => self.write_alone(jobs).await,
        }
    }

    async fn write_alone(&mut self, jobs: Jobs) {
        let mut waiting = jobs.into_iter();
        while let Some(job) = waiting.next() {
            let mut alone = vec![job];
            match self.attempt(&mut alone).await {
                Ok(outcome) => self.answer(alone, outcome),
                Err(Failure::Unknown) => fail_all(alone, &WriteError::Unknown),
                Err(Failure::RolledBack(Halt::Refused(error))) => fail_all(alone, &error),
                Err(Failure::RolledBack(Halt::Broken(error))) => {
                    fail_all(alone, &WriteError::Unavailable(Arc::new(error)));
                }
                Err(Failure::Closed(error)) => {
                    let error = WriteError::Unavailable(Arc::new(error));
                    fail_all(alone, &error);
                    fail_all(waiting.by_ref().collect(), &error);
                }
            }
        }
    }

    async fn attempt(&self, jobs: &mut Jobs) -> Result<Outcome, Failure> {
        let faults = self.settings.faults.as_ref();
        let closed = |step| {
            faults.at(step).map_err(|_| Failure::Closed(StoreError::unavailable("a fault was injected")))
        };
        closed(Step::Begin)?;
        let mut transaction = self.store.begin_write().await.map_err(Failure::Closed)?;
        closed(Step::Lock)?;
        let head = lock_head(&mut transaction).await.map_err(Failure::Closed)?;
        let mut tx = Tx::new(&mut transaction, faults, self.settings.clock.now(), &head);
        let time = tx.time;
        let outcome = self.judge_and_append(&mut tx, &head, jobs).await.map_err(Failure::RolledBack)?;
        let changed = tx.has_changed() || !outcome.evidence.is_empty();
        if changed {
            commit(transaction, faults).await?;
        } else {
            // All was refused or repeated: there is nothing to make durable.
            transaction.rollback().await.map_err(|error| Failure::RolledBack(error.into()))?;
        }
        Ok(Outcome { time, ..outcome })
    }

    async fn judge_and_append(
        &self,
        tx: &mut Tx<'_>,
        head: &super::append::LockedHead,
        jobs: &mut Jobs,
    ) -> Result<Outcome, Halt> {
        tx.load_versions(jobs.iter().flat_map(|job| job.subjects()).collect()).await?;
        for job in jobs.iter_mut() {
            tx.begin_write();
            match job.apply(tx, self.settings.policy).await {
                Ok(()) => tx.next += u64::try_from(job.appended().len()).unwrap_or_default(),
                // A refused write must leave nothing behind for its neighbours' commit.
                Err(Halt::Refused(error)) if tx.write_has_changed() => return Err(Halt::Refused(error)),
                Err(Halt::Refused(error)) => job.refuse(error),
                Err(broken) => return Err(broken),
            }
        }
        let entries: Vec<_> = jobs.iter().flat_map(|job| job.appended()).collect();
        if entries.is_empty() {
            return Ok(Outcome { time: tx.time, evidence: Vec::new(), tree: self.tree.clone() });
        }
        let mut tree = tree_at(tx.connection(), &self.tree, &head.frontier).await?;
        let evidence = append(tx, head, &mut tree, &entries, self.settings.signer.as_ref()).await?;
        Ok(Outcome { time: tx.time, evidence, tree })
    }

    /// Called after COMMIT answered, and nowhere else: this is where `Committed` values come from.
    fn answer(&mut self, jobs: Jobs, outcome: Outcome) {
        self.tree = outcome.tree;
        let mut evidence = outcome.evidence.into_iter();
        for job in jobs {
            let own = evidence.by_ref().take(job.appended().len()).collect();
            job.answer(outcome.time, own);
        }
    }
}

async fn commit(
    transaction: sqlx::Transaction<'static, sqlx::Any>,
    faults: &dyn super::fault::FaultPoint,
) -> Result<(), Failure> {
    if faults.at(Step::Commit).is_err() {
        drop(transaction);
        return Err(Failure::Unknown);
    }
    transaction.commit().await.map_err(|_| Failure::Unknown)?;
    faults.at(Step::Committed).map_err(|_| Failure::Unknown)
}

fn fail_all(mut jobs: Jobs, error: &WriteError) {
    for job in mem::take(&mut jobs) {
        job.fail(error.clone());
    }
}
