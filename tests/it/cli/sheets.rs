//! Packets as CSV: what the template writes is read back, and what a spreadsheet breaks is named by line and column.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sluis::cli::{
    Exit,
    client::{
        problem::Reason,
        sheets::columns::{Chosen, Columns, Fact},
        sheets::rows::{self, Layout},
        sheets::sheet::{LineFault, Sheet},
        template,
    },
};

use super::{
    program::files,
    stub::{Stub, json},
};

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
            "profiel": { "enum": ["arbeid", "onderwijs"], "x-same-as": "profiel" },
            "leerjaar": { "type": "integer", "title": "laatste leerjaar", "x-title-en": "last school year" },
            "einde": { "type": "string", "format": "date" },
            "nazorg": { "type": "boolean" }
        } } }
    })
}

pub(super) fn facts() -> &'static [Fact] {
    static FACTS: std::sync::LazyLock<Vec<Fact>> =
        std::sync::LazyLock::new(|| Fact::all(sluis::policy::Catalogue::embedded().unwrap().glossary()));
    &FACTS
}

fn columns() -> Columns {
    Columns::of_schema(&schema(), facts()).unwrap()
}

fn laid_out(text: impl AsRef<[u8]>) -> Result<(Sheet, Layout), Vec<LineFault>> {
    let sheet = Sheet::read(text.as_ref())?;
    let layout = Layout::of(&sheet, columns(), &[])?;
    Ok((sheet, layout))
}

fn read(text: impl AsRef<[u8]>) -> Vec<rows::Row> {
    let (sheet, layout) = laid_out(text).unwrap();
    rows::bodies(&sheet, &layout)
}

fn faults(text: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let found = laid_out(text).unwrap_err();
    found.into_iter().map(|fault| (fault.line, fault.reason.code)).collect()
}

fn reasons(text: &str) -> Vec<(Option<String>, String)> {
    let reasons = read(text).remove(0).body.unwrap_err();
    reasons.into_iter().map(|Reason { column, code, .. }| (column, code)).collect()
}

fn names(chosen: &[Chosen], for_every_row: bool) -> Vec<&str> {
    chosen.iter().filter(|one| one.for_every_row == for_every_row).map(|one| one.name.as_str()).collect()
}

