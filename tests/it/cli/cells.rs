//! What a secretary's spreadsheet does to a sheet: rows that it numbers in its own way, cells that it turns into something
//! else, days as people write them.

use serde_json::{Value, json};
use sluis::cli::{
    Language,
    client::{
        problem::Reason,
        sheets::columns::Columns,
        sheets::rows::{self, Layout},
        sheets::sheet::{LineFault, Setting, Sheet},
    },
};

fn columns() -> Columns {
    let text = |title: &str| json!({ "type": "string", "title": title });
    Columns::of_schema(&json!({
        "type": "object",
        "properties": {
            "persoon": { "type": "object", "required": ["achternaam"], "properties": {
                "achternaam": text("Achternaam"),
                "geboortedatum": { "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" },
                "adres": { "type": "object", "properties": {
                    "straat": text("Straat"),
                    "huisnummer": { "type": "string", "title": "Huisnummer", "x-form": { "nl": "alleen het getal, zoals 12" } },
                    "toevoeging": text("Toevoeging"),
                } },
            } },
            "traject": { "type": "object", "properties": {
                "profiel": { "enum": ["arbeid", "praktijkleren"], "x-same-as": "profiel" },
                "einde": { "type": "string", "format": "date" },
                "opmerking": text("Opmerking"),
            } },
        }
    }), super::sheets::facts())
    .unwrap()
}

fn set(name: &str, value: &str) -> Setting {
    Setting { line: None, name: name.to_owned(), value: value.to_owned() }
}

fn laid_out(text: &str, set: &[Setting]) -> Result<(Sheet, Layout), Vec<LineFault>> {
    let sheet = Sheet::read(text.as_bytes())?;
    let layout = Layout::of(&sheet, columns(), set)?;
    Ok((sheet, layout))
}

fn rows(text: &str) -> Vec<rows::Row> {
    let (sheet, layout) = laid_out(text, &[]).unwrap();
    rows::bodies(&sheet, &layout)
}

/// The codes of what is wrong with the only cell of a sheet with this column.
fn codes(column: &str, cell: &str) -> Vec<String> {
    let row = rows(&format!("{column};grondslag\n\"{cell}\";x\n")).remove(0);
    row.body.err().unwrap_or_default().into_iter().map(|reason| reason.code).collect()
}

#[test]
fn a_value_for_every_row_that_is_given_twice_is_refused() {
    for text in [
        "#doel=a\n#doel=b\npersoon.achternaam\nSluis\n",
        "#doel=a\n#header.purpose=b\npersoon.achternaam\nSluis\n",
        "#ontvanger.gemeente=0361\n#ontvanger.1.gemeente=0362\npersoon.achternaam\nSluis\n",
        "#dataset=a\n#dataset=b\npersoon.achternaam\nSluis\n",
        "#doel=\n#doel=b\ndoel;persoon.achternaam\na;Sluis\n",
    ] {
        let found = laid_out(text, &[]).unwrap_err();
        let told = found[0].reason.lines(Language::Nl).join("\n");
        assert_eq!(
            (found.len(), found[0].line, found[0].reason.code.as_str()),
            (1, 2, "csv-column-twice"),
            "{text}"
        );
        assert!(told.contains("regels 1 en 2"), "both lines are named: {told}");
    }
    let sheet = "#doel=c\npersoon.achternaam\nSluis\n";
    let found = laid_out(sheet, &[set("doel", "a"), set("header.purpose", "b")]).unwrap_err();
    assert_eq!((found.len(), found[0].reason.code.as_str()), (1, "csv-column-twice"));
    let (_, layout) = laid_out(sheet, &[set("header.purpose", "a")]).unwrap();
    let values: Vec<&Value> = layout.for_every_row().map(|(_, value)| value).collect();
    assert_eq!(values, [&json!("a")], "--set goes before the file, whatever it calls the column");
}

