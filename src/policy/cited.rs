//! What a condition cites: the same provisions for all its bases, or for each its own.

use std::collections::BTreeSet;

use super::{
    dataset::{Basis, Condition},
    finding::Notes,
};
use crate::domain::{
    code::{Grondslag, Provision},
    party::Role,
};

/// For which bases a list of provisions is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Whose {
    /// This basis.
    Basis(Grondslag),
    /// Every basis on which this role sends.
    Sender(Role),
    /// Every basis that no other list names (`*`), or all of them where there is one list only.
    Rest,
}

/// The lists of provisions of one condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Citations(Vec<(Whose, Vec<Provision>)>);

impl Citations {
    pub(super) const fn new(lists: Vec<(Whose, Vec<Provision>)>) -> Self {
        Self(lists)
    }

    /// The same provisions for every basis.
    pub(super) fn of_all(provisions: Vec<Provision>) -> Self {
        Self(vec![(Whose::Rest, provisions)])
    }

    /// What is cited to who is refused on this basis: the list of the basis itself, else that of its sender, else the
    /// rest. None where no list is of this basis.
    pub(super) fn of(&self, basis: &Basis) -> Option<&[Provision]> {
        let rank = |whose: &Whose| match whose {
            Whose::Basis(id) => (id == &basis.id).then_some(0),
            Whose::Sender(role) => basis.senders.contains(role).then_some(1),
            Whose::Rest => Some(2),
        };
        let ranked = self.0.iter().filter_map(|(whose, list)| rank(whose).map(|rank| (rank, list)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, list)| list.as_slice())
    }

    /// Everything that is cited to anybody, each provision once.
    pub(super) fn all(&self) -> Vec<Provision> {
        let mut seen = BTreeSet::new();
        let cited = self.0.iter().flat_map(|(_, list)| list);
        cited.filter(|one| seen.insert(*one)).cloned().collect()
    }

    /// Every list is of a basis that the condition is of, and every basis of the condition has a list.
    pub(super) fn check<'a>(
        condition: &Condition,
        bases: impl Iterator<Item = &'a Basis>,
        notes: &mut Notes<'_>,
    ) {
        let bases: Vec<&Basis> = bases.filter(|basis| condition.is_of(basis)).collect();
        for (whose, _) in &condition.citations.0 {
            let name = match whose {
                Whose::Basis(id) if !bases.iter().any(|basis| basis.id == *id) => id.to_string(),
                Whose::Sender(role) if !bases.iter().any(|basis| basis.senders.contains(role)) => {
                    role.to_string()
                }
                Whose::Basis(_) | Whose::Sender(_) | Whose::Rest => continue,
            };
            notes.add(
                format!("`{}` cites for `{name}`, of which it is no condition", condition.id),
                "Correct the name in @voorwaarde, or add it to @voor.",
            );
        }
        for basis in bases.iter().filter(|basis| condition.provisions_of(basis).is_empty()) {
            notes.add(
                format!("`{}` cites nothing for `{}`", condition.id, basis.id),
                "Name the provisions for that basis in @voorwaarde.",
            );
        }
    }
}
