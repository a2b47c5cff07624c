//! The facts that a decision rests on. They are total: nothing is absent, and what is not known says no.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};

use super::{
    region::MunicipalityEntry,
    reply::{Reply, Wish},
    wording::{ASKED, Particulars, REMOVED, SUBMITTED, TODAY},
};
use crate::domain::{
    age::AgeRange,
    assertion::{
        Assertions, CONTACTGEMEENTE_GEVRAAGD_OP, GEDIPLOMEERD, GEDIPLOMEERD_OP, INGESCHREVEN, LEERPLICHTIG,
        PROFIEL, STARTKWALIFICATIE, TWAALF_SCHOOLJAREN, VERLATEN_OP, VERWIJDERD_OP,
    },
    clock::amsterdam_date,
    code::{Category, DatasetCode, Grondslag, Municipality, Purpose},
    id::PacketId,
    party::{PartyId, Role},
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

/// What is earlier in the thread of a message: what it rests on or answers. The default is that there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierFacts {
    /// How it stands with it.
    pub replies: BTreeSet<Reply>,
    /// The municipality whose college was asked.
    pub municipality: Option<Municipality>,
    /// How old the person was when it was handed in, by the date of birth in itself. It decides who had to agree. Every age
    /// when there is nothing.
    pub indiening: AgeRange,
    /// Whether a curator acted for the person then, by what it says itself.
    pub curatele: bool,
    /// What stands today of what was declared for it.
    pub wishes: BTreeSet<Wish>,
}

