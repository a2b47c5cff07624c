//! Facts as a person writes them: each may be left out, and what is left out is what says no.

use std::{collections::BTreeSet, str::FromStr};

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{
    facts::{EarlierFacts, Facts, PartyFacts},
    glossary::{Glossary, camel_case},
    reply::{Reply, Wish},
};
use crate::domain::{
    age::{AgeRange, BirthDate},
    assertion::Assertions,
    clock::{amsterdam_date, amsterdam_midnight},
    code::{Category, DatasetCode, Grondslag, Municipality, Purpose},
    day::{Day, NoDay},
    oin::Oin,
    party::{PartyId, Role},
    person::PersonFacts,
    problem::Fault,
};

/// The OINs of invented parties, where none is given.
const SENDER: &str = "00000099000000000001";
const RECIPIENT: &str = "00000099000000000002";

/// The facts of a question *what would be decided*, for `policy explain`, the evaluation route and `cases.toml`.
///
/// Dataset, purpose and the two roles are needed. Every other fact may be left out; the defaults are in the fields'
/// descriptions. JSON writes the names in camelCase, TOML in `snake_case`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct WhatIf {
    /// The dataset.
    pub dataset: Option<DatasetCode>,
    /// The purpose.
    pub purpose: Option<Purpose>,
    /// The basis that the sender names; none.
    #[serde(alias = "namedBasis")]
    pub named_basis: Option<Grondslag>,
    /// The sender's role.
    #[serde(alias = "senderRole")]
    pub sender_role: Option<Role>,
    /// The sender's OIN; an invented one.
    #[serde(alias = "senderOin")]
    pub sender_oin: Option<Oin>,
    /// The municipalities for whose college the sender acts; none.
    #[serde(alias = "senderGemeenten")]
    pub sender_gemeenten: BTreeSet<Municipality>,
    /// The recipient's role.
    #[serde(alias = "recipientRole")]
    pub recipient_role: Option<Role>,
    /// The recipient's OIN; an invented one, another than the sender's.
    #[serde(alias = "recipientOin")]
    pub recipient_oin: Option<Oin>,
    /// The municipalities for whose college the recipient acts; none.
    #[serde(alias = "recipientGemeenten")]
    pub recipient_gemeenten: BTreeSet<Municipality>,
    /// The municipality whose college the sender names; none, and then the college of residence if the recipient acts for it.
    #[serde(alias = "recipientMunicipality")]
    pub recipient_municipality: Option<Municipality>,
    /// The instant, or a date, which is its midnight in Amsterdam; now.
    pub at: Option<Moment>,
    /// When the packet was handed in; the instant.
    pub submitted: Option<Moment>,
    /// The person's age in whole years; not used beside a birth date.
    pub age: Option<u16>,
    /// The person's date of birth; wholly unknown, which is every age.
    #[serde(alias = "birthDate")]
    pub birth_date: Option<BirthDate>,
    /// Where the person lives or stays; nowhere (0000).
    pub verblijf: Option<Municipality>,
    /// What is asserted of the person, by the codes of `facts.toml`; nothing. A question has these beside its other facts.
    #[serde(skip)]
    pub asserted: Assertions,
    /// Whether the person is called by the persoonsgebonden nummer; no.
    pub pgn: bool,
    /// The categories that the packet holds; none.
    pub categories: BTreeSet<Category>,
    /// How it stands with what it rests on or answers, each as `<dataset>:<outcome>`; it rests on nothing.
    pub replies: BTreeSet<Reply>,
    /// The municipality whose college was asked for that; the one that is named now.
    #[serde(alias = "earlierMunicipality")]
    pub earlier_municipality: Option<Municipality>,
    /// When what it rests on was handed in; when the packet was.
    #[serde(alias = "earlierSubmitted")]
    pub earlier_submitted: Option<Moment>,
    /// What stands that was declared for what it rests on, each as `<kind>:<capacity>`; nothing.
    #[serde(alias = "earlierWishes")]
    pub earlier_wishes: BTreeSet<Wish>,
    /// What stands that was declared for this packet, each as `<kind>:<capacity>`; nothing.
    pub wishes: BTreeSet<Wish>,
    /// Whether an objection stands that is not decided upon; no.
    pub bezwaar: bool,
    /// Whether an objection was decided to be right; no.
    #[serde(alias = "bezwaarGegrond")]
    pub bezwaar_gegrond: bool,
    /// Whether a restriction was asked for and is not decided upon; no.
    pub beperking: bool,
    /// Whether a restriction was decided to be right and is not lifted; no.
    #[serde(alias = "beperkingGegrond")]
    pub beperking_gegrond: bool,
}

/// An instant, or a date, which is its midnight in Amsterdam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moment(pub Timestamp);

impl FromStr for Moment {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        match text.split_once('T') {
            None => text.parse().map(|Day(day)| Self(amsterdam_midnight(day))),
            Some((day, _)) => {
                day.parse::<Day>()?;
                text.parse().map(Self).map_err(|_| NoDay::Form)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|wrong: NoDay| wrong.found("an instant (2026-09-01T12:00:00Z) or a date (2026-09-01)"))
    }
}

