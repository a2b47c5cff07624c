//! One batch: all writes that wait, tried together, and each by itself where one breaks them all.

use std::{mem, sync::Arc};

use super::{
    desk::Desk,
    error::WriteError,
    transaction::{Failure, Jobs, Outcome},
};

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
                self.store.note_damage(error);
                self.health.failed(WriteError::code_of(error.kind()));
            }
            Err(Failure::Clock(fault)) => self.health.disbelieved(*fault),
            Err(Failure::Unknown(said)) => {
                self.health.left_open(WriteError::Unknown(said.clone()).error_code());
            }
        }
        tried
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

fn fail_all(mut jobs: Jobs, error: &WriteError) {
    for job in mem::take(&mut jobs) {
        job.fail(error.clone());
    }
}
