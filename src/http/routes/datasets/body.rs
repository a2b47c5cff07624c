//! A dataset, as a caller reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::{
        assertion::FactType,
        code::{Category, DatasetCode, Grondslag, OutcomeCode, Provision, Purpose},
        declaration::{Capacity, DeclarationKind},
        party::Role,
    },
    http::wire::{
        Day,
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

/// A legal basis (grondslag).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct BasisInfo {
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
            bases: dataset.bases.values().map(|basis| basis_of(catalogue, dataset, basis)).collect(),
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

fn basis_of(catalogue: &Catalogue, dataset: &dataset::Dataset, basis: &dataset::Basis) -> BasisInfo {
    BasisInfo {
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
