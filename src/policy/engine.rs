//! Asks Cedar: may this party receive this dataset about this person for this purpose now?
//!
//! Two questions, over sets that are cut per dataset and per basis when the policies load. First: which bases hold?
//! Then, for the one basis: do all its conditions hold? Cedar names every forbid that is satisfied, so all failed
//! conditions are known at once. Cedar **skips a policy that errs, a forbid too**: an answer with any error is a refusal.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use cedar_policy::{Authorizer, Decision as Verdict, Entities, EntityUid, Policy, PolicySet, Request};
use jiff::{Timestamp, civil::Date};

use super::{
    catalogue::Catalogue,
    context::Words,
    dataset::{Basis, Condition, Dataset},
    facts::{Derived, Facts},
    permit::{Decision, Permit, Refusal, RefusalKind},
};
use crate::domain::{
    code::{Category, DatasetCode, Grondslag, Provision},
    problem::{Bilingual, Fault},
};

/// The policies could not be made ready to decide. It says which dataset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policies of `{0}` cannot be made ready: {1}")]
pub struct EngineFault(pub(super) String, pub(super) String);

/// Decides. Made once at start from a catalogue; holds no other state.
pub struct Engine {
    catalogue: Arc<Catalogue>,
    pub(super) authorizer: Authorizer,
    pub(super) words: Words,
    cuts: BTreeMap<DatasetCode, Cut>,
    pub(super) routes: super::routes::RouteSets,
}

/// What of the policies matters for one dataset.
struct Cut {
    uid: EntityUid,
    permits: PolicySet,
    /// The basis itself with all its conditions.
    bases: BTreeMap<Grondslag, PolicySet>,
}

/// The facts in the form that Cedar reads.
struct Question {
    request: Request,
    entities: Entities,
}

impl Engine {
    /// Cuts the policies per dataset and per basis.
    ///
    /// # Errors
    /// [`EngineFault`] when Cedar does not accept a set, which a checked catalogue does not contain.
    pub fn new(catalogue: Arc<Catalogue>) -> Result<Self, EngineFault> {
        let words = Words::new()?;
        let mut cuts = BTreeMap::new();
        for dataset in catalogue.datasets() {
            let name = dataset.code.as_str();
            let permits = set(name, dataset.bases.values().map(|basis| &basis.policy))?;
            let mut bases = BTreeMap::new();
            for basis in dataset.bases.values() {
                let conditions = catalogue.conditions_of(dataset, basis).map(|condition| &condition.policy);
                bases.insert(basis.id.clone(), set(name, conditions.chain([&basis.policy]))?);
            }
            cuts.insert(dataset.code.clone(), Cut { uid: words.uid("Dataset", name)?, permits, bases });
        }
        let routes = super::routes::RouteSets::new(&catalogue, &words)?;
        Ok(Self { catalogue, authorizer: Authorizer::new(), words, cuts, routes })
    }

    /// The policies that it decides by.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Decides about one recipient. Unknown, missing, expired or erring means no.
    pub fn decide(&self, facts: &Facts) -> Decision {
        match self.judge(facts) {
            Ok(permit) => Decision::Permit(permit),
            Err(refusal) => Decision::Refusal(refusal),
        }
    }