/// Who asks for English reads English: each field of the policies is called in both languages.
#[test]
fn each_title_of_the_policies_is_there_in_english() {
    fn untold(node: &Value, lacking: &mut Vec<String>) -> usize {
        let below = match node {
            Value::Object(members) => members.values().map(|one| untold(one, lacking)).sum(),
            Value::Array(items) => items.iter().map(|one| untold(one, lacking)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        };
        let Some(title) = node.get("title").and_then(Value::as_str) else { return below };
        if node.get("x-title-en").and_then(Value::as_str).is_none_or(str::is_empty) {
            lacking.push(title.to_owned());
        }
        below + 1
    }
    let is_schema = |path: &PathBuf| {
        path.ends_with("schema.json") || path.parent().is_some_and(|folder| folder.ends_with("definitions"))
    };
    let (mut seen, mut lacking) = (0, Vec::new());
    for path in files(Path::new("policies")).into_iter().filter(is_schema) {
        let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        seen += untold(&schema, &mut lacking);
    }
    assert!(seen > 100, "{seen} titles");
    assert_eq!(lacking, Vec::<String>::new());
}

#[test]
fn a_template_explains_its_columns_in_the_language_that_was_asked() {
    let all = columns().chosen(&["alles".to_owned()], 1, sluis::cli::Language::En).unwrap();
    for one in &all {
        let starts =
            ["required: ", "required if you fill in anything of ", "often needed: ", "may be empty: "];
        assert!(starts.iter().any(|start| one.explanation.starts_with(start)), "{one:?}");
    }
    let of = |name: &str| all.iter().find(|one| one.name == name).unwrap().explanation.as_str();
    assert_eq!(
        of("woongemeente"),
        "required: four digits: municipality of residence, CBS code of four digits"
    );
    assert_eq!(
        of("ingeschreven"),
        "required: ja or nee (yes or no): whether the pupil is enrolled at the sender"
    );
    assert!(of("gediplomeerd").ends_with("; empty is no"), "{}", of("gediplomeerd"));
    assert!(of("traject.leerjaar").ends_with(": last school year"), "{}", of("traject.leerjaar"));
    // The line that explains is no row, in either language.
    let text = String::from_utf8(template::written(&all, |_| None).unwrap()).unwrap();
    let row = ["L-1", &";".repeat(names(&all, false).len() - 1)].concat();
    let sheet = Sheet::read((text + &row).as_bytes()).unwrap();
    assert_eq!((sheet.rows.len(), sheet.passed_over.explanations.len()), (1, 1));
}

/// Which content repeats a fact, the schema says: a dataset that marks one more needs no change of the program.
#[test]
fn content_that_the_schema_marks_as_the_same_is_one_column() {
    let schema = json!({ "type": "object", "properties": { "stage": { "type": "object", "properties": {
        "bekwaam": { "type": "boolean", "x-same-as": "handelingsbekwaam" },
        "school": { "type": "string", "x-same-as": "school" },
    } } } });
    let columns = Columns::of_schema(&schema, facts()).unwrap();
    assert_eq!(columns.at("/content/stage/bekwaam").as_deref(), Some("handelingsbekwaam"));
    let sheet = Sheet::read(b"leerlingnummer;handelingsbekwaam;stage.school\nL-1;nee;mbo\n").unwrap();
    let layout = Layout::of(&sheet, columns, &[]).unwrap();
    let body = rows::bodies(&sheet, &layout).remove(0).body.unwrap();
    assert_eq!(body["person"]["handelingsbekwaam"], false);
    assert_eq!(body["content"], json!({ "stage": { "bekwaam": false, "school": "mbo" } }));
}

#[test]
fn a_template_names_what_is_needed_and_explains_it() {
    let few = columns().chosen(&[], 2, sluis::cli::Language::Nl).unwrap();
    assert_eq!(names(&few, false), ["leerlingnummer", "geboortedatum", "woongemeente", "persoon.achternaam"]);
    assert_eq!(
        names(&few, true),
        ["dataset", "doel", "ontvanger.gemeente", "ontvanger.rol", "leerlingnummer.soort", "ingeschreven"]
    );
    let with =
        columns().chosen(&["stages".to_owned(), "leerjaar".to_owned()], 2, sluis::cli::Language::Nl).unwrap();
    let more: Vec<&str> = names(&with, false).into_iter().skip(4).collect();
    assert_eq!(
        more,
        [
            "traject.leerjaar",
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
    let all = columns().chosen(&["alles".to_owned()], 2, sluis::cli::Language::Nl).unwrap();
    let of = |name: &str| all.iter().find(|one| one.name == name).unwrap().explanation.as_str();
    assert_eq!(of("persoon.achternaam"), "verplicht: tekst");
    assert_eq!(of("traject.profiel"), "mag leeg: arbeid / onderwijs");
    assert_eq!(of("traject.leerjaar"), "mag leeg: geheel getal: laatste leerjaar");
    assert_eq!(of("stages.2.werkgever"), "verplicht als u iets van stages.2.* invult: tekst");
    assert_eq!(of("stages.2.uren"), "mag leeg: getal");
    assert!(
        all.len() > 30 && all.iter().all(|one| columns().find(&one.name).is_some()),
        "every name is read back"
    );
    assert_eq!(columns().groups().last().unwrap(), "stages");

    let unknown = columns().chosen(&["stage".to_owned()], 2, sluis::cli::Language::Nl).unwrap_err();
    assert!(
        unknown.lines(sluis::cli::Language::Nl).join("\n").contains("stages"),
        "it says what there is: {unknown}"
    );
}

#[test]
fn a_filled_template_is_the_body_that_was_meant() {
    let with = ["leerjaar", "einde", "nazorg", "stages", "kopie"].map(str::to_owned);
    let chosen = columns().chosen(&with, 2, sluis::cli::Language::Nl).unwrap();
    let set = |name: &str| {
        let value = match name {
            "dataset" => "overgangsdocument",
            "doel" => "voortzetting-ondersteuning",
            // A spreadsheet drops the zero.
            "ontvanger.gemeente" => "361",
            "ontvanger.rol" => "werk-en-inkomen",
            "leerlingnummer.soort" => "own",
            "ingeschreven" => "nee",
            _ => return None,
        };
        Some(value.to_owned())
    };
    let text = String::from_utf8(template::written(&chosen, set).unwrap()).unwrap();
    let filled = [
        ("leerlingnummer", "L-2031"),
        ("geboortedatum", "3-11-2007"),
        ("woongemeente", "0361"),
        ("kopie", "WAAR"),
        ("persoon.achternaam", "\"Özdemir; \"\"van\"\"\nder Sluis\""),
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
    let field = |name: &&str| filled.iter().find(|(one, _)| one == name).map_or("", |(_, text)| text);
    let row: Vec<&str> = names(&chosen, false).iter().map(field).collect();
    let (sheet, layout) = laid_out(text + &row.join(";") + "\r\n").unwrap();
    let mut read = rows::bodies(&sheet, &layout);
    assert_eq!((read.len(), read[0].line, sheet.names_line), (1, 9, 7));
    assert_eq!(
        (&sheet.passed_over.settings, &sheet.passed_over.explanations),
        (&vec![1, 2, 3, 4, 5, 6], &vec![8])
    );
    assert_eq!(
        read.remove(0).body.unwrap(),
        json!({
            "dataset": "overgangsdocument", "purpose": "voortzetting-ondersteuning",
            "recipients": [{ "municipality": "0361", "role": "werk-en-inkomen" }], "copyForPerson": true,
            "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03",
                        "verblijf": "0361", "ingeschreven": false },
            "content": {
                "persoon": { "achternaam": "Özdemir; \"van\"\nder Sluis", "geboortedatum": "2007-11-03" },
                "traject": { "leerjaar": 5, "einde": "2026-07-17", "nazorg": true },
                "stages": [ { "werkgever": "Groenbedrijf", "uren": 7.5 },
                            { "werkgever": "Bakkerij", "uren": 24, "taken": ["meten", "wegen"] } ]
            }
        })
    );
}

#[test]
fn what_the_header_and_the_content_both_say_is_filled_once() {
    let body = |text: &str| read(text).remove(0).body.unwrap();
    let both = json!({ "person": { "birthDate": "2007-11-03" }, "content": { "persoon": { "geboortedatum": "2007-11-03" } } });
    assert_eq!(body("geboortedatum;woongemeente\n3-11-2007;\n"), both);
    // A column of its own goes before what is filled along.
    let apart = json!({ "person": { "birthDate": "2007-11-03" }, "content": { "persoon": { "geboortedatum": "2007-11-00" } } });
    assert_eq!(body("geboortedatum;persoon.geboortedatum\n3-11-2007;2007-11-00\n"), apart);
    assert_eq!(
        body("#doel=a\nheader.purpose;persoon.achternaam\n;Sluis\n")["purpose"],
        "a",
        "a row fills what it leaves open"
    );
    assert_eq!(
        body("#doel=a\nheader.purpose;persoon.achternaam\nb;Sluis\n")["purpose"],
        "b",
        "a row goes before it"
    );
    assert_eq!(
        body("#doel=;a\npersoon.achternaam\nSluis\n")["purpose"],
        "a",
        "a value beside the name counts too"
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
    let catalogue = sluis::policy::catalogue::Catalogue::embedded().unwrap();
    let mut count = 0;
    for dataset in catalogue.datasets() {
        let example = dataset.example.clone();
        let columns = Columns::of_schema(dataset.schema(), facts()).unwrap();
        let mut filled = Vec::new();
        fields(&example, "", &mut filled);
        // Columns may stand in any order: a spreadsheet's user moves them.
        filled.reverse();
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        writer.write_record(filled.iter().map(|(name, _)| name)).unwrap();
        writer.write_record(filled.iter().map(|(_, text)| text)).unwrap();
        let sheet = Sheet::read(&writer.into_inner().unwrap()).unwrap();
        let layout = Layout::of(&sheet, columns, &[]).unwrap();
        let body = rows::bodies(&sheet, &layout).remove(0).body.unwrap();
        assert_eq!(body, json!({ "content": example }), "{}", dataset.code);
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
        "\u{FEFF}\u{FEFF}persoon.achternaam;traject.leerjaar;;\n# verplicht: tekst;verplicht als u iets van traject.* invult: getal;;\nSluis;5;;\n;;;\n",
        "\"#doel=\";;;\ntraject.leerjaar;persoon.achternaam;header.purpose;\nmag leeg: getal;\"# verplicht: tekst\";;\n5;Sluis;;\n",
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
        ("# only a comment\n\n;;;\n", 1, "csv-no-names"),
        ("persoon.achternaam\n\"Sluis\nJansen\nPietersen\n", 2, "csv-open-quote"),
        ("persoon.achternaam;traject.leerjaar\nSluis;5\n\"Jan\"sen;5\n", 3, "csv-stray-quote"),
        ("sep=;\npersoon.achternaam\n\"Jan\"sen\n", 2, "csv-stray-quote"),
        ("persoon.achternaam\nSluis\nJan\0sen\n", 3, "csv-nul"),
        (&long, 2, "csv-field-too-long"),
        ("persoon.achternaam;persoon.achternaam\na;b\n", 1, "csv-column-twice"),
        ("geboortedatum;persoon.achternaam;header.person.birthDate\na;b;c\n", 1, "csv-column-twice"),
        ("persoon.achternaam;persoon.nummer\na;b\n", 1, "csv-unknown-column"),
        ("stages.0.werkgever\na\n", 1, "csv-unknown-column"),
        ("stages.4.werkgever\na\n", 1, "csv-unknown-column"),
        ("stages.01.werkgever\na\n", 1, "csv-unknown-column"),
        ("header.content.persoon.achternaam\na\n", 1, "csv-unknown-column"),
        ("content.persoon.achternaam\na\n", 1, "csv-unknown-column"),
        ("persoon.achternaam;traject.leerjaar\n", 1, "csv-no-rows"),
        ("#doel=a\n\npersoon.achternaam;traject.leerjaar\n;\n", 3, "csv-no-rows"),
        ("#doel=\npersoon.achternaam\nSluis\n", 1, "csv-empty-setting"),
        ("#doelwit=a\npersoon.achternaam\nSluis\n", 1, "csv-unknown-setting"),
        ("#doel==1+1\npersoon.achternaam\nSluis\n", 1, "csv-formula"),
        ("Leerlingen, 2026\n\npersoon.achternaam;traject.leerjaar\nSluis;5\n", 1, "csv-title"),
        ("Voornaam;Achternaam\nSem;Sluis\n", 1, "csv-no-names"),
        ("Sluis;Jansen\nPietersen;Smit\n", 1, "csv-no-names"),
        ("persoon.achternaam|traject.leerjaar\nSluis|5\n", 1, "csv-separator"),
        ("sep=,\npersoon.achternaam;traject.leerjaar\nSluis;5\n", 1, "csv-separator"),
        ("sep=|\npersoon.achternaam|traject.leerjaar\nSluis|5\n", 1, "csv-separator"),
        ("persoon.achternaam:traject.leerjaar\nSluis:5\n", 1, "csv-separator"),
        ("\"persoon.achternaam\":\"traject.leerjaar\"\n\"Sluis\":\"5\"\n", 1, "csv-separator"),
        ("#doel=a\n\"persoon.achternaam\"~\"traject.leerjaar\"\n\"Sluis\"~\"5\"\n", 1, "csv-separator"),
        ("persoon.achternaam traject.leerjaar\nSluis 5\n", 1, "csv-separator"),
        ("sep=:\npersoon.achternaam:traject.leerjaar\nSluis:5\n", 1, "csv-separator"),
        ("<!DOCTYPE html><table><tr><td>persoon.achternaam</td></tr></table>", 1, "csv-html"),
        ("\u{FEFF}\n <table>", 1, "csv-html"),
        ("PK\u{3}\u{4}\u{14}\0", 1, "csv-workbook"),
        ("%PDF-1.7\n", 1, "csv-pdf"),
        ("{\"dataset\":\"a\"}\n", 1, "csv-json"),
    ] {
        assert_eq!(faults(text), [(line, code.to_owned())], "{text:.60}");
    }
    assert_eq!(faults(b"persoon.achternaam\nSluis\n\xD6zdemir\n"), [(3, "csv-not-utf8".to_owned())]);
    assert_eq!(faults(b"\xFF\xFEp\0e\0"), [(1, "csv-utf16".to_owned())]);
    assert_eq!(faults(b"\xFF\xFE\0\0p\0\0\0"), [(1, "csv-utf32".to_owned())]);
    assert_eq!(faults(b"\0\0\xFE\xFF\0\0\0p"), [(1, "csv-utf32".to_owned())]);
    assert_eq!(faults(b"{\\rtf1\\ansi persoon.achternaam}"), [(1, "csv-rtf".to_owned())]);
    // #doel=a, persoon.achternaam, Sluis: as a mainframe writes it.
    let mainframe = b"\x7B\x84\x96\x85\x93\x7E\x81\x25\x97\x85\x99\xA2\x96\x96\x95\x4B\x81\x83\x88\xA3\x85\x99\x95\x81\x81\x94\
        \x25\xE2\x93\xA4\x89\xA2\x25";
    assert_eq!(faults(mainframe), [(1, "csv-ebcdic".to_owned())]);
    assert_eq!(faults("{\"persoon\":{}}"), [(1, "csv-json".to_owned())]);
    assert_eq!(faults(b"\xD0\xCF\x11\xE0\xA1"), [(1, "csv-workbook".to_owned())]);
    let titles = faults("Leerlingen\n2026-2027;;\n\npersoon.achternaam;traject.leerjaar\nSluis;5\n");
    assert_eq!(titles, [(1, "csv-title".to_owned()), (2, "csv-title".to_owned())], "all at once");
}

#[test]
fn a_row_that_is_no_row_is_told_as_what_it_is() {
    let told = |text: &str| {
        let reasons = read(text).pop().unwrap().body.unwrap_err();
        let told = reasons.into_iter().map(|Reason { code, nl, en, .. }| (code, nl, en));
        told.collect::<Vec<_>>()
    };
    let names = "persoon.achternaam;traject.leerjaar;traject.nazorg";
    for again in [names.to_owned(), names.to_uppercase(), format!(" {names} ;")] {
        let again = told(&format!("{names}\nSluis;5;ja\n{again}\n"));
        assert_eq!(again.len(), 1, "{again:?}");
        assert_eq!(again[0].0, "csv-names-again");
    }
    let [(code, nl, en)] = told(&format!("{names}\nSluis\n")).try_into().unwrap();
    assert_eq!(code, "csv-columns");
    assert_eq!(nl, "Deze regel heeft 1 veld; er zijn 3 kolommen.");
    assert_eq!(en, "This row has 1 field; there are 3 columns.");
    let [(_, nl, en)] = told("persoon.achternaam\nSluis;x\n").try_into().unwrap();
    assert_eq!(nl, "Deze regel heeft 2 velden; er is 1 kolom.");
    assert_eq!(en, "This row has 2 fields; there is 1 column.");
}

/// The names of a school in the three character sets of one byte that spreadsheets write.
#[test]
fn another_encoding_is_told_as_what_it_looks_like() {
    let sheet = |name: &[u8]| [b"persoon.achternaam\nSluis\n", name, b"\n"].concat();
    for (name, says) in [
        (&b"J\xfcrgen\nZo\xeb"[..], "lijkt Windows-1252"),
        (b"J\x81rgen\nZo\x89", "lijkt MS-DOS (CP850)"),
        (b"J\x9frgen\nZo\x91", "lijkt Mac OS Roman"),
        // What is UTF-8 beside it says nothing.
        (b"Ren\xc3\xa9\nRen\x82", "lijkt MS-DOS (CP850)"),
        (b"\x8e", "valt hieraan niet te zien"),
    ] {
        let fault = laid_out(sheet(name)).unwrap_err().remove(0);
        assert_eq!(fault.reason.code, "csv-not-utf8");
        assert!(fault.reason.nl.contains(says), "{says}: {}", fault.reason.nl);
        assert!(fault.line > 2 && fault.reason.nl.contains("CSV UTF-8"), "{}", fault.reason.nl);
    }
    let fault = laid_out("\"persoon.achternaam\":\"traject.leerjaar\"\n").unwrap_err().remove(0);
    assert!(fault.reason.nl.contains("velden staat :."), "{}", fault.reason.nl);
}

#[test]
fn nothing_is_passed_over_but_what_is_counted() {
    let (sheet, layout) = laid_out(
        "#doel=a\n\npersoon.achternaam;traject.leerjaar\n# verplicht: tekst;mag leeg: getal\n\nSluis;5\n;\n# mijn opmerking;\n\
         #N/B;5\n#VERW!;5\nJansen;4\n;\n\n",
    )
    .unwrap();
    let passed_over = json!({ "settings": [1], "explanations": [4], "empty": [2, 5, 7, 12, 13] });
    assert_eq!(serde_json::to_value(&sheet.passed_over).unwrap(), passed_over);
    let told: Vec<(u64, Option<String>)> = rows::bodies(&sheet, &layout)
        .into_iter()
        .map(|row| (row.line, row.body.err().map(|reasons| reasons[0].code.clone())))
        .collect();
    let of = |line: u64, code: &str| (line, Some(code.to_owned()));
    assert_eq!(
        told,
        [(6, None), of(8, "csv-comment"), of(9, "csv-error-value"), of(10, "csv-error-value"), (11, None)]
    );
    let text = sheet.passed_over.text(sluis::cli::Language::Nl).unwrap();
    assert!(text.contains("1 uitleg (4)") && text.contains("5 leeg (2, 5, 7, 12, 13)"), "{text}");
}

#[test]
fn what_a_spreadsheet_leaves_in_a_cell_is_refused_and_names_are_not() {
    let code = |text: &str| {
        let cell = text.replace('"', "\"\"");
        let row = read(format!("traject.leerjaar;persoon.achternaam\n5;\"{cell}\"\n")).remove(0);
        row.body.err().map(|reasons| {
            assert_eq!(
                (reasons[0].column.as_deref(), reasons[0].letters.as_deref()),
                (Some("persoon.achternaam"), Some("B"))
            );
            reasons[0].code.clone()
        })
    };
    for (texts, expect) in [
        (
            &[
                "#N/B",
                "#N/A",
                "#NV",
                "#NAAM?",
                "#VERW!",
                "#WAARDE!",
                "#DEEL/0!",
                "#¡VALOR!",
                "#ЗНАЧ!",
                "########",
                "Err:502",
                "'#N/B",
                "’####",
            ][..],
            "csv-error-value",
        ),
        (
            &["=B2&\" \"&C2", "=1", "+SOM(A1)", "@ALS(A1)", "-1+1", "-A1", "＝A1", "'=A1", "'-1+1"],
            "csv-formula",
        ),
        (&["6,12E+08", "9.99E+8"], "csv-shortened-number"),
        (&["JÃ¼rgen", "Ã–zdemir", "Å imiÄ‡", "Oâ€™Brien", "Jos\u{FFFD}"], "csv-mojibake"),
    ] {
        for text in texts {
            assert_eq!(code(text).as_deref(), Some(expect), "{text}");
        }
    }
    for name in [
        "Jürgen",
        "Ärztin",
        "Łukasz",
        "'t Hoen",
        "'s-Gravenhage",
        "Ångström",
        "“CAFÉ”",
        "JOÃO",
        "Ã",
        "#12",
        "Åse–Marie",
        "-",
        "E+",
        "A/B",
        "ﬁne",
    ] {
        assert_eq!(code(name), None, "{name}");
    }
    let unguarded =
        read("persoon.achternaam;traject.leerjaar\n\"=\"\"Sluis\"\"\";'5\n").remove(0).body.unwrap();
    assert_eq!(
        unguarded["content"],
        json!({ "persoon": { "achternaam": "Sluis" }, "traject": { "leerjaar": 5 } })
    );
}

#[test]
fn columns_that_are_not_of_the_dataset_are_one_fault_with_their_letters() {
    let strange: Vec<String> = (1..60).map(|number| format!("oud.veld{number}")).collect();
    let text = format!(
        "persoon.achternaam;{};persoon.bsn;De Vries 0612345678\n{}\n",
        strange.join(";"),
        ";".repeat(61)
    );
    let text = format!("{text}Sluis{}\n", ";".repeat(61));
    let found = laid_out(&text).unwrap_err();
    let codes: Vec<&str> = found.iter().map(|fault| fault.reason.code.as_str()).collect();
    assert_eq!(codes, ["csv-unknown-column", "csv-bsn"]);
    let told = found[0].reason.lines(sluis::cli::Language::Nl).join("\n");
    assert!(
        told.contains("61 kolom") && told.contains("B (oud.veld1), C (oud.veld2)") && told.contains("…"),
        "{told}"
    );
    assert_eq!(found[1].reason.letters.as_deref(), Some("BI"));
    let few = laid_out("persoon.achternaam;De Vries 0612345678;x;traject.leerjaar\nSluis;;;\n").unwrap_err();
    let told = few[0].reason.lines(sluis::cli::Language::Nl).join("\n");
    assert!(told.contains("B, C (x)") && !told.contains("Vries"), "what is no name may be a person: {told}");
}

#[test]
fn a_refusal_of_the_gateway_names_the_column_as_the_file_and_the_spreadsheet_do() {
    let blank = ";".repeat(46);
    let text = format!(
        "#doel=a\nleerlingnummer;geboortedatum{}persoon.achternaam;stages.2.uren;stages.1.uren\n1;;{blank};;\n",
        ";".repeat(46)
    );
    // Columns without a name and without a value are no columns.
    assert_eq!(faults(&text)[0].1, "csv-unknown-column");
    let (_, layout) = laid_out(
        "#doel=a\nleerlingnummer;geboortedatum;persoon.achternaam;stages.2.uren;stages.1.uren\n1;;;;\n",
    )
    .unwrap();
    for (pointer, column, letters) in [
        ("/person/birthDate", "geboortedatum", Some("B")),
        ("/content/persoon/geboortedatum", "geboortedatum", Some("B")),
        ("/content/persoon/achternaam", "persoon.achternaam", Some("C")),
        ("/content/stages/1/uren", "stages.2.uren", Some("D")),
        ("/content/stages", "stages.*", Some("D, E")),
        ("/purpose", "doel", None),
        ("/content", "persoon.*", Some("B, C, D, E")),
        ("/content/traject/profiel", "profiel", None),
        ("/content/traject/leerjaar", "traject.leerjaar", None),
        ("/recipients", "ontvanger.*", None),
        ("/recipients/0/municipality", "ontvanger.gemeente", None),
        ("/recipients/1/municipality", "ontvanger.2.gemeente", None),
        ("/recipients/1", "ontvanger.2.*", None),
        ("/person/maatregel/1", "maatregel.2", None),
        ("/person/reference", "leerlingnummer", Some("A")),
        (
            "/person",
            "leerlingnummer.soort, leerlingnummer, geboortedatum, woongemeente, ingeschreven",
            Some("A, B"),
        ),
    ] {
        let mut reason = Reason { pointer: pointer.to_owned(), ..Reason::default() };
        layout.name(&mut reason);
        assert_eq!(
            (reason.column.as_deref(), reason.letters.as_deref()),
            (Some(column), letters),
            "{pointer}"
        );
    }
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
        assert!(Columns::of_schema(&schema, &[]).is_err(), "{schema}");
    }
}

/// It is printed as it is, so that it is the file: what a gateway says in it must not steer a terminal, nor begin a row.
#[test]
fn what_a_gateway_explains_in_a_template_steers_nothing() {
    let hostile = "a\u{1b}[2J\u{202e}b\r\nc";
    let chosen = [true, false].map(|for_every_row| Chosen {
        name: hostile.to_owned(),
        explanation: hostile.to_owned(),
        for_every_row,
    });
    let bytes = template::written(&chosen, |_| None).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{}", text.escape_debug());
    assert_eq!((text.matches('\n').count(), text.matches("\r\n").count()), (3, 3), "{}", text.escape_debug());
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
    assert!(
        stub.read("made.csv").starts_with("\u{FEFF}#dataset=overgangsdocument;"),
        "{}",
        stub.read("made.csv")
    );
    let again = stub.client(&["template", "overgangsdocument", "--out", made.to_str().unwrap()]).await;
    assert_eq!(again.exit, Exit::Usage, "nothing is overwritten");

    let file = stub.write(
        "s.csv",
        "header.dataset;persoon.achternaam\novergangsdocument;Sluis\novergangsdocument;Jansen\n",
    );
    let ended = stub.client(&["push", "--csv", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Partial, "{ended:?}");
    assert!(ended.stdout.contains("- stages.1.werkgever · too-short"), "{}", ended.stdout);
    assert!(ended.stdout.contains("- geboortedatum · not-a-date"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("Jansen") && !stub.read("s.csv.report.ndjson").contains("Jansen"));

    let file = stub.write("t.csv", "header.dataset;persoon.achternaam\novergangsdocument;\"Sluis\n");
    let ended = stub.client(&["push", "--csv", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage);
    assert!(ended.stderr.contains("regel 2") && !ended.stderr.contains("Sluis"), "{}", ended.stderr);
}
