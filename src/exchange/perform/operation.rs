//! An operation as a value, what it sees, what it comes to, and how it is turned back.

use std::future::Future;

use jiff::Timestamp;

use crate::{
    domain::party::PartyId,
    exchange::{
        Exchange,
        ended::Ended,
        entry::{Account, Knows, Signs},
        heavy::Weight,
        toolbox::Toolbox,
        trouble::Trouble,
    },
    policy::permit::Refusal,
    store::{
        Committed,
        snapshot::{Needs, Snapshot},
        write::{Effect, TellNarrowed, Write},
        writer::{error::Conflict, job::Done},
    },
};

/// A use case as a value: what it reads, what it comes to, what it changes. What surrounds it is [`Exchange::perform`].
pub(in crate::exchange) trait Operation: Sync {
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
pub(in crate::exchange) type Earlier = crate::store::write::Made;

/// What the answer is made of.
pub(in crate::exchange) enum Reached<O> {
    /// It is this.
    Here(O),
    /// It was done before.
    Before(Earlier),
}

/// What is written, and what accounts for it.
pub(in crate::exchange) struct Change<E> {
    pub(in crate::exchange) write: Write<E>,
    /// What the entries say, had it ended before it could be written.
    pub(in crate::exchange) accounts: Vec<Account>,
}

/// What an operation sees: the caller, the instant, the facts.
pub(in crate::exchange) struct At<'a, B> {
    pub(in crate::exchange) by: &'a B,
    pub(in crate::exchange) now: Timestamp,
    pub(in crate::exchange) facts: &'a Snapshot,
    pub(in crate::exchange) tools: &'a Toolbox,
}

/// Why an operation stops, whichever it is.
#[derive(Debug)]
pub(in crate::exchange) enum Turned {
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
pub(in crate::exchange) use from_turned;

/// Why an operation is not done.
pub(in crate::exchange) enum No<E> {
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
    pub(in crate::exchange) fn refused(account: Account, refusal: Refusal, knows: Knows) -> Self {
        let account = account.refused(&refusal, knows);
        Self::For(Turned::Refused(refusal).into(), vec![account])
    }

    /// Nothing there, or not for the caller: the two look the same.
    pub(in crate::exchange) fn not_found(account: Account) -> Self {
        Self::For(Turned::NotFound.into(), vec![account])
    }

    /// Come too late.
    pub(in crate::exchange) fn gone(account: Account, ended: Ended) -> Self {
        Self::For(Turned::Gone(ended).into(), vec![account.too_late(ended)])
    }
}