impl Default for EarlierFacts {
    fn default() -> Self {
        Self {
            replies: BTreeSet::from([Reply::none()]),
            municipality: None,
            indiening: AgeRange::UNKNOWN,
            curatele: false,
            wishes: BTreeSet::new(),
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
    /// What it rests on or answers.
    pub earlier: EarlierFacts,
    /// What was declared for this dataset and recipient, and stands today.
    pub wishes: BTreeSet<Wish>,
    /// An objection stands upon which the controller has not decided.
    pub bezwaar: bool,
    /// An objection was decided to be right.
    pub bezwaar_gegrond: bool,
    /// A restriction was asked for, and the controller has not decided.
    pub beperking: bool,
    /// A restriction was decided to be right, and is not lifted.
    pub beperking_gegrond: bool,
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
pub(in crate::policy) struct Derived {
    pub(in crate::policy) today: Date,
    pub(in crate::policy) datum: i64,
    pub(in crate::policy) age: AgeRange,
    /// As it stands today.
    pub(in crate::policy) course: Course,
    pub(in crate::policy) age_submitted: AgeRange,
    /// As it stood when the packet was handed in.
    pub(in crate::policy) course_submitted: Course,
    /// A curator acts for the person, who may be 18 today.
    pub(in crate::policy) curatele: bool,
    /// The decision to remove had been taken when the packet was handed in.
    pub(in crate::policy) removed: bool,
    /// Still leerplichtig or kwalificatieplichtig today.
    pub(in crate::policy) plicht: Plicht,
    /// The age on the day of the decision to remove; on the day of handing in where there is none.
    pub(in crate::policy) age_removed: AgeRange,
    /// Leerplichtig or kwalificatieplichtig on that day.
    pub(in crate::policy) plicht_removed: Plicht,
    /// The municipality whose college would receive.
    pub(in crate::policy) college: Option<Municipality>,
    /// The college of residence had asked for the contactgemeente when the packet was handed in.
    pub(in crate::policy) contactgemeente_asked: bool,
    /// The municipality that coordinates the Doorstroompunt of the region where the person lives or stays.
    pub(in crate::policy) contactgemeente: Option<MunicipalityEntry>,
}

/// Whether someone is leerplichtig or kwalificatieplichtig on some day.
pub(in crate::policy) struct Plicht {
    /// By what, by one of the dates that the date of birth may be.
    pub(in crate::policy) possible: Option<Why>,
    /// By every one.
    pub(in crate::policy) certain: bool,
}

/// By what someone is leerplichtig or kwalificatieplichtig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::policy) enum Why {
    /// Younger than 16.
    Age,
    /// In the school year of the 16th birthday.
    SchoolYear,
    /// In the VSO profile onderwijs, and the school does not say.
    Profile,
    /// The school says so.
    Said,
    /// The school does not say.
    Unsaid,
}

impl Why {
    /// The code, as policies write it.
    pub(in crate::policy) const fn as_str(self) -> &'static str {
        match self {
            Self::Age => "jonger-dan-16",
            Self::SchoolYear => "schooljaar-van-16",
            Self::Profile => "vervolgonderwijs",
            Self::Said => "opgegeven",
            Self::Unsaid => "niet-opgegeven",
        }
    }
}

impl Plicht {
    fn on(facts: &Facts, day: Date, removed: bool) -> Self {
        let birth = &facts.person.birth_date;
        let age = birth.age_on(day);
        let (first, last) = birth.school_year_of_16_ends().unzip();
        Self {
            possible: is_plichtig(facts, removed, age.at_least, last.is_some_and(|last| day <= last)),
            certain: is_plichtig(facts, removed, age.at_most, first.is_some_and(|last| day <= last))
                .is_some(),
        }
    }
}

/// Whether the Leerplichtwet applies to someone of this age. What an act decides is never left to what a school asserts:
/// never over below 16 (our reading) nor in the school year of the 16th birthday, but after twelve full school years
/// (LPW 3(1)); always over from 18 or with a startkwalificatie (4b), and for who followed VSO in the profile arbeid or
/// dagbesteding (4a(2)), which vervolgonderwijs is not. For the rest what the school says, which knows of a diploma or
/// verklaring of praktijkonderwijs (4a(2)) and of an exemption (15); not said is yes.
fn is_plichtig(facts: &Facts, removed: bool, age: u16, in_school_year_of_16: bool) -> Option<Why> {
    let asserted = &facts.person.asserted;
    if age >= 18 {
        return None;
    }
    if age < 16 {
        return Some(Why::Age);
    }
    if in_school_year_of_16 && !asserted.is(TWAALF_SCHOOLJAREN) {
        return Some(Why::SchoolYear);
    }
    if asserted.is(STARTKWALIFICATIE) {
        return None;
    }
    let said = match asserted.flag(LEERPLICHTIG) {
        Some(is_plichtig) => is_plichtig.then_some(Why::Said),
        None => Some(Why::Unsaid),
    };
    match asserted.codes(PROFIEL).next().filter(|_| facts.sender.party.role == Role::VsoSchool) {
        Some("arbeid" | "dagbesteding") => said.filter(|_| asserted.is(INGESCHREVEN) && !removed),
        Some("onderwijs") if said == Some(Why::Unsaid) => Some(Why::Profile),
        Some(_) | None => said,
    }
}

/// How far someone's course at school stands on some day.
pub(in crate::policy) struct Course {
    pub(in crate::policy) has_left: bool,
    pub(in crate::policy) months_since_left: i64,
    /// The diploma, unless its day is still to come.
    pub(in crate::policy) has_diploma: bool,
    /// None when the day of the diploma is not known.
    pub(in crate::policy) months_since_diploma: Option<i64>,
}

impl Course {
    fn on(asserted: &Assertions, day: Date) -> Self {
        let left = asserted.day(VERLATEN_OP).filter(|left| *left <= day);
        let graduated = asserted.day(GEDIPLOMEERD_OP);
        let has_diploma = asserted.is(GEDIPLOMEERD) && graduated.is_none_or(|on| on <= day);
        let diploma = graduated.filter(|_| has_diploma);
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
pub(in crate::policy) fn months_between(from: Date, to: Date) -> i64 {
    let years = i64::from(to.year()).saturating_sub(i64::from(from.year()));
    let months = i64::from(to.month()).saturating_sub(i64::from(from.month()));
    let begun = i64::from(to.day() < from.day());
    years.saturating_mul(12).saturating_add(months).saturating_sub(begun)
}

impl Derived {
    /// What the texts of a refusal may say of this person; nothing to who may not know.
    pub(in crate::policy) fn particulars(&self, facts: &Facts) -> Particulars {
        if !facts.tells_age {
            return Particulars::default();
        }
        let ages = [
            (TODAY, self.age),
            (SUBMITTED, self.age_submitted),
            (REMOVED, self.age_removed),
            (ASKED, facts.earlier.indiening),
        ];
        Particulars {
            ages: ages.map(|(place, age)| (place.to_owned(), age)).into(),
            contactgemeente: self.contactgemeente.as_ref().map(|one| format!("{} ({})", one.name, one.code)),
        }
    }

    /// Whether the recipient would receive as the college of the contactgemeente of the region where the person lives.
    pub(in crate::policy) fn is_to_contactgemeente(&self, facts: &Facts) -> bool {
        self.contactgemeente.as_ref().is_some_and(|one| {
            let named = facts.municipality.as_ref();
            facts.recipient.gemeenten.contains(&one.code) && named.is_none_or(|named| *named == one.code)
        })
    }

    /// `contactgemeente` is the one of the region where the person lives or stays.
    pub(in crate::policy) fn of(facts: &Facts, contactgemeente: Option<&MunicipalityEntry>) -> Self {
        let today = amsterdam_date(facts.now);
        let submitted = amsterdam_date(facts.submitted);
        let person = &facts.person;
        let age = person.birth_date.age_at(facts.now);
        let age_submitted = person.birth_date.age_at(facts.submitted);
        let removed = person.asserted.day(VERWIJDERD_OP).filter(|day| *day <= submitted);
        Self {
            today,
            datum: number(today),
            age,
            course: Course::on(&person.asserted, today),
            age_submitted,
            course_submitted: Course::on(&person.asserted, submitted),
            curatele: person.protection().is_under_curatele(age),
            removed: removed.is_some(),
            plicht: Plicht::on(facts, today, removed.is_some()),
            age_removed: person.birth_date.age_on(removed.unwrap_or(submitted)),
            plicht_removed: Plicht::on(facts, removed.unwrap_or(submitted), removed.is_some()),
            college: college(facts),
            contactgemeente_asked: person
                .asserted
                .day(CONTACTGEMEENTE_GEVRAAGD_OP)
                .is_some_and(|day| day <= submitted),
            contactgemeente: contactgemeente.cloned(),
        }
    }
}

/// The college that was named; where a party was, the one that was asked to continue, or that of the residence if it acts
/// for that.
fn college(facts: &Facts) -> Option<Municipality> {
    let residence = &facts.person.verblijf;
    let acts = facts.recipient.gemeenten.contains(residence);
    let named = facts.municipality.as_ref().or(facts.earlier.municipality.as_ref());
    named.or_else(|| acts.then_some(residence)).cloned()
}

/// A date as the number that policies compare, such as 20260901.
pub(in crate::policy) fn number(day: Date) -> i64 {
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
