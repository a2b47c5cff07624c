//! The one path of every operation: read, authorise, judge, change, account, write, answer; and again when a fact changed
//! meanwhile. What happens when somebody is refused, asks for what is not there for it, or comes too late is written here,
//! once for all.

use std::{future::Future, sync::Arc};

use jiff::Timestamp;

use super::{
    Exchange,
    ended::Ended,
    entry::{Account, Knows, Signs},
    facts::Reading,
    heavy::Weight,
    meter::weights,
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    domain::party::PartyId,
    policy::permit::Refusal,
    store::{
        Committed,
        snapshot::{Needs, Snapshot},
        write::{Effect, Record, TellNarrowed, Write},
        writer::{
            Writer,
            clock::GuardedClock,
            error::{Conflict, WriteError},
            job::Done,
        },
    },
};

/// How often a decision is made again because the facts changed under it.
const ATTEMPTS: u32 = 3;

/// A use case as a value: what it reads, what it comes to, what it changes. What surrounds it is [`Exchange::perform`].
pub(super) trait Operation: Sync {
    /// Who can want it: a party with its certificate, the operator, the clock. Another cannot, says the compiler.
    type By: Signs + Sync;
    /// What judging comes to.
    type Ruling: Send;
    /// What is written.
    type Effect: Effect;
    /// What is kept of the change for the answer.
    type Kept: Send;
    /// What it answers.
    type Outcome: Send;
    /// Why not.
    type Error: From<Trouble> + From<Turned> + Send;

    /// How much work judging and changing are, and whose.
    fn weight(&self, _by: &Self::By) -> (Option<PartyId>, Weight) {
        (None, Weight::LIGHT)
    }

    /// What the snapshot must hold.
    fn needs(&self, by: &Self::By, tools: &Toolbox) -> Result<Needs, Trouble>;

    /// Whether it may be done, by the facts of the snapshot. Reads nothing else, writes nothing, and knows no clock but the
    /// instant that it is given.
    fn judge(&self, at: &At<'_, Self::By>) -> Result<Self::Ruling, No<Self::Error>>;

    /// What is written and what accounts for it.
    fn change(
        &self,
        at: &At<'_, Self::By>,
        ruling: Self::Ruling,
    ) -> Result<(Change<Self::Effect>, Self::Kept), Trouble>;

    /// The answer, from what was committed.
    fn outcome(
        &self,
        at: &At<'_, Self::By>,
        kept: Self::Kept,
        done: Committed<Done<<Self::Effect as Effect>::Outcome>>,
    ) -> Result<Reached<Self::Outcome>, Trouble>;

    /// What the write met that only this operation can meet. An end is met by all alike.
    fn met(&self, _conflict: Conflict) -> Option<Self::Error> {
        None
    }

    /// The answer to what was done before, read anew.
    fn again(
        &self,
        _exchange: &Exchange,
        _by: &Self::By,
        _earlier: Earlier,
    ) -> impl Future<Output = Result<Self::Outcome, Self::Error>> + Send {
        async { Err(Trouble::Inconsistent("an operation that is not repeated").into()) }
    }
}

/// What an operation that came earlier under the same key made.
pub(super) type Earlier = crate::store::write::Made;

/// What the answer is made of.
pub(super) enum Reached<O> {
    /// It is this.
    Here(O),
    /// It was done before.
    Before(Earlier),
}

/// What is written, and what accounts for it.
pub(super) struct Change<E> {
    pub(super) write: Write<E>,
    /// What the entries say, had it ended before it could be written.
    pub(super) accounts: Vec<Account>,
}

/// What an operation sees: the caller, the instant, the facts.
pub(super) struct At<'a, B> {
    pub(super) by: &'a B,
    pub(super) now: Timestamp,
    pub(super) facts: &'a Snapshot,
    pub(super) tools: &'a Toolbox,
}

/// Why an operation stops, whichever it is.
#[derive(Debug)]
pub(super) enum Turned {
    /// There is no such thing, or not for the caller.
    NotFound,
    /// It has ended.
    Gone(Ended),
    /// The policies say no.
    Refused(Refusal),
}

/// An error that names each way of being turned back as [`Turned`] does.
macro_rules! from_turned {
    ($error:ty) => {
        impl From<$crate::exchange::perform::Turned> for $error {
            fn from(turned: $crate::exchange::perform::Turned) -> Self {
                use $crate::exchange::perform::Turned;
                match turned {
                    Turned::NotFound => Self::NotFound,
                    Turned::Gone(ended) => Self::Gone(ended),
                    Turned::Refused(refusal) => Self::Refused(refusal),
                }
            }
        }
    };
}
pub(super) use from_turned;

/// Why an operation is not done.
pub(super) enum No<E> {
    /// For this reason, once these accounts of it are in the log.
    For(E, Vec<Account>),
    /// For this reason, once its sender is told too that it can never be released as it is.
    Narrowed(E, Box<(TellNarrowed, Account)>),
    /// It was done before.
    Before(Earlier),
    /// The facts changed in the moment since it was asked for.
    Stale,
    /// Not the caller's fault.
    Trouble(Trouble),
}

