//! CSV as spreadsheets write it: byte order mark, semicolons, `sep=`, the template's own lines; and what is wrong with it.
//!
//! Faults name the line and the column, never what stands there: it may be a person's data.

pub(super) mod bytes;
mod debris;
pub(super) mod notes;
mod separator;
mod turned;

use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use serde::Serialize;

pub(super) use self::debris::{clipped_phone, found as debris, unguarded};
pub use self::notes::Setting;
use self::separator::Split;
pub(super) use self::turned::{lines_of, turned_into};
use super::{columns::is_name, problem::Reason};
use crate::{
    cli::{Language, language::tell},
    domain::text,
};

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

/// The lines of a file that are no rows, each as a spreadsheet numbers its rows. The line with the names is not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PassedOver {
    /// What holds for every row: it is read, and is no row.
    pub settings: Vec<u64>,
    /// The template's explanation of the columns.
    pub explanations: Vec<u64>,
    /// Rows in which nothing stands.
    pub empty: Vec<u64>,
}

/// One row, with as many fields as there are names.
pub struct SheetRow {
    /// Its number as a spreadsheet shows it: a cell with a line break is one row, and a line `sep=;` is none.
    pub line: u64,
    fields: Result<StringRecord, Reason>,
}

/// What is wrong on which line.
#[derive(Debug, Clone)]
pub struct LineFault {
    /// The line: the row as a spreadsheet numbers it.
    pub line: u64,
    /// What is wrong there.
    pub reason: Reason,
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

/// The records of a text with the number that a spreadsheet gives to the row: it counts records, not the line breaks in them.
fn records(text: &str, by: u8) -> Result<Vec<(u64, StringRecord)>, Vec<LineFault>> {
    let mut lines = Lines { rest: text.as_bytes(), at: 0, line: 1 };
    let mut all = Vec::new();
    let (mut ended, mut number) = (0_u64, 0_u64);
    let parsed = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(by)
        .from_reader(text.as_bytes())
        .into_records();
    let mut next = |record| {
        number = number.saturating_add(1);
        all.push((number, record));
    };
    for record in parsed {
        let record = record.map_err(|_| {
            vec![fault(1, "csv-unreadable", "Dit is geen leesbare CSV.", "This is no readable CSV.")]
        })?;
        let line = lines.line_of(&record);
        // The parser passes over lines without a character: they are counted as empty rows.
        (ended.saturating_add(1)..line).for_each(|_| next(StringRecord::new()));
        ended = line.saturating_add(breaks_in(&record));
        next(record);
    }
    let lines = u64::try_from(text.lines().count()).unwrap_or(u64::MAX);
    (ended..lines).for_each(|_| next(StringRecord::new()));
    Ok(all)
}

fn breaks_in(record: &StringRecord) -> u64 {
    let breaks =
        record.iter().map(|field| field.bytes().filter(|byte| *byte == b'\n').count()).sum::<usize>();
    u64::try_from(breaks).unwrap_or(u64::MAX)
}

/// Counts lines up to a record: the parser's own count stands at the empty lines above it.
struct Lines<'a> {
    rest: &'a [u8],
    at: u64,
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(self.at, csv::Position::byte);
        while let Some((byte, rest)) = self.rest.split_first() {
            if self.at >= start && *byte != b'\n' {
                break;
            }
            self.line = self.line.saturating_add(u64::from(*byte == b'\n'));
            self.at = self.at.saturating_add(1);
            self.rest = rest;
        }
        self.line
    }
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

impl PassedOver {
    /// What was passed over, in a line for people; nothing when every line was the names or a row.
    #[must_use]
    pub fn text(&self, language: Language) -> Option<String> {
        let of = |lines: &[u64], one: &str| {
            let shown: Vec<String> = lines.iter().take(10).map(ToString::to_string).collect();
            let more = if lines.len() > 10 { ", …" } else { "" };
            (!lines.is_empty()).then(|| format!("{} {one} ({}{more})", lines.len(), shown.join(", ")))
        };
        let parts = [
            of(&self.settings, language.pick("voor alle regels", "for every row")),
            of(&self.explanations, language.pick("uitleg", "explanation")),
            of(&self.empty, language.pick("leeg", "empty")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty())
            .then(|| tell!(language, "geen regels met gegevens: {}", "no rows: {}", parts.join("; ")))
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({} columns, {} rows)", self.names.len(), self.rows.len())
    }
}

impl fmt::Debug for SheetRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SheetRow(line {})", self.line)
    }
}

fn fault(line: u64, code: &str, nl: &str, en: &str) -> LineFault {
    LineFault { line, reason: Reason::found(code, nl, en) }
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

fn row(record: StringRecord, names: &[String], line: u64, by: u8) -> SheetRow {
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
