//! Packets as CSV: what the template writes is read back, and what a spreadsheet breaks is named by line and column.

use serde_json::{Value, json};
use sluis::cli::{
    Exit,
    client::{columns::Columns, problem::Reason, rows, sheet::Sheet, template},
};

use super::stub::{Stub, json};

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["persoon"],
        "properties": {
            "persoon": {
                "type": "object",
                "required": ["achternaam"],
                "properties": {
                    "achternaam": { "type": "string" },
                    "geboortedatum": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
                }
            },
            "traject": { "$ref": "#/$defs/traject" },
            "stages": {
                "type": "array", "maxItems": 3,
                "items": { "type": "object", "required": ["werkgever"], "properties": {
                    "werkgever": { "type": "string" },
                    "uren": { "type": ["number", "null"] },
                    "taken": { "type": "array", "maxItems": 9, "items": { "type": "string" } }
                } }
            }
        },
        "$defs": { "traject": { "type": "object", "properties": {
            "profiel": { "enum": ["arbeid", "onderwijs"] },
            "leerjaar": { "type": "integer", "title": "laatste leerjaar" },
            "einde": { "type": "string", "format": "date" },
            "nazorg": { "type": "boolean" }
        } } }
    })
}

fn columns() -> Columns {
    Columns::of_schema(&schema()).unwrap()
}

fn read(text: impl AsRef<[u8]>) -> Vec<rows::Row> {
    rows::bodies(&Sheet::read(text.as_ref()).unwrap(), &columns()).unwrap()
}

fn faults(text: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let found = match Sheet::read(text.as_ref()) {
        Err(faults) => faults,
        Ok(sheet) => rows::bodies(&sheet, &columns()).unwrap_err(),
    };
    found.into_iter().map(|fault| (fault.line, fault.reason.code)).collect()
}

fn reasons(text: &str) -> Vec<(Option<String>, String)> {
    let reasons = read(text).remove(0).body.unwrap_err();
    reasons.into_iter().map(|Reason { column, code, .. }| (column, code)).collect()
}

#[test]
fn the_template_names_every_leaf_and_explains_it() {
    let all = columns().template(2);
    let names: Vec<&str> =
        all.iter().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("header.")).collect();
    assert_eq!(
        names,
        [
            "persoon.achternaam",
            "persoon.geboortedatum",
            "traject.profiel",
            "traject.leerjaar",
            "traject.einde",
            "traject.nazorg",
            "stages.1.werkgever",
            "stages.2.werkgever",
            "stages.1.uren",
            "stages.2.uren",
            "stages.1.taken.1",
            "stages.1.taken.2",
            "stages.2.taken.1",
            "stages.2.taken.2",
        ]
    );
    let of = |name: &str| all.iter().find(|(one, _)| one == name).unwrap().1.as_str();
    assert_eq!(of("persoon.achternaam"), "verplicht: tekst");
    assert_eq!(of("traject.profiel"), "mag leeg: arbeid / onderwijs");
    assert_eq!(of("traject.leerjaar"), "mag leeg: geheel getal: laatste leerjaar");
    assert!(all.iter().any(|(name, _)| name == "header.recipients.1.municipality"));
    assert!(all.iter().all(|(name, _)| columns().find(name).is_some()), "every name is read back");
}

#[test]
fn a_filled_template_is_the_body_that_was_meant() {
    let names = columns().template(2);
    let settled = [("header.dataset", "overgangsdocument".to_owned())];
    let mut text = String::from_utf8(template::written(&names, &settled).unwrap()).unwrap();
    let filled = [
        ("header.dataset", "overgangsdocument"),
        ("header.purpose", "voortzetting-ondersteuning"),
        ("header.recipients.1.municipality", "0361"),
        ("header.recipients.1.role", "werk-en-inkomen"),
        ("header.person.reference.kind", "own"),
        ("header.person.reference.value", "L-2031"),
        ("header.person.birthDate", "3-11-2007"),
        ("header.person.verblijf", "0361"),
        ("header.person.ingeschreven", "nee"),
        ("header.copyForPerson", "WAAR"),
        ("persoon.achternaam", "\"Özdemir; \"\"van\"\"\nder Sluis\""),
        ("persoon.geboortedatum", "2007-11-00"),
        ("traject.leerjaar", "5"),
        ("traject.einde", "17-7-2026"),
        ("traject.nazorg", "ja"),
        ("stages.1.werkgever", "Groenbedrijf"),
        ("stages.1.uren", "7,5"),
        ("stages.2.werkgever", "Bakkerij"),
        ("stages.2.uren", "24"),
        ("stages.2.taken.1", "meten"),
        ("stages.2.taken.2", "wegen"),
    ];
    let field = |name: &str| filled.iter().find(|(one, _)| *one == name).map_or("", |(_, text)| text);
    let row: Vec<&str> = names.iter().map(|(name, _)| field(name)).collect();
    text = text.lines().take(2).collect::<Vec<_>>().join("\r\n") + "\r\n" + &row.join(";") + "\r\n";
    let mut read = read(&text);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].line, 3);
    assert_eq!(
        read.remove(0).body.unwrap(),
        json!({
            "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
            "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }], "copyForPerson": true,
            "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03",
                        "verblijf": "0361", "ingeschreven": false },
            "content": {
                "persoon": { "achternaam": "Özdemir; \"van\"\nder Sluis", "geboortedatum": "2007-11-00" },
                "traject": { "leerjaar": 5, "einde": "2026-07-17", "nazorg": true },
                "stages": [ { "werkgever": "Groenbedrijf", "uren": 7.5 },
                            { "werkgever": "Bakkerij", "uren": 24, "taken": ["meten", "wegen"] } ]
            }
        })
    );
}

