//! Days in a submission that cannot be: which day a rule counts from must not be a slip of a spreadsheet.

use jiff::Timestamp;

use crate::{
    domain::{age::BirthDate, clock::amsterdam_date, party::Role, person::PersonFacts, problem::Fault},
    policy::{
        contents::{
            Contents,
            days::{KnownDays, before_birth, early_day, future_day},
        },
        dataset::Dataset,
    },
};

/// The first year of which a day that a school asserts can be meant.
const FIRST_YEAR: i16 = 1950;

/// What is wrong with the asserted days, and with what the content beside them says again.
pub(super) fn impossible_days(
    person: &PersonFacts,
    sender: Role,
    about: Option<(&Dataset, &Contents)>,
    now: Timestamp,
) -> Vec<Fault> {
    let today = amsterdam_date(now);
    let born = person.birth_date.first_day();
    let mut faults: Vec<Fault> = unborn(&person.birth_date, "/person/birthDate", now).into_iter().collect();
    let left = person.verlaten_op.map(|day| ("verlatenOp", day));
    let graduated = person.gediplomeerd_op.map(|day| ("gediplomeerdOp", day));
    let removed = person.verwijderd_op.map(|day| ("verwijderdOp", day));
    let asked = person.contactgemeente_gevraagd_op.map(|day| ("contactgemeenteGevraagdOp", day));
    for (name, day) in left.into_iter().chain(graduated).chain(removed).chain(asked) {
        let at = format!("/person/{name}");
        // Who is enrolled may have a day on which to leave.
        let may_come = name == "verlatenOp" && person.ingeschreven;
        if day.year() < FIRST_YEAR {
            faults.push(early_day(&at));
        } else if born.is_some_and(|born| day < born) {
            faults.push(before_birth(&at));
        } else if day > today && !may_come {
            faults.push(future_day(&at));
        }
    }
    if let Some((dataset, contents)) = about {
        let asserted: Vec<_> = left.into_iter().chain(graduated).chain(removed).collect();
        faults.extend(dataset.contradicting_days(contents, KnownDays { today, born, asserted: &asserted }));
        faults.extend(dataset.contradicted_facts(contents, person, sender, today));
    }
    faults
}

/// Of a date of birth that is yet to come.
pub(in crate::exchange) fn unborn(birth_date: &BirthDate, at: &str, now: Timestamp) -> Option<Fault> {
    birth_date.first_day().is_some_and(|born| born > amsterdam_date(now)).then(|| future_day(at))
}
