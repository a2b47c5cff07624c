//! What a spreadsheet turned a text into: `1-3` became `1-mrt`, `45717` or a truth value.

use crate::{
    cli::client::problem::Reason,
    domain::text::{
        Lines,
        turned::{begins_with_weekday, is_day, is_written_day},
    },
};

/// What a column holds that a spreadsheet may turn into something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// A name of a person or of a place, which has letters.
    Name,
    Street,
    /// What comes behind a house number: a few letters or digits.
    Addition,
}

/// The last parts of the names of columns, and what they hold.
const COLUMNS: [(&str, Holds); 9] = [
    ("voornamen", Holds::Name),
    ("voorvoegsel", Holds::Name),
    ("achternaam", Holds::Name),
    ("naam", Holds::Name),
    ("woonplaats", Holds::Name),
    ("land", Holds::Name),
    ("straat", Holds::Street),
    ("huisletter", Holds::Addition),
    ("toevoeging", Holds::Addition),
];

/// A number of so many digits behind a house number is a day that a spreadsheet counted from 1900.
const DAY_NUMBER: usize = 5;

fn what_holds(name: &str) -> Option<Holds> {
    let last = name.rsplit('.').next().unwrap_or_default();
    COLUMNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(last)).map(|(_, holds)| *holds)
}

/// On how many lines a text in a column of this name may stand.
pub(in crate::cli::client) fn lines_of(name: &str) -> Lines {
    if what_holds(name).is_some() { Lines::One } else { Lines::Many }
}

/// What is wrong with the text of a column of this name, when it plainly is a day, a number or a truth value.
pub(in crate::cli::client) fn turned_into(name: &str, text: &str) -> Option<Reason> {
    let holds = what_holds(name)?;
    let (nl, en) = found(text, holds)?;
    let (want_nl, want_en) = match holds {
        Holds::Name => ("een naam", "a name"),
        Holds::Street => ("een straat", "a street"),
        Holds::Addition => ("een toevoeging zoals A, 2 of bis", "an addition such as A, 2 or bis"),
    };
    Some(Reason::found(
        "csv-turned",
        format!(
            "Hier staat {nl}, en hier hoort {want_nl}. Maak de kolom op als tekst en vul de cel opnieuw in."
        ),
        format!(
            "Here stands {en}, and what belongs here is {want_en}. Format the column as text and fill the cell again."
        ),
    ))
}

fn found(text: &str, holds: Holds) -> Option<(&'static str, &'static str)> {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    // A street may well be named after a day: only with the day of the week is it plainly none.
    let is_written =
        || is_written_day(text) && (holds != Holds::Street || begins_with_weekday(text.trim_start()));
    if matches!(text, "WAAR" | "ONWAAR" | "TRUE" | "FALSE") {
        Some(("WAAR of ONWAAR", "TRUE or FALSE"))
    } else if has_digit && (is_day(text) || is_written()) {
        Some(("een datum", "a date"))
    } else if !has_digit || !text.chars().all(|c| c.is_ascii_digit() || " .,-/%".contains(c)) {
        None
    } else {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let is_number = holds != Holds::Addition || text.contains(',') || digits >= DAY_NUMBER;
        is_number.then_some(("een getal", "a number"))
    }
}
