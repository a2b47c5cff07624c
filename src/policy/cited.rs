//! What a condition cites: the same provisions for all its bases, or for each its own.

use std::collections::BTreeSet;

use super::{
    dataset::{Basis, Condition},
    finding::{Notes, said},
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

    /// What is cited to this sender on this basis: the list of the basis itself, else that of the sender, else the rest.
    /// Without a sender: to every sender of the basis.
    pub(super) fn of(&self, basis: &Basis, sender: Option<Role>) -> Vec<Provision> {
        let by = |rank: fn(&Whose, &Basis, Option<Role>) -> bool| {
            let lists = self.0.iter().filter(|(whose, _)| rank(whose, basis, sender));
            lists.flat_map(|(_, list)| list.clone()).collect::<Vec<_>>()
        };
        let own = by(|whose, basis, _| matches!(whose, Whose::Basis(id) if *id == basis.id));
        let senders = by(
            |whose, basis, sender| matches!(whose, Whose::Sender(role) if sender.map_or_else(|| basis.senders.contains(role), |one| one == *role)),
        );
        let lists = [own, senders, by(|whose, _, _| *whose == Whose::Rest)];
        let mut seen = BTreeSet::new();
        let cited = lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
        cited.into_iter().filter(|one| seen.insert(one.clone())).collect()
    }

    /// What is cited to a party in this role where there is no basis: its own list, else the rest.
    pub(super) fn of_role(&self, role: Role) -> Vec<Provision> {
        let own = self.0.iter().find(|(whose, _)| *whose == Whose::Sender(role));
        let list = own.or_else(|| self.0.iter().find(|(whose, _)| *whose == Whose::Rest));
        list.map(|(_, cited)| cited.clone()).unwrap_or_default()
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
                said!(
                    "`{}` verwijst voor `{name}`, en is daar geen voorwaarde van",
                    "`{}` cites for `{name}`, of which it is no condition",
                    condition.id
                ),
                (
                    "Verbeter de naam in @voorwaarde, of zet haar in @voor.",
                    "Correct the name in @voorwaarde, or add it to @voor.",
                ),
            );
        }
        for basis in bases.iter().filter(|basis| condition.provisions_of(basis, None).is_empty()) {
            notes.add(
                said!("`{}` noemt niets voor `{}`", "`{}` cites nothing for `{}`", condition.id, basis.id),
                (
                    "Noem de bepalingen voor die grondslag in @voorwaarde.",
                    "Name the provisions for that basis in @voorwaarde.",
                ),
            );
        }
    }
}
