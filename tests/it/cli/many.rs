//! Many packets at once, to a real gateway: a batch that is cut off, and a sheet with faults.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread::sleep,
    time::Duration,
};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{
    live::{DOORSTROOMPUNT, Live, SCHOOL},
    program::Ended,
};
use crate::support::{left_school, removed_from_school, signal};

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
        assert!(batch.try_wait().unwrap().is_none(), "it ended before it was interrupted");
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
    live.client(SCHOOL, &["template", "verwijderingsmelding", "--out", "leeg.csv"]).done();
    let template = live.program.read("leeg.csv");
    let mut lines = template.lines();
    let names: Vec<&str> = lines.next().unwrap().trim_start_matches('\u{FEFF}').split(';').collect();
    let explained = lines.next().unwrap();
    let settled: Vec<&str> = lines.next().unwrap().split(';').collect();
    let person = left_school("L", 19, live.now);
    let left = person["verlatenOp"].as_str().unwrap();
    // As a Dutch spreadsheet shows a date.
    let shown: Vec<&str> = left.split('-').rev().collect();
    let shown = shown.join("-");
    let usual = [
        ("header.recipients.1.municipality", "0361"),
        ("header.person.reference.kind", "own"),
        ("header.person.birthDate", person["birthDate"].as_str().unwrap()),
        ("header.person.verblijf", "0361"),
        ("header.person.ingeschreven", "nee"),
        ("header.purpose", "doorstroompunt-taak"),
        ("header.recipients.1.role", "doorstroompunt"),
        ("header.person.verlatenOp", &shown),
        ("header.person.verwijderdOp", &shown),
        ("persoon.voornamen", "Sem"),
        ("persoon.achternaam", "Voorbeeld"),
        ("persoon.geboortedatum", person["birthDate"].as_str().unwrap()),
        ("persoon.adres.straat", "Kadelaan"),
        ("persoon.adres.huisnummer", "3"),
        ("persoon.adres.postcode", "1703 CD"),
        ("persoon.adres.woonplaats", "Heerhugowaard"),
        ("school.naam", "Praktijkschool De Sluis"),
        ("school.brin", "99ZZ"),
        ("verwijdering.datum", &shown),
    ];
    let row = |own: &[(&str, &str)]| {
        let find = |of: &[(&str, &str)], name: &str| {
            of.iter().find(|(one, _)| *one == name).map(|one| one.1.to_owned())
        };
        let field = |(index, name): (usize, &&str)| {
            find(own, name).or_else(|| find(&usual, name)).unwrap_or_else(|| settled[index].to_owned())
        };
        let fields: Vec<String> = names.iter().enumerate().map(field).collect();
        fields.join(";") + if find(own, "-").is_some() { ";te veel" } else { "" }
    };
    let rows: Vec<String> = rows.iter().map(|own| row(own)).collect();
    format!("\u{FEFF}{}\r\n{explained}\r\n{}\r\n", names.join(";"), rows.join("\r\n"))
}

#[test]
fn the_good_rows_of_a_sheet_go_through_and_the_faulty_ones_are_named() {
    const NUMBER: &str = "header.person.reference.value";
    let live = Live::start();
    let text = sheet(
        &live,
        &[
            &[(NUMBER, "0017")],
            &[(NUMBER, "L-2"), ("header.person.ingeschreven", "misschien")],
            &[(NUMBER, "L-3"), ("verwijdering.datum", "31-2-2026")],
            &[
                (NUMBER, "L-4"),
                ("header.person.birthDate", "1990-01-01"),
                ("persoon.geboortedatum", "1990-01-01"),
            ],
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

    let checked =
        live.client(SCHOOL, &["push", "--csv", "meldingen.csv", "--check", "--json"]).with(3).json();
    assert_eq!(checked["accepted"], 3, "a check does not look for repetitions: {checked}");
    assert!(live.items(DOORSTROOMPUNT, &["inbox"]).is_empty());

    let ended = live.client(SCHOOL, &["push", "--csv", "meldingen.csv", "--json"]).with(3).json();
    let counted = ["lines", "accepted", "refused", "invalid", "duplicate", "open"].map(|name| &ended[name]);
    assert_eq!(counted, [8, 2, 3, 2, 1, 0], "{ended}");
    let report = live.program.read(ended["report"].as_str().unwrap());
    let told: Vec<(u64, String, String, String)> = report
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|record| {
            let of = |pointer: &str| {
                record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            (record["line"].as_u64().unwrap(), of("/status"), of("/reasons/0/column"), of("/reasons/0/code"))
        })
        .collect();
    let expected = [
        (3, "accepted", "", ""),
        (4, "invalid", "header.person.ingeschreven", "csv-yes-or-no"),
        (5, "refused", "verwijdering.datum", "wrong-form"),
        (6, "refused", "header.recipients.1.*", "verwijderingsmelding.doelgroep"),
        (7, "invalid", "", "csv-columns"),
        (8, "refused", "persoon.adres.*", "missing-field"),
        (9, "duplicate", "", ""),
        (10, "accepted", "", ""),
    ];
    let expected = expected.map(|(line, a, b, c)| (line, a.to_owned(), b.to_owned(), c.to_owned()));
    assert_eq!(told, expected);
    assert!(!report.contains("Kadelaan") && !report.contains("misschien"), "it holds nothing of the input");

    let inbox = live.items(DOORSTROOMPUNT, &["inbox"]);
    assert_eq!(inbox.len(), 2);
    let id = inbox[0]["id"].as_str().unwrap();
    let content = &live.json(DOORSTROOMPUNT, &["pull", id, "--show"])["content"];
    assert_eq!(content["persoon"]["adres"]["huisnummer"], "3", "text stays text");

    // For people: line, column, what is wrong; and a repetition sends none of the good ones again.
    let again = live.client(SCHOOL, &["push", "--csv", "meldingen.csv"]).with(3);
    assert!(again.stdout.contains("regel 4: ongeldig"), "{}", again.stdout);
    assert!(again.stdout.contains("2 aangenomen (waarvan eerder 2)"), "{}", again.stdout);
    assert_eq!(live.items(DOORSTROOMPUNT, &["inbox"]).len(), 2);
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
