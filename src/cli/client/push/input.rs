//! Many packets: the lines of a file, or the rows of a sheet.

use std::path::Path;

use bytes::Bytes;

use super::{
    arguments::Push,
    does::{Does, of_the_other_route, route_of},
};
use crate::cli::{
    Failure,
    client::{
        dataset::Dataset,
        input::{read_input, refuse_utf16, without_mark},
        problem::Reason,
        route::Route,
        session::Session,
        sheets::{
            faulty::FaultyFile,
            rows::{self, Layout},
            sheet::{PassedOver, Setting, Sheet},
        },
    },
};

/// Whether the first line that says something is one of a sheet: a setting, or names with separators between them.
fn is_a_sheet(read: &[u8]) -> bool {
    let mut lines = without_mark(read).split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let Some(first) = lines.find(|line| !line.is_empty()) else { return false };
    let has_names = first.first().is_some_and(u8::is_ascii_alphabetic);
    first.starts_with(b"#") || (has_names && first.iter().any(|byte| b";,\t".contains(byte)))
}

/// One line of the input: the body of a push, or what is wrong with it.
#[derive(Debug)]
pub struct Line {
    /// The line, counted from 1.
    pub number: u64,
    /// The body as it will be sent.
    pub body: Result<Bytes, Vec<Reason>>,
}

/// What a batch sends.
pub(super) struct Input {
    pub(super) lines: Vec<Line>,
    pub(super) layout: Option<Layout>,
    pub(super) passed_over: PassedOver,
}

impl Input {
    /// The lines of a file with a packet on each, and where they go.
    pub(super) async fn of_file(
        file: &Path,
        does: Does,
        session: &Session,
    ) -> Result<(Self, Route), Failure> {
        let read = read_input(file)?;
        refuse_utf16(&read, file)?;
        if is_a_sheet(&read) {
            return Err(Failure::usage((
                "dit lijkt een blad (CSV), en geen bestand met een JSON-document per regel",
                "this looks like a sheet (CSV), and not a file with a JSON document on each line",
            ))
            .now(("geef het met --csv in plaats van --batch", "give it with --csv instead of --batch")));
        }
        let (lines, empty) = of_ndjson(&read);
        let route = route_of(lines.iter().filter_map(|line| line.body.as_ref().ok()), does, session).await?;
        let passed_over = PassedOver { empty, ..PassedOver::default() };
        Ok((Self { lines, layout: None, passed_over }, route))
    }

    /// The rows of a sheet, and where they go.
    pub(super) async fn of_sheet(
        asked: &Push,
        file: &Path,
        does: Does,
        session: &Session,
    ) -> Result<(Self, Route), Failure> {
        let faulty = |faults| FaultyFile::failure(file, faults);
        let sheet = Sheet::read(&read_input(file)?).map_err(faulty)?;
        let named = rows::dataset_of(&sheet, &asked.set).and_then(|code| code.parse().ok());
        let dataset = asked.dataset.clone().or(named).ok_or_else(|| {
            Failure::usage(("het blad noemt zijn dataset niet", "the sheet does not say its dataset")).now((
                "zet boven de namen `#dataset=CODE`, vul de kolom `dataset`, of geef --dataset",
                "write it above the names as `#dataset=CODE`, fill the column `dataset`, or give --dataset",
            ))
        })?;
        let mut set = asked.set.clone();
        let is_dataset = |name: &String| rows::is_dataset(name);
        if asked.dataset.is_some() && !sheet.names.iter().any(is_dataset) {
            set.push(Setting { line: None, name: "dataset".to_owned(), value: dataset.to_string() });
        }
        let found = Dataset::read(&dataset, session).await?;
        let route = does.route_of_kind(found.kind());
        if !does.goes_by(route) {
            return Err(of_the_other_route(&dataset, route));
        }
        let layout = Layout::of(&sheet, found.columns()?, &set).map_err(faulty)?;
        let line = |row: rows::Row| Line {
            number: row.line,
            body: row.body.map(|body| Bytes::from(body.to_string())),
        };
        let lines = rows::bodies(&sheet, &layout).into_iter().map(line).collect();
        Ok((Self { lines, layout: Some(layout), passed_over: sheet.passed_over }, route))
    }
}

/// The lines of NDJSON, and the numbers of the empty ones. What is no JSON is told by its place; everything else is the
/// gateway's to judge.
#[must_use]
pub fn of_ndjson(bytes: &Bytes) -> (Vec<Line>, Vec<u64>) {
    let (mut lines, mut empty) = (Vec::new(), Vec::new());
    let mut number: u64 = 0;
    for line in without_mark(bytes).split(|byte| *byte == b'\n') {
        number = number.saturating_add(1);
        let line = line.trim_ascii();
        if line.is_empty() {
            empty.push(number);
            continue;
        }
        let body = match serde_json::from_slice::<serde::de::IgnoredAny>(line) {
            Ok(_) => Ok(bytes.slice_ref(line)),
            Err(error) => Err(vec![Reason::found(
                "not-json",
                format!("Geen JSON bij teken {}.", error.column()),
                format!("No JSON at character {}.", error.column()),
            )]),
        };
        lines.push(Line { number, body });
    }
    // What ends the last line begins no other.
    if bytes.ends_with(b"\n") || bytes.is_empty() {
        empty.pop();
    }
    (lines, empty)
}
