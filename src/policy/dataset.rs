//! A dataset: what it holds, on which bases someone may receive it, under which conditions.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use cedar_policy::Policy;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    carries::Read,
    cited::Citations,
    schema::Shape,
    wording::{Ages, Particulars, fill},
};
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
    pub(super) reads: Read,
    pub(super) policy: Policy,
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
    pub(super) except: BTreeSet<Provision>,
    /// The provisions that set it.
    pub(super) citations: Citations,
    /// What is wrong when it fails, with places for what differs per person.
    pub(super) text: Bilingual,
    /// The same as a rule, which says no age (`@regel`): for who is not told how old the person is.
    pub(super) rule: Option<Bilingual>,
    /// What can be done then, with a place for where the person lives.
    pub(super) now: Option<Bilingual>,
    /// For a guard that no basis of today's datasets can let fail: why it stands by (`@paraat`).
    pub standby: Option<String>,
    /// The open questions of `law.toml` on which our reading of this condition rests (`@vraag`).
    pub question: Option<String>,
    /// What it reads of declarations.
    pub(super) reads: Read,
    pub(super) policy: Policy,
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

    pub(super) fn told(&self, particulars: &Particulars) -> Bilingual {
        fill(&self.text, self.rule.as_ref(), particulars)
    }
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
    pub(super) shape: Shape,
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
pub(super) struct DatasetFile {
    pub(super) code: DatasetCode,
    pub(super) version: u32,
    pub(super) kind: DatasetKind,
    pub(super) rests_on: Option<DatasetCode>,
    pub(super) answers: Option<DatasetCode>,
    pub(super) title_nl: String,
    pub(super) title_en: String,
    pub(super) retention_days: u32,
    pub(super) retention_source_nl: String,
    pub(super) retention_source_en: String,
    pub(super) forget_days: u32,
    pub(super) search: Option<SearchPointers>,
    #[serde(default)]
    pub(super) category: Vec<CategoryFile>,
    #[serde(default)]
    pub(super) outcome: Vec<OutcomeFile>,
    #[serde(default)]
    pub(super) elsewhere: Vec<Elsewhere>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OutcomeFile {
    pub(super) code: OutcomeCode,
    pub(super) nl: String,
    pub(super) en: String,
    #[serde(default)]
    pub(super) carries: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryFile {
    pub(super) code: Category,
    pub(super) nl: String,
    pub(super) en: String,
    pub(super) sensitivity: Sensitivity,
}
