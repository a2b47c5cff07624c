//! What a condition cites: the same provisions for all its bases, or for each its own.

use std::collections::BTreeSet;

use super::basis::Basis;
use crate::domain::{
    code::{Grondslag, Provision},
    party::Role,
};

/// For which bases a list of provisions is cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Whose {
    /// This basis.
    Basis(Grondslag),
    /// Every basis on which this role sends.
    Sender(Role),
    /// Every basis that no other list names (`*`), or all of them where there is one list only.
    Rest,
}

/// The lists of provisions of one condition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::policy) struct Citations(Vec<(Whose, Vec<Provision>)>);

impl Citations {
    pub(in crate::policy) const fn new(lists: Vec<(Whose, Vec<Provision>)>) -> Self {
        Self(lists)
    }

    /// The same provisions for every basis.
    pub(in crate::policy) fn of_all(provisions: Vec<Provision>) -> Self {
        Self(vec![(Whose::Rest, provisions)])
    }

    /// What is cited to this sender on this basis: the list of the basis itself, else that of the sender, else the rest.
    /// Without a sender: to every sender of the basis.
    pub(in crate::policy) fn of(&self, basis: &Basis, sender: Option<Role>) -> Vec<Provision> {
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
    pub(in crate::policy) fn of_role(&self, role: Role) -> Vec<Provision> {
        let own = self.0.iter().find(|(whose, _)| *whose == Whose::Sender(role));
        let list = own.or_else(|| self.0.iter().find(|(whose, _)| *whose == Whose::Rest));
        list.map(|(_, cited)| cited.clone()).unwrap_or_default()
    }

    /// For whom there is a list.
    pub(in crate::policy) fn whose(&self) -> impl Iterator<Item = &Whose> {
        self.0.iter().map(|(whose, _)| whose)
    }
}
