//! One field of a sheet: its value, or what is wrong with it.

use serde_json::Value;

use super::{
    super::{
        columns::{Column, Form},
        sheet::{clipped_phone, debris, lines_of, turned_into, unguarded},
    },
    value::{absent_day, other_form, value},
};
use crate::cli::client::problem::Reason;

/// The value of a field, or what is wrong with it.
pub(super) fn read(name: &str, column: &Column, text: &str) -> Result<Value, Box<Reason>> {
    let text = unguarded(text);
    if let Some(reason) = debris(text, lines_of(name)) {
        return Err(Box::new(reason));
    }
    let is_phone = name.rsplit('.').next().is_some_and(|last| last.starts_with("telefoon"));
    if let Some(reason) = clipped_phone(text).filter(|_| is_phone) {
        return Err(Box::new(reason));
    }
    if let Some(reason) = turned_into(name, text).filter(|_| column.form == Form::Text) {
        return Err(Box::new(reason));
    }
    if let Some(reason) = absent_day(text).filter(|_| column.form == Form::Date) {
        return Err(Box::new(reason));
    }
    value(&column.form, text).map_err(|other| other.unwrap_or_else(|| Box::new(other_form(&column.form))))
}

/// The value of a field that holds for every row. It is one of the words that the dataset leaves: told once, and before
/// anything is sent, in the words of the gateway.
pub(in crate::cli::client) fn read_for_every_row(
    name: &str,
    column: &Column,
    text: &str,
) -> Result<Value, Box<Reason>> {
    let value = read(name, column, text)?;
    match &column.form {
        Form::Choice(words) if !words.iter().any(|word| *word == value) => {
            let words = words.join(", ");
            Err(Box::new(Reason::found(
                "not-a-choice",
                format!("Deze waarde is geen van de keuzes: {words}."),
                format!("This value is none of the choices: {words}."),
            )))
        }
        _ => Ok(value),
    }
}
