//! Facts from JSON, with everything that is wrong at once and no value of a person in what is said about it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{
    cli::{
        Failure,
        language::{Said, both},
    },
    domain::{age::BirthDate, clock::amsterdam_date, json, problem::Fault},
    http::json::typed,
    policy::{
        glossary::{Glossary, camel_case},
        whatif::WhatIf,
    },
};

pub(super) fn read(text: &str, glossary: &Glossary) -> Result<WhatIf, Failure> {
    let members: Map<String, Value> =
        json::object(json::unmarked(text.as_bytes())).map_err(|fault| unreadable(&fault))?;
    let known = WhatIf::names(glossary);
    let (mut facts, others): (Map<_, _>, Map<_, _>) =
        members.into_iter().partition(|(name, _)| known.contains(&camel_case(name)));
    let list = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let mut wrong: Vec<Said> = others
        .keys()
        .map(|name| {
            both!("`{name}`: geen feit; bekend zijn {list}", "`{name}`: not a fact; known are {list}")
        })
        .collect();
    let (asserted, faults) = glossary.take_spelled(&mut facts);
    wrong.extend(faults.iter().map(said));
    match typed::<WhatIf>(&Value::Object(facts)) {
        Ok(read) if wrong.is_empty() => return Ok(WhatIf { asserted, ..read }),
        Ok(_) => {}
        Err(faults) => wrong.extend(faults.iter().map(said)),
    }
    Err(Failure::usage(
        Said::new("de feiten zijn niet te begrijpen", "the facts cannot be understood").listing(wrong),
    )
    .now((
        "`sluis policy explain --help` laat een voorbeeld zien",
        "`sluis policy explain --help` shows an example",
    )))
}

fn said(fault: &Fault) -> Said {
    let place = fault.pointer.trim_start_matches('/').replace('/', ".");
    if place.is_empty() {
        // Each member is known, so that only a fact under two names is left.
        return Said::new(
            "een feit staat er twee keer in: schrijf elk feit een keer, in camelCase of in snake_case",
            "a fact stands twice: write each fact once, in camelCase or in snake_case",
        );
    }
    Said::new(format!("`{place}`: {}", fault.text.nl), format!("`{place}`: {}", fault.text.en))
}

/// What cannot be: a date of birth after the day that is judged, another age than the one beside it, or a day that a push would
/// be refused for.
pub(super) fn impossible(question: &WhatIf, glossary: &Glossary, now: Timestamp) -> Option<Failure> {
    let at = question.at.map_or(now, |moment| moment.0);
    let today = amsterdam_date(at);
    let born = question.birth_date.as_ref().and_then(BirthDate::first_day);
    if born.is_some_and(|first| first > today) {
        return Some(
            Failure::usage((
                "birthDate ligt na de dag die wordt beoordeeld",
                "birthDate is after the day that is judged",
            ))
            .now(("verbeter birthDate, of de dag (at)", "correct birthDate, or the day (at)")),
        );
    }
    let faults = glossary.impossible(&question.asserted, question.birth_date.as_ref(), today, "");
    let wrong: Vec<Said> = faults.iter().map(said).collect();
    if !wrong.is_empty() {
        return Some(
            Failure::usage(
                Said::new("iets in deze feiten kan niet", "something in these facts cannot be")
                    .listing(wrong),
            )
            .now((
                "verbeter het, of de dag waarop wordt beoordeeld (at)",
                "correct it, or the day that is judged on (at)",
            )),
        );
    }
    let (age, range) = (question.age?, question.birth_date.as_ref()?.age_at(at));
    (!(range.at_least..=range.at_most).contains(&age)).then(|| {
        Failure::usage(("age en birthDate spreken elkaar tegen", "age and birthDate contradict each other"))
            .now(("schrijf een van de twee", "write one of the two"))
    })
}

fn unreadable(fault: &Fault) -> Failure {
    Failure::usage(Said::new(
        format!("de feiten zijn niet één JSON-object: {}", fault.text.nl),
        format!("the facts are not one JSON object: {}", fault.text.en),
    ))
}
