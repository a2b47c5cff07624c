//! A declaration: where it stands, on what it rests, and its row.

use jiff::{Timestamp, civil::Date};

use super::words::words;
use crate::domain::{
    code::{DatasetCode, Municipality, Purpose},
    declaration::{Capacity, DeclarationKind, EvidenceKind},
    digest::Digest,
    id::{DeclarationId, PersonId},
    party::PartyId,
};

words! {
    /// Whether a declaration still stands.
    DeclarationState {
        /// Given. It may have lapsed: see [`DeclarationRow::until`].
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

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRow {
    /// Its identifier.
    pub id: DeclarationId,
    /// About whom.
    pub person: PersonId,
    /// What is declared.
    pub kind: DeclarationKind,
    /// About which dataset.
    pub dataset: DatasetCode,
    /// For which purpose; none is every purpose.
    pub purpose: Option<Purpose>,
    /// Towards whom; none is everyone.
    pub towards: Option<PartyId>,
    /// Towards which college, where the party acts for several.
    pub municipality: Option<Municipality>,
    /// Who declared.
    pub given_by: Capacity,
    /// When.
    pub given_at: Timestamp,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// Whether consent was explicit.
    pub explicit: bool,
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
