//! The facts that a decision rests on. They are total: nothing is absent, and what is not known says no.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{region::MunicipalityEntry, wording::Particulars};
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
    /// Whether a curator acted for the person then, by what the request itself says.
    pub curatele: bool,
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
            curatele: false,
            instemming: BTreeSet::new(),
        }
    }
}

/// As of which entry of the log a decision saw its facts. The writer refuses what rests on a subject that changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsOf {
    /// The size of the log when the facts were read: entries with a smaller index were seen.
    pub entries: u64,
    /// What was looked at, as the store names it. Never a person's number.
    pub subjects: BTreeSet<String>,
}

/// Everything that one decision about one recipient may look at.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "facts of the law are yes or no, each by itself")]
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
    /// As of which entry they were read.
    pub as_of: AsOf,
    /// The first instant at which one of these facts lapses.
    pub valid_until: Option<Timestamp>,
    /// Whether a refusal may say how old the person is: to who gave the date of birth, not to who would receive it.
    pub tells_age: bool,
}

/// Facts that follow from others and the calendar.
#[expect(clippy::struct_excessive_bools, reason = "facts of the law are yes or no, each by itself")]
pub(super) struct Derived {
    pub(super) today: Date,
    pub(super) datum: i64,
    pub(super) age: AgeRange,
    /// As it stands today.
    pub(super) course: Course,
    pub(super) age_submitted: AgeRange,
    /// As it stood when the packet was handed in.
    pub(super) course_submitted: Course,
    /// A curator acts for the person, by the age when the packet was handed in.
    pub(super) curatele: bool,
    /// The decision to remove had been taken when the packet was handed in.
    pub(super) removed: bool,
    /// Never ended below 16, always from 18. Between, not asserted is yes.
    pub(super) leerplichtig: bool,
    /// Still leerplichtig or kwalificatieplichtig by every date that the date of birth may be.
    pub(super) zeker_leerplichtig: bool,
    /// The municipality whose college would receive.
    pub(super) college: Option<Municipality>,
    /// The college of residence had asked for the contactgemeente when the packet was handed in.
    pub(super) contactgemeente_asked: bool,
    /// The municipality that coordinates the Doorstroompunt of the region where the person lives or stays.
    pub(super) contactgemeente: Option<MunicipalityEntry>,
}

/// How far someone's course at school stands on some day.
pub(super) struct Course {
    pub(super) has_left: bool,
    pub(super) months_since_left: i64,
    /// The diploma, unless its day is still to come.
    pub(super) has_diploma: bool,
    /// None when the day of the diploma is not known.
    pub(super) months_since_diploma: Option<i64>,
}

impl Course {
    fn on(person: &PersonFacts, day: Date) -> Self {
        let left = person.verlaten_op.filter(|left| *left <= day);
        let has_diploma = person.gediplomeerd && person.gediplomeerd_op.is_none_or(|on| on <= day);
        let diploma = person.gediplomeerd_op.filter(|_| has_diploma);
        Self {
            has_left: left.is_some(),
            months_since_left: left.map_or(0, |left| months_between(left, day)),
            has_diploma,
            months_since_diploma: diploma.map(|on| months_between(on, day)),
        }
    }
}

/// Whole months on the calendar. From 29 February a year is over on 1 March where there is no such day, as a year of
/// someone's age is.
fn months_between(from: Date, to: Date) -> i64 {
    let years = i64::from(to.year()).saturating_sub(i64::from(from.year()));
    let months = i64::from(to.month()).saturating_sub(i64::from(from.month()));
    let begun = i64::from(to.day() < from.day());
    years.saturating_mul(12).saturating_add(months).saturating_sub(begun)
}

impl Derived {
    /// What the texts of a refusal may say of this person, if they may.
    pub(super) fn particulars(&self, facts: &Facts) -> Option<Particulars> {
        facts.tells_age.then(|| Particulars {
            today: self.age,
            submitted: self.age_submitted,
            asked: facts.request.indiening,
            contactgemeente: self.contactgemeente.as_ref().map(|one| format!("{} ({})", one.name, one.code)),
        })
    }

    /// Whether the recipient would receive as the college of the contactgemeente of the region where the person lives.
    pub(super) fn is_to_contactgemeente(&self, facts: &Facts) -> bool {
        self.contactgemeente.as_ref().is_some_and(|one| {
            let named = facts.municipality.as_ref();
            facts.recipient.gemeenten.contains(&one.code) && named.is_none_or(|named| *named == one.code)
        })
    }

    /// `contactgemeente` is the one of the region where the person lives or stays.
    pub(super) fn of(facts: &Facts, contactgemeente: Option<&MunicipalityEntry>) -> Self {
        let today = amsterdam_date(facts.now);
        let submitted = amsterdam_date(facts.submitted);
        let person = &facts.person;
        let age = person.birth_date.age_at(facts.now);
        let age_submitted = person.birth_date.age_at(facts.submitted);
        Self {
            today,
            datum: number(today),
            age,
            course: Course::on(person, today),
            age_submitted,
            course_submitted: Course::on(person, submitted),
            curatele: person.protection().is_under_curatele(age_submitted),
            removed: person.verwijderd_op.is_some_and(|day| day <= submitted),
            zeker_leerplichtig: match age {
                AgeRange { at_most: 0..16, .. } => true,
                AgeRange { at_most: 18.., .. } => false,
                AgeRange { .. } => person.leerplichtig.unwrap_or(true),
            },
            leerplichtig: match age {
                AgeRange { at_least: 18.., .. } => false,
                AgeRange { at_least: 0..16, .. } => true,
                AgeRange { .. } => person.leerplichtig.unwrap_or(true),
            },
            college: college(facts),
            contactgemeente_asked: person.contactgemeente_gevraagd_op.is_some_and(|day| day <= submitted),
            contactgemeente: contactgemeente.cloned(),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn months(from: &str, to: &str) -> i64 {
        months_between(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn a_term_is_over_on_the_same_day_and_from_the_leap_day_on_1_march() {
        assert_eq!((months("2024-07-17", "2026-07-16"), months("2024-07-17", "2026-07-17")), (23, 24));
        assert_eq!((months("2024-02-29", "2026-02-28"), months("2024-02-29", "2026-03-01")), (23, 24));
        assert_eq!(months("2024-02-29", "2028-02-29"), 48);
        assert_eq!((months("2025-12-31", "2026-01-30"), months("2025-12-31", "2026-01-31")), (0, 1));
    }
}
