//! A dataset: what it holds, on which bases someone may receive it, under which conditions.

mod basis;
mod cited;
mod condition;

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(in crate::policy) use self::cited::{Citations, Whose};
pub use self::{
    basis::Basis,
    condition::{AppliesTo, Condition},
};
use super::schema::Shape;
use crate::domain::{
    code::{Category, DatasetCode, Grondslag, OutcomeCode, Provision, Purpose},
    party::Role,
    problem::Bilingual,
};

/// What the messages of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatasetKind {
    /// A handover.
    Packet,
    /// A request to do something, which the recipient answers.
    Request,
    /// A question, which the recipient answers.
    Question,
}

impl DatasetKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Packet, Self::Request, Self::Question];

    /// The code, as the interface writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Packet => "packet",
            Self::Request => "request",
            Self::Question => "question",
        }
    }

    /// Whether it can be answered.
    #[must_use]
    pub const fn asks(self) -> bool {
        matches!(self, Self::Request | Self::Question)
    }
}

/// The text is no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither `packet` nor `request` nor `question`")]
pub struct UnknownKind;

impl FromStr for DatasetKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// What can be answered to a dataset that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeInfo {
    /// Its code, such as `ja`.
    pub code: OutcomeCode,
    /// What it says, in words.
    pub title: Bilingual,
    /// Whether something may rest on it: where several were asked, a copy for the person follows who answered so.
    pub carries: bool,
}

/// How sensitive a category of fields is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// Ordinary personal data.
    Ordinary,
    /// What someone can and cannot do at work, without a diagnosis.
    Functional,
    /// Data about health (GDPR 9).
    Health,
    /// Data about criminal matters (GDPR 10).
    Criminal,
}

impl Sensitivity {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Ordinary, Self::Functional, Self::Health, Self::Criminal];

    /// The code, as policies write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Functional => "functional",
            Self::Health => "health",
            Self::Criminal => "criminal",
        }
    }
}

/// A category of fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryInfo {
    /// What it holds, in words.
    pub title: Bilingual,
    /// How sensitive it is.
    pub sensitivity: Sensitivity,
}

/// Where a recipient's search finds the name and the date of birth in the content: JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchPointers {
    /// The given names.
    pub given: String,
    /// The family name, without its prefix where that stands apart.
    pub family: String,
    /// The prefix of the family name (voorvoegsel), such as `van der`: a search finds the person with and without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
}

/// A transfer for which no act gives a basis, and what the acts order or allow instead: an answer that points the way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Who would send.
    pub sender: Role,
    /// Who would receive.
    pub recipient: Role,
    /// The provisions that say where it belongs.
    pub provisions: Vec<Provision>,
    /// Why not, in Dutch.
    pub nl: String,
    /// Why not, in English.
    pub en: String,
    /// What can be done instead, in Dutch.
    pub nu: String,
    /// What can be done instead, in English.
    pub nu_en: String,
}

/// A dataset, read from its folder in `policies/datasets` and checked.
pub struct Dataset {
    /// Its code, the name of its folder.
    pub code: DatasetCode,
    /// The version of its content.
    pub version: u32,
    /// Whether it hands over or asks, and then what can be answered.
    pub kind: DatasetKind,
    /// What can be answered, where it asks.
    pub outcomes: Vec<OutcomeInfo>,
    /// The dataset on the answers to which its packets rest: the recipient was asked by one.
    pub rests_on: Option<DatasetCode>,
    /// The dataset that asks, whose messages its packets may answer.
    pub answers: Option<DatasetCode>,
    /// Its title.
    pub title: Bilingual,
    /// Its categories.
    pub categories: BTreeMap<Category, CategoryInfo>,
    /// On what someone may receive it.
    pub bases: BTreeMap<Grondslag, Basis>,
    /// Its own conditions; the guards of every dataset are in the catalogue.
    pub conditions: BTreeMap<String, Condition>,
    /// For how many days the gateway keeps what is not collected.
    pub retention_days: u32,
    /// Why so many.
    pub retention_source: Bilingual,
    /// For how many days after its end the gateway keeps what decisions about it need: then that is forgotten.
    pub forget_days: u32,
    /// Where a search finds name and date of birth.
    pub search: Option<SearchPointers>,
    /// Where that belongs which this dataset carries on no basis.
    pub elsewhere: Vec<Elsewhere>,
    /// An invented example of the content.
    pub example: Value,
    pub(in crate::policy) shape: Shape,
}

impl Dataset {
    /// The JSON Schema (2020-12) of the content.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.shape.schema
    }

    /// Whether the content has a place for the persoonsgebonden nummer: only then may a person be called by it.
    #[must_use]
    pub fn has_pgn(&self) -> bool {
        holds_pgn(&self.shape.schema)
    }

    /// The basis on which this sender owes the person a copy of what it sends for this purpose: an act orders it.
    #[must_use]
    pub fn owed_copy(&self, sender: Role, purpose: &Purpose) -> Option<&Basis> {
        self.bases.values().find(|basis| {
            basis.ground.as_deref() == Some("6(1)(c)")
                && basis.recipients.contains(&Role::Betrokkene)
                && basis.senders.contains(&sender)
                && basis.purposes.contains(purpose)
        })
    }

    /// What this code says, where it can be answered.
    #[must_use]
    pub fn outcome(&self, code: &OutcomeCode) -> Option<&OutcomeInfo> {
        self.outcomes.iter().find(|one| one.code == *code)
    }

    /// Where it belongs what this sender would give this recipient, if the dataset says so.
    #[must_use]
    pub fn elsewhere(&self, sender: Role, recipient: Role) -> Option<&Elsewhere> {
        self.elsewhere.iter().find(|one| one.sender == sender && one.recipient == recipient)
    }

    /// Which category a top-level member of the content belongs to.
    #[must_use]
    pub fn category_of(&self, member: &str) -> Option<&Category> {
        self.shape.members.get(member)
    }
}

/// Whether somewhere in a schema `"x-pgn": true` stands.
fn holds_pgn(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("x-pgn") == Some(&Value::Bool(true)) || members.values().any(holds_pgn)
        }
        Value::Array(items) => items.iter().any(holds_pgn),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset")
            .field("code", &self.code)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct DatasetFile {
    pub(in crate::policy) code: DatasetCode,
    pub(in crate::policy) version: u32,
    pub(in crate::policy) kind: DatasetKind,
    pub(in crate::policy) rests_on: Option<DatasetCode>,
    pub(in crate::policy) answers: Option<DatasetCode>,
    pub(in crate::policy) title_nl: String,
    pub(in crate::policy) title_en: String,
    pub(in crate::policy) retention_days: u32,
    pub(in crate::policy) retention_source_nl: String,
    pub(in crate::policy) retention_source_en: String,
    pub(in crate::policy) forget_days: u32,
    pub(in crate::policy) search: Option<SearchPointers>,
    #[serde(default)]
    pub(in crate::policy) category: Vec<CategoryFile>,
    #[serde(default)]
    pub(in crate::policy) outcome: Vec<OutcomeFile>,
    #[serde(default)]
    pub(in crate::policy) elsewhere: Vec<Elsewhere>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct OutcomeFile {
    pub(in crate::policy) code: OutcomeCode,
    pub(in crate::policy) nl: String,
    pub(in crate::policy) en: String,
    #[serde(default)]
    pub(in crate::policy) carries: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct CategoryFile {
    pub(in crate::policy) code: Category,
    pub(in crate::policy) nl: String,
    pub(in crate::policy) en: String,
    pub(in crate::policy) sensitivity: Sensitivity,
}
