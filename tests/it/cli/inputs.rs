//! Sheets as people hand them in, which once went wrong: each row is sent, or refused by line and column for its reason.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use sluis::domain::clock::amsterdam_date;

use super::live::{Live, SCHOOL};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/inputs");

/// What comes of a sheet.
enum Comes {
    /// Of each row: its line, and the column and code of what is wrong, or how it stands.
    Rows(&'static [(u64, &'static str, &'static str)]),
    /// The whole sheet is refused at this line, with this code, and these words are told.
    Nothing(u64, &'static str, &'static str),
}

use Comes::{Nothing, Rows};

const SURNAME: &str = "persoon.achternaam";
const GIVEN: &str = "persoon.voornamen";
const PHONE: &str = "persoon.telefoon";

const SHEETS: &[(&str, Comes)] = &[
    (
        "rows-that-begin-with-a-hash",
        Rows(&[
            (2, "", "accepted"),
            (3, SURNAME, "csv-error-value"),
            (4, SURNAME, "csv-error-value"),
            (5, "", "csv-comment"),
        ]),
    ),
    (
        "errors-as-values",
        Rows(&[
            (2, SURNAME, "csv-error-value"),
            (3, "persoon.adres.straat", "csv-error-value"),
            (4, GIVEN, "csv-error-value"),
            (5, SURNAME, "csv-error-value"),
            (6, SURNAME, "csv-error-value"),
        ]),
    ),
    (
        "formulas",
        Rows(&[
            (2, SURNAME, "csv-formula"),
            (3, SURNAME, "csv-formula"),
            (4, SURNAME, "csv-formula"),
            (5, SURNAME, "csv-formula"),
        ]),
    ),
    (
        "damaged-letters",
        Rows(&[
            (2, GIVEN, "csv-mojibake"),
            (3, GIVEN, "csv-mojibake"),
            (4, GIVEN, "csv-mojibake"),
            (5, GIVEN, "csv-mojibake"),
            (6, "", "accepted"),
        ]),
    ),
    (
        "turned-into-a-number",
        Rows(&[
            (2, SURNAME, "csv-turned"),
            (3, GIVEN, "csv-turned"),
            (4, "persoon.adres.straat", "csv-turned"),
        ]),
    ),
    (
        "phones",
        Rows(&[
            (2, PHONE, "csv-phone"),
            (3, PHONE, "wrong-form"),
            (4, PHONE, "wrong-form"),
            (5, "", "accepted"),
        ]),
    ),
    ("day-of-1900", Rows(&[(2, "verwijderdOp", "csv-long-ago"), (3, "", "accepted")])),
    ("same-row-twice", Rows(&[(2, "", "accepted"), (3, "", "duplicate"), (4, "", "accepted")])),
    ("title-above", Nothing(1, "csv-title", "niet de regel met kolomnamen")),
    ("without-a-known-name", Nothing(1, "csv-no-names", "sluis client template")),
    ("separated-by-colons", Nothing(1, "csv-separator", "Tussen de velden staat :")),
    ("separated-by-bars", Nothing(1, "csv-separator", "Tussen de velden staat |")),
    ("of-windows", Nothing(2, "csv-not-utf8", "lijkt Windows-1252")),
    ("of-ms-dos", Nothing(2, "csv-not-utf8", "lijkt MS-DOS (CP850)")),
    ("of-a-mac", Nothing(2, "csv-not-utf8", "lijkt Mac OS Roman")),
];

/// What holds for every row.
const SET: [&str; 9] = [
    "dataset=verwijderingsmelding",
    "doel=doorstroompunt-taak",
    "ontvanger.gemeente=0361",
    "ontvanger.rol=doorstroompunt",
    "woongemeente=0361",
    "ingeschreven=nee",
    "leerlingnummer.soort=own",
    "school.naam=De Overhaal",
    "school.brin=99ZZ",
];

/// The line, column and code of each row, or how it stands.
fn rows(records: impl Iterator<Item = Value>) -> Vec<(u64, String, String)> {
    let text = |record: &Value, pointer: &str| {
        record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let told = records.map(|record| {
        let status = text(&record, "/status").replace("permitted", "accepted");
        let code = text(&record, "/reasons/0/code");
        let line = record["line"].as_u64().unwrap();
        (line, text(&record, "/reasons/0/column"), if code.is_empty() { status } else { code })
    });
    let told: BTreeSet<_> = told.collect();
    told.into_iter().collect()
}

#[test]
fn each_sheet_is_sent_or_refused_by_line_and_column() {
    let live = Live::start();
    let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let sheets = entries.filter(|path| path.extension().is_some_and(|one| one == "csv"));
    let sheets: BTreeSet<String> =
        sheets.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(sheets, SHEETS.iter().map(|(name, _)| (*name).to_owned()).collect(), "each sheet is played");

    let today = amsterdam_date(live.now).to_string();
    let days = [format!("verlatenOp={today}"), format!("verwijderdOp={today}")];
    let set = SET.into_iter().chain(days.iter().map(String::as_str));
    let set: Vec<&str> = set.flat_map(|value| ["--set", value]).collect();
    for (name, comes) in SHEETS {
        let file = format!("{name}.csv");
        let bytes = fs::read(format!("{FOLDER}/{file}")).unwrap();
        match std::str::from_utf8(&bytes) {
            Ok(text) => live.program.write(&file, &text.replace("DAY", &today)),
            Err(_) => fs::write(live.program.path(&file), &bytes).unwrap(),
        }
        let push = |more: &[&str]| live.client(SCHOOL, &[&["push", "--csv", &file], &set[..], more].concat());
        match comes {
            Rows(expected) => {
                let expected: Vec<(u64, String, String)> = expected
                    .iter()
                    .map(|(line, column, what)| (*line, (*column).to_owned(), (*what).to_owned()))
                    .collect();
                let checked = push(&["--check", "--json"]).json();
                let records = checked["records"].as_array().unwrap_or_else(|| panic!("{name}: {checked}"));
                assert_eq!(rows(records.iter().cloned()), expected, "{name}, checked");
                let sent = push(&["--json"]).json();
                let report = live.program.read(sent["report"].as_str().unwrap());
                let records = report.lines().map(|line| serde_json::from_str(line).unwrap());
                assert_eq!(rows(records), expected, "{name}, sent");
            }
            Nothing(line, code, says) => {
                for more in [&["--check"][..], &[]] {
                    let told = push(more).with(2).stderr;
                    let place = format!("regel {line}");
                    for part in [place.as_str(), code, says] {
                        assert!(told.contains(part), "{name}: {part}: {told}");
                    }
                    assert!(!told.contains("Waterman"), "{name}: {told}");
                }
            }
        }
    }
}
