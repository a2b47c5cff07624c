//! From the text of a field to a value.

use serde_json::Value;

use jiff::civil::Date;

use super::super::columns::Form;
use crate::cli::{
    client::problem::Reason,
    day::{NotADay, instant},
};

/// Nobody who is alive was born in an earlier year, and spreadsheets write nothing as a day of 1899 or 1900.
const FIRST_YEAR: i16 = 1901;

/// The value of a field, or what is wrong where more can be said than that it has not that form. What the form does not
/// settle is left to the gateway, which knows the schema.
pub(super) fn value(form: &Form, text: &str) -> Result<Value, Option<Box<Reason>>> {
    if *form == Form::Moment {
        let instant =
            instant(text).map_err(|error| (error == NotADay::Absent).then(|| Box::new(no_such_day())))?;
        return Ok(Value::from(instant.to_string()));
    }
    plain(form, text).ok_or(None)
}

fn plain(form: &Form, text: &str) -> Option<Value> {
    match form {
        Form::Text | Form::Moment | Form::Choice(_) => Some(Value::from(text)),
        Form::Date => Some(Value::from(turned_round(text).unwrap_or_else(|| text.to_owned()))),
        Form::Municipality => Some(Value::from(with_zeros(text))),
        Form::Whole => text.parse::<i64>().map(Value::from).ok(),
        Form::Number => number(text),
        Form::Flag => match text.to_ascii_lowercase().as_str() {
            "ja" | "waar" | "true" | "1" => Some(Value::Bool(true)),
            "nee" | "onwaar" | "false" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
    }
}

/// What is said of a field whose text has not the form of its column.
pub(super) fn other_form(form: &Form) -> Reason {
    match form {
        Form::Whole => {
            Reason::found("csv-whole-number", "Hier hoort een geheel getal.", "A whole number belongs here.")
        }
        Form::Number => Reason::found(
            "csv-number",
            "Hier hoort een getal, zonder scheiding van duizendtallen.",
            "A number belongs here, without separators for thousands.",
        ),
        Form::Flag => {
            Reason::found("csv-yes-or-no", "Hier hoort ja of nee.", "Yes or no belongs here: ja or nee.")
        }
        Form::Moment => Reason::found(
            "csv-moment",
            "Hier hoort een dag of een tijdstip, zoals 5-12-2026 of 5-12-2026 12:00 (de tijd in Nederland).",
            "A day or a moment belongs here, such as 5-12-2026 or 5-12-2026 12:00 (the time in the Netherlands).",
        ),
        Form::Text | Form::Date | Form::Municipality | Form::Choice(_) => {
            Reason::found("csv-text", "Hier hoort tekst.", "Text belongs here.")
        }
    }
}

/// What is wrong with a day that is written as one should be, and that no calendar has; nothing for another text. A day of
/// birth may have 00 for what is not known.
pub(super) fn absent_day(text: &str) -> Option<Reason> {
    let day = turned_round(text).unwrap_or_else(|| text.to_owned());
    let parts: Vec<&str> = day.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let number = |part: &str, length: usize| {
        let is_number = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse::<i16>().ok() } else { None }
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    match (year, month, day) {
        (0, 0, 0) => None,
        (..FIRST_YEAR, ..) => Some(Reason::found(
            "csv-long-ago",
            "Deze dag ligt te lang geleden. Kijk het jaar na.",
            "This day is too long ago. Look at the year.",
        )),
        (_, 0..=12, 0) => None,
        _ => {
            let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            Date::new(year, month, day).is_err().then(no_such_day)
        }
    }
}

fn no_such_day() -> Reason {
    Reason::found(
        "csv-no-such-day",
        "Deze dag bestaat niet. Kijk de dag en de maand na.",
        "This day does not exist. Look at the day and the month.",
    )
}

/// A number with a point or a comma. `1.234` is a number below two.
fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'));
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|_| plain)?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

/// `17-7-2026`, as Dutch spreadsheets show a date, as `2026-07-17`.
fn turned_round(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let digits = |part: &str, most: usize| {
        !part.is_empty() && part.len() <= most && part.bytes().all(|b| b.is_ascii_digit())
    };
    (digits(day, 2) && digits(month, 2) && year.len() == 4 && digits(year, 4))
        .then(|| format!("{year}-{month:0>2}-{day:0>2}"))
}

/// A municipality of three digits or fewer lost its zeros in a spreadsheet: every CBS code has four.
fn with_zeros(text: &str) -> String {
    let is_short = !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_short { format!("{text:0>4}") } else { text.to_owned() }
}
