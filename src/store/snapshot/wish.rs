//! A declaration as a decision looks at it.

use crate::{
    domain::id::{DeclarationId, PersonId},
    store::model::Said,
};

/// A declaration that was not withdrawn or ended, as a decision looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingWish {
    /// Its identifier.
    pub id: DeclarationId,
    /// About whom.
    pub person: PersonId,
    /// What was said.
    pub said: Said,
    /// Whether the controller decided that the objection or restriction is right.
    pub upheld: bool,
}
