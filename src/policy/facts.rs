//! The facts that a decision rests on. They are total: nothing is absent, and what is not known says no.

use std::collections::BTreeSet;

use jiff::{Timestamp, Unit, civil::Date};

use super::wording::Ages;
use crate::domain::{
    age::AgeRange,
    clock::amsterdam_date,
    code::{Category, DatasetCode, Grondslag, Municipality, Purpose},
    declaration::Capacity,
    id::PacketId,
    party::PartyId,
    person::PersonFacts,
};

/// A party, and the municipalities for whose college it acts today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyFacts {
    /// The organisation in its role.
    pub party: PartyId,
    /// Its own municipality, or those that gave it a registered delegation or mandate. Empty for schools.
    pub gemeenten: BTreeSet<Municipality>,
}

/// The request to continue support that a packet rests on. The default is that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFacts {
    /// It exists, by this sender, about this person, towards this recipient, and was not withdrawn.
    pub exists: bool,
    /// The college has answered that it continues.
    pub accepted: bool,
    /// The municipality whose college was asked.
    pub municipality: Option<Municipality>,
    /// How old the person was when the request was handed in, by the date of birth in the request itself. It decides
    /// who had to agree. Every age when there is no request.
    pub indiening: AgeRange,
    /// Capacities of those whose instemming with that request stands today.
    pub instemming: BTreeSet<Capacity>,
}

impl Default for RequestFacts {
    fn default() -> Self {
        Self {
            exists: false,
            accepted: false,
            municipality: None,
            indiening: AgeRange::UNKNOWN,
            instemming: BTreeSet::new(),
        }
    }
}

/// The version of something that a decision read. The writer compares it before it commits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactVersion {
    /// What was read, as the store names it. Never a person's number.
    pub subject: String,
    /// Its version then.
    pub version: i64,
}

/// Everything that one decision about one recipient may look at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The dataset asked for.
    pub dataset: DatasetCode,
    /// The purpose asked for.
    pub purpose: Purpose,
    /// The basis that the sender names, if it names one.
    pub named_basis: Option<Grondslag>,
    /// Who sends.
    pub sender: PartyFacts,
    /// Who would receive.
    pub recipient: PartyFacts,
    /// The municipality whose college the sender named; none where it named a party.
    pub municipality: Option<Municipality>,
    /// What the sender asserts about the person.
    pub person: PersonFacts,
    /// Whether the person is called by the persoonsgebonden nummer.
    pub is_pgn: bool,
    /// The categories that the packet holds, or that the recipient would receive.
    pub categories: BTreeSet<Category>,
    /// When the packet was handed in; for a new one, now.
    pub submitted: Timestamp,
    /// The instant of the decision.
    pub now: Timestamp,
    /// The request it rests on.
    pub request: RequestFacts,
    /// Capacities of those whose declaration of this kind, for this dataset and recipient, stands today.
    pub instemming: BTreeSet<Capacity>,
    /// Likewise.
    pub toestemming: BTreeSet<Capacity>,
    /// The toestemming that was given explicitly, for special categories of data (GDPR 9).
    pub uitdrukkelijk: BTreeSet<Capacity>,
    /// Likewise.
    pub geen_bezwaar: BTreeSet<Capacity>,
    /// Likewise.
    pub kennisgenomen: BTreeSet<Capacity>,
    /// An objection stands upon which the controller has not decided.
    pub bezwaar: bool,
    /// A restriction stands.
    pub beperking: bool,
    /// The packet to be stored or released; `None` when the question is only what would be decided.
    pub subject: Option<PacketId>,
    /// The versions of what was read.
    pub versions: Vec<FactVersion>,
    /// The first instant at which one of these facts lapses.
    pub valid_until: Option<Timestamp>,
    /// Whether a refusal may say how old the person is: to who gave the date of birth, not to who would receive it.
    pub tells_age: bool,
}

/// Facts that follow from others and the calendar.
pub(super) struct Derived {
    pub(super) today: Date,
    pub(super) datum: i64,
    pub(super) age: AgeRange,
    pub(super) age_submitted: AgeRange,
    pub(super) has_left: bool,
    pub(super) months_since_left: i64,
    /// The diploma, unless its day is still to come.
    pub(super) has_diploma: bool,
    /// None when the day of the diploma is not known.
    pub(super) months_since_diploma: Option<i64>,
    /// Not asserted is yes.
    pub(super) leerplichtig: bool,
    /// The municipality whose college would receive.
    pub(super) college: Option<Municipality>,
}

impl Derived {
    /// The ages for the texts of a refusal, if it may tell them.
    pub(super) fn ages_told(&self, facts: &Facts) -> Option<Ages> {
        let ages = Ages { today: self.age, submitted: self.age_submitted, asked: facts.request.indiening };
        facts.tells_age.then_some(ages)
    }

    pub(super) fn of(facts: &Facts) -> Self {
        let today = amsterdam_date(facts.now);
        let left = facts.person.verlaten_op.filter(|day| *day <= today);
        let months =
            |day: Date| day.until((Unit::Month, today)).ok().map(|span| i64::from(span.get_months()));
        let has_diploma =
            facts.person.gediplomeerd && facts.person.gediplomeerd_op.is_none_or(|day| day <= today);
        Self {
            today,
            datum: number(today),
            age: facts.person.birth_date.age_at(facts.now),
            age_submitted: facts.person.birth_date.age_at(facts.submitted),
            has_left: left.is_some(),
            months_since_left: left.and_then(months).unwrap_or(0),
            has_diploma,
            months_since_diploma: facts.person.gediplomeerd_op.filter(|_| has_diploma).and_then(months),
            leerplichtig: facts.person.leerplichtig.unwrap_or(true),
            college: college(facts),
        }
    }
}

/// The college that was named; where a party was, the one that was asked to continue, or that of the residence if it acts
/// for that.
fn college(facts: &Facts) -> Option<Municipality> {
    let residence = &facts.person.verblijf;
    let acts = facts.recipient.gemeenten.contains(residence);
    let named = facts.municipality.as_ref().or(facts.request.municipality.as_ref());
    named.or_else(|| acts.then_some(residence)).cloned()
}

/// A date as the number that policies compare, such as 20260901.
pub(super) fn number(day: Date) -> i64 {
    let months = i64::from(day.year()).saturating_mul(100).saturating_add(i64::from(day.month()));
    months.saturating_mul(100).saturating_add(i64::from(day.day()))
}
