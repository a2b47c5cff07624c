//! A dataset, as a caller reads it.

mod basis;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use self::basis::BasisInfo;
use crate::{
    domain::{
        assertion::FactType,
        code::{Category, DatasetCode, OutcomeCode, Provision, Purpose},
        party::Role,
    },
    http::wire::{
        law::{Article, Text, articles},
        shape,
    },
    policy::{
        catalogue::Catalogue,
        dataset::{self, Condition, DatasetKind, Sensitivity},
        glossary::AssertedFact,
    },
};

/// A dataset in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatasetSummary {
    /// Its code.
    #[schema(value_type = shape::DatasetCode)]
    code: DatasetCode,
    /// The version of its content.
    version: u32,
    /// Whether it is pushed (`packet`) or asked (`request`, `question`).
    #[schema(value_type = shape::MessageKind)]
    kind: DatasetKind,
    /// Its title.
    title: Text,
    /// The roles that may send it on some basis.
    #[schema(value_type = Vec<shape::Role>)]
    senders: BTreeSet<Role>,
    /// The roles that may receive it on some basis.
    #[schema(value_type = Vec<shape::Role>)]
    recipients: BTreeSet<Role>,
    /// The purposes of its bases.
    #[schema(value_type = Vec<shape::PurposeCode>)]
    purposes: BTreeSet<Purpose>,
}

impl From<&dataset::Dataset> for DatasetSummary {
    fn from(dataset: &dataset::Dataset) -> Self {
        let bases = || dataset.bases.values();
        Self {
            code: dataset.code.clone(),
            version: dataset.version,
            kind: dataset.kind,
            title: (&dataset.title).into(),
            senders: bases().flat_map(|basis| basis.senders.iter().copied()).collect(),
            recipients: bases().flat_map(|basis| basis.recipients.iter().copied()).collect(),
            purposes: bases().flat_map(|basis| basis.purposes.iter().cloned()).collect(),
        }
    }
}

/// A dataset: what it holds, who may receive it from whom, on which basis, under which conditions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dataset {
    /// Its code.
    #[schema(value_type = shape::DatasetCode)]
    code: DatasetCode,
    /// The version of its content.
    version: u32,
    /// Whether it is pushed (`packet`) or asked (`request`, `question`).
    #[schema(value_type = shape::MessageKind)]
    kind: DatasetKind,
    /// What can be answered, where it is asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    outcomes: Vec<Outcome>,
    /// The dataset on the answers to which its packets rest: a packet names, as `request`, one that the recipient answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DatasetCode, required = false)]
    rests_on: Option<DatasetCode>,
    /// The dataset that its packets may answer, as `replyTo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DatasetCode, required = false)]
    answers: Option<DatasetCode>,
    /// Its title.
    title: Text,
    /// Its categories of fields.
    categories: Vec<CategoryInfo>,
    /// On what someone may receive it. A decision rests on exactly one.
    bases: Vec<BasisInfo>,
    /// The conditions of its bases.
    conditions: Vec<ConditionInfo>,
    /// The purposes of its bases.
    purposes: Vec<PurposeInfo>,
    /// What may be asserted of the person in its packets, by one of its senders: members of `person`.
    facts: Vec<FactInfo>,
    /// For how many days the gateway keeps what is not collected.
    retention_days: u32,
    /// Why so many.
    retention_source: Text,
    /// For how many days after its end the gateway keeps what decisions about it need; then that is forgotten.
    forget_days: u32,
    /// The JSON Schema of the content.
    #[schema(value_type = shape::Json)]
    schema: Value,
    /// An invented example of the content.
    #[schema(value_type = shape::Json)]
    example: Value,
}

/// A category of fields.
#[derive(Debug, Serialize, ToSchema)]
struct CategoryInfo {
    /// Its code.
    #[schema(value_type = shape::CategoryCode)]
    code: Category,
    /// What it holds.
    title: Text,
    /// How sensitive it is.
    #[schema(value_type = shape::Sensitivity)]
    sensitivity: Sensitivity,
}

/// A fact of the person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FactInfo {
    /// The name of the member.
    #[schema(pattern = "^[a-z][A-Za-z0-9]*$", max_length = 40, example = "ingeschreven")]
    code: String,
    /// `bool`, `date`, `code` (one of the values) or `set` (any of them).
    #[schema(value_type = shape::FactType)]
    r#type: FactType,
    /// The codes of a code or a set; empty otherwise.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    values: Vec<String>,
    /// Whether it must be said.
    required: bool,
    /// What it says.
    title: Text,
    /// What it says to leave it out, where that is more than that it does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    absent: Option<Text>,
    /// What else a sender must know.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    more: Option<Text>,
    /// Who may assert it.
    #[schema(value_type = Vec<shape::Role>)]
    by: BTreeSet<Role>,
    /// The articles that need it.
    articles: Vec<Article>,
}

