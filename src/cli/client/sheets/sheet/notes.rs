//! The lines of a template that are no rows: what is the same for every row, and the explanation of the columns.

use csv::StringRecord;

use crate::cli::client::sheets::columns::NEEDS;

/// A value that holds for every row: `#school.naam=De Sluis`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The line on which it stands; none when it was given with `--set`.
    pub line: Option<u64>,
    /// The column that it stands for.
    pub name: String,
    /// The value; empty when the line was not filled.
    pub value: String,
}

/// The setting on a line above the names. The value stands behind `=`, or in the field beside it.
pub(super) fn setting_of(record: &StringRecord, line: u64) -> Option<Setting> {
    let mut fields = record.iter().map(str::trim);
    let (name, value) = fields.next()?.strip_prefix('#')?.split_once('=')?;
    let beside = fields.next().filter(|text| !is_explanation(text)).unwrap_or_default();
    let value = if value.trim().is_empty() { beside } else { value.trim() };
    Some(Setting { line: Some(line), name: name.trim().to_owned(), value: value.to_owned() })
}

/// Whether a row is the template's own explanation of its columns, wherever a spreadsheet has moved them.
pub(super) fn explains(record: &StringRecord) -> bool {
    let mut filled = record.iter().map(str::trim).filter(|field| !field.is_empty()).peekable();
    filled.peek().is_some() && filled.all(is_explanation)
}

fn is_explanation(text: &str) -> bool {
    let text = text.trim_start_matches('#').trim_start();
    NEEDS.iter().flatten().any(|need| text.starts_with(need))
}

/// Whether nothing stands in a row.
pub(super) fn is_empty(record: &StringRecord) -> bool {
    record.iter().all(|field| field.trim().is_empty())
}

/// `NAME=VALUE` on the command line.
///
/// # Errors
/// When there is no `=` in it, or nothing before it.
pub fn setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok(Setting { line: None, name: name.trim().to_owned(), value: value.trim().to_owned() })
        }
        _ => Err("write NAME=VALUE, such as school.naam=De Sluis".to_owned()),
    }
}
