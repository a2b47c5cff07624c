//! From the rows of a sheet to the bodies of pushes.

mod field;
mod layout;
mod value;

use serde_json::Value;

use self::field::read;
pub(in crate::cli::client) use self::field::read_for_every_row;
pub use self::layout::Layout;
use super::{
    columns::{Column, Form, indexes, pointer, put},
    sheet::{Setting, Sheet, SheetRow},
};
use crate::cli::client::problem::Reason;

/// The body of a push that a row makes, or what is wrong with the row.
#[derive(Debug)]
pub struct Row {
    /// The row, as a spreadsheet numbers it.
    pub line: u64,
    /// The body.
    pub body: Result<Value, Vec<Reason>>,
}

/// Whether a column or setting of this name says which dataset it is.
#[must_use]
pub fn is_dataset(name: &str) -> bool {
    name.eq_ignore_ascii_case("dataset") || name.eq_ignore_ascii_case("header.dataset")
}

/// The dataset that a sheet is about: what is set for every row, or what its first row says.
#[must_use]
pub fn dataset_of(sheet: &Sheet, set: &[Setting]) -> Option<String> {
    if let Some(set) =
        set.iter().chain(&sheet.settings).find(|one| is_dataset(&one.name) && !one.value.is_empty())
    {
        return Some(set.value.clone());
    }
    let place = sheet.names.iter().position(|name| is_dataset(name))?;
    let mut filled = sheet.rows.first()?.filled().ok()?;
    filled.find(|(index, _)| *index == place).map(|(_, text)| text.to_owned())
}

/// The bodies of all rows.
#[must_use]
pub fn bodies(sheet: &Sheet, layout: &Layout) -> Vec<Row> {
    sheet.rows.iter().map(|row| Row { line: row.line, body: body(row, layout) }).collect()
}

fn body(row: &SheetRow, layout: &Layout) -> Result<Value, Vec<Reason>> {
    let filled = row.filled().map_err(|reason| vec![*reason])?;
    let mut faults = Vec::new();
    let mut values: Vec<(&Column, usize, Value)> = Vec::new();
    for (index, text) in filled {
        let Some((name, column)) = layout.column(index) else { continue };
        match read(name, column, text) {
            Ok(value) => values.push((column, index, value)),
            Err(reason) => faults.push(layout.at_column(index, *reason)),
        }
    }
    // Lists fill up from their first item, wherever the file has its columns.
    values.sort_by_key(|(column, ..)| indexes(&column.path));
    let mut body = Value::Null;
    for (column, index, value) in &values {
        if !put(&mut body, &column.path, in_words_of(&column.own, value)) {
            faults.push(layout.at_column(*index, gap()));
        }
    }
    // What holds for every row fills what the row leaves open. What says the same goes to both places, and is overruled by a
    // column of its own.
    let settings = || layout.for_every_row().map(|(column, value)| (column, value, None));
    let of_row = values.iter().map(|(column, index, value)| (*column, value, Some(*index)));
    let direct =
        settings().map(|(column, value, index)| (&column.path, in_words_of(&column.own, value), index));
    let along = of_row.chain(settings()).flat_map(|(column, value, index)| {
        column.also.iter().map(move |(path, form)| (path, in_words_of(form, value), index))
    });
    for (path, value, index) in direct.chain(along) {
        let is_free = body.pointer(&pointer(path)).is_none_or(Value::is_null);
        if is_free && !put(&mut body, path, value) {
            faults.push(index.map_or_else(gap, |index| layout.at_column(index, gap())));
        }
    }
    if faults.is_empty() { Ok(body) } else { Err(faults) }
}

fn gap() -> Reason {
    Reason::found(
        "csv-gap",
        "Deze kolom is gevuld, maar een eerder nummer van dezelfde lijst is leeg.",
        "This column is filled, but an earlier number of the same list is empty.",
    )
}

/// The word of the header for a word of the content: praktijkleren is arbeid to the law.
fn in_words_of(form: &Form, value: &Value) -> Value {
    match (form, value.as_str()) {
        (Form::Choice(words), Some("praktijkleren")) if !words.iter().any(|word| word == "praktijkleren") => {
            Value::from("arbeid")
        }
        _ => value.clone(),
    }
}
