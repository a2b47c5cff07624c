//! Asserted facts that cannot be: which day a rule counts from must not be a slip of a spreadsheet.

use jiff::Timestamp;

use crate::{
    domain::{
        age::BirthDate,
        assertion::{GEDIPLOMEERD, GEDIPLOMEERD_OP, VERLATEN_OP, VERWIJDERD_OP},
        clock::amsterdam_date,
        party::Role,
        person::PersonFacts,
        problem::Fault,
    },
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

/// The days of somebody's course at school.
const OF_SCHOOL: [&str; 3] = [VERLATEN_OP, GEDIPLOMEERD_OP, VERWIJDERD_OP];
/// The age from which a child is admitted to a school (WPO 39).
const SCHOOL_AGE: u16 = 4;

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
        } else if OF_SCHOOL.contains(&fact.code.as_str())
            && person.birth_date.age_on(day).at_most < SCHOOL_AGE
        {
            faults.push(before_school(&at));
        } else if day > today && !fact.may_come(asserted) {
            faults.push(future_day(&at));
        }
    }
    if days.iter().any(|(fact, _)| fact.code == GEDIPLOMEERD_OP) && !asserted.is(GEDIPLOMEERD) {
        faults.push(no_diploma());
    }
    if let Some((dataset, contents)) = about {
        let asserted: Vec<_> = days.iter().map(|(fact, day)| (fact.code.as_str(), *day)).collect();
        faults.extend(dataset.contradicting_days(contents, KnownDays { today, born, asserted: &asserted }));
        faults.extend(dataset.contradicted_facts(contents, person, sender, today));
    }
    faults
}

/// Nobody of that age leaves a school, is removed from it or holds its diploma.
fn before_school(at: &str) -> Fault {
    Fault::at(
        at,
        "before-school-age",
        "Op deze dag was de leerling jonger dan 4 jaar, en ging hij nog niet naar school. Kijk deze dag en de geboortedatum na.",
        "On this day the pupil was younger than 4, and did not go to school yet. Look at this day and the date of birth.",
    )
}

fn no_diploma() -> Fault {
    Fault::at(
        format!("/person/{GEDIPLOMEERD_OP}"),
        "contradiction",
        "Hier staat de dag van een diploma, en bij gediplomeerd staat niet dat het er is. Kijk beide na.",
        "Here stands the day of a diploma, and gediplomeerd does not say that it is there. Look at both.",
    )
}

/// Of a date of birth that is yet to come.
pub(in crate::exchange) fn unborn(birth_date: &BirthDate, at: &str, now: Timestamp) -> Option<Fault> {
    birth_date.first_day().is_some_and(|born| born > amsterdam_date(now)).then(|| future_day(at))
}
