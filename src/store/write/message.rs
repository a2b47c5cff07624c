//! The row of a message.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        code::{DatasetCode, OutcomeCode, Purpose},
        id::PacketId,
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
