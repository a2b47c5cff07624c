//! The dates of an invented example, so that it is one of today.
//!
//! The examples of the policies bear the dates of the day on which they were written. Terms and ages are judged by the clock, so
//! that an example as it stands there would be refused some day.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::domain::declaration::DeclarationKind;

/// What has happened when a packet is sent; nearly every term is counted from one of these.
const HAPPENED: [&str; 3] = ["/traject/uitstroomdatum", "/verwijdering/datum", "/profiel/vastgesteldOp"];

/// The example with its dates moved by whole years, so that what it is about happened in the year before this day: days and months
/// stay, and so does the age on the day that it happened.
#[must_use]
pub(super) fn of_today(example: &Value, today: Date) -> Value {
    let happened =
        HAPPENED.iter().find_map(|pointer| example.pointer(pointer)?.as_str()?.parse::<Date>().ok());
    let years = happened.map_or(0, |day| {
        let years = today.year().saturating_sub(day.year());
        let is_to_come = (day.month(), day.day()) > (today.month(), today.day());
        if is_to_come { years.saturating_sub(1) } else { years }
    });
    let mut moved = example.clone();
    shift(&mut moved, years);
    moved
}

fn shift(value: &mut Value, years: i16) {
    match value {
        Value::String(text) => {
            if let Some(moved) = moved(text, years) {
                *text = moved;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, years)),
        Value::Object(members) => members.values_mut().for_each(|member| shift(member, years)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A date so many years later. An unknown month or day is `00` and stays so; 29 February becomes the 28th.
fn moved(text: &str, years: i16) -> Option<String> {
    let (year, rest) = text.split_once('-')?;
    let is_date = text.len() == 10
        && year.len() == 4
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let year = year.parse::<i16>().ok().filter(|year| is_date && *year > 0)?.checked_add(years)?;
    let rest = if rest == "02-29" { "02-28" } else { rest };
    Some(format!("{year:04}-{rest}"))
}

/// A declaration of this kind, given and recorded today by the person of a packet, towards its first recipient.
#[must_use]
pub(super) fn declaration(kind: DeclarationKind, packet: &Value, today: Date) -> Value {
    let of = |pointer: &str| packet.pointer(pointer);
    let mut declaration = json!({
        "kind": kind,
        "person": { "reference": of("/person/reference"), "birthDate": of("/person/birthDate") },
        "dataset": of("/dataset"),
        "towards": of("/recipients/0").filter(|_| kind.names_its_recipient()),
        "purpose": of("/purpose").filter(|_| kind.names_its_purpose()),
        "givenBy": "persoon",
        "givenAt": today.to_string(),
        "evidence": { "kind": "formulier", "recordedOn": today.to_string() },
    });
    if let Some(members) = declaration.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    declaration
}
