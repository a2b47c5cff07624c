//! Operations that nothing has to be read for: what is written is known, and the writer judges it.

use std::marker::PhantomData;

use super::{
    Exchange,
    entry::{Account, Signs},
    perform::{At, Change, No, Operation, Reached, Turned},
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::store::{
    Committed,
    snapshot::Needs,
    write::Effect,
    writer::{
        error::{Conflict, WriteError},
        job::Done,
    },
};

/// Why it was not done.
#[derive(Debug)]
pub(super) enum PlainError {
    /// The state of things forbids it.
    Conflict(Conflict),
    /// Not the caller's fault.
    Trouble(Trouble),
}

impl From<Trouble> for PlainError {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Turned> for PlainError {
    fn from(turned: Turned) -> Self {
        Self::Conflict(match turned {
            Turned::NotFound => Conflict::NotFound,
            Turned::Gone(_) | Turned::Refused(_) => Conflict::State,
        })
    }
}

impl From<PlainError> for Trouble {
    fn from(error: PlainError) -> Self {
        match error {
            PlainError::Conflict(conflict) => WriteError::from(conflict).into(),
            PlainError::Trouble(trouble) => trouble,
        }
    }
}

struct Plain<B, E> {
    effect: E,
    accounts: Vec<Account>,
    by: PhantomData<fn(B)>,
}

impl<B: Signs + Sync, E: Effect + Clone> Operation for Plain<B, E> {
    type By = B;
    type Ruling = ();
    type Effect = E;
    type Kept = ();
    type Outcome = Committed<Done<E::Outcome>>;
    type Error = PlainError;

    fn needs(&self, _: &B, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(Needs::default())
    }

    fn judge(&self, _: &At<'_, B>) -> Result<(), No<PlainError>> {
        Ok(())
    }

    fn change(&self, at: &At<'_, B>, (): ()) -> Result<(Change<E>, ()), Trouble> {
        Ok((Change::new(at, self.effect.clone(), self.accounts.clone())?, ()))
    }

    fn outcome(
        &self,
        _: &At<'_, B>,
        (): (),
        done: Committed<Done<E::Outcome>>,
    ) -> Result<Reached<Self::Outcome>, Trouble> {
        Ok(Reached::Here(done))
    }

    fn met(&self, conflict: Conflict) -> Option<PlainError> {
        Some(PlainError::Conflict(conflict))
    }
}

impl Exchange {
    /// Does what needs nothing to be read, and accounts for it.
    pub(super) async fn perform_plain<B: Signs + Sync, E: Effect + Clone>(
        &self,
        by: &B,
        effect: E,
        accounts: Vec<Account>,
    ) -> Result<Done<E::Outcome>, PlainError> {
        let plain = Plain { effect, accounts, by: PhantomData };
        Ok(self.perform(by, &plain).await?.into_inner())
    }
}
