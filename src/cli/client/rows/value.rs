//! From the text of a field to a value.

use serde_json::Value;

use super::{Form, Reason};

/// The value of a field, or nothing when it has not that form. What the form does not settle is left to the gateway,
/// which knows the schema.
pub(super) fn value(form: &Form, text: &str) -> Option<Value> {
    match form {
        Form::Text | Form::Choice(_) => Some(Value::from(text)),
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
        Form::Text | Form::Date | Form::Municipality | Form::Choice(_) => {
            Reason::found("csv-text", "Hier hoort tekst.", "Text belongs here.")
        }
    }
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
