//! What the worker does to one thing whose time has come, as an operation of the clock.

use super::super::{
    entry::{Account, Clock},
    perform::{At, Change, No, Operation, Reached},
    plain::PlainError,
    toolbox::Toolbox,
    trouble::Trouble,
};
use crate::{
    accesslog::entry::{Event, Outcome},
    store::{
        Committed,
        read::{CopyRow, MessageRow},
        snapshot::Needs,
        write::{Effect, Once, Parted, Stopped},
        writer::{error::Conflict, job::Done},
    },
};

/// How many are taken at once: they share a transaction with what parties ask meanwhile.
pub(super) const AT_ONCE: u32 = 256;

/// One kind of what the clock does.
pub(super) trait Step: Send + Sync {
    /// What is written.
    type Effect: Effect<Outcome: Says>;

    /// What the snapshot must hold.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// What is written and what accounts for it; none when it is not there.
    fn plan(&self, at: &At<'_, Clock>) -> Option<(Self::Effect, Vec<Account>)>;
}

/// What a write came to, for whoever counts what was done.
pub(super) trait Says {
    /// Whether it was done now.
    fn is_done(&self) -> bool;
}

impl Says for Once {
    fn is_done(&self) -> bool {
        *self == Self::Now
    }
}

impl Says for Parted {
    fn is_done(&self) -> bool {
        *self == Self::Now
    }
}

/// The copies that were ended; none where all were acknowledged, or it had ended before.
impl Says for Vec<Stopped> {
    fn is_done(&self) -> bool {
        !self.is_empty()
    }
}

/// A step on the path of every operation.
pub(super) struct Timed<S>(pub(super) S);

impl<S: Step> Operation for Timed<S> {
    type By = Clock;
    type Ruling = (S::Effect, Vec<Account>);
    type Effect = S::Effect;
    type Kept = ();
    type Outcome = bool;
    type Error = PlainError;

    fn needs(&self, _: &Clock, _: &Toolbox) -> Result<Needs, Trouble> {
        Ok(self.0.needs())
    }

    fn judge(&self, at: &At<'_, Clock>) -> Result<Self::Ruling, No<PlainError>> {
        let gone = || No::For(PlainError::Conflict(Conflict::NotFound), Vec::new());
        self.0.plan(at).ok_or_else(gone)
    }

    fn change(
        &self,
        at: &At<'_, Clock>,
        (effect, accounts): Self::Ruling,
    ) -> Result<(Change<S::Effect>, ()), Trouble> {
        Ok((Change::new(at, effect, accounts)?, ()))
    }

    fn outcome(
        &self,
        _: &At<'_, Clock>,
        (): (),
        done: Committed<Done<<S::Effect as Effect>::Outcome>>,
    ) -> Result<Reached<bool>, Trouble> {
        let done = done.get();
        // What has an entry was done now; of a warning to nobody there is none.
        Ok(Reached::Here(!done.evidence.is_empty() || done.outcome.is_done()))
    }

    fn met(&self, conflict: Conflict) -> Option<PlainError> {
        Some(PlainError::Conflict(conflict))
    }
}

/// The account of what happens to a copy because its time has come, which both its sides read.
pub(super) fn about(event: Event, message: &MessageRow, copy: &CopyRow) -> Account {
    let mut account = Account::of(event, Outcome::Recorded);
    account.shared.packet = Some(message.id);
    account.shared.dataset = Some(message.dataset.clone());
    account.shared.purpose = Some(message.purpose.clone());
    account.shared.sender = Some(message.sender);
    account.shared.recipient = Some(copy.party);
    account.shared.municipality.clone_from(&copy.municipality);
    let (sender, recipient) = (Some(message.sender), Some(copy.party));
    Account { sender, recipient, person: Some(message.person), ..account }
}
