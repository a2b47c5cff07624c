//! The records of a CSV, numbered as a spreadsheet numbers its rows.

use csv::{ReaderBuilder, StringRecord};

use super::fault::{LineFault, fault};

/// The records of a text with the number that a spreadsheet gives to the row: it counts records, not the line breaks in them.
pub(super) fn records(text: &str, by: u8) -> Result<Vec<(u64, StringRecord)>, Vec<LineFault>> {
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
