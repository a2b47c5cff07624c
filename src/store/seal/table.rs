//! The tables whose rows are sealed, and the names of their rows.

use crate::{domain::party::PartyId, store::error::StoreError};

/// A table with sealed rows: the word in the bytes and in the names of its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Sealed {
    Subject,
    Pseudonym,
    Declaration,
    Decision,
    Message,
    /// That a party answered a message.
    Answer,
    Copy,
    Rests,
    Made,
    Notice,
    /// The digests by which a copy is found: one name for all of them.
    Search,
}

impl Sealed {
    /// The name of a row: what tells it from the others of its table, with a slash between.
    pub(in crate::store) fn name(self, id: &[&str]) -> String {
        format!("{}:{}", self.word(), id.join("/"))
    }

    /// Whether its rows are never written again: then a name that is written again is another row, and none is put back. The
    /// names of pseudonyms say whose they are and no more.
    pub(in crate::store) const fn is_written_once(self) -> bool {
        matches!(self, Self::Pseudonym)
    }

    /// Whether anybody asks by this name which entry wrote the row last. The others are written once, so that there is no older
    /// state to put them back to, and nobody misses them by their name.
    pub(in crate::store) fn is_asked_by(name: &str) -> bool {
        let is_of = |table: &Self| name.split(':').next() == Some(table.word());
        ![Self::Notice, Self::Search, Self::Rests, Self::Decision].iter().any(is_of)
    }

    /// Whether gateways delete its rows.
    pub(in crate::store) const fn is_ever_deleted(self) -> bool {
        matches!(self, Self::Pseudonym | Self::Made)
    }

    /// The name of a row that is of a party.
    pub(in crate::store) fn name_of(self, id: &str, party: &PartyId) -> String {
        self.name(&[id, &party.oin.to_string(), &party.role.to_string()])
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Pseudonym => "pseudonym",
            Self::Declaration => "declaration",
            Self::Decision => "decision",
            Self::Message => "message",
            Self::Answer => "answer",
            Self::Copy => "copy",
            Self::Rests => "rests",
            Self::Made => "made",
            Self::Notice => "notice",
            Self::Search => "search",
        }
    }

    /// What an error names.
    const fn column(self) -> &'static str {
        match self {
            Self::Subject => "subject_change.seal",
            Self::Pseudonym => "pseudonym.seal",
            Self::Declaration => "declaration.seal",
            Self::Decision => "declaration_decision.seal",
            Self::Message | Self::Answer => "message.seal",
            Self::Copy => "copy.seal",
            Self::Rests => "copy_declaration.seal",
            Self::Made => "idempotency.seal",
            Self::Notice => "notice.seal",
            Self::Search => "search_key.seal",
        }
    }

    pub(in crate::store) fn broken(self) -> StoreError {
        StoreError::inconsistent(self.column())
    }
}
