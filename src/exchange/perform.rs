//! The one path of every operation: read, authorise, judge, change, account, write, answer; and again when a fact changed
//! meanwhile. What happens when somebody is refused, asks for what is not there for it, or comes too late is written here,
//! once for all.

mod operation;
pub(super) mod pen;

pub(super) use self::operation::{At, Change, No, Operation, Reached, Turned, from_turned};
use super::{
    Exchange,
    ended::Ended,
    entry::{Account, Signs},
    facts::Reading,
    meter::weights,
    trouble::Trouble,
};
use crate::store::{
    snapshot::Needs,
    write::{Effect, Record, Write},
    writer::error::Conflict,
};

/// How often a decision is made again because the facts changed under it.
const ATTEMPTS: u32 = 3;

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
