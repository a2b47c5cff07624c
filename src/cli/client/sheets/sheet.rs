//! CSV as spreadsheets write it: byte order mark, semicolons, `sep=`, the template's own lines; and what is wrong with it.
//!
//! Faults name the line and the column, never what stands there: it may be a person's data.

pub(super) mod bytes;
mod debris;
mod fault;
pub(super) mod notes;
mod passed_over;
mod records;
mod row;
mod separator;
mod turned;

use std::fmt;

use csv::StringRecord;

pub(super) use self::{
    debris::{clipped_phone, found as debris, unguarded},
    turned::{lines_of, turned_into},
};
pub use self::{
    fault::LineFault,
    notes::{Setting, setting},
    passed_over::PassedOver,
    row::SheetRow,
};
use self::{fault::fault, records::records, row::row, separator::Split};
use super::columns::is_name;

/// Among so many rows the one with names is looked for.
const ROWS_ABOVE: usize = 20;

/// A CSV file: the names of its columns, what holds for every row, and its rows.
pub struct Sheet {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The line on which they stand: the row as a spreadsheet numbers it.
    pub names_line: u64,
    /// What holds for every row.
    pub settings: Vec<Setting>,
    /// The rows below the names.
    pub rows: Vec<SheetRow>,
    /// What is no row.
    pub passed_over: PassedOver,
}

impl Sheet {
    /// Reads a file.
    ///
    /// # Errors
    /// What makes the file as a whole unreadable. A row with too few or too many fields does not: it is one bad row.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<LineFault>> {
        let text = bytes::text_of(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
        let Split { text, by } = separator::split_of(&text)?;
        separator::check_quotes(text, by)?;
        let mut passed_over = PassedOver::default();
        let mut above = Vec::new();
        let mut names: Option<(u64, Vec<String>)> = None;
        let mut rows = Vec::new();
        let (mut settings, mut lines_of_empty) = (Vec::new(), Vec::new());
        for (line, record) in records(text, by)? {
            if notes::is_empty(&record) {
                lines_of_empty.push(line);
            } else if notes::explains(&record) {
                passed_over.explanations.push(line);
            } else if let Some((_, names)) = &names {
                rows.push(row(record, names, line, by));
            } else if let Some(setting) = notes::setting_of(&record, line) {
                passed_over.settings.push(line);
                settings.push(setting);
            } else if holds_names(&record) {
                names = Some((line, names_of(&record)));
            } else if above.len() < ROWS_ABOVE {
                above.push(line);
            }
        }
        let Some((names_line, names)) = names else { return Err(without_names(&above)) };
        if !above.is_empty() {
            return Err(above.into_iter().map(title).collect());
        }
        if rows.is_empty() {
            return Err(vec![fault(
                names_line,
                "csv-no-rows",
                "Onder de kolomnamen staat geen enkele regel met gegevens.",
                "There is no row below the column names.",
            )]);
        }
        passed_over.empty = lines_of_empty;
        Ok(Self { names, names_line, settings, rows, passed_over })
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({} columns, {} rows)", self.names.len(), self.rows.len())
    }
}

/// Whether this row has column names: two of them, or nothing else.
fn holds_names(record: &StringRecord) -> bool {
    let filled = record.iter().filter(|field| !field.trim().is_empty()).count();
    let names = record.iter().filter(|field| is_name(field.trim())).count();
    names > 1 || (names == 1 && filled == 1)
}

fn names_of(record: &StringRecord) -> Vec<String> {
    let mut names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

fn title(line: u64) -> LineFault {
    fault(
        line,
        "csv-title",
        "Dit is niet de regel met kolomnamen; het lijkt een titel. Haal deze regel weg.",
        "This is not the row with column names: it looks like a title. Remove it.",
    )
}

/// What is said of a file in which no row has names that a template writes.
fn without_names(rows: &[u64]) -> Vec<LineFault> {
    let Some(first) = rows.first() else {
        return vec![fault(
            1,
            "csv-empty",
            "Het bestand heeft geen regel met kolomnamen.",
            "The file has no row with column names.",
        )];
    };
    vec![fault(
        *first,
        "csv-no-names",
        "Dit is niet de regel met kolomnamen, en daaronder staat er ook geen. Maak een bestand met `sluis client \
         template` en zet de gegevens onder die namen.",
        "This is not the row with column names, and there is none below it. Make a file with `sluis client template` and \
         put the data below those names.",
    )]
}
