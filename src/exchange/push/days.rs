//! Asserted facts that cannot be: which day a rule counts from must not be a slip of a spreadsheet.

use jiff::Timestamp;

use crate::{
    domain::{age::BirthDate, clock::amsterdam_date, party::Role, person::PersonFacts, problem::Fault},
    policy::{
        contents::{
            Contents,
            days::{KnownDays, before_birth, early_day, future_day},
        },
        dataset::Dataset,
        glossary::Glossary,
    },
};

/// The first year of which a day that a school asserts can be meant.
const FIRST_YEAR: i16 = 1950;

/// What is wrong with the asserted days, and with what the content beside them says again.
pub(super) fn impossible_days(
    person: &PersonFacts,
    sender: Role,
    (glossary, about): (&Glossary, Option<(&Dataset, &Contents)>),
    now: Timestamp,
) -> Vec<Fault> {
    let today = amsterdam_date(now);
    let born = person.birth_date.first_day();
    let mut faults: Vec<Fault> = unborn(&person.birth_date, "/person/birthDate", now).into_iter().collect();
    let asserted = &person.asserted;
    let days: Vec<_> = glossary.facts().iter().filter_map(|fact| Some((fact, fact.day(asserted)?))).collect();
    for (fact, day) in &days {
        let (at, day) = (format!("/person/{}", fact.code), *day);
        if day.year() < FIRST_YEAR {
            faults.push(early_day(&at));
        } else if born.is_some_and(|born| day < born) {
            faults.push(before_birth(&at));
        } else if day > today && !fact.may_come(asserted) {
            faults.push(future_day(&at));
        }
    }
    if let Some((dataset, contents)) = about {
        let asserted: Vec<_> = days.iter().map(|(fact, day)| (fact.code.as_str(), *day)).collect();
        faults.extend(dataset.contradicting_days(contents, KnownDays { today, born, asserted: &asserted }));
        faults.extend(dataset.contradicted_facts(contents, person, sender, today));
    }
    faults
}

/// Of a date of birth that is yet to come.
pub(in crate::exchange) fn unborn(birth_date: &BirthDate, at: &str, now: Timestamp) -> Option<Fault> {
    birth_date.first_day().is_some_and(|born| born > amsterdam_date(now)).then(|| future_day(at))
}
