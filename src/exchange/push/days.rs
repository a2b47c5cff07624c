//! Asserted facts that cannot be: which day a rule counts from must not be a slip of a spreadsheet.

use jiff::Timestamp;

use crate::{
    domain::{age::BirthDate, clock::amsterdam_date, party::Role, person::PersonFacts, problem::Fault},
    policy::{
        contents::{Contents, days::KnownOfPerson},
        dataset::Dataset,
        days::future_day,
        glossary::Glossary,
    },
};

/// What is wrong with the asserted facts, and with what the content beside them says again.
pub(super) fn impossible_days(
    person: &PersonFacts,
    sender: Role,
    (glossary, about): (&Glossary, Option<(&Dataset, &Contents)>),
    now: Timestamp,
) -> Vec<Fault> {
    let today = amsterdam_date(now);
    let birth = &person.birth_date;
    let mut faults: Vec<Fault> = unborn(birth, "/person/birthDate", now).into_iter().collect();
    faults.extend(glossary.impossible(&person.asserted, Some(birth), today, "/person"));
    if let Some((dataset, contents)) = about {
        let known = KnownOfPerson { today, birth, asserted: &person.asserted };
        faults.extend(dataset.impossible(contents, known));
        faults.extend(dataset.contradicted_facts(contents, person, sender, today));
    }
    faults
}

/// Of a date of birth that is yet to come.
pub(in crate::exchange) fn unborn(birth_date: &BirthDate, at: &str, now: Timestamp) -> Option<Fault> {
    birth_date.first_day().is_some_and(|born| born > amsterdam_date(now)).then(|| future_day(at))
}
