//! What stands between the fields of a file, and quotes that would join fields.

use super::fault::{LineFault, fault};
use crate::cli::client::sheets::columns::is_name;

/// A field longer than this is an unclosed quote, not a field: 64 KiB.
const LONGEST_FIELD: usize = 64 << 10;

/// What programs write between fields. The first three are read.
const SEPARATORS: [(u8, &str, &str); 4] = [
    (b',', "komma's", "commas"),
    (b'\t', "tabs", "tabs"),
    (b';', "puntkomma's", "semicolons"),
    (b'|', "|", "|"),
];

/// What else may stand between fields, and is in no name of a column.
const UNREAD: &str = "|:~^!/\\*+%&@#=_- \u{a6}\u{a7}\u{ac}\u{1f}";

/// How a file is split.
pub(super) struct Split<'a> {
    /// The text without a leading `sep=` line.
    pub(super) text: &'a str,
    /// What stands between the fields.
    pub(super) by: u8,
}

/// How the file says that it is split, or how its first filled line shows it.
pub(super) fn split_of(text: &str) -> Result<Split<'_>, Vec<LineFault>> {
    let said = text.strip_prefix("sep=").or_else(|| text.strip_prefix("\"sep="));
    if let Some(rest) = said {
        let by = rest.bytes().next().unwrap_or(b'\n');
        let (_, body) = text.split_once('\n').unwrap_or((text, ""));
        let names = names_line(body);
        let other = most_frequent(names);
        let fits = matches!(by, b';' | b',' | b'\t')
            && (count(names, by) > 0 || other.is_none_or(|other| count(names, other) == 0));
        if fits {
            return Ok(Split { text: body, by });
        }
        return Err(vec![fault(
            1,
            "csv-separator",
            "De regel sep= noemt een ander scheidingsteken dan het bestand heeft, of een dat niet wordt gelezen. \
             Haal die regel weg; gebruik puntkomma's, komma's of tabs.",
            "The line sep= names another separator than the file has, or one that is not read. Remove that line; use \
             semicolons, commas or tabs.",
        )]);
    }
    let by = most_frequent(names_line(text));
    match unread(text).or_else(|| by.filter(|by| *by == b'|').map(char::from)) {
        Some(unread) => {
            let (nl, en) = match unread {
                ' ' => ("een spatie", "a space".to_owned()),
                '\u{1f}' => ("een onzichtbaar teken", "an invisible character".to_owned()),
                sign => (&*sign.to_string(), sign.to_string()),
            };
            Err(vec![fault(
                1,
                "csv-separator",
                &format!("Tussen de velden staat {nl}. Bewaar het bestand met puntkomma's, komma's of tabs."),
                &format!("There is {en} between the fields. Save the file with semicolons, commas or tabs."),
            )])
        }
        None => Ok(Split { text, by: by.unwrap_or(b';') }),
    }
}

/// The sign that stands between the names of columns, where none that is read does.
fn unread(text: &str) -> Option<char> {
    let names = |line: &str, sign: char| fields(line, sign).filter(|field| is_name(field)).count();
    let lines = || text.lines().take(20);
    let is_read = [';', ',', '\t'].iter().any(|sign| lines().any(|line| names(line, *sign) > 1));
    UNREAD.chars().find(|sign| !is_read && lines().any(|line| names(line, *sign) > 1))
}

/// What is said of a row that has one field, when it holds another separator than the names.
pub(super) fn other_separator(row: &str, by: u8) -> Option<(&'static str, &'static str)> {
    let (most, nl, en) = SEPARATORS.into_iter().max_by_key(|(separator, ..)| count(row, *separator))?;
    (most != by && count(row, most) > 1).then_some((nl, en))
}

/// The line with the most column names among the first twenty; where none has one, the first with two filled fields.
fn names_line(text: &str) -> &str {
    let lines = || {
        let is_note = |line: &&str| line.trim_start_matches('"').trim_start().starts_with('#');
        text.lines().filter(move |line| !is_note(line)).take(20)
    };
    let names = |line: &str| {
        let of = |(separator, ..): (u8, _, _)| {
            fields(line, char::from(separator)).filter(|field| is_name(field)).count()
        };
        SEPARATORS.into_iter().map(of).max().unwrap_or(0)
    };
    // `max_by_key` answers the last of equals: the first line counts, so they are asked in reverse.
    let all: Vec<&str> = lines().collect();
    match all.iter().rev().max_by_key(|line| names(line)) {
        Some(line) if names(line) > 0 => line,
        _ => {
            let is_row = |line: &&str| {
                SEPARATORS.into_iter().any(|(separator, ..)| fields(line, char::from(separator)).count() > 1)
            };
            lines().find(is_row).unwrap_or_default()
        }
    }
}

/// The filled fields of a line.
fn fields(line: &str, separator: char) -> impl Iterator<Item = &str> {
    line.split(separator).map(|field| field.trim_matches(['"', ' ', '\t'])).filter(|field| !field.is_empty())
}

fn count(line: &str, separator: u8) -> usize {
    line.bytes().filter(|byte| *byte == separator).count()
}

fn most_frequent(line: &str) -> Option<u8> {
    let counted = SEPARATORS.into_iter().map(|(separator, ..)| separator).filter(|one| count(line, *one) > 0);
    counted.max_by_key(|separator| count(line, *separator))
}

/// The parser forgives quotes that are never closed and text behind a closing quote, and then reads many rows as one
/// field. A file in which that happens is refused.
pub(super) fn check_quotes(text: &str, delimiter: u8) -> Result<(), Vec<LineFault>> {
    let mut faults = Vec::new();
    let mut line: u64 = 1;
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
        // A line break within quotes begins no row.
        if byte == b'\n' && opened.is_none() {
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
