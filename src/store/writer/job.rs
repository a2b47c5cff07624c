//! A write on its way through the writer.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{
    committed::Committed,
    error::{Halt, WriteError},
    evidence::Evidence,
    tx::Tx,
};
use crate::{
    accesslog::entry::PreparedEntry,
    domain::digest::Digest,
    policy::{facts::AsOf, permit::Permit},
    store::{
        error::StoreError,
        write::{Applied, Effect, Write},
    },
};

/// What a committed write came to.
#[derive(Debug, Clone)]
pub struct Done<O> {
    /// What the effect answers.
    pub outcome: O,
    /// The time that its entries bear; of a repetition, the present.
    pub time: Timestamp,
    /// Its entries in the log, in the order of [`Write::entries`]. Empty when the write repeated an earlier one: the
    /// outcome then says which entry was the first.
    pub evidence: Vec<Evidence>,
}

/// Who waits for a write.
pub(super) type Waiter<O> = oneshot::Sender<Result<Committed<Done<O>>, WriteError>>;

/// A write whose effect is not known by type.
pub(super) trait Job: Send + Sync {
    /// The subjects that its facts are about.
    fn subjects(&self) -> Vec<String>;
    /// Judges and applies it. A refusal is kept until the batch is committed, since it may rest on its neighbours.
    fn apply<'a>(&'a mut self, tx: &'a mut Tx<'_>, policy: Digest) -> BoxFuture<'a, Result<(), Halt>>;
    /// Keeps a refusal.
    fn refuse(&mut self, error: WriteError);
    /// The entries to append; none when it was refused or repeated.
    fn appended(&self) -> &[PreparedEntry];
    /// Answers: the batch is committed. `evidence` is that of [`Job::appended`].
    fn answer(self: Box<Self>, time: Timestamp, evidence: Vec<Evidence>);
    /// Answers: it was not written, or nobody knows.
    fn fail(self: Box<Self>, error: WriteError);
}

pub(super) struct Pending<E: Effect> {
    write: Write<E>,
    verdict: Option<Result<Applied<E::Outcome>, WriteError>>,
    waiter: Waiter<E::Outcome>,
}

impl<E: Effect> Pending<E> {
    pub(super) const fn new(write: Write<E>, waiter: Waiter<E::Outcome>) -> Self {
        Self { write, verdict: None, waiter }
    }

    fn judge(&self, tx: &Tx<'_>, policy: Digest) -> Result<(), WriteError> {
        if self.write.effect.needs_policy() && tx.policy != policy {
            return Err(WriteError::PolicyDiffers);
        }
        if self.write.entries.len() < self.write.effect.least_entries() {
            return Err(WriteError::Mismatch("an effect without the entry that accounts for it"));
        }
        self.write.effect.permits().into_iter().try_for_each(|permit| tx.judge_permit(permit))?;
        self.write.as_of.iter().try_for_each(|as_of| tx.judge_facts(as_of))
    }
}

impl<E: Effect> Job for Pending<E> {
    fn subjects(&self) -> Vec<String> {
        let permits = self.write.effect.permits();
        let read = permits.into_iter().map(Permit::as_of).chain(&self.write.as_of);
        read.flat_map(|as_of: &AsOf| as_of.subjects.iter().cloned()).collect()
    }

    fn apply<'a>(&'a mut self, tx: &'a mut Tx<'_>, policy: Digest) -> BoxFuture<'a, Result<(), Halt>> {
        Box::pin(async move {
            self.verdict = None;
            self.judge(tx, policy)?;
            let applied = self.write.effect.apply(tx).await?;
            self.verdict = Some(Ok(applied));
            Ok(())
        })
    }

    fn refuse(&mut self, error: WriteError) {
        self.verdict = Some(Err(error));
    }

    fn appended(&self) -> &[PreparedEntry] {
        match &self.verdict {
            Some(Ok(applied)) if applied.appends => &self.write.entries,
            _ => &[],
        }
    }

    fn answer(self: Box<Self>, time: Timestamp, evidence: Vec<Evidence>) {
        let answer = match self.verdict {
            Some(Ok(applied)) => Ok(Committed::mint(Done { outcome: applied.outcome, time, evidence })),
            Some(Err(error)) => Err(error),
            None => {
                Err(WriteError::Unavailable(Arc::new(StoreError::unavailable("the write was not judged"))))
            }
        };
        // Who no longer waits has gone away; the write stands all the same.
        drop(self.waiter.send(answer));
    }

    fn fail(self: Box<Self>, error: WriteError) {
        drop(self.waiter.send(Err(error)));
    }
}
