//! The table as values: one row for each basis.

use serde::Serialize;

use super::words::{self, Words};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Provision, Purpose},
        digest::Digest,
        party::Role,
        problem::Bilingual,
    },
    policy::load::{
        catalogue::Catalogue,
        dataset::{Basis, Condition, Dataset},
        law::LawEntry,
    },
};

/// One basis as a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The dataset.
    pub dataset: DatasetCode,
    /// Its Dutch title.
    pub title: String,
    /// Its English title.
    pub title_en: String,
    /// The basis.
    pub basis: Grondslag,
    /// Who sends.
    pub senders: Vec<Role>,
    /// Who receives.
    pub recipients: Vec<Role>,
    /// For what.
    pub purposes: Vec<Purpose>,
    /// The ground of the GDPR.
    pub ground: Option<String>,
    /// The articles it rests on.
    pub articles: Vec<Article>,
    /// VERPLICHT.
    pub required: Vec<Category>,
    /// OPTIONEEL.
    pub optional: Vec<Category>,
    /// OPT-UIT.
    pub opt_out: Vec<Category>,
    /// What the acts ask beside it of who acts on it.
    pub note: Option<Bilingual>,
    /// The open questions of `law.toml` on which our reading rests.
    pub question: Option<String>,
    /// What the roles, purposes and categories are called.
    pub words: Words,
    /// Under which conditions, guards included.
    pub conditions: Vec<RowCondition>,
}

/// A condition of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowCondition {
    /// Its name.
    pub id: String,
    /// Whether it is a guard of every dataset.
    pub guard: bool,
    /// Whether it is a guard that no basis of today can let fail (`@paraat`).
    pub standby: bool,
    /// The open questions of `law.toml` on which our reading rests.
    pub question: Option<String>,
    /// What is said in Dutch when it fails.
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// The articles that set it.
    pub articles: Vec<Article>,
}

/// A cited provision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Article {
    /// Its identifier.
    pub id: Provision,
    /// As one writes it in Dutch.
    pub citation: String,
}

/// The policies as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// The digest of the policies.
    pub policy_digest: Digest,
    /// One row per basis, by dataset and basis.
    pub rows: Vec<Row>,
}

impl Matrix {
    /// The table of a catalogue.
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let rows = catalogue.datasets().flat_map(|dataset| rows(catalogue, dataset)).collect();
        Self { policy_digest: catalogue.digest(), rows }
    }

    /// The part of the table that is about one dataset.
    #[must_use]
    pub fn of_dataset(catalogue: &Catalogue, dataset: &Dataset) -> Self {
        Self { policy_digest: catalogue.digest(), rows: rows(catalogue, dataset).collect() }
    }
}

fn rows(catalogue: &Catalogue, dataset: &Dataset) -> impl Iterator<Item = Row> {
    dataset.bases.values().map(move |basis| row(catalogue, dataset, basis))
}

fn row(catalogue: &Catalogue, dataset: &Dataset, basis: &Basis) -> Row {
    let own = |condition: &Condition| dataset.conditions.contains_key(&condition.id);
    Row {
        dataset: dataset.code.clone(),
        title: dataset.title.nl.clone().into_owned(),
        title_en: dataset.title.en.clone().into_owned(),
        words: words::of(catalogue, dataset, basis),
        note: basis.note.clone(),
        question: basis.question.clone(),
        basis: basis.id.clone(),
        senders: basis.senders.iter().copied().collect(),
        recipients: basis.recipients.iter().copied().collect(),
        purposes: basis.purposes.iter().cloned().collect(),
        ground: basis.ground.clone(),
        articles: articles(catalogue, &basis.provisions),
        required: basis.required.iter().cloned().collect(),
        optional: basis.optional.iter().cloned().collect(),
        opt_out: basis.opt_out.iter().cloned().collect(),
        conditions: catalogue
            .conditions_of(dataset, basis)
            .map(|condition| {
                let (text, _) = condition.texts();
                RowCondition {
                    id: condition.id.clone(),
                    guard: !own(condition),
                    standby: condition.standby.is_some(),
                    question: condition.question.clone(),
                    text: text.nl.into_owned(),
                    text_en: text.en.into_owned(),
                    articles: articles(catalogue, &condition.provisions_of(basis, None)),
                }
            })
            .collect(),
    }
}

fn articles(catalogue: &Catalogue, provisions: &[Provision]) -> Vec<Article> {
    let entries = provisions.iter().filter_map(|id| catalogue.provision(id));
    entries.map(|entry| Article { id: entry.id.clone(), citation: dated(entry) }).collect()
}

/// The citation, with the day until which a text held that another follows: a table is of no day.
fn dated(entry: &LawEntry) -> String {
    let citation = entry.citation();
    match entry.in_force_until {
        Some(until) => format!("{citation} (tot {}-{}-{})", until.day(), until.month(), until.year()),
        None => citation,
    }
}