/// A fact without which there is no question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the question does not name its {0}")]
pub struct Unasked(pub &'static str);

impl WhatIf {
    /// Reads a question with what is asserted of the person beside its other facts.
    ///
    /// # Errors
    /// The first thing that is wrong, in words of the program.
    pub fn read(question: Value, glossary: &Glossary) -> Result<Self, String> {
        let Value::Object(mut members) = question else { return Err("no object".to_owned()) };
        let (asserted, faults) = glossary.take_spelled(&mut members);
        if let Some(Fault { pointer, text, .. }) = faults.first() {
            return Err(format!("{pointer}: {}", text.en));
        }
        let read: Self = serde_json::from_value(Value::Object(members)).map_err(|wrong| wrong.to_string())?;
        Ok(Self { asserted, ..read })
    }

    /// The name of every fact that is none of the person's asserted ones, as JSON writes it.
    #[must_use]
    pub fn own_names() -> BTreeSet<String> {
        let all = serde_json::to_value(Self::default()).unwrap_or_default();
        all.as_object().into_iter().flat_map(|facts| facts.keys()).map(|name| camel_case(name)).collect()
    }

    /// The name of every fact, as JSON writes it.
    #[must_use]
    pub fn names(glossary: &Glossary) -> BTreeSet<String> {
        let asserted = glossary.facts().iter().map(|fact| fact.code.clone());
        Self::own_names().into_iter().chain(asserted).collect()
    }

    /// The facts, total.
    ///
    /// # Errors
    /// [`Unasked`] when dataset, purpose or a role is not named.
    pub fn facts(&self, now: Timestamp) -> Result<Facts, Unasked> {
        let now = self.at.map_or(now, |moment| moment.0);
        let party = |oin: Option<Oin>, invented: &str, role: Option<Role>, which| {
            let oin = oin.or_else(|| invented.parse().ok());
            oin.zip(role).map(|(oin, role)| PartyId::new(oin, role)).ok_or(Unasked(which))
        };
        let sender = party(self.sender_oin, SENDER, self.sender_role, "sender's role")?;
        let recipient = party(self.recipient_oin, RECIPIENT, self.recipient_role, "recipient's role")?;
        let person = self.person(now)?;
        let submitted = self.submitted.map_or(now, |moment| moment.0);
        let mut replies = self.replies.clone();
        if replies.is_empty() {
            replies.insert(Reply::none());
        }
        // What one college answered is nothing that goes to another, though one party acts for both.
        let elsewhere = self.earlier_municipality.as_ref().zip(self.recipient_municipality.as_ref());
        if elsewhere.is_some_and(|(earlier, named)| earlier != named) && recipient.role != Role::Betrokkene {
            replies = BTreeSet::from([Reply::unknown()]);
        }
        let exists = replies.iter().any(Reply::exists);
        let asked = self.earlier_submitted.map_or(submitted, |moment| moment.0);
        let indiening = if exists { person.birth_date.age_at(asked) } else { AgeRange::UNKNOWN };
        let curatele = exists && person.protection().is_under_curatele(indiening);
        Ok(Facts {
            dataset: self.dataset.clone().ok_or(Unasked("dataset"))?,
            purpose: self.purpose.clone().ok_or(Unasked("purpose"))?,
            named_basis: self.named_basis.clone(),
            sender: PartyFacts { party: sender, gemeenten: self.sender_gemeenten.clone() },
            recipient: PartyFacts { party: recipient, gemeenten: self.recipient_gemeenten.clone() },
            municipality: self.recipient_municipality.clone(),
            person,
            is_pgn: self.pgn,
            categories: self.categories.clone(),
            submitted,
            now,
            earlier: EarlierFacts {
                replies,
                municipality: self.earlier_municipality.clone(),
                indiening,
                curatele,
                wishes: self.earlier_wishes.clone(),
            },
            wishes: self.wishes.clone(),
            bezwaar: self.bezwaar,
            bezwaar_gegrond: self.bezwaar_gegrond,
            beperking: self.beperking,
            beperking_gegrond: self.beperking_gegrond,
            subject: None,
            as_of: crate::policy::load::facts::AsOf::default(),
            valid_until: None,
            tells_age: true,
        })
    }

    fn person(&self, now: Timestamp) -> Result<PersonFacts, Unasked> {
        let nowhere = || "0000".parse().ok();
        Ok(PersonFacts {
            birth_date: birth_date(self.birth_date.as_ref(), self.age, now).ok_or(Unasked("age"))?,
            verblijf: self.verblijf.clone().or_else(nowhere).ok_or(Unasked("municipality"))?,
            asserted: self.asserted.clone(),
        })
    }
}

/// The date given, else one that gives this age (half a year past the birthday), else a wholly unknown one.
pub(in crate::policy) fn birth_date(
    known: Option<&BirthDate>,
    age: Option<u16>,
    now: Timestamp,
) -> Option<BirthDate> {
    match (known, age) {
        (Some(date), _) => Some(date.clone()),
        (None, Some(age)) => {
            let born = amsterdam_date(now).checked_sub(i64::from(age).years().months(6)).ok()?;
            born.to_string().parse().ok()
        }
        (None, None) => "0000-00-00".parse().ok(),
    }
}