#[test]
fn a_row_has_the_number_that_a_spreadsheet_shows() {
    let numbers = |text: &str| rows(text).iter().map(|row| row.line).collect::<Vec<_>>();
    assert_eq!(
        numbers("persoon.achternaam;traject.opmerking\nA;\"een\ntwee\ndrie\"\nB;\n\nC;\"x\ny\"\nD;\n"),
        [2, 3, 5, 6]
    );
    assert_eq!(numbers("sep=;\npersoon.achternaam;traject.opmerking\nA;\nB;\n"), [2, 3], "`sep=` is no row");
    let fault = |bytes: &[u8]| Sheet::read(bytes).unwrap_err().remove(0).line;
    assert_eq!(fault(b"sep=;\npersoon.achternaam;a.b\n\"een\ntwee\";\n\"Jan\"sen;\n"), 3, "a stray quote");
    assert_eq!(fault(b"sep=;\npersoon.achternaam;a.b\n\"een\ntwee\";\n\xD6zdemir;\n"), 3, "no UTF-8");
    assert_eq!(fault(b"persoon.achternaam;a.b\n\"een\ntwee\";\n\"open;\nB;\n"), 3, "an open quote");
}

#[test]
fn empty_rows_are_counted_at_the_end_too() {
    let (sheet, _) = laid_out("persoon.achternaam;traject.opmerking\nA;\n;\n\nB;\n;\n;\n\n", &[]).unwrap();
    assert_eq!((sheet.rows.len(), sheet.passed_over.empty), (2, vec![3, 4, 6, 7, 8]));
    let (sheet, _) = laid_out("persoon.achternaam;traject.opmerking\nA;\n", &[]).unwrap();
    assert!(sheet.passed_over.empty.is_empty(), "the end of the last line is no row");
    let (lines, empty) = sluis::cli::client::push::input::of_ndjson(&b"{}\n\n{}\n\n\n".as_slice().into());
    assert_eq!((lines.len(), empty), (2, vec![2, 4, 5]));
}

#[test]
fn what_a_spreadsheet_turned_into_something_else_is_refused() {
    for (column, cells) in [
        (
            "persoon.adres.toevoeging",
            &[
                "1-mrt",
                "1-mar",
                "jan-03",
                "3-mei-26",
                "45717",
                "01-03-2026",
                "2026-03-01",
                "WAAR",
                "FALSE",
                "03. Mrz",
            ][..],
        ),
        (
            "persoon.adres.straat",
            &["01-03-2026", "1-mrt", "1/mei", "46023", "0", "TRUE", "dinsdag 3 maart 2026"],
        ),
        (
            "persoon.achternaam",
            &[
                "46023",
                "1-3-2006",
                "WAAR",
                "ONWAAR",
                "TRUE",
                "0",
                "1,5",
                "3-okt",
                "3 maart 2026",
                "Mrt 2026",
                "3-mars",
                "March 3, 2026",
            ],
        ),
    ] {
        for cell in cells {
            assert_eq!(codes(column, cell), ["csv-turned"], "{column} = {cell}");
        }
    }
    for (column, cells) in [
        ("persoon.adres.toevoeging", &["2", "12", "1001", "A", "bis", "II", "1-3", "2-hoog", "A2"][..]),
        (
            "persoon.adres.straat",
            &[
                "1e van Swindenstraat",
                "Plein 1940-1945",
                "Laan 1914",
                "Mei",
                "2 Mei",
                "2 oktober 2026",
                "'t Zand",
                "-",
            ],
        ),
        ("persoon.achternaam", &["True", "Mei", "De Waar", "Jan-Mei", "O'Neill", "-", "Vos 2"]),
        ("traject.opmerking", &["46023", "WAAR", "1-mrt"]),
    ] {
        for cell in cells {
            assert!(codes(column, cell).is_empty(), "{column} = {cell}: {:?}", codes(column, cell));
        }
    }
    let row = rows("traject.opmerking;persoon.adres.straat\nx;1-mrt\n").remove(0);
    let reason = row.body.unwrap_err().remove(0);
    assert_eq!(
        (row.line, reason.letters.as_deref(), reason.column.as_deref()),
        (2, Some("B"), Some("persoon.adres.straat"))
    );
    assert!(reason.nl.contains("een datum") && reason.nl.contains("een straat"), "{}", reason.nl);
}

#[test]
fn a_day_that_does_not_exist_is_told_once_and_as_that() {
    for (cell, code) in [
        ("31-2-2006", "csv-no-such-day"),
        ("2006-02-31", "csv-no-such-day"),
        ("2006-00-11", "csv-no-such-day"),
        ("1-13-2006", "csv-no-such-day"),
        ("1806-02-11", "csv-long-ago"),
        ("11-2-1806", "csv-long-ago"),
    ] {
        for column in ["geboortedatum", "persoon.geboortedatum", "verlatenOp", "traject.einde"] {
            assert_eq!(codes(column, cell), [code], "{column} = {cell}");
        }
    }
    for cell in ["0000-00-00", "2006-00-00", "2006-02-00", "11-2-2006", "2008-02-29", "11 feb 2006"] {
        assert!(codes("geboortedatum", cell).is_empty(), "{cell}");
    }
}