    fn judge(&self, facts: &Facts) -> Result<Permit, Refusal> {
        let no = |kind, basis: Option<&Basis>, reasons| self.refuse(facts.now, kind, basis, reasons);
        let (Some(dataset), Some(cut)) =
            (self.catalogue.dataset(&facts.dataset), self.cuts.get(&facts.dataset))
        else {
            return Err(no(RefusalKind::UnknownDataset, None, vec![unknown_dataset()]));
        };
        if self.catalogue.purpose(&facts.purpose).is_none() {
            return Err(no(RefusalKind::UnknownPurpose, None, vec![unknown_purpose()]));
        }
        if facts.categories.iter().any(|category| !dataset.categories.contains_key(category)) {
            return Err(no(RefusalKind::UnknownCategory, None, vec![unknown_category()]));
        }
        if facts.valid_until.is_some_and(|until| until <= facts.now) {
            return Err(no(RefusalKind::PolicyFault, None, vec![policy_fault()]));
        }
        let derived = Derived::of(facts);
        let question = self
            .question(facts, &derived, dataset, cut)
            .map_err(|()| no(RefusalKind::PolicyFault, None, vec![policy_fault()]))?;
        let basis = self.basis(facts, &derived, dataset, cut, &question)?;
        let conditions: Vec<&Condition> = self.catalogue.conditions_of(dataset, basis).collect();
        let fault = || no(RefusalKind::PolicyFault, Some(basis), vec![policy_fault()]);
        let policies = cut.bases.get(&basis.id).ok_or_else(fault)?;
        let (verdict, reasons) = self.ask(&question, policies).map_err(|()| fault())?;
        match verdict {
            Verdict::Allow => {
                let held = conditions.iter().map(|condition| condition.id.clone()).collect();
                Ok(Permit::new(facts, &derived, basis, held, self.catalogue.digest()))
            }
            Verdict::Deny => {
                let failed = conditions.iter().filter(|condition| reasons.contains(&condition.id));
                let faults: Vec<Fault> = failed
                    .map(|condition| failed_condition(&self.catalogue, condition, derived.today))
                    .collect();
                // A denial that no known condition explains is a fault of the policies, not an answer.
                if faults.is_empty() {
                    Err(fault())
                } else {
                    Err(no(RefusalKind::ConditionsFail, Some(basis), faults))
                }
            }
        }
    }

    /// The one basis: the one named, or the only one that holds.
    fn basis<'a>(
        &self,
        facts: &Facts,
        derived: &Derived,
        dataset: &'a Dataset,
        cut: &Cut,
        question: &Question,
    ) -> Result<&'a Basis, Refusal> {
        let no = |kind, reasons| self.refuse(facts.now, kind, None, reasons);
        let (_, holding) = self
            .ask(question, &cut.permits)
            .map_err(|()| no(RefusalKind::PolicyFault, vec![policy_fault()]))?;
        let holds: Vec<&Basis> = dataset
            .bases
            .values()
            .filter(|basis| holding.contains(basis.id.as_str()) && basis.is_in_force(derived.today))
            .collect();
        if let Some(named) = &facts.named_basis {
            let found = holds.iter().find(|basis| basis.id == *named);
            return found.copied().ok_or_else(|| no(RefusalKind::NoBasis, vec![named_basis_fails()]));
        }
        match holds.as_slice() {
            [] => Err(no(RefusalKind::NoBasis, vec![no_basis()])),
            [only] => Ok(only),
            several => {
                Err(no(RefusalKind::AmbiguousBasis, several.iter().map(|basis| ambiguous(basis)).collect()))
            }
        }
    }

    fn question(
        &self,
        facts: &Facts,
        derived: &Derived,
        dataset: &Dataset,
        cut: &Cut,
    ) -> Result<Question, ()> {
        let (request, entities) = self.words.receive(facts, derived, dataset, &cut.uid).map_err(|_| ())?;
        Ok(Question { request, entities })
    }

    /// The verdict, and the ids of the policies that determined it. An error anywhere is no answer.
    fn ask(&self, question: &Question, policies: &PolicySet) -> Result<(Verdict, BTreeSet<String>), ()> {
        let answer = self.authorizer.is_authorized(&question.request, policies, &question.entities);
        if answer.diagnostics().errors().next().is_some() {
            return Err(());
        }
        Ok((answer.decision(), answer.diagnostics().reason().map(ToString::to_string).collect()))
    }

    pub(super) fn refuse(
        &self,
        now: Timestamp,
        kind: RefusalKind,
        basis: Option<&Basis>,
        reasons: Vec<Fault>,
    ) -> Refusal {
        Refusal {
            kind,
            basis: basis.map(|basis| basis.id.clone()),
            reasons,
            policy_digest: self.catalogue.digest(),
            decided_at: now,
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("catalogue", &self.catalogue).finish_non_exhaustive()
    }
}

