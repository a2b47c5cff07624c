//! One row of a sheet.

use std::fmt;

use csv::StringRecord;

use super::{debris::found as debris, separator};
use crate::{cli::client::problem::Reason, domain::text};

/// One row, with as many fields as there are names.
pub struct SheetRow {
    /// Its number as a spreadsheet shows it: a cell with a line break is one row, and a line `sep=;` is none.
    pub line: u64,
    fields: Result<StringRecord, Reason>,
}

impl SheetRow {
    /// The fields with the names of their columns' places, trimmed; empty ones left out.
    ///
    /// # Errors
    /// When the row has another number of fields than there are names, or begins as a comment.
    pub fn filled(&self) -> Result<impl Iterator<Item = (usize, &str)>, Box<Reason>> {
        match &self.fields {
            Ok(fields) => {
                let trimmed = fields.iter().map(str::trim).enumerate();
                Ok(trimmed.filter(|(_, text)| !text.is_empty()))
            }
            Err(reason) => Err(Box::new(reason.clone())),
        }
    }
}

impl fmt::Debug for SheetRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SheetRow(line {})", self.line)
    }
}

/// The row that a record is, below these names.
pub(super) fn row(record: StringRecord, names: &[String], line: u64, by: u8) -> SheetRow {
    let mut written = record.iter().map(str::trim);
    let names_again = names.len() > 1
        && names
            .iter()
            .all(|name| written.next().is_some_and(|field| field.to_lowercase() == name.to_lowercase()));
    let surplus = record.iter().skip(names.len()).any(|field| !field.trim().is_empty());
    let first = record.iter().next().unwrap_or_default().trim();
    let fields = if is_comment(first) {
        Err(Reason::found(
            "csv-comment",
            "Deze regel begint met #. Alleen de uitleg van het sjabloon wordt overgeslagen: haal de regel weg, of vul de eerste \
             cel goed in.",
            "This row begins with #. Only the template's own explanation is passed over: remove the row, or fill its first \
             cell as it should be.",
        ))
    } else if names_again {
        Err(Reason::found(
            "csv-names-again",
            "Dit zijn de kolomnamen nog een keer, en geen gegevens. Haal de regel weg.",
            "These are the column names once more, and no data. Remove the row.",
        ))
    } else if surplus || record.len() < names.len() {
        Err(other_width(&record, names.len(), by))
    } else {
        let mut record = record;
        record.truncate(names.len());
        Ok(record)
    };
    SheetRow { line, fields }
}

/// A note of the user's own. What a spreadsheet writes for a failed formula is told as that.
fn is_comment(first: &str) -> bool {
    first.starts_with('#') && debris(first, text::Lines::One).is_none()
}

fn other_width(record: &StringRecord, names: usize, by: u8) -> Reason {
    let only = record.iter().next().filter(|_| record.len() == 1).unwrap_or_default();
    if let Some((nl, en)) = separator::other_separator(only, by) {
        return Reason::found(
            "csv-separator",
            format!("Deze regel is gescheiden met {nl}, en de kolomnamen niet."),
            format!("This row is separated with {en}, and the column names are not."),
        );
    }
    Reason::found(
        "csv-columns",
        match (record.len(), names) {
            (1, _) => format!("Deze regel heeft 1 veld; er zijn {names} kolommen."),
            (fields, 1) => format!("Deze regel heeft {fields} velden; er is 1 kolom."),
            (fields, _) => format!("Deze regel heeft {fields} velden; er zijn {names} kolommen."),
        },
        match (record.len(), names) {
            (1, _) => format!("This row has 1 field; there are {names} columns."),
            (fields, 1) => format!("This row has {fields} fields; there is 1 column."),
            (fields, _) => format!("This row has {fields} fields; there are {names} columns."),
        },
    )
}
