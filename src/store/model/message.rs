//! A message: what it is, where it stands, and its row.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use super::{copy::CopyRow, words::words};
use crate::{
    domain::{
        code::{DatasetCode, Municipality, OutcomeCode, Purpose},
        id::{PacketId, PersonId},
        party::PartyId,
    },
    policy::dataset::DatasetKind,
};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    /// Hands data over.
    Packet,
    /// Asks another to do something, and is answered.
    Request,
    /// Asks another to tell something, and is answered.
    Question,
    /// Answers a request or a question.
    Answer,
}

impl MessageKind {
    const ALL: [Self; 4] = [Self::Packet, Self::Request, Self::Question, Self::Answer];

    /// As what it is handed in and listed: an answer that carries content is a packet.
    #[must_use]
    pub const fn handed_in(self) -> Self {
        match self {
            Self::Answer => Self::Packet,
            other => other,
        }
    }

    /// Whether it can be answered.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Request | Self::Question)
    }

    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Packet => "packet",
            Self::Request => "request",
            Self::Question => "question",
            Self::Answer => "answer",
        }
    }
}

impl From<DatasetKind> for MessageKind {
    fn from(kind: DatasetKind) -> Self {
        match kind {
            DatasetKind::Packet => Self::Packet,
            DatasetKind::Request => Self::Request,
            DatasetKind::Question => Self::Question,
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word names no kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no kind of message")]
pub struct InvalidKind;

impl FromStr for MessageKind {
    type Err = InvalidKind;

    fn from_str(text: &str) -> Result<Self, InvalidKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(InvalidKind)
    }
}

words! {
    /// Where a packet stands as a whole.
    MessageState {
        /// Copies may be collected.
        Open = "open",
        /// The sender took it back.
        Withdrawn = "withdrawn",
        /// Its term has passed.
        Expired = "expired",
    }
}

/// A message to be stored for its recipients.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Its identifier.
    pub id: PacketId,
    /// What it is.
    pub kind: MessageKind,
    /// Of which dataset.
    pub dataset: DatasetCode,
    /// In which version.
    pub dataset_version: u32,
    /// For what.
    pub purpose: Purpose,
    /// From whom.
    pub sender: PartyId,
    /// When it ends, collected or not.
    pub expires: Timestamp,
    /// How long after its end its header is kept.
    pub kept_for: SignedDuration,
    /// The facts that a later decision needs, sealed under the at-rest key for its row.
    pub header: Vec<u8>,
    /// The message on whose answer its basis rests.
    pub rests_on: Option<PacketId>,
    /// The message that it answers, and what.
    pub reply: Option<(PacketId, OutcomeCode)>,
}

/// A packet without its bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Its identifier.
    pub id: PacketId,
    /// What it is.
    pub kind: MessageKind,
    /// Of which dataset.
    pub dataset: DatasetCode,
    /// In which version.
    pub dataset_version: u32,
    /// For what.
    pub purpose: Purpose,
    /// From whom.
    pub sender: PartyId,
    /// About whom, as the sender knows the person.
    pub person: PersonId,
    /// When it was pushed.
    pub created: Timestamp,
    /// The index of its first entry: its place in the sender's outbox.
    pub created_index: u64,
    /// When it ends.
    pub expires: Timestamp,
    /// The facts that a later decision needs, sealed under the at-rest key; none when they were forgotten.
    pub header: Option<Vec<u8>>,
    /// The message on whose answer its basis rests.
    pub rests_on: Option<PacketId>,
    /// The message that it answers, and what.
    pub reply: Option<(PacketId, OutcomeCode)>,
    /// Where it stands.
    pub state: MessageState,
    /// Its copies, in the order of the push.
    pub copies: Vec<CopyRow>,
}

impl MessageRow {
    /// The message that it answers, or else rests on.
    #[must_use]
    pub fn earlier(&self) -> Option<PacketId> {
        self.reply.as_ref().map(|(asked, _)| *asked).or(self.rests_on)
    }

    /// The municipality whose college was named for the copy of this party.
    #[must_use]
    pub fn municipality_of(&self, party: PartyId) -> Option<Municipality> {
        self.copies.iter().find(|copy| copy.party == party)?.municipality.clone()
    }
}
