//! `policies/`, read once and checked: provisions, purposes, datasets with bases and conditions, guards, routes, regions.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use cedar_policy::Policy;

use super::{
    dataset::{Basis, Condition, Dataset},
    glossary::{AssertedFact, Glossary},
    law::{LawEntry, PurposeEntry},
    region::{MunicipalityEntry, Region},
};
use crate::domain::{
    code::{DatasetCode, Grondslag, Municipality, Provision, Purpose},
    digest::Digest,
    party::Role,
    problem::Fault,
};

/// The policies, read and found to hang together. Immutable: they load at start only.
pub struct Catalogue {
    pub(in crate::policy) digest: Digest,
    pub(in crate::policy) law: BTreeMap<Provision, LawEntry>,
    pub(in crate::policy) purposes: BTreeMap<Purpose, PurposeEntry>,
    pub(in crate::policy) glossary: Glossary,
    pub(in crate::policy) datasets: BTreeMap<DatasetCode, Dataset>,
    pub(in crate::policy) guards: BTreeMap<String, Condition>,
    pub(in crate::policy) regions: BTreeMap<String, Region>,
    pub(in crate::policy) routes: Routes,
    pub(in crate::policy) cases: BTreeMap<String, String>,
    /// Found from the rules when it is first asked for, which takes a while.
    pub(in crate::policy) needs: OnceLock<BTreeMap<(Grondslag, Role), Vec<String>>>,
}

/// The rules of the routes: who may do what.
pub(in crate::policy) struct Routes {
    pub(in crate::policy) permits: Vec<Policy>,
    pub(in crate::policy) conditions: BTreeMap<String, Condition>,
}

impl Catalogue {
    /// The digest of all policy files: every decision carries it. SHA-256 over `sluis-policies-1` and a line feed, then
    /// for each file in the byte order of its path: length of the path (8 bytes, big-endian), path, length of the
    /// content (likewise), content.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// A dataset by its code.
    #[must_use]
    pub fn dataset(&self, code: &DatasetCode) -> Option<&Dataset> {
        self.datasets.get(code)
    }

    /// All datasets, by code.
    pub fn datasets(&self) -> impl Iterator<Item = &Dataset> {
        self.datasets.values()
    }

    /// A provision by its identifier.
    #[must_use]
    pub fn provision(&self, id: &Provision) -> Option<&LawEntry> {
        self.law.get(id)
    }

    /// All provisions, by identifier.
    pub fn provisions(&self) -> impl Iterator<Item = &LawEntry> {
        self.law.values()
    }

    /// The fault with its provisions as people write them beside their identifiers.
    #[must_use]
    pub fn cited(&self, mut fault: Fault) -> Fault {
        let entries = fault.provisions.iter().filter_map(|id| self.provision(id));
        fault.citations = entries.map(LawEntry::citation).collect();
        fault
    }

    /// The facts of a person that are asserted and derived here.
    #[must_use]
    pub const fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    /// A purpose by its code.
    #[must_use]
    pub fn purpose(&self, code: &Purpose) -> Option<&PurposeEntry> {
        self.purposes.get(code)
    }

    /// All purposes, by code.
    pub fn purposes(&self) -> impl Iterator<Item = &PurposeEntry> {
        self.purposes.values()
    }

    /// A region by its name, the name of its file.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    /// All regions, by name.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Region)> {
        self.regions.iter().map(|(name, region)| (name.as_str(), region))
    }

    /// The municipality that coordinates the Doorstroompunt where this municipality lies, if one region's file says so.
    #[must_use]
    pub fn contactgemeente(&self, of: &Municipality) -> Option<&MunicipalityEntry> {
        let mut found = self.regions.values().filter_map(|region| region.contactgemeente(of));
        let first = found.next()?;
        found.all(|other| other.code == first.code).then_some(first)
    }

    /// A condition by its identifier, whether of a dataset, of every dataset or of a route.
    #[must_use]
    pub fn condition(&self, id: &str) -> Option<&Condition> {
        let own = self.datasets.values().find_map(|dataset| dataset.conditions.get(id));
        own.or_else(|| self.guards.get(id)).or_else(|| self.routes.conditions.get(id))
    }

    /// The conditions that hold for bases of every dataset.
    pub fn guards(&self) -> impl Iterator<Item = &Condition> {
        self.guards.values()
    }

    /// All conditions of a basis: the dataset's own first, then the guards.
    pub fn conditions_of(&self, dataset: &Dataset, basis: &Basis) -> impl Iterator<Item = &Condition> {
        let own: Vec<_> = self
            .datasets
            .get(&dataset.code)
            .into_iter()
            .flat_map(|dataset| dataset.conditions.values())
            .chain(self.guards.values())
            .filter(|condition| condition.is_of(basis))
            .collect();
        own.into_iter()
    }

    /// The facts without which this basis refuses what this role sends, whoever it is about.
    #[must_use]
    pub fn needed(&self, basis: &Basis, sender: Role) -> Vec<&AssertedFact> {
        let all = self.needs.get_or_init(|| self.all_needed());
        let codes = all.get(&(basis.id.clone(), sender)).map(Vec::as_slice).unwrap_or_default();
        self.glossary.facts().iter().filter(|fact| codes.contains(&fact.code)).collect()
    }

    fn all_needed(&self) -> BTreeMap<(Grondslag, Role), Vec<String>> {
        let bases = self.datasets.values().flat_map(|dataset| {
            dataset
                .bases
                .values()
                .flat_map(move |basis| basis.senders.iter().map(move |role| (dataset, basis, *role)))
        });
        let needed = bases.map(|(dataset, basis, sender)| {
            let conditions: Vec<_> = self.conditions_of(dataset, basis).map(|one| &one.policy).collect();
            let facts = self.glossary.needed(conditions.into_iter(), sender);
            ((basis.id.clone(), sender), facts.into_iter().map(|fact| fact.code.clone()).collect())
        });
        needed.collect()
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue").field("digest", &self.digest).finish_non_exhaustive()
    }
}
