//! A declaration as a decision looks at it.

use jiff::Timestamp;

use crate::domain::{
    code::{DatasetCode, Municipality, Purpose},
    declaration::{Capacity, DeclarationKind},
    id::{DeclarationId, PersonId},
    party::PartyId,
};

/// A declaration that was not withdrawn or ended, as a decision looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingWish {
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
    /// From when it holds.
    pub given_at: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Whether consent was explicit.
    pub explicit: bool,
    /// Whether the controller decided that the objection or restriction is right.
    pub upheld: bool,
}
