//! What a template begins is what the gateway that gave it accepts.

use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::live::{COLLEGE, DOORSTROOMPUNT, Live, SCHOOL};

/// What a template cannot know: that someone agreed, answered, or has a key.
const ELSEWHERE: [&str; 7] = [
    "toestemming",
    "instemming",
    "buiten-doelgroep",
    "voortzetting",
    "overgangsdocument.verzoek",
    "uitdrukkelijk",
    "recipient-has-no-key",
];

#[test]
fn a_packet_begun_by_a_template_is_right_for_whoever_sends_it() {
    let live = Live::start();
    for party in ["vso-school", "mbo-school", "leerplicht"] {
        live.json(party, &["keys", "publish", &format!("try/parties/{party}/encryption.jwk")]);
    }
    let datasets = live.items(SCHOOL, &["datasets"]);
    assert_eq!(datasets.len(), 4);
    let mut told = Vec::new();
    for dataset in &datasets {
        let code = dataset["code"].as_str().unwrap();
        for party in [SCHOOL, "vso-school", "mbo-school", COLLEGE, DOORSTROOMPUNT, "leerplicht"] {
            let made = live.client(party, &["template", code, "--packet", "--json"]);
            if !dataset["senders"].as_array().unwrap().iter().any(|role| live.role(party) == *role) {
                let refused = made.with(1).json()["error"].clone();
                assert!(
                    refused["message"].as_str().unwrap().contains(
                        if party == "leerplicht" || party == DOORSTROOMPUNT {
                            "no role of your organisation (doorstroompunt, leerplicht) sends anything of"
                        } else {
                            "sends nothing of"
                        }
                    ),
                    "{party} {code}: {refused}"
                );
                continue;
            }
            live.write("begun.json", &made.done().json());
            let act = if dataset["kind"] == "request" { "ask" } else { "push" };
            let checked = live.client(party, &[act, "begun.json", "--check", "--json"]).json();
            let wrong = |reason: &&Value| {
                let code = reason["code"].as_str().unwrap();
                !ELSEWHERE.iter().any(|known| code.contains(known))
            };
            let verdicts = checked["recipients"].as_array().cloned().unwrap_or_default();
            let errors = verdicts.iter().filter_map(|one| one["errors"].as_array()).flatten();
            let whole = checked["error"]["problem"]["errors"].as_array().into_iter().flatten();
            let found: Vec<&Value> = errors.chain(whole).filter(wrong).collect();
            if !found.is_empty() {
                told.push(format!("{party} {code}: {found:?}"));
            }
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
    // Another role than the certificate's is asked for by name.
    let packet = live.json(SCHOOL, &["template", "verwijderingsmelding", "--packet", "--role", "mbo-school"]);
    assert_eq!(packet["recipients"][0]["role"], json!("leerplicht"));
}

/// Of a declaration on which nothing can rest there is no template, and each that there is can be recorded.
#[test]
fn a_declaration_begun_by_a_template_is_recorded() {
    let live = Live::start();
    let mut made = Vec::new();
    for code in ["overgangsdocument", "uitstroomprofiel", "verwijderingsmelding", "verzoek-voortzetting"] {
        for kind in ["instemming", "toestemming", "geen-bezwaar", "kennisgenomen", "bezwaar", "beperking"] {
            let ended = live.client("vso-school", &["template", code, "--declaration", kind, "--json"]);
            if ended.code == 0 {
                live.write("wish.json", &ended.json());
                live.json("vso-school", &["declare", "wish.json"]);
                made.push((code, kind));
            } else {
                let refused = ended.with(1).json()["error"].clone();
                let message = refused["message"].as_str().unwrap();
                assert!(message.contains("does not rest on a declaration"), "{refused}");
                assert!(refused["now"].is_string(), "{refused}");
            }
        }
    }
    let carrying: Vec<_> = made
        .iter()
        .filter(|(_, kind)| ["instemming", "toestemming", "geen-bezwaar"].contains(kind))
        .collect();
    assert_eq!(carrying, [&("uitstroomprofiel", "toestemming"), &("verzoek-voortzetting", "instemming")]);
    assert_eq!(made.len(), 14);
}

/// What the command says that a template holds: its columns, and what stands above them.
fn told(live: &Live, party: &str, dataset: &str, set: &[&str]) -> [Vec<String>; 2] {
    let set = set.iter().flat_map(|value| ["--set", value]);
    let made = live.json(party, &["template", dataset].into_iter().chain(set).collect::<Vec<_>>());
    ["columns", "forEveryRow"].map(|part| {
        made[part].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    })
}

#[test]
fn a_template_has_the_columns_that_the_bases_of_its_sender_need() {
    let live = Live::begun();
    for (party, dataset, needed, other) in [
        ("mbo-school", "verzoek-voortzetting", &["gediplomeerd", "gediplomeerdOp"][..], "profiel"),
        ("mbo-school", "overgangsdocument", &["gediplomeerd"], "profiel"),
        ("mbo-school", "uitstroomprofiel", &["gediplomeerd", "gediplomeerdOp", "verlatenOp"], "verwijderdOp"),
        ("vso-school", "overgangsdocument", &["profiel", "verlatenOp"], "gediplomeerd"),
        ("vso-school", "verzoek-voortzetting", &["verlatenOp"], "gediplomeerd"),
        (SCHOOL, "uitstroomprofiel", &["verlatenOp"], "gediplomeerd"),
        (SCHOOL, "verwijderingsmelding", &["verwijderdOp"], "gediplomeerd"),
    ] {
        let [columns, _] = told(&live, party, dataset, &[]);
        let has = |name: &str| columns.iter().any(|column| column == name);
        assert!(needed.iter().all(|name| has(name)) && !has(other), "{party} {dataset}: {columns:?}");
        for rare in ["reden", "startkwalificatie", "maatregel.1"] {
            assert!(!has(rare), "{party} {dataset}: {columns:?}");
        }
    }
}

/// A sheet made by a template: what holds for every row by `set`, and one row.
fn with_row(live: &Live, (party, dataset): (&str, &str), set: &[&str], row: &[(&str, &str)]) -> String {
    let set = set.iter().flat_map(|value| ["--set", value]);
    let made = ["template", dataset].into_iter().chain(set).collect::<Vec<_>>();
    let template = live.client(party, &made).done().stdout;
    let names = template.lines().find(|line| line.starts_with("leerlingnummer;")).unwrap();
    let field = |name: &str| row.iter().find(|(one, _)| *one == name).map_or("", |(_, value)| value);
    let fields: Vec<&str> = names.split(';').map(field).collect();
    format!("{template}{}\r\n", fields.join(";"))
}

/// WEC 14e: who leaves VSO for work gets the document, also where no college gets it.
#[test]
fn a_sheet_gives_the_person_a_copy_and_nobody_else_anything() {
    let live = Live::begun();
    live.json("vso-school", &["keys", "publish", "try/parties/vso-school/encryption.jwk"]);
    let purpose = "doel=loopbaanbegeleiding";
    let [_, above] = told(&live, "vso-school", "overgangsdocument", &[purpose]);
    assert!(above.iter().any(|name| name == "kopie"), "{above:?}");
    assert!(!above.iter().any(|name| name.starts_with("ontvanger")), "{above:?}");
    let left = (live.now - 24.hours() * 60).strftime("%Y-%m-%d").to_string();
    let sheet = with_row(
        &live,
        ("vso-school", "overgangsdocument"),
        &[purpose, "profiel=arbeid", "ingeschreven=nee", "school.naam=De Sluis"],
        &[
            ("leerlingnummer", "L-1"),
            ("geboortedatum", "2007-11-03"),
            ("woongemeente", "0361"),
            ("verlatenOp", &left),
            ("persoon.voornamen", "Toby"),
            ("persoon.achternaam", "Voorbeeld"),
            ("persoon.adres.straat", "Kadelaan"),
        ],
    );
    live.program.write("afschrift.csv", &sheet);
    let ended = live.json("vso-school", &["push", "--csv", "afschrift.csv"]);
    assert_eq!((&ended["lines"], &ended["accepted"]), (&json!(1), &json!(1)), "{ended}");
}

/// WEB 9.2.13 asks nothing of leaving: a graduate who is still enrolled has no day of it.
#[test]
fn an_enrolled_graduate_has_no_day_of_leaving() {
    let live = Live::begun();
    for (enrolled, programme, codes) in [
        ("ja", "Verkoop", &["verzoek-voortzetting.instemming-mbo"][..]),
        ("nee", "Verkoop", &["missing-field"]),
        ("ja", "", &["missing-field"]),
    ] {
        let sheet = with_row(
            &live,
            ("mbo-school", "verzoek-voortzetting"),
            &[
                &format!("ingeschreven={enrolled}"),
                "school.naam=Het mbo",
                "ontvanger.gemeente=0361",
                "ontvanger.rol=werk-en-inkomen",
            ],
            &[
                ("leerlingnummer", "L-1"),
                ("geboortedatum", "2007-11-03"),
                ("woongemeente", "0361"),
                ("gediplomeerd", "ja"),
                ("gediplomeerdOp", &(live.now - 24.hours() * 60).strftime("%Y-%m-%d").to_string()),
                ("traject.opleiding", programme),
                ("persoon.voornamen", "Toby"),
                ("persoon.achternaam", "Voorbeeld"),
                ("persoon.adres.straat", "Kadelaan"),
            ],
        );
        live.program.write("verzoek.csv", &sheet);
        let checked = live.client("mbo-school", &["ask", "--csv", "verzoek.csv", "--check", "--json"]).json();
        let reasons = checked["records"][0]["reasons"].as_array().unwrap();
        let told: Vec<&str> = reasons.iter().map(|reason| reason["code"].as_str().unwrap()).collect();
        assert_eq!(told, codes, "{checked}");
        if codes == ["missing-field"] {
            let column = reasons[0]["column"].as_str().unwrap();
            assert!(column.starts_with("verlatenOp"), "{column}");
        }
    }
}
