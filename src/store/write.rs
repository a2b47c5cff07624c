//! What can be written: plain data, one file per effect.
//!
//! An effect says what it is judged by, and judges it in memory: it sees rows, and answers what it would change. It makes no
//! statement of its own, so that all effects of a batch are judged before the first of them changes anything. Each names the
//! subjects that it changes, so that decisions which rested on them become void.

mod answer;
mod certificate;
mod claim;
mod decide;
mod declare;
mod deliver;
mod erase;
mod expire;
mod forget;
mod key;
mod member;
mod municipality;
mod narrow;
mod party;
mod person;
mod policy;
mod probe;
mod push;
mod recipients;
mod record;
mod rotate;
mod term;
mod undelivered;
mod warn;
mod withdraw;

pub use self::{
    answer::Answer,
    certificate::{RegisterCertificate, RevokeCertificate},
    claim::IdempotencyKey,
    decide::{DecideDeclaration, Decided},
    declare::{Declare, Declared, WithdrawDeclaration, Withdrawn},
    deliver::{Acknowledge, Acknowledged, Deliver, Delivery},
    erase::{EraseBodies, EraseBody, ErasedEntry},
    expire::Expire,
    forget::{ForgetDeclaration, ForgetMessage, ForgetPerson, Parted},
    key::{ActivateKey, PublishKey, RetireKey, RevokeKey},
    member::{AddParty, RemoveParty},
    municipality::{AddMunicipality, EndMunicipality},
    narrow::TellNarrowed,
    party::{BlockParty, RegisterParty, UpdateParty},
    person::NewPerson,
    policy::ActivatePolicy,
    probe::Probe,
    push::{NewCopy, Push, Pushed},
    recipients::Stopped,
    record::Record,
    rotate::RotateKey,
    term::{GRACE, WARNING},
    undelivered::TellUndelivered,
    warn::{Warn, is_left},
    withdraw::WithdrawPacket,
};
pub use super::model::{Answered, Evidenced, Ground, Made, MessageKind, MunicipalityOf, NewMessage};
use super::writer::{
    error::WriteError,
    look::Look,
    moment::Moment,
    state::{Change, State},
};
use crate::{
    accesslog::entry::PreparedEntry,
    policy::{facts::AsOf, permit::Permit},
};

/// Plain data for the writer: what must still be true, what is done, and the entries that account for it.
#[derive(Debug)]
pub struct Write<E> {
    /// What is done.
    pub effect: E,
    /// What must not have changed since it was read, beside what the effect's permits rest on.
    pub as_of: Option<AsOf>,
    /// The entries. Where an effect concerns several recipients, the first entries are theirs, in their order.
    pub entries: Vec<PreparedEntry>,
}

impl<E> Write<E> {
    /// A write that rests on no facts but those of the effect's permits.
    #[must_use]
    pub const fn new(effect: E, entries: Vec<PreparedEntry>) -> Self {
        Self { effect, as_of: None, entries }
    }

    /// The same, resting on facts that were read beside those of its permits.
    #[must_use]
    pub fn resting_on(self, as_of: AsOf) -> Self {
        Self { as_of: Some(as_of), ..self }
    }
}

/// Something that can be written. Implemented in this room only.
pub trait Effect: sealed::Sealed + Send + Sync + 'static {
    /// What it answers.
    type Outcome: Send + Sync + 'static;

    /// The permits that it spends.
    fn permits(&self) -> Vec<&Permit> {
        Vec::new()
    }

    /// The fewest entries that account for it.
    fn least_entries(&self) -> usize {
        1
    }

    /// Whether it is refused while the database decides by another policy than this gateway.
    fn needs_policy(&self) -> bool {
        true
    }

    /// The rows that it is judged by. Those of which it cannot know that they are there are looked for too: what is not
    /// found is judged as absent.
    fn looks(&self) -> Vec<Look>;

    /// Judges the rows as they stand under the lock, with the changes of the writes before it in the batch.
    ///
    /// # Errors
    /// [`WriteError`]: it is refused, and changes nothing.
    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Self::Outcome>, WriteError>;
}

/// What an effect comes to, and what it changes.
#[derive(Debug)]
pub struct Applied<O> {
    pub(super) outcome: O,
    pub(super) appends: bool,
    pub(super) changes: Vec<Change>,
}

impl<O> Applied<O> {
    /// Its entries are appended, and this is changed.
    pub(super) const fn done(outcome: O, changes: Vec<Change>) -> Self {
        Self { outcome, appends: true, changes }
    }

    /// It was done before: nothing is appended or changed.
    pub(super) const fn repeated(outcome: O) -> Self {
        Self { outcome, appends: false, changes: Vec::new() }
    }
}

/// What a repetition may answer: the effect, or what it came to the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Once {
    /// Done now.
    Now,
    /// It was so already; nothing was changed or appended.
    Already,
}

impl Once {
    const fn now(changes: Vec<Change>) -> Applied<Self> {
        Applied::done(Self::Now, changes)
    }

    const fn already() -> Applied<Self> {
        Applied::repeated(Self::Already)
    }
}

mod sealed {
    /// Keeps effects in this room.
    pub trait Sealed {}
}
