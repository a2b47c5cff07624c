//! On what someone may receive a dataset.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use jiff::civil::Date;

use crate::{
    domain::{
        code::{Category, Grondslag, Provision, Purpose},
        party::Role,
        problem::Bilingual,
    },
    policy::load::reads::Read,
};

/// A legal basis (grondslag): who may receive the dataset from whom for which purpose, and which categories.
#[derive(Debug, Clone)]
pub struct Basis {
    /// Its name, such as `overgangsdocument.pro`.
    pub id: Grondslag,
    /// The provisions it rests on; the ground of the GDPR is read from the first.
    pub provisions: Vec<Provision>,
    /// The ground of the GDPR, such as `6(1)(c)`.
    pub ground: Option<String>,
    /// Categories without which nothing may be sent (VERPLICHT).
    pub required: BTreeSet<Category>,
    /// Categories that may be sent (OPTIONEEL).
    pub optional: BTreeSet<Category>,
    /// Categories that may be sent unless the person wishes otherwise (OPT-UIT).
    pub opt_out: BTreeSet<Category>,
    /// The roles that may receive on this basis, as the policy names them.
    pub recipients: BTreeSet<Role>,
    /// The roles that may send on this basis, as the policy names them.
    pub senders: BTreeSet<Role>,
    /// The purposes that the policy names.
    pub purposes: BTreeSet<Purpose>,
    /// The provisions by which the recipient is the college of the municipality of residence; none where the basis is not
    /// bound to residence.
    pub residence: Option<Vec<Provision>>,
    /// What the acts ask of who acts on it, and no fact can show: to whom the school hands a copy, who is consulted (`@daarbij`).
    pub note: Option<Bilingual>,
    /// The open questions of `law.toml` on which our reading of this basis rests (`@vraag`), such as `x`.
    pub question: Option<String>,
    /// The first day on which all its provisions are in force.
    pub in_force_from: Date,
    /// The first day on which one of them no longer is.
    pub in_force_until: Option<Date>,
    /// What it reads of declarations.
    pub(in crate::policy) reads: Read,
    pub(in crate::policy) policy: Policy,
}

impl Basis {
    /// Everything that may be sent on this basis. What is not named is forbidden.
    #[must_use]
    pub fn allowed(&self) -> BTreeSet<Category> {
        self.required.iter().chain(&self.optional).chain(&self.opt_out).cloned().collect()
    }

    /// Whether all its provisions are in force on this day.
    #[must_use]
    pub fn is_in_force(&self, day: Date) -> bool {
        self.in_force_from <= day && self.in_force_until.is_none_or(|until| day < until)
    }
}
