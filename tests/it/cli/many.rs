//! Many packets at once, to a real gateway: a batch that is cut off, and a sheet with faults.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value, json};
use sluis::{
    cli::client::sheets::columns::{Columns, Fact},
    domain::{clock::amsterdam_date, party::Role},
};

use super::{
    live::{COLLEGE, DOORSTROOMPUNT, Live, SCHOOL},
    program::Ended,
};
use crate::support::{declaration, left_school, removed_from_school, signal};

const LINES: usize = 300;
const REPORT: &str = "batch.ndjson.report.ndjson";

/// How many lines are accepted by now. A next run writes down again what it knows, and the last line may be torn.
fn accepted(live: &Live) -> usize {
    let report = std::fs::read_to_string(live.program.path(REPORT)).unwrap_or_default();
    let records = report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let accepted = records.filter(|record| record["status"] == "accepted");
    accepted.map(|record| record["line"].as_u64().unwrap()).collect::<BTreeSet<_>>().len()
}

/// Waits until the batch has had some more lines accepted. A batch that ended early would wait for ever: the test fails.
fn wait_for(live: &Live, more: usize, batch: &mut std::process::Child) {
    let goal = accepted(live) + more;
    while accepted(live) < goal {
        let report = || std::fs::read_to_string(live.program.path(REPORT)).unwrap_or_default();
        let is_over = batch.try_wait().unwrap().is_some();
        assert!(!is_over, "it ended before it was interrupted: {:?}", report().lines().next());
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_batch_that_was_interrupted_and_killed_goes_on_and_doubles_nothing() {
    let live = Live::start();
    let of = |number: usize| {
        let person = removed_from_school(&format!("L-{number}"), 19, live.now);
        live.packet("verwijderingsmelding", &person).to_string()
    };
    let first = of(0);
    let lines: Vec<String> =
        (1..LINES).map(|number| first.replace("\"L-0\"", &format!("\"L-{number}\""))).collect();
    assert_eq!(lines[6], of(7), "only the reference differs");
    live.program.write("batch.ndjson", &format!("{first}\n{}\n", lines.join("\n")));
    let push = ["push", "--batch", "batch.ndjson", "--json"];

    // Ctrl-C: what is on its way is waited for.
    let mut batch = live.begin(SCHOOL, &push);
    wait_for(&live, 10, &mut batch);
    assert!(signal(batch.id(), Signal::INT));
    let tally = Ended::of(batch).with(75).json();
    assert!(tally["open"].as_u64().unwrap() > 0, "{tally}");
    assert_eq!(tally["accepted"], accepted(&live));
    assert!(!live.program.read(REPORT).contains("\"sending\""), "nothing is left on its way");

    // kill -9: what is on its way is not known to have arrived.
    let mut batch = live.begin(SCHOOL, &push);
    wait_for(&live, 10, &mut batch);
    batch.kill().unwrap();
    batch.wait().unwrap();

    let tally = live.json(SCHOOL, &push);
    assert_eq!((&tally["accepted"], &tally["open"]), (&json!(LINES), &json!(0)), "{tally}");
    assert!(tally["earlier"].as_u64().unwrap() >= 20);
    let report: BTreeMap<u64, String> = live
        .program
        .read(REPORT)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|record| (record["line"].as_u64().unwrap(), record["id"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(report.len(), LINES, "a line for each line");
    let inbox = live.items(DOORSTROOMPUNT, &["inbox"]);
    assert_eq!(inbox.len(), LINES, "nothing is lost and nothing is doubled");
    let arrived: BTreeSet<&str> = inbox.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(arrived, report.values().map(String::as_str).collect());

    let again = live.json(SCHOOL, &push);
    assert_eq!(again["earlier"], LINES);
    assert_eq!(live.items(DOORSTROOMPUNT, &["inbox"]).len(), LINES);
    assert!(!live.program.read(REPORT).contains("Voorbeeld"), "the report tells nobody's name");
}

/// The template of removals with these rows: what each has other than the usual, `-` for a field too many.
fn sheet(live: &Live, rows: &[&[(&str, &str)]]) -> String {
    let set = [
        "doel=doorstroompunt-taak",
        "ontvanger.gemeente=0361",
        "ontvanger.rol=doorstroompunt",
        "school.naam=Praktijkschool De Sluis",
        "school.brin=99ZZ",
        "ingeschreven=nee",
    ];
    let set: Vec<&str> = set.into_iter().flat_map(|value| ["--set", value]).collect();
    live.client(
        SCHOOL,
        &[&["template", "verwijderingsmelding", "--with", "verlatenOp", "--out", "leeg.csv"], &set[..]]
            .concat(),
    )
    .done();
    let template = live.program.read("leeg.csv");
    let names = template.lines().find(|line| line.contains("leerlingnummer;")).unwrap();
    let names: Vec<&str> = names.trim_start_matches('\u{FEFF}').split(';').collect();
    let person = left_school("L", 19, live.now);
    let left = person["verlatenOp"].as_str().unwrap();
    // As a Dutch spreadsheet shows a date.
    let shown: Vec<&str> = left.split('-').rev().collect();
    let shown = shown.join("-");
    let usual = [
        ("geboortedatum", person["birthDate"].as_str().unwrap()),
        // A spreadsheet drops the zero.
        ("woongemeente", "361"),
        ("verlatenOp", &shown),
        ("verwijderdOp", &shown),
        ("persoon.voornamen", "Sem"),
        ("persoon.achternaam", "Voorbeeld"),
        ("persoon.adres.straat", "Kadelaan"),
        ("persoon.adres.huisnummer", "3"),
        ("persoon.adres.postcode", "1811 CD"),
        ("persoon.adres.woonplaats", "Alkmaar"),
    ];
    let row = |own: &[(&str, &str)]| {
        let find = |of: &[(&str, &str)], name: &str| {
            of.iter().find(|(one, _)| *one == name).map(|one| one.1.to_owned())
        };
        let field = |name: &&str| find(own, name).or_else(|| find(&usual, name)).unwrap_or_default();
        let fields: Vec<String> = names.iter().map(field).collect();
        fields.join(";") + if find(own, "-").is_some() { ";te veel" } else { "" }
    };
    let rows: Vec<String> = rows.iter().map(|own| row(own)).collect();
    format!("{template}{}\r\n", rows.join("\r\n"))
}

#[test]
fn the_good_rows_of_a_sheet_go_through_and_the_faulty_ones_are_named() {
    const NUMBER: &str = "leerlingnummer";
    // Below what holds for every row, the names and their explanation.
    const FIRST: u64 = 11;
    // Any of these makes an address.
    const ADDRESS: &str = "persoon.adres.straat, persoon.adres.postcode, persoon.adres.woonplaats, \
         persoon.adres.locatiebeschrijving, persoon.adres.land, persoon.adres.onbekend";
    let live = Live::start();
    let text = sheet(
        &live,
        &[
            &[(NUMBER, "0017")],
            &[(NUMBER, "L-2"), ("persoon.achternaam", "#VERW!")],
            &[(NUMBER, "L-3"), ("verlatenOp", "31-2-2026"), ("verwijderdOp", "31-2-2026")],
            &[(NUMBER, "L-4"), ("geboortedatum", "1990-01-01")],
            &[(NUMBER, "L-5"), ("-", "")],
            &[
                (NUMBER, "L-6"),
                ("persoon.adres.straat", ""),
                ("persoon.adres.huisnummer", ""),
                ("persoon.adres.postcode", ""),
                ("persoon.adres.woonplaats", ""),
            ],
            &[(NUMBER, "0017")],
            &[(NUMBER, "L-8")],
        ],
    );
    live.program.write("meldingen.csv", &text);

    let counted = |ended: &Value| {
        ["lines", "accepted", "refused", "invalid", "duplicate", "open"]
            .map(|name| ended[name].as_u64().unwrap())
    };
    let checked =
        live.client(SCHOOL, &["push", "--csv", "meldingen.csv", "--check", "--json"]).with(3).json();
    assert_eq!(counted(&checked), [8, 2, 2, 3, 1, 0], "a check tells what the push will tell: {checked}");
    assert!(live.items(DOORSTROOMPUNT, &["inbox"]).is_empty());

    let ended = live.client(SCHOOL, &["push", "--csv", "meldingen.csv", "--json"]).with(3).json();
    assert_eq!(counted(&ended), [8, 2, 2, 3, 1, 0], "{ended}");
    assert_eq!(ended["passedOver"]["explanations"], json!([FIRST - 1]));
    let report = live.program.read(ended["report"].as_str().unwrap());
    let told = |records: Vec<Value>| -> Vec<(u64, String, String, String)> {
        let of = |record: &Value, pointer: &str| {
            record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let told = records.iter().map(|record| {
            let line = record["line"].as_u64().unwrap();
            (line, of(record, "/status"), of(record, "/reasons/0/column"), of(record, "/reasons/0/code"))
        });
        told.collect()
    };
    let expected = [
        ("accepted", "", ""),
        ("invalid", "persoon.achternaam", "csv-error-value"),
        ("invalid", "verlatenOp", "csv-no-such-day"),
        ("refused", "ontvanger.*", "verwijderingsmelding.doelgroep"),
        ("invalid", "", "csv-columns"),
        ("refused", ADDRESS, "missing-field"),
        ("duplicate", "", ""),
        ("accepted", "", ""),
    ];
    let expected: Vec<_> = (FIRST..)
        .zip(expected)
        .map(|(line, (a, b, c))| (line, a.to_owned(), b.to_owned(), c.to_owned()))
        .collect();
    let records: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records[1]["reasons"][0]["columnLetters"], "I");
    assert_eq!(told(records), expected);
    let checked = told(checked["records"].as_array().unwrap().clone());
    let as_sent: Vec<_> = checked
        .into_iter()
        .map(|(line, status, b, c)| (line, status.replace("permitted", "accepted"), b, c))
        .collect();
    assert_eq!(as_sent, expected);
    assert!(!report.contains("Kadelaan") && !report.contains("#VERW!"), "it holds nothing of the input");

    let inbox = live.items(DOORSTROOMPUNT, &["inbox"]);
    assert_eq!(inbox.len(), 2);
    let id = inbox[0]["id"].as_str().unwrap();
    let content = &live.json(DOORSTROOMPUNT, &["pull", id, "--show"])["content"];
    assert_eq!(content["persoon"]["adres"]["huisnummer"], "3", "text stays text");

    // For people: line, column, what is wrong; and a repetition sends none of the good ones again.
    let again = live.client(SCHOOL, &["push", "--csv", "meldingen.csv"]).with(3);
    assert!(again.stdout.contains("regel 12: ongeldig"), "{}", again.stdout);
    assert!(again.stdout.contains("2 aangenomen (waarvan eerder 2)"), "{}", again.stdout);
    assert_eq!(live.items(DOORSTROOMPUNT, &["inbox"]).len(), 2);
}

#[test]
fn a_class_goes_in_a_sheet_of_ten_columns() {
    const NAMES: [&str; 10] = [
        "leerlingnummer",
        "geboortedatum",
        "woongemeente",
        "profiel",
        "verlatenOp",
        "persoon.voornamen",
        "persoon.voorvoegsel",
        "persoon.achternaam",
        "profiel.status",
        "profiel.vastgesteldOp",
    ];
    let live = Live::start();
    let template = ["template", "uitstroomprofiel", "--out", "klas.csv", "--set", "school.naam=De Sluis"];
    let made = live.json(SCHOOL, &template);
    assert_eq!(made["columns"], json!(NAMES));
    assert!(
        made["with"].as_array().unwrap().contains(&json!("adres")),
        "rarer columns are asked for: {made}"
    );

    // As a secretary fills it: what is the same once, above; then a row for each pupil.
    let born = left_school("L", 17, live.now)["birthDate"].as_str().unwrap().to_owned();
    let today = amsterdam_date(live.now);
    let pupils = [("L-1", "Sem", "", "Voorbeeld"), ("L-2", "Zoë", "van der", "Šimić")];
    let row = |(number, given, prefix, family): &(&str, &str, &str, &str)| {
        format!("{number};{born};361;praktijkleren;;{given};{prefix};{family};voorlopig;{today}\r\n")
    };
    let rows = pupils.iter().map(row).collect::<Vec<_>>().concat();
    let text = live.program.read("klas.csv");
    live.program.write("klas.csv", &(text + &rows));
    let push = ["push", "--csv", "klas.csv"];
    let ended = live.client(SCHOOL, &[&push[..], &["--check"]].concat()).with(2);
    for said in ["ontvanger.gemeente", "ontvanger.rol", "csv-empty-setting"] {
        assert!(ended.stderr.contains(said), "{said}: {}", ended.stderr);
    }
    let text = live.program.read("klas.csv");
    let text = text
        .replace("#ontvanger.gemeente=", "#ontvanger.gemeente=361")
        .replace("#ontvanger.rol=", "#ontvanger.rol=werk-en-inkomen");
    live.program.write("klas.csv", &text);
    let refused = live.client(SCHOOL, &[&push[..], &["--check", "--json"]].concat()).with(1).json();
    assert_eq!(refused["records"][0]["reasons"][0]["code"], "uitstroomprofiel.toestemming-zelf");

    for (number, ..) in pupils {
        let pupil = json!({ "reference": { "kind": "own", "value": number }, "birthDate": born });
        let agrees =
            declaration("toestemming", "uitstroomprofiel", &pupil, "persoon", Role::WerkEnInkomen, live.now);
        live.write("toestemming.json", &agrees);
        live.json(SCHOOL, &["declare", "toestemming.json"]);
    }
    assert_eq!(live.json(SCHOOL, &[&push[..], &["--check"]].concat())["accepted"], 2);
    assert_eq!(live.json(SCHOOL, &push)["accepted"], 2);
    let inbox = live.items(COLLEGE, &["inbox"]);
    let pulled = |index: usize| live.json(COLLEGE, &["pull", inbox[index]["id"].as_str().unwrap(), "--show"]);
    let mut families: Vec<Value> =
        (0..2).map(|index| pulled(index)["content"]["persoon"]["achternaam"].clone()).collect();
    families.sort_by_key(Value::to_string);
    assert_eq!(families, ["Voorbeeld", "Šimić"]);
    let content = &pulled(0)["content"];
    assert_eq!(
        (&content["persoon"]["geboortedatum"], &content["profiel"]["profiel"]),
        (&json!(born), &json!("praktijkleren"))
    );
    assert_eq!(content["school"]["naam"], "De Sluis");
}

/// The sheet of the overgangsdocument as a template makes it has a place for the request on which the document rests; what is
/// missing of a row is told in the words of the sheet, and of the copy that goes along as of the copy.
#[test]
fn the_document_goes_in_the_sheet_that_a_template_makes() {
    let live = Live::start();
    let toby = left_school("L-2031", 18, live.now);
    let born = toby["birthDate"].as_str().unwrap();
    let left = toby["verlatenOp"].as_str().unwrap();
    let template = [
        "template",
        "overgangsdocument",
        "--out",
        "document.csv",
        "--set",
        "school.naam=De Sluis",
        "--set",
        "ontvanger.gemeente=0361",
    ];
    let made = live.json(SCHOOL, &template);
    let names: Vec<&str> =
        made["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(names.contains(&"verzoek"), "{names:?}");
    let text = live.program.read("document.csv");
    let write = |request: &str| {
        let value = |name: &&str| match *name {
            "leerlingnummer" => "L-2031".to_owned(),
            "verzoek" => request.to_owned(),
            "geboortedatum" => born.to_owned(),
            "verlatenOp" => left.to_owned(),
            "woongemeente" => "0361".to_owned(),
            "profiel" => "arbeid".to_owned(),
            "persoon.voornamen" => "Toby".to_owned(),
            "persoon.achternaam" => "Voorbeeld".to_owned(),
            "persoon.adres.straat" => "Kadelaan".to_owned(),
            "persoon.adres.huisnummer" => "3".to_owned(),
            "persoon.adres.postcode" => "1811 CD".to_owned(),
            "persoon.adres.woonplaats" => "Alkmaar".to_owned(),
            _ => String::new(),
        };
        let row = names.iter().map(value).collect::<Vec<_>>().join(";");
        live.program.write("document.csv", &format!("{text}{row}\r\n"));
    };

    write("");
    for check in [&[][..], &["--check"]] {
        let told = live.client(SCHOOL, &[&["push", "--csv", "document.csv"], check].concat()).with(1);
        let column = names.iter().position(|name| *name == "verzoek").unwrap();
        let letter = char::from(b'A' + u8::try_from(column).unwrap());
        let advice = format!("Noem het verzoek waarop de gemeente ja zei (kolom {letter}, verzoek).");
        assert_eq!(told.stdout.matches(&advice).count(), 2, "{advice}: {}", told.stdout);
        assert!(!told.stdout.contains("(request)"), "{}", told.stdout);
        for whose in
            ["ontvanger 1 · overgangsdocument.verzoek", "kopie voor de jongere · overgangsdocument.verzoek"]
        {
            assert_eq!(told.stdout.matches(whose).count(), 1, "{whose}: {}", told.stdout);
        }
        let english =
            live.client(SCHOOL, &[&["push", "--csv", "document.csv", "--lang", "en"], check].concat());
        assert!(english.with(1).stdout.contains(&format!("(column {letter}, verzoek)")), "in English too");
    }

    live.write("verzoek.json", &live.packet("verzoek-voortzetting", &toby));
    let agrees =
        declaration("instemming", "verzoek-voortzetting", &toby, "persoon", Role::WerkEnInkomen, live.now);
    live.write("instemming.json", &agrees);
    live.json(SCHOOL, &["declare", "instemming.json"]);
    let request = live.json(SCHOOL, &["ask", "verzoek.json"])["id"].as_str().unwrap().to_owned();
    live.json(COLLEGE, &["answer", &request, "ja"]);
    write(&request);
    let sent = live.json(SCHOOL, &["push", "--csv", "document.csv"]);
    assert_eq!(sent["accepted"], 1, "{sent}");
}

/// Every field that a text of the rules names is a column of a sheet, or no part of a push.
#[test]
fn every_field_that_a_rule_names_has_a_column() {
    // Of a declaration, and what a sheet leaves out by an empty cell; the other words are no fields.
    const NONE: [&str; 9] = [
        "explicit",
        "bewindvoerder",
        "omit",
        "uitstroomprofiel",
        "verwijderingsmelding",
        "gezag",
        "arbeid",
        "dagbesteding",
        "onderwijs",
    ];
    let rules = sluis::policy::Catalogue::embedded().unwrap();
    let conditions = rules.datasets().flat_map(|dataset| dataset.conditions.values()).chain(rules.guards());
    let facts = Fact::all(rules.glossary());
    let columns = Columns::of_schema(
        &json!({ "type": "object", "properties": { "x": { "type": "boolean" } } }),
        &facts,
    )
    .unwrap();
    let mut fields = BTreeSet::new();
    for condition in conditions {
        let (text, now) = condition.texts();
        for said in [Some(text), now].into_iter().flatten() {
            for part in said.nl.split('(').skip(1).chain(said.en.split('(').skip(1)) {
                let word: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
                let is_field = part.chars().nth(word.len()).is_some_and(|after| "):;".contains(after))
                    && !NONE.contains(&word.as_str());
                if is_field {
                    let known = columns.field(&word);
                    assert!(known.is_some(), "{}: ({word})", condition.id);
                    fields.insert(word);
                }
            }
        }
    }
    assert!(fields.len() >= 12, "{fields:?}");
}

#[test]
fn questions_go_in_a_batch_too() {
    let live = Live::start();
    let toby = left_school("L-2031", 18, live.now);
    let packet = live.packet("verzoek-voortzetting", &toby);
    live.program.write("vragen.ndjson", &format!("{packet}\n{packet}\n{{\"dataset\":\n"));
    let ended = live.client(SCHOOL, &["ask", "--batch", "vragen.ndjson", "--json"]).with(1).json();
    let counted = ["accepted", "refused", "invalid", "duplicate"].map(|name| &ended[name]);
    assert_eq!(counted, [0, 1, 1, 1], "{ended}");
    let report = live.program.read("vragen.ndjson.report.ndjson");
    assert!(
        report.contains("verzoek-voortzetting.instemming-volwassene") && report.contains("wvo2020:2.31b:2"),
        "{report}"
    );
}
