//! What can be written: plain data, one file per effect.
//!
//! An effect is judged and applied under the lock of the log's head, inside the transaction that appends its entries.
//! Each raises the versions of the subjects that it changes, so that decisions which rested on them become void.

mod answer;
mod certificate;
pub(in crate::store) mod claim;
mod decide;
mod declare;
mod deliver;
mod expire;
mod key;
mod member;
mod municipality;
mod narrow;
mod packet;
mod party;
mod person;
mod policy;
mod probe;
mod push;
mod recipients;
mod record;
mod undelivered;
mod withdraw;

use std::future::Future;

pub use self::{
    answer::{Answer, Answered},
    certificate::{RegisterCertificate, RevokeCertificate},
    claim::{IdempotencyKey, Made},
    decide::{DecideDeclaration, Decided},
    declare::{Declare, Declared, Evidenced, WithdrawDeclaration, Withdrawn},
    deliver::{Acknowledge, Acknowledged, Deliver, Delivery},
    expire::{EraseBody, Expire},
    key::{ActivateKey, PublishKey, RetireKey, RevokeKey},
    member::{AddParty, RemoveParty},
    municipality::{AddMunicipality, EndMunicipality},
    narrow::TellNarrowed,
    packet::{NewPacket, PacketKind},
    party::{BlockParty, Ground, MunicipalityOf, RegisterParty, UpdateParty},
    person::NewPerson,
    policy::ActivatePolicy,
    probe::Probe,
    push::{NewRecipient, Push, Pushed},
    recipients::Stopped,
    record::Record,
    undelivered::TellUndelivered,
    withdraw::WithdrawPacket,
};
use super::writer::{error::Halt, tx::Tx};
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

    /// Judges the state under the lock, and changes it. May be called again in another transaction after the first was
    /// rolled back.
    fn apply(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Applied<Self::Outcome>, Halt>> + Send;
}

/// What an effect came to.
#[derive(Debug)]
pub struct Applied<O> {
    pub(super) outcome: O,
    pub(super) appends: bool,
}

impl<O> Applied<O> {
    /// Done: its entries are appended.
    pub(super) const fn done(outcome: O) -> Self {
        Self { outcome, appends: true }
    }

    /// It was done before: nothing is appended.
    pub(super) const fn repeated(outcome: O) -> Self {
        Self { outcome, appends: false }
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
    const fn applied(self) -> Applied<Self> {
        match self {
            Self::Now => Applied::done(self),
            Self::Already => Applied::repeated(self),
        }
    }
}

pub(super) use self::member::WAITING;

mod sealed {
    /// Keeps effects in this room.
    pub trait Sealed {}
}
