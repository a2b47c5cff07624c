//! Under which conditions someone may receive a dataset, beside the basis itself.

use std::collections::BTreeSet;

use cedar_policy::Policy;

use super::{basis::Basis, cited::Citations};
use crate::{
    domain::{
        code::{Grondslag, Provision},
        party::Role,
        problem::Bilingual,
    },
    policy::load::{
        reads::Read,
        wording::{Ages, Particulars, fill},
    },
};

/// To which bases a condition applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppliesTo {
    /// To every basis of every dataset.
    Every,
    /// To every basis that rests on this ground of the GDPR.
    Ground(String),
    /// To every basis whose recipient is the college of the municipality of residence.
    Residence,
    /// To the bases named.
    Bases(BTreeSet<Grondslag>),
}

/// A condition (voorwaarde) of bases, in force beside the basis itself.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Its name, such as `overgangsdocument.voortzetting`: the code of the fault when it fails.
    pub id: String,
    /// Whose condition it is.
    pub applies: AppliesTo,
    /// Provisions whose bases it leaves alone (`@tenzij`).
    pub(in crate::policy) except: BTreeSet<Provision>,
    /// The provisions that set it.
    pub(in crate::policy) citations: Citations,
    /// What is wrong when it fails, with places for what differs per person.
    pub(in crate::policy) text: Bilingual,
    /// The same as a rule, which says no age (`@regel`): for who is not told how old the person is.
    pub(in crate::policy) rule: Option<Bilingual>,
    /// What can be done then, with a place for where the person lives.
    pub(in crate::policy) now: Option<Bilingual>,
    /// For a guard that no basis of today's datasets can let fail: why it stands by (`@paraat`).
    pub standby: Option<String>,
    /// The open questions of `law.toml` on which our reading of this condition rests (`@vraag`).
    pub question: Option<String>,
    /// What it reads of declarations.
    pub(in crate::policy) reads: Read,
    pub(in crate::policy) policy: Policy,
}

impl Condition {
    /// Whether it is a condition of this basis.
    #[must_use]
    pub fn is_of(&self, basis: &Basis) -> bool {
        if basis.provisions.iter().any(|one| self.except.contains(one)) {
            return false;
        }
        match &self.applies {
            AppliesTo::Every => true,
            AppliesTo::Ground(ground) => basis.ground.as_ref() == Some(ground),
            AppliesTo::Residence => basis.residence.is_some(),
            AppliesTo::Bases(named) => named.contains(&basis.id),
        }
    }

    /// The provisions that are cited to this sender on this basis: those of its own act. Without a sender, to all of them.
    #[must_use]
    pub fn provisions_of(&self, basis: &Basis, sender: Option<Role>) -> Vec<Provision> {
        if let (AppliesTo::Residence, Some(provisions)) = (&self.applies, &basis.residence) {
            return provisions.clone();
        }
        let own = self.citations.of(basis, sender);
        // A condition that asks who sends cites nothing to those whom it cannot refuse.
        if own.is_empty() { self.citations.of(basis, None) } else { own }
    }

    /// What is wrong when it fails, and what can be done then, of nobody in particular.
    #[must_use]
    pub fn texts(&self) -> (Bilingual, Option<Bilingual>) {
        let nobody = Particulars::default();
        (self.told(&nobody), self.now.as_ref().map(|now| fill(now, None, &nobody)))
    }

    /// What was wrong with someone who was of these ages then, as a refusal said it.
    #[must_use]
    pub fn told_of(&self, ages: Ages) -> Bilingual {
        self.told(&Particulars { ages, contactgemeente: None })
    }

    pub(in crate::policy) fn told(&self, particulars: &Particulars) -> Bilingual {
        fill(&self.text, self.rule.as_ref(), particulars)
    }
}