#[test]
fn a_cell_that_fills_two_places_is_judged_once() {
    let (_, layout) = laid_out("geboortedatum;profiel;persoon.achternaam\n;;Sluis\n", &[]).unwrap();
    let reason = |pointer: &str, code: &str| Reason {
        pointer: pointer.to_owned(),
        ..Reason::found(code, format!("{code} nl"), format!("{code} en"))
    };
    let mut reasons = vec![
        reason("/person/birthDate", "missing"),
        reason("/person/profiel", "unknown-value"),
        reason("/content/persoon/geboortedatum", "missing-field"),
        reason("/content/persoon/achternaam", "too-long"),
        reason("/content/persoon/achternaam", "hidden-character"),
        reason("/content/traject/profiel", "not-a-choice"),
        reason("/person/birthDate", "future-day"),
        reason("/content/persoon/geboortedatum", "future-day"),
    ];
    layout.name_all(&mut reasons);
    let told: Vec<(&str, &str)> =
        reasons.iter().map(|one| (one.column.as_deref().unwrap(), one.code.as_str())).collect();
    assert_eq!(
        told,
        [
            ("geboortedatum", "missing-field"),
            ("profiel", "not-a-choice"),
            ("persoon.achternaam", "too-long"),
            ("persoon.achternaam", "hidden-character"),
            ("geboortedatum", "future-day"),
        ],
        "as the content's schema tells it; two faults of one place stay two"
    );
}

#[test]
fn the_end_is_filled_as_a_spreadsheet_shows_a_day() {
    for (cell, expected) in [
        ("5-12-2026", "2026-12-04T23:00:00Z"),
        ("5-12-2026 12:00", "2026-12-05T11:00:00Z"),
        ("2026-07-05", "2026-07-04T22:00:00Z"),
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
    ] {
        let row = rows(&format!("vervaltOp;persoon.achternaam\n{cell};Sluis\n")).remove(0);
        assert_eq!(row.body.unwrap()["expires"], expected, "{cell}");
    }
    assert_eq!(codes("vervaltOp", "gauw"), ["csv-moment"]);
    assert_eq!(codes("vervaltOp", "31-2-2026"), ["csv-no-such-day"]);
}

#[test]
fn names_of_columns_are_read_in_capitals_too() {
    let body = |text: &str| rows(text).remove(0).body.unwrap();
    assert_eq!(
        body("PERSOON.ACHTERNAAM;GEBOORTEDATUM;HEADER.PURPOSE\nSluis;3-11-2007;a\n"),
        body("persoon.achternaam;geboortedatum;header.purpose\nSluis;3-11-2007;a\n")
    );
    let twice = laid_out("persoon.achternaam;Persoon.Achternaam\na;b\n", &[]).unwrap_err();
    assert_eq!(twice[0].reason.code, "csv-column-twice");
    // Initials and numbers are no names.
    assert_eq!(Sheet::read(b"J.P.B;1.250\nA.B;12.50\n").unwrap_err()[0].reason.code, "csv-no-names");
}

#[test]
fn a_template_says_which_form_a_text_has() {
    let all = columns().chosen(&["alles".to_owned()], 1, sluis::cli::Language::Nl).unwrap();
    let of = |name: &str| all.iter().find(|one| one.name == name).unwrap().explanation.clone();
    assert_eq!(of("persoon.adres.huisnummer"), "mag leeg: tekst: Huisnummer: alleen het getal, zoals 12");
    assert!(of("vervaltOp").contains("dag of tijdstip"), "{}", of("vervaltOp"));
}

#[test]
fn one_is_told_as_one() {
    let told = |text: &str| laid_out(text, &[]).unwrap_err()[0].reason.lines(Language::Nl).join("\n");
    assert!(told("persoon.achternaam;x.y\na;b\n").contains("1 kolom hoort niet"));
    assert!(told("persoon.achternaam;x.y;z.w\na;b;c\n").contains("2 kolommen horen niet"));
}
