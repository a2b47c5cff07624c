//! A declaration: where it stands, on what it rests, and its row.

use jiff::{Timestamp, civil::Date};

use super::words::words;
use crate::domain::{
    code::{DatasetCode, Municipality, Purpose},
    declaration::{Capacity, DeclarationKind, EvidenceKind, Towards},
    digest::Digest,
    id::{DeclarationId, PersonId},
    party::PartyId,
};

words! {
    /// Whether a declaration still stands.
    DeclarationState {
        /// Given. It may have lapsed: see [`Said::until`].
        Given = "given",
        /// Withdrawn.
        Withdrawn = "withdrawn",
        /// Ended by a decision of the controller.
        Ended = "ended",
    }
}

/// On what a declaration rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidenced {
    /// What sort of evidence.
    pub kind: EvidenceKind,
    /// The digest of the document, where the recorder keeps one.
    pub digest: Option<Digest>,
    /// The day on which it was recorded.
    pub recorded_on: Date,
}

/// What was said, towards whom and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is declared.
    pub kind: DeclarationKind,
    /// About which dataset.
    pub dataset: DatasetCode,
    /// For which purpose; none is every purpose.
    pub purpose: Option<Purpose>,
    /// Towards whom; none is everyone.
    pub towards: Option<Towards>,
    /// Who declared.
    pub given_by: Capacity,
    /// From when it holds.
    pub given_at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether consent was explicit (AVG 9(2)(a)).
    pub explicit: bool,
}

impl Said {
    /// The party towards whom it was said; none towards everyone, and towards a college for which nobody acted.
    #[must_use]
    pub fn recipient(&self) -> Option<PartyId> {
        self.towards.as_ref().and_then(Towards::party)
    }

    /// The municipality towards whose college it was said.
    #[must_use]
    pub fn municipality(&self) -> Option<&Municipality> {
        self.towards.as_ref().and_then(Towards::municipality)
    }

    /// Whether it holds at this instant, as long as nobody takes it back.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.given_at <= now && self.until.is_none_or(|until| until > now)
    }
}

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRow {
    /// Its identifier.
    pub id: DeclarationId,
    /// About whom.
    pub person: PersonId,
    /// What was said.
    pub said: Said,
    /// On what it rests.
    pub evidence: Evidenced,
    /// What was asserted about the person, sealed under the at-rest key.
    pub facts: Option<Vec<u8>>,
    /// Who recorded it.
    pub recorder: PartyId,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The index of the entry of its recording.
    pub recorded_index: u64,
    /// Whether it stands.
    pub state: DeclarationState,
    /// Who withdrew it; a snapshot does not tell.
    pub withdrawn_by: Option<Capacity>,
    /// Since when it is withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// The index of the entry of its withdrawal.
    pub withdrawn_index: Option<u64>,
}
