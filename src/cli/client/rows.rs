//! From the rows of a sheet to the bodies of pushes.

use serde_json::Value;

use super::{
    columns::{Column, Columns, Form, Place, put},
    problem::Reason,
    sheet::{LineFault, Sheet, SheetRow},
};

/// The body of a push that a row makes, or what is wrong with the row.
#[derive(Debug)]
pub struct Row {
    /// The line of the file on which the row begins.
    pub line: u64,
    /// The body.
    pub body: Result<Value, Vec<Reason>>,
}

/// The dataset that a sheet is about: what its first row says in `header.dataset`.
#[must_use]
pub fn dataset_of(sheet: &Sheet) -> Option<&str> {
    let place = sheet.names.iter().position(|name| name == "header.dataset")?;
    let mut filled = sheet.rows.first()?.filled().ok()?;
    filled.find(|(index, _)| *index == place).map(|(_, text)| text)
}

/// The bodies of all rows.
///
/// # Errors
/// The columns that the dataset does not have, or that stand in the file twice. A column is named by its number: when
/// the row with names is missing, what stands there is a person's data.
pub fn bodies(sheet: &Sheet, columns: &Columns) -> Result<Vec<Row>, Vec<LineFault>> {
    let mut faults = Vec::new();
    let mut found: Vec<Column> = Vec::new();
    for (index, name) in sheet.names.iter().enumerate() {
        let number = index.saturating_add(1);
        let twice = sheet.names.iter().take(index).any(|earlier| earlier == name);
        let reason = match columns.find(name) {
            Some(_) if twice => Reason::found(
                "csv-column-twice",
                format!("Kolom {number} staat twee keer in het bestand."),
                format!("Column {number} stands in the file twice."),
            ),
            Some(column) => {
                found.push(column);
                continue;
            }
            None => Reason::found(
                "csv-unknown-column",
                format!(
                    "Kolom {number} hoort niet bij deze dataset. Gebruik de kolomnamen van `sluis client template`."
                ),
                format!(
                    "Column {number} is not of this dataset. Use the names that `sluis client template` writes."
                ),
            ),
        };
        faults.push(LineFault { line: 1, reason });
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let row = |row: &SheetRow| Row { line: row.line, body: body(row, &sheet.names, &found) };
    Ok(sheet.rows.iter().map(row).collect())
}

fn body(row: &SheetRow, names: &[String], columns: &[Column]) -> Result<Value, Vec<Reason>> {
    let filled = row.filled().map_err(|reason| vec![*reason])?;
    let mut faults = Vec::new();
    let mut values: Vec<(&Column, &String, Value)> = Vec::new();
    for (index, text) in filled {
        let (Some(column), Some(name)) = (columns.get(index), names.get(index)) else { continue };
        match value(&column.form, text) {
            Some(value) => values.push((column, name, value)),
            None => faults.push(other_form(&column.form).in_column(name)),
        }
    }
    // Lists fill up from their first item, wherever the file has its columns.
    values.sort_by_key(|(column, _, _)| indexes(&column.path));
    let mut body = Value::Null;
    for (column, name, value) in values {
        if !put(&mut body, &column.path, value) {
            let nl = "Deze kolom is gevuld, maar een eerder nummer van dezelfde lijst is leeg.";
            let en = "This column is filled, but an earlier number of the same list is empty.";
            faults.push(Reason::found("csv-gap", nl, en).in_column(name));
        }
    }
    if faults.is_empty() { Ok(body) } else { Err(faults) }
}

fn indexes(path: &[Place]) -> Vec<usize> {
    path.iter().filter_map(|place| if let Place::Item(index) = place { Some(*index) } else { None }).collect()
}

/// The value of a field, or nothing when it has not that form. What the form does not settle is left to the gateway,
/// which knows the schema.
fn value(form: &Form, text: &str) -> Option<Value> {
    match form {
        Form::Text | Form::Choice(_) => Some(Value::from(text)),
        Form::Date => Some(Value::from(turned_round(text).unwrap_or_else(|| text.to_owned()))),
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
fn other_form(form: &Form) -> Reason {
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
        Form::Text | Form::Date | Form::Choice(_) => {
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
