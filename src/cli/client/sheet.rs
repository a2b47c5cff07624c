//! CSV as spreadsheets write it: byte order mark, semicolons, `sep=`, comment lines; and what is wrong with it.
//!
//! Faults name the line and the column, never what stands there: it may be a person's data.

use std::fmt;

use csv::{ReaderBuilder, StringRecord};

use super::problem::Reason;

/// A field longer than this is an unclosed quote, not a field: 64 KiB.
const LONGEST_FIELD: usize = 64 << 10;

/// A CSV file: the names of its columns and its rows, comments and empty rows left out.
pub struct Sheet {
    /// The names in the first row that is no comment.
    pub names: Vec<String>,
    /// The rows below it.
    pub rows: Vec<SheetRow>,
}

/// One row, with as many fields as there are names.
pub struct SheetRow {
    /// The line of the file on which it begins, counted from 1.
    pub line: u64,
    fields: Result<StringRecord, Reason>,
}

/// What is wrong on which line.
#[derive(Debug, Clone)]
pub struct LineFault {
    /// The line, counted from 1.
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
        let text = text_of(bytes)?.replace("\r\n", "\n").replace('\r', "\n");
        let (text, skipped, delimiter) = delimiter_of(&text);
        check_quotes(text, delimiter, skipped)?;
        let mut lines = Lines { rest: text.as_bytes(), at: 0, line: skipped.saturating_add(1) };
        let mut records = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes())
            .into_records()
            .map(|record| match record {
                Ok(record) => Ok((lines.line_of(&record), record)),
                Err(_) => Err(vec![fault(
                    1,
                    "csv-unreadable",
                    "Dit is geen leesbare CSV.",
                    "This is no readable CSV.",
                )]),
            })
            .filter(|record| record.as_ref().map_or(true, |(_, record)| !is_passed_over(record)));
        let Some(names) = records.next().transpose()? else {
            return Err(vec![fault(
                1,
                "csv-empty",
                "Het bestand heeft geen regel met kolomnamen.",
                "The file has no row with column names.",
            )]);
        };
        let mut names: Vec<String> = names.1.iter().map(|name| name.trim().to_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let rows: Result<Vec<_>, Vec<LineFault>> =
            records.map(|record| record.map(|(line, record)| row(record, names.len(), line))).collect();
        Ok(Self { rows: rows?, names })
    }
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
    /// When the row has another number of fields than there are names.
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

/// The text behind the byte order mark, if it is UTF-8 without NUL.
fn text_of(bytes: &[u8]) -> Result<&str, Vec<LineFault>> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(vec![fault(
            1,
            "csv-utf16",
            "Het bestand is UTF-16. Bewaar het als 'CSV UTF-8'.",
            "The file is UTF-16. Save it as 'CSV UTF-8'.",
        )]);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if let Some(place) = bytes.iter().position(|byte| *byte == 0) {
        let nul = "Er staat een NUL-teken in deze regel. Dit is geen tekstbestand.";
        return Err(vec![fault(
            line_at(bytes, place),
            "csv-nul",
            nul,
            "There is a NUL on this line. This is no text file.",
        )]);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        vec![fault(
            line_at(bytes, error.valid_up_to()),
            "csv-not-utf8",
            "Deze regel is geen UTF-8. Bewaar het bestand als 'CSV UTF-8'.",
            "This line is not UTF-8. Save the file as 'CSV UTF-8'.",
        )]
    })
}

fn line_at(bytes: &[u8], place: usize) -> u64 {
    let newlines = bytes.iter().take(place).filter(|byte| **byte == b'\n').count();
    u64::try_from(newlines).unwrap_or(u64::MAX).saturating_add(1)
}

/// The text without a leading `sep=` line, how many lines that skipped, and what stands between fields.
fn delimiter_of(text: &str) -> (&str, u64, u8) {
    if let Some(rest) = text.strip_prefix("sep=").or_else(|| text.strip_prefix("\"sep=")) {
        let delimiter = rest.bytes().next().filter(|byte| matches!(byte, b';' | b',' | b'\t'));
        if let (Some(delimiter), Some((_, body))) = (delimiter, text.split_once('\n')) {
            return (body, 1, delimiter);
        }
    }
    let names =
        text.lines().find(|line| !line.trim_start_matches('"').starts_with('#') && !line.trim().is_empty());
    let count =
        |delimiter: u8| names.map_or(0, |line| line.bytes().filter(|byte| *byte == delimiter).count());
    let delimiter = [b';', b'\t', b','].into_iter().rev().max_by_key(|delimiter| count(*delimiter));
    (text, 0, delimiter.unwrap_or(b';'))
}

/// The parser forgives quotes that are never closed and text behind a closing quote, and then reads many rows as one
/// field. A file in which that happens is refused.
fn check_quotes(text: &str, delimiter: u8, skipped: u64) -> Result<(), Vec<LineFault>> {
    let mut faults = Vec::new();
    let mut line = skipped.saturating_add(1);
    let mut opened: Option<u64> = None;
    let mut at_start = true;
    let mut length: usize = 0;
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let is_end = byte == delimiter || byte == b'\n';
        length = if opened.is_none() && is_end { 0 } else { length.saturating_add(1) };
        if length == LONGEST_FIELD {
            let nl = "Dit veld is langer dan 64 KiB. Is een aanhalingsteken niet gesloten?";
            faults.push(fault(
                opened.unwrap_or(line),
                "csv-field-too-long",
                nl,
                "This field is longer than 64 KiB. Is a quote not closed?",
            ));
        }
        match (opened, byte) {
            (Some(_), b'"') if bytes.peek() == Some(&b'"') => {
                bytes.next();
            }
            (Some(start), b'"') => {
                opened = None;
                let closes = bytes.peek().is_none_or(|next| *next == delimiter || *next == b'\n');
                if !closes {
                    let nl = "Na een sluitend aanhalingsteken staat nog tekst. Verdubbel aanhalingstekens binnen een veld.";
                    faults.push(fault(
                        start,
                        "csv-stray-quote",
                        nl,
                        "There is text behind a closing quote. Double the quotes within a field.",
                    ));
                }
            }
            (None, b'"') if at_start => opened = Some(line),
            _ => {}
        }
        if byte == b'\n' {
            line = line.saturating_add(1);
        }
        at_start = opened.is_none() && is_end;
    }
    if let Some(start) = opened {
        let nl = "Het aanhalingsteken dat in deze regel opent, wordt nergens gesloten.";
        faults.push(fault(start, "csv-open-quote", nl, "The quote that opens on this line is never closed."));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A comment, also when the spreadsheet has put quotes around it, or a row of empty fields.
fn is_passed_over(record: &StringRecord) -> bool {
    record.iter().next().is_some_and(|first| first.trim_start().starts_with('#'))
        || record.iter().all(|field| field.trim().is_empty())
}

fn row(record: StringRecord, names: usize, line: u64) -> SheetRow {
    let surplus = record.iter().skip(names).any(|field| !field.trim().is_empty());
    let fields = if surplus || record.len() < names {
        Err(Reason::found(
            "csv-columns",
            format!("Deze regel heeft {} velden; er zijn {names} kolommen.", record.len()),
            format!("This row has {} fields; there are {names} columns.", record.len()),
        ))
    } else {
        let mut record = record;
        record.truncate(names);
        Ok(record)
    };
    SheetRow { line, fields }
}
