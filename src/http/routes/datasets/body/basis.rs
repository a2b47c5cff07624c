//! On what a dataset may be received, as a caller reads it.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        code::{Category, Grondslag, Purpose},
        declaration::{Capacity, DeclarationKind},
        party::Role,
    },
    http::wire::{
        Day,
        law::{Article, articles},
        shape,
    },
    policy::{catalogue::Catalogue, dataset},
};

/// A legal basis (grondslag).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BasisInfo {
    /// Its name.
    #[schema(value_type = shape::BasisCode)]
    id: Grondslag,
    /// The ground of the GDPR.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 16, example = "6(1)(c)")]
    ground: Option<String>,
    /// The articles it rests on.
    articles: Vec<Article>,
    /// Who may send.
    #[schema(value_type = Vec<shape::Role>)]
    senders: BTreeSet<Role>,
    /// Who may receive.
    #[schema(value_type = Vec<shape::Role>)]
    recipients: BTreeSet<Role>,
    /// For what.
    #[schema(value_type = Vec<shape::PurposeCode>)]
    purposes: BTreeSet<Purpose>,
    /// Categories without which nothing is sent (VERPLICHT).
    #[schema(value_type = Vec<shape::CategoryCode>)]
    required: BTreeSet<Category>,
    /// Categories that may be sent (OPTIONEEL).
    #[schema(value_type = Vec<shape::CategoryCode>)]
    optional: BTreeSet<Category>,
    /// Categories that may be sent unless the person wishes otherwise (OPT-UIT).
    #[schema(value_type = Vec<shape::CategoryCode>)]
    opt_out: BTreeSet<Category>,
    /// On which declarations a transfer can rest; empty where it needs none.
    declarations: Vec<DeclarationInfo>,
    /// The names of its conditions.
    #[schema(value_type = Vec<shape::ConditionId>)]
    conditions: Vec<String>,
    /// The facts that must be said for it beside those that each packet says: where nothing is said of one, its conditions
    /// refuse, whoever it is about; or whoever has left the school, or is still enrolled.
    needs: Vec<NeedInfo>,
    /// The first day on which all its articles are in force.
    #[schema(value_type = shape::Date)]
    in_force_from: Day,
    /// The first day on which one of them no longer is, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Date, required = false)]
    in_force_until: Option<Day>,
}

/// A declaration on which a transfer can rest.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeclarationInfo {
    /// Its kind.
    #[schema(value_type = shape::DeclarationKind)]
    kind: DeclarationKind,
    /// In which capacity someone can give it; who of them, depends on age and measures.
    #[schema(value_type = Vec<shape::Capacity>)]
    given_by: BTreeSet<Capacity>,
}

/// A fact without which a basis lets nothing go.
#[derive(Debug, Serialize, ToSchema)]
struct NeedInfo {
    /// The code of the fact.
    #[schema(pattern = "^[a-z][A-Za-z0-9]*$", max_length = 40, example = "gediplomeerd")]
    fact: String,
    /// Which of the senders must say it.
    #[schema(value_type = Vec<shape::Role>)]
    senders: BTreeSet<Role>,
}

impl BasisInfo {
    pub(super) fn of(catalogue: &Catalogue, dataset: &dataset::Dataset, basis: &dataset::Basis) -> Self {
        Self {
            id: basis.id.clone(),
            ground: basis.ground.clone(),
            articles: articles(catalogue, &basis.provisions),
            senders: basis.senders.clone(),
            recipients: basis.recipients.clone(),
            purposes: basis.purposes.clone(),
            required: basis.required.clone(),
            optional: basis.optional.clone(),
            opt_out: basis.opt_out.clone(),
            declarations: catalogue
                .declarations_of(dataset, basis)
                .into_iter()
                .map(|(kind, given_by)| DeclarationInfo { kind, given_by })
                .collect(),
            conditions: catalogue.conditions_of(dataset, basis).map(|one| one.id.clone()).collect(),
            needs: needs_of(catalogue, basis),
            in_force_from: Day(basis.in_force_from),
            in_force_until: basis.in_force_until.map(Day),
        }
    }
}

fn needs_of(catalogue: &Catalogue, basis: &dataset::Basis) -> Vec<NeedInfo> {
    let mut needs: Vec<NeedInfo> = Vec::new();
    for sender in &basis.senders {
        for fact in catalogue.needed(basis, *sender) {
            match needs.iter_mut().find(|need| need.fact == fact.code) {
                Some(need) => drop(need.senders.insert(*sender)),
                None => needs.push(NeedInfo { fact: fact.code.clone(), senders: [*sender].into() }),
            }
        }
    }
    needs
}