impl<E> From<Trouble> for No<E> {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl<E: From<Turned>> No<E> {
    /// Refused, for whom may know why.
    pub(super) fn refused(account: Account, refusal: Refusal, knows: Knows) -> Self {
        let account = account.refused(&refusal, knows);
        Self::For(Turned::Refused(refusal).into(), vec![account])
    }

    /// Nothing there, or not for the caller: the two look the same.
    pub(super) fn not_found(account: Account) -> Self {
        Self::For(Turned::NotFound.into(), vec![account])
    }

    /// Come too late.
    pub(super) fn gone(account: Account, ended: Ended) -> Self {
        Self::For(Turned::Gone(ended).into(), vec![account.too_late(ended)])
    }
}

impl<E: Effect> Change<E> {
    /// One that rests on its permits alone.
    pub(super) fn new<B: Signs>(at: &At<'_, B>, effect: E, accounts: Vec<Account>) -> Result<Self, Trouble> {
        let entries = accounts.iter().map(|account| at.tools.entry(at.by, account.clone()));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { write: Write::new(effect, entries), accounts })
    }

    /// The same, resting on what was read beside what its permits rest on.
    pub(super) fn resting_on<B: Signs>(self, at: &At<'_, B>, reading: Reading) -> Self {
        Self { write: self.write.resting_on(at.facts.as_of(reading.into_subjects())), ..self }
    }
}

/// The writer, which nobody else holds: what is not performed or recorded is not written.
#[derive(Debug)]
pub(super) struct Pen(Writer);

impl Pen {
    pub(super) const fn of(writer: Writer) -> Self {
        Self(writer)
    }

    /// The clock by which is written.
    pub(super) const fn clock(&self) -> &Arc<GuardedClock> {
        self.0.clock()
    }

    /// How many writes wait.
    pub(super) fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Whether a write would be done now.
    pub(super) async fn prove(&self) -> Result<(), WriteError> {
        self.0.prove().await
    }
}

impl Exchange {
    /// Performs an operation.
    pub(super) async fn perform<O: Operation>(
        &self,
        by: &O::By,
        operation: &O,
    ) -> Result<O::Outcome, O::Error> {
        for _ in 0..ATTEMPTS {
            let needs = Needs { asker: by.caller(), ..operation.needs(by, &self.tools)? };
            let facts = self.store.snapshot(needs).await.map_err(Trouble::from)?;
            self.clock.hear(facts.last());
            let at = At { by, now: self.clock.now(), facts: &facts, tools: &self.tools };
            let (party, weight) = operation.weight(by);
            let decided = self.heavy.run(party, weight, || match operation.judge(&at) {
                Ok(ruling) => operation.change(&at, ruling).map_err(No::from),
                Err(no) => Err(no),
            });
            let (Change { write, accounts }, kept) = match decided.await.map_err(Trouble::from)? {
                Ok(change) => change,
                Err(No::Before(earlier)) => return operation.again(self, by, earlier).await,
                Err(No::Stale) => continue,
                Err(no) => return Err(self.turn_back(by, no).await?),
            };
            let error = match self.pen.0.submit(write).await {
                Ok(done) => {
                    return match operation.outcome(&at, kept, done)? {
                        Reached::Here(outcome) => Ok(outcome),
                        Reached::Before(earlier) => operation.again(self, by, earlier).await,
                    };
                }
                Err(error) if error.may_decide_again() => continue,
                Err(error) => error,
            };
            let Some(conflict) = error.conflict() else { return Err(Trouble::from(error).into()) };
            if let Some(own) = operation.met(conflict) {
                return Err(own);
            }
            return Err(match Ended::met(conflict) {
                Some(ended) => {
                    let late = accounts.into_iter().map(|account| account.too_late(ended)).collect();
                    self.note(by, late).await?;
                    Turned::Gone(ended).into()
                }
                None if conflict == Conflict::NotFound => Turned::NotFound.into(),
                None => Trouble::from(error).into(),
            });
        }
        Err(Trouble::Restless.into())
    }

    /// Why not, once the log has it.
    pub(super) async fn turn_back<E: Send>(&self, by: &(impl Signs + Sync), no: No<E>) -> Result<E, Trouble> {
        match no {
            No::For(error, accounts) => {
                self.note(by, accounts).await?;
                Ok(error)
            }
            No::Narrowed(error, told) => {
                let (effect, account) = *told;
                let told = Write::new(effect, vec![self.tools.entry(by, account)?]);
                drop(self.pen.0.submit(told).await?);
                Ok(error)
            }
            No::Before(_) => Err(Trouble::Inconsistent("a reading that was done before")),
            No::Stale => Err(Trouble::Restless),
            No::Trouble(trouble) => Err(trouble),
        }
    }

    /// Appends entries that change nothing else: refusals, searches, questions, readings.
    pub(super) async fn note(
        &self,
        by: &(impl Signs + Sync),
        accounts: Vec<Account>,
    ) -> Result<Vec<u64>, Trouble> {
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(party) = by.caller() {
            self.meter.count(party, weights::NOTE.times(accounts.len()));
        }
        let entries = accounts.into_iter().map(|account| self.tools.entry(by, account));
        let write = Write::new(Record, entries.collect::<Result<_, _>>()?);
        let done = self.pen.0.submit(write).await?.into_inner();
        Ok(done.evidence.iter().map(|evidence| evidence.index).collect())
    }
}
