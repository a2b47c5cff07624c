//! What people are told of what a gateway answers: in their own language, whole, and with the names that they know.

use std::{collections::BTreeSet, fs, path::Path};

use sluis::cli::{Language, client::problem::Problem};

use super::{
    live::{COLLEGE, DOORSTROOMPUNT, Live, SCHOOL},
    program::files,
};
use crate::support::removed_from_school;

/// Every kind of problem that the gateway has, as its source makes them.
fn kinds() -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    for file in files(Path::new("src")) {
        let source = fs::read_to_string(file).unwrap_or_default();
        let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        let made = code.split("Problem::new(").skip(1).filter_map(|made| made.split('"').nth(1));
        kinds.extend(made.map(str::to_owned));
    }
    kinds
}

#[test]
fn every_kind_of_problem_has_a_dutch_title() {
    let kinds = kinds();
    assert!(kinds.len() > 20 && kinds.contains("policy-fault"), "{kinds:?}");
    let title = "A title of the gateway".to_owned();
    let without = kinds.into_iter().filter(|kind| {
        let kind = format!("urn:sluis:problem:{kind}");
        let problem = Problem { kind, title: title.clone(), ..Problem::default() };
        problem.title().text(Language::Nl) == title
    });
    assert_eq!(without.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_party_that_is_blocked_is_told_so_in_dutch_and_known_by_its_name_to_who_sent_it_something() {
    let live = Live::start();
    let person = removed_from_school("L-1", 19, live.now);
    let packet = live.packet("verwijderingsmelding", &person);
    live.write("melding.json", &packet);
    live.json(SCHOOL, &["push", "melding.json"]);
    let parties = live.items(SCHOOL, &["parties"]);
    let found = parties.iter().find(|party| party["role"] == DOORSTROOMPUNT).unwrap();
    let (oin, name) = (found["oin"].as_str().unwrap(), found["name"].as_str().unwrap());
    let blocked = format!("{oin}/{DOORSTROOMPUNT}");
    live.program.run(&["party", "block", &blocked, "--cause", "laptop-kwijt"]).done();

    let refused = live.client(DOORSTROOMPUNT, &["--lang", "nl", "inbox"]).with(1).stderr;
    assert!(
        refused.contains("403 dit certificaat of deze partij mag nu niet worden gebruikt"),
        "one language at a time: {refused}"
    );
    let notices = live.client(SCHOOL, &["notices"]).done().stdout;
    assert!(notices.contains("ontvanger werd geblokkeerd") && notices.contains(name), "{notices}");
    assert!(!notices.contains(oin), "{notices}");

    let unknown = live.client(SCHOOL, &["push", "melding.json"]).with(1).stderr;
    assert!(unknown.contains("    Deze ontvanger is niet aangesloten.\n"), "{unknown}");
    let unknown = live.client(SCHOOL, &["--lang", "en", "push", "melding.json"]).with(1).stderr;
    assert!(unknown.contains("    This recipient is not connected.\n"), "{unknown}");

    live.program.run(&["party", "unblock", &blocked]).done();
    let entries = live.client(DOORSTROOMPUNT, &["entries"]).done().stdout;
    assert!(entries.contains("(doorstroompunt), reden: laptop-kwijt"), "{entries}");
}

#[test]
fn a_sheet_on_standard_output_is_the_sheet_in_a_file() {
    let live = Live::begun();
    let template =
        ["template", "verwijderingsmelding", "--set", "doel=doorstroompunt-taak", "--with", "alles"];
    live.client(SCHOOL, &[&template[..], &["--out", "blad.csv"]].concat()).done();
    let printed = live.client(SCHOOL, &template).done().stdout;
    assert!(printed.contains("\r\n"), "{}", printed.escape_debug());
    assert_eq!(printed, live.program.read("blad.csv"));
    let packet = ["template", "verwijderingsmelding", "--packet"];
    live.client(SCHOOL, &[&packet[..], &["--out", "pakket.json"]].concat()).done();
    assert_eq!(live.client(SCHOOL, &packet).done().stdout, live.program.read("pakket.json"));

    let none = live.client("leerplicht", &["template", "overgangsdocument"]).with(1).stderr;
    assert!(
        none.contains("geen rol van uw organisatie (doorstroompunt, leerplicht) stuurt iets van de dataset `overgangsdocument`"),
        "{none}"
    );
    let none =
        live.client("leerplicht", &["template", "overgangsdocument", "--role", "leerplicht"]).with(1).stderr;
    assert!(none.contains("leerplicht stuurt niets van de dataset"), "{none}");
    let none = live.client(COLLEGE, &["template", "overgangsdocument"]).with(1).stderr;
    assert!(none.contains("werk-en-inkomen stuurt niets van de dataset"), "{none}");
    let retired = live.client(SCHOOL, &["keys", "retire", "abc"]).with(2).stderr;
    assert!(retired.contains("nodig is een vingerafdruk: 43 tekens (base64url)"), "{retired}");
}
