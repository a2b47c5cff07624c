//! A write on its way through the writer.

use std::{mem, sync::Arc};

use jiff::Timestamp;
use tokio::sync::oneshot;

use super::{
    committed::Committed, error::WriteError, evidence::Evidence, look::Look, moment::Moment, state::State,
};
use crate::{
    accesslog::entry::PreparedEntry,
    domain::{digest::Digest, party::PartyId},
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
    /// What it is judged by, its facts and its permits among it.
    fn looks(&self) -> Vec<Look>;
    /// Judges it, and takes what it changes into the state. A refusal changes nothing, and is kept until the batch is
    /// committed, since it may rest on its neighbours.
    fn judge(&mut self, at: &Moment, policy: Digest, state: &mut State);
    /// Who may read its entries, should they be appended.
    fn readers(&self) -> Vec<PartyId>;
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

    fn applied(&self, at: &Moment, policy: Digest, state: &State) -> Result<Applied<E::Outcome>, WriteError> {
        if self.write.effect.needs_policy() && state.policy != policy {
            return Err(WriteError::PolicyDiffers);
        }
        if self.write.entries.len() < self.write.effect.least_entries() {
            return Err(WriteError::Mismatch("an effect without the entry that accounts for it"));
        }
        self.write.effect.permits().into_iter().try_for_each(|permit| judge_permit(permit, at, state))?;
        self.write.as_of.iter().try_for_each(|as_of| judge_facts(as_of, state))?;
        self.write.effect.judge(at, state)
    }
}

impl<E: Effect> Job for Pending<E> {
    fn looks(&self) -> Vec<Look> {
        let permits = self.write.effect.permits();
        let read = permits.into_iter().map(Permit::as_of).chain(&self.write.as_of);
        let subjects = read.flat_map(|as_of: &AsOf| as_of.subjects.iter().cloned()).map(Look::Subject);
        subjects.chain(self.write.effect.looks()).collect()
    }

    fn judge(&mut self, at: &Moment, policy: Digest, state: &mut State) {
        let verdict = self.applied(at, policy, state).map(|mut applied| {
            state.take(at, mem::take(&mut applied.changes));
            applied
        });
        self.verdict = Some(verdict);
    }

    fn readers(&self) -> Vec<PartyId> {
        self.write.entries.iter().flat_map(PreparedEntry::readers).collect()
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

/// Refuses a permit that is not valid at this instant under the policy of the database.
fn judge_permit(permit: &Permit, at: &Moment, state: &State) -> Result<(), WriteError> {
    if permit.policy_digest() != state.policy {
        return Err(WriteError::PolicyDiffers);
    }
    if !permit.is_alive(at.time) {
        return Err(WriteError::PermitExpired);
    }
    judge_facts(permit.as_of(), state)
}

/// Refuses when a subject changed after the decision saw it.
fn judge_facts(read: &AsOf, state: &State) -> Result<(), WriteError> {
    let seen = |subject| state.subjects.get(subject).is_none_or(|known| known.entry < read.entries);
    if read.subjects.iter().all(seen) { Ok(()) } else { Err(WriteError::StaleFacts) }
}