/// What can be answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutcomeInfo)]
struct Outcome {
    /// Its code.
    #[schema(value_type = shape::OutcomeCode)]
    code: OutcomeCode,
    /// In words.
    title: Text,
}

/// A purpose.
#[derive(Debug, Serialize, ToSchema)]
struct PurposeInfo {
    /// Its code.
    #[schema(value_type = shape::PurposeCode)]
    code: Purpose,
    /// In words.
    title: Text,
}

/// A condition (voorwaarde) of bases.
#[derive(Debug, Serialize, ToSchema)]
struct ConditionInfo {
    /// Its name: the code of the fault when it is not met.
    #[schema(value_type = shape::ConditionId, example = "overgangsdocument.voortzetting")]
    id: String,
    /// The articles that set it.
    articles: Vec<Article>,
    /// What is said when it is not met.
    text: Text,
    /// What can be done then.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    now: Option<Text>,
}

impl Dataset {
    /// What the catalogue says of it.
    pub(crate) fn of(catalogue: &Catalogue, dataset: &dataset::Dataset) -> Self {
        let summary = DatasetSummary::from(dataset);
        let mut conditions: BTreeMap<&str, &Condition> = BTreeMap::new();
        for basis in dataset.bases.values() {
            conditions.extend(catalogue.conditions_of(dataset, basis).map(|one| (one.id.as_str(), one)));
        }
        let categories = dataset.categories.iter().map(|(code, info)| CategoryInfo {
            code: code.clone(),
            title: (&info.title).into(),
            sensitivity: info.sensitivity,
        });
        let outcomes = dataset.outcomes.iter();
        let outcomes = outcomes.map(|one| Outcome { code: one.code.clone(), title: (&one.title).into() });
        let purposes = summary.purposes.iter().filter_map(|code| catalogue.purpose(code));
        Self {
            code: summary.code,
            version: summary.version,
            kind: summary.kind,
            outcomes: outcomes.collect(),
            rests_on: dataset.rests_on.clone(),
            answers: dataset.answers.clone(),
            title: summary.title,
            categories: categories.collect(),
            bases: dataset.bases.values().map(|basis| BasisInfo::of(catalogue, dataset, basis)).collect(),
            conditions: conditions
                .into_values()
                .map(|condition| {
                    let (text, now) = condition.texts();
                    ConditionInfo {
                        id: condition.id.clone(),
                        articles: articles(catalogue, &provisions_in(dataset, condition)),
                        text: (&text).into(),
                        now: now.as_ref().map(Text::from),
                    }
                })
                .collect(),
            facts: catalogue
                .glossary()
                .facts()
                .iter()
                .filter(|fact| !fact.by.is_disjoint(&summary.senders))
                .map(|fact| fact_of(catalogue, fact))
                .collect(),
            purposes: purposes
                .map(|entry| PurposeInfo {
                    code: entry.code.clone(),
                    title: Text { nl: entry.nl.clone(), en: entry.en.clone() },
                })
                .collect(),
            retention_days: dataset.retention_days,
            retention_source: (&dataset.retention_source).into(),
            forget_days: dataset.forget_days,
            schema: dataset.schema().clone(),
            example: dataset.example.clone(),
        }
    }
}

fn fact_of(catalogue: &Catalogue, fact: &AssertedFact) -> FactInfo {
    FactInfo {
        code: fact.code.clone(),
        r#type: fact.kind,
        values: fact.values.clone(),
        required: fact.required,
        title: (&fact.text).into(),
        absent: fact.absent.as_ref().map(Text::from),
        more: fact.more.as_ref().map(Text::from),
        by: fact.by.clone(),
        articles: articles(catalogue, &fact.provisions),
    }
}

/// What a condition cites on the bases of a dataset, each provision once.
fn provisions_in(dataset: &dataset::Dataset, condition: &Condition) -> Vec<Provision> {
    let mut cited = Vec::new();
    for one in dataset
        .bases
        .values()
        .filter(|basis| condition.is_of(basis))
        .flat_map(|basis| condition.provisions_of(basis, None))
    {
        if !cited.contains(&one) {
            cited.push(one);
        }
    }
    cited
}