/// Every value of a document with the name of its column.
fn fields(value: &Value, name: &str, found: &mut Vec<(String, String)>) {
    let below = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                fields(value, &below(member), found);
            }
        }
        Value::Array(items) => {
            (1_usize..)
                .zip(items)
                .for_each(|(number, item)| fields(item, &below(&number.to_string()), found));
        }
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        Value::Bool(flag) => found.push((name.to_owned(), if *flag { "ja" } else { "nee" }.to_owned())),
        other => found.push((name.to_owned(), other.to_string())),
    }
}

#[test]
fn the_example_of_every_dataset_goes_through_csv_unchanged() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/datasets");
    let mut count = 0;
    for dataset in std::fs::read_dir(folder).unwrap() {
        let dataset = dataset.unwrap().path();
        let read = |name: &str| std::fs::read(dataset.join(name)).unwrap();
        let schema: Value = serde_json::from_slice(&read("schema.json")).unwrap();
        let example: Value = serde_json::from_slice(&read("example.json")).unwrap();
        let columns = Columns::of_schema(&schema).unwrap();
        let mut filled = Vec::new();
        fields(&example, "", &mut filled);
        // Columns may stand in any order: a spreadsheet's user moves them.
        filled.reverse();
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(filled.iter().map(|(name, _)| name)).unwrap();
        writer.write_record(filled.iter().map(|(_, text)| text)).unwrap();
        let sheet = Sheet::read(&writer.into_inner().unwrap()).unwrap();
        let body = rows::bodies(&sheet, &columns).unwrap().remove(0).body.unwrap();
        assert_eq!(body, json!({ "content": example }), "{}", dataset.display());
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn every_spelling_of_csv_that_spreadsheets_write_is_read() {
    for text in [
        "persoon.achternaam,traject.leerjaar\nSluis,5\n",
        "persoon.achternaam;traject.leerjaar\r\nSluis;5\r\n",
        "persoon.achternaam\ttraject.leerjaar\nSluis\t5",
        "\u{FEFF}persoon.achternaam;traject.leerjaar;;\n# uitleg;,,,;;\n\"# Excel, met aanhalingstekens\";;;\nSluis;5;;\n;;;\n",
        "sep=;\r\npersoon.achternaam;traject.leerjaar\r\nSluis;5\r\n",
        "\"traject.leerjaar\",\"persoon.achternaam\"\n\"5\",\"Sluis\"\n",
    ] {
        let mut rows = read(text);
        assert_eq!(rows.len(), 1, "{text}");
        let body = rows.remove(0).body.unwrap();
        assert_eq!(
            body,
            json!({"content": {"persoon": {"achternaam": "Sluis"}, "traject": {"leerjaar": 5}}}),
            "{text}"
        );
    }
}

#[test]
fn a_broken_file_is_refused_with_the_line_and_without_its_text() {
    let long = format!("persoon.achternaam\n\"{}\"\n", "a".repeat(70_000));
    for (text, line, code) in [
        ("", 1, "csv-empty"),
        ("# only a comment\n\n;;;\n", 1, "csv-empty"),
        ("persoon.achternaam\n\"Sluis\nJansen\nPietersen\n", 2, "csv-open-quote"),
        ("persoon.achternaam;traject.leerjaar\nSluis;5\n\"Jan\"sen;5\n", 3, "csv-stray-quote"),
        ("sep=;\npersoon.achternaam\n\"Jan\"sen\n", 3, "csv-stray-quote"),
        ("persoon.achternaam\nSluis\nJan\0sen\n", 3, "csv-nul"),
        (&long, 2, "csv-field-too-long"),
        ("persoon.achternaam;persoon.achternaam\n", 1, "csv-column-twice"),
        ("persoon.achternaam;persoon.bsn\n", 1, "csv-unknown-column"),
        ("stages.0.werkgever\n", 1, "csv-unknown-column"),
        ("stages.4.werkgever\n", 1, "csv-unknown-column"),
        ("stages.01.werkgever\n", 1, "csv-unknown-column"),
        ("header.content.persoon.achternaam\n", 1, "csv-unknown-column"),
        ("content.persoon.achternaam\n", 1, "csv-unknown-column"),
    ] {
        assert_eq!(faults(text), [(line, code.to_owned())], "{text:.60}");
    }
    assert_eq!(faults(b"persoon.achternaam\nSluis\n\xD6zdemir\n"), [(3, "csv-not-utf8".to_owned())]);
    assert_eq!(faults(b"\xFF\xFEp\0e\0"), [(1, "csv-utf16".to_owned())]);
}

#[test]
fn a_broken_row_spoils_no_other_row() {
    let rows = read("persoon.achternaam;traject.leerjaar\nSluis\n\r\nJansen;5\r\nPietersen;5;6\n");
    let lines: Vec<(u64, bool)> = rows.iter().map(|row| (row.line, row.body.is_ok())).collect();
    assert_eq!(lines, [(2, false), (4, true), (5, false)]);
}

#[test]
fn every_wrong_field_of_a_row_is_named_by_its_column() {
    let text = "traject.leerjaar;traject.nazorg;stages.1.uren;stages.2.werkgever;stages.2.uren\nvijf;misschien;1.000,5;;2\n";
    let of = |column: &str, code: &str| (Some(column.to_owned()), code.to_owned());
    assert_eq!(
        reasons(text),
        [
            of("traject.leerjaar", "csv-whole-number"),
            of("traject.nazorg", "csv-yes-or-no"),
            of("stages.1.uren", "csv-number"),
            of("stages.2.uren", "csv-gap"),
        ]
    );
}

#[test]
fn a_schema_that_no_columns_can_hold_is_refused() {
    for schema in [
        json!({"type": "object", "properties": {"vrij": {"type": "object"}}}),
        json!({"type": "object", "properties": {"a.b": {"type": "string"}}}),
        json!({"type": "object", "properties": {"rond": {"$ref": "#"}}}),
        json!({"type": "object", "properties": {"rond": {"$ref": "#/properties/rond"}}}),
        json!({"type": "object", "properties": {"niets": {}}}),
    ] {
        assert!(Columns::of_schema(&schema).is_err(), "{schema}");
    }
}

#[tokio::test]
async fn a_sheet_is_pushed_and_refusals_name_columns() {
    let stub = Stub::start(|seen, _| {
        let body = String::from_utf8_lossy(&seen.body);
        if seen.path == "/v1/datasets/overgangsdocument" {
            return json(200, &json!({ "code": "overgangsdocument", "schema": schema() }));
        }
        if body.contains("Jansen") {
            return json(
                400,
                &json!({"title": "Invalid", "errors": [
                {"pointer": "/content/stages/0/werkgever", "code": "too-short", "nl": "x", "en": "x"},
                {"pointer": "/person/birthDate", "code": "not-a-date", "nl": "x", "en": "x"}]}),
            );
        }
        json(201, &json!({"id": "p"}))
    })
    .await;
    let made = stub.path("made.csv");
    let ended = stub.client(&["template", "overgangsdocument", "--out", made.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    assert!(stub.read("made.csv").starts_with("\u{FEFF}header.dataset;header.purpose;"));
    let again = stub.client(&["template", "overgangsdocument", "--out", made.to_str().unwrap()]).await;
    assert_eq!(again.exit, Exit::Usage, "nothing is overwritten");

    let file = stub.write(
        "s.csv",
        "header.dataset;persoon.achternaam\novergangsdocument;Sluis\novergangsdocument;Jansen\n",
    );
    let ended = stub.client(&["push", "--csv", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Partial, "{ended:?}");
    assert!(ended.stdout.contains("- stages.1.werkgever · too-short"), "{}", ended.stdout);
    assert!(ended.stdout.contains("- header.person.birthDate · not-a-date"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("Jansen") && !stub.read("s.csv.report.ndjson").contains("Jansen"));

    let file = stub.write("t.csv", "header.dataset;persoon.achternaam\novergangsdocument;\"Sluis\n");
    let ended = stub.client(&["push", "--csv", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage);
    assert!(ended.stderr.contains("regel 2") && !ended.stderr.contains("Sluis"), "{}", ended.stderr);
}