pub(super) fn set<'a>(
    name: &str,
    policies: impl Iterator<Item = &'a Policy>,
) -> Result<PolicySet, EngineFault> {
    PolicySet::from_policies(policies.cloned())
        .map_err(|error| EngineFault(name.to_owned(), error.to_string()))
}

/// A failed condition as a fault. Of its provisions those are cited that are in force today.
pub(super) fn failed_condition(catalogue: &Catalogue, condition: &Condition, today: Date) -> Fault {
    let in_force = |id: &&Provision| catalogue.provision(id).is_some_and(|entry| entry.is_in_force(today));
    let mut provisions: Vec<Provision> = condition.provisions.iter().filter(in_force).cloned().collect();
    if provisions.is_empty() {
        provisions.clone_from(&condition.provisions);
    }
    Fault {
        pointer: String::new(),
        code: Cow::Owned(condition.id.clone()),
        provisions,
        text: condition.text.clone(),
        now: condition.now.clone(),
    }
}

fn ambiguous(basis: &Basis) -> Fault {
    Fault {
        pointer: "/basis".to_owned(),
        code: Cow::Owned(basis.id.to_string()),
        provisions: basis.provisions.clone(),
        text: Bilingual::new(
            "Er is meer dan één grondslag, en deze is er een van.",
            "There is more than one basis, and this is one of them.",
        ),
        now: Some(Bilingual::new("Noem er één.", "Name one.")),
    }
}

fn with_now(mut fault: Fault, nl: &'static str, en: &'static str) -> Fault {
    fault.now = Some(Bilingual::new(nl, en));
    fault
}

fn unknown_dataset() -> Fault {
    let fault = Fault::at(
        "/dataset",
        "unknown-dataset",
        "Deze gegevensset bestaat niet.",
        "There is no such dataset.",
    );
    with_now(
        fault,
        "Kies een gegevensset uit de lijst (/v1/datasets).",
        "Choose a dataset from the list (/v1/datasets).",
    )
}

fn unknown_purpose() -> Fault {
    let fault =
        Fault::at("/purpose", "unknown-purpose", "Dit doel bestaat niet.", "There is no such purpose.");
    with_now(
        fault,
        "Kies een doel dat de gegevensset noemt (/v1/datasets).",
        "Choose a purpose that the dataset names (/v1/datasets).",
    )
}

fn unknown_category() -> Fault {
    Fault::at(
        "/content",
        "unknown-category",
        "De gegevensset kent een van deze categorieën niet.",
        "The dataset does not know one of these categories.",
    )
}

fn no_basis() -> Fault {
    let fault = Fault::at(
        "",
        "no-basis",
        "Geen wet geeft deze ontvanger voor dit doel recht op deze gegevens van deze afzender.",
        "No law entitles this recipient to these data from this sender for this purpose.",
    );
    with_now(
        fault,
        "Kijk in de lijst wie deze gegevens mag ontvangen, en waarvoor (/v1/datasets).",
        "See the list for who may receive these data, and for what (/v1/datasets).",
    )
}

fn named_basis_fails() -> Fault {
    let fault = Fault::at(
        "/basis",
        "no-basis",
        "De genoemde grondslag geldt hier niet: niet voor deze afzender, deze ontvanger, dit doel of deze dag.",
        "The basis named does not hold here: not for this sender, this recipient, this purpose or this day.",
    );
    with_now(fault, "Noem een andere grondslag, of geen.", "Name another basis, or none.")
}

pub(super) fn policy_fault() -> Fault {
    let fault = Fault::at(
        "",
        "policy-fault",
        "De gateway kon hierover niet beslissen. Dan is het antwoord nee.",
        "The gateway could not decide about this. Then the answer is no.",
    );
    with_now(fault, "Meld dit aan de beheerder.", "Report this to the operator.")
}

/// The sensitivities of these categories.
pub(super) fn sensitivities<'a>(
    dataset: &'a Dataset,
    categories: &'a BTreeSet<Category>,
) -> BTreeSet<&'static str> {
    categories
        .iter()
        .filter_map(|code| dataset.categories.get(code))
        .map(|info| info.sensitivity.as_str())
        .collect()
}
