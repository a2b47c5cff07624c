//! The row of a packet.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

use crate::domain::{
    code::{DatasetCode, Purpose},
    id::PacketId,
    party::PartyId,
};

/// Whether it hands something over or asks for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PacketKind {
    /// Hands data over.
    Packet,
    /// Asks a question that can be answered.
    Request,
}

impl PacketKind {
    /// The word that the database keeps.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Packet => "packet",
            Self::Request => "request",
        }
    }
}

impl fmt::Display for PacketKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is neither `packet` nor `request`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither `packet` nor `request`")]
pub struct InvalidKind;

impl FromStr for PacketKind {
    type Err = InvalidKind;

    fn from_str(text: &str) -> Result<Self, InvalidKind> {
        [Self::Packet, Self::Request].into_iter().find(|kind| kind.as_str() == text).ok_or(InvalidKind)
    }
}

/// A packet to be stored.
#[derive(Debug, Clone)]
pub struct NewPacket {
    /// Its identifier.
    pub id: PacketId,
    /// What it is.
    pub kind: PacketKind,
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
    /// The facts that a later decision needs, sealed under the at-rest key for this packet's row.
    pub header: Vec<u8>,
    /// The request that it rests on.
    pub request: Option<PacketId>,
}
