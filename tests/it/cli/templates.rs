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

/// What a school fills in, by the name of the column; somebody of 19 who left a month ago.
fn filled(live: &Live, name: &str) -> String {
    let ago = |days: i64| (live.now - 24.hours() * days).strftime("%d-%m-%Y").to_string();
    match name {
        "leerlingnummer" => "L-1",
        "geboortedatum" => "3-11-2007",
        "woongemeente" | "ontvanger.gemeente" => "0361",
        "verzoek" => "01a227a7-6099-7554-8284-fc8a6d980963",
        "profiel" => "arbeid",
        "gediplomeerd" => "ja",
        "persoon.voornamen" => "Toby",
        "persoon.voorvoegsel" => "van",
        "persoon.achternaam" => "Voorbeeld",
        "persoon.adres.straat" => "Kadelaan",
        "persoon.adres.huisnummer" => "12",
        "persoon.adres.huisletter" => "a",
        "persoon.adres.toevoeging" => "bis",
        "persoon.adres.postcode" => "1811 AA",
        "persoon.adres.woonplaats" => "Alkmaar",
        "nummer.persoonsgebondenNummer" => "999990019",
        "traject.opleiding" => "Assistent logistiek",
        "school.naam" => "De Sluis",
        "school.brin" => "99ZZ",
        "profiel.status" => "voorlopig",
        "verlatenOp"
        | "verwijderdOp"
        | "gediplomeerdOp"
        | "contactgemeenteGevraagdOp"
        | "profiel.vastgesteldOp" => return ago(30),
        other => panic!("what belongs in {other}?"),
    }
    .to_owned()
}

/// What the columns of a template hold, and what it says for every row, is enough: for each sender, basis and recipient.
#[test]
fn a_template_with_all_its_columns_filled_lacks_nothing() {
    let live = Live::begun();
    let catalogue = sluis::policy::catalogue::Catalogue::embedded().unwrap();
    let (mut tried, mut wrong) = (0, Vec::new());
    for (party, role) in [(SCHOOL, "pro-school"), ("vso-school", "vso-school"), ("mbo-school", "mbo-school")]
    {
        for dataset in catalogue.datasets() {
            let code = dataset.code.to_string();
            let act = if code == "verzoek-voortzetting" { "ask" } else { "push" };
            for basis in dataset.bases.values() {
                let senders: Vec<String> = basis.senders.iter().map(ToString::to_string).collect();
                let to = basis.recipients.iter().map(ToString::to_string).find(|role| role != "betrokkene");
                let Some(to) = to.filter(|_| senders.iter().any(|sender| sender == role)) else { continue };
                let purpose = basis.purposes.iter().next().unwrap();
                let mut set = vec![format!("doel={purpose}"), format!("ontvanger.rol={to}")];
                let asked: Vec<&str> = set.iter().map(String::as_str).collect();
                let [columns, above] = told(&live, party, &code, &asked);
                let known = ["dataset", "doel", "ontvanger.rol", "leerlingnummer.soort", "ingeschreven"];
                let open = above.iter().filter(|name| !known.contains(&name.as_str()));
                set.extend(open.map(|name| format!("{name}={}", filled(&live, name))));
                let set: Vec<&str> = set.iter().map(String::as_str).collect();
                let row: Vec<(&str, String)> =
                    columns.iter().map(|name| (name.as_str(), filled(&live, name))).collect();
                let row: Vec<(&str, &str)> =
                    row.iter().map(|(name, value)| (*name, value.as_str())).collect();
                live.program.write("blad.csv", &with_row(&live, (party, &code), &set, &row));
                let checked = live.client(party, &[act, "--csv", "blad.csv", "--check", "--json"]).json();
                let reasons = checked["records"][0]["reasons"].as_array().cloned().unwrap_or_default();
                let is_form = |reason: &&Value| {
                    let code = reason["code"].as_str().unwrap();
                    !code.contains('.') && !ELSEWHERE.contains(&code)
                };
                let lacking: Vec<&Value> = reasons.iter().filter(is_form).collect();
                assert!(checked["records"][0].is_object(), "{party} {code}: {checked}");
                if !lacking.is_empty() {
                    wrong.push(format!("{party} {} to {to}: {lacking:?}", basis.id));
                }
                tried += 1;
            }
        }
    }
    assert_eq!((tried, wrong), (21, vec![]));
}

/// WVO 2020 2.31b and its like ask for one of several: whoever has a sheet is told so, and which columns.
#[test]
fn one_of_several_that_must_be_there_is_told_as_that() {
    let live = Live::begun();
    for (party, columns, letters, nl) in [
        (
            SCHOOL,
            "profiel, traject.opleiding, verlatenOp",
            "H, D",
            "Vul ten minste een van deze kolommen in: profiel, traject.opleiding (H), verlatenOp (D).",
        ),
        (
            "mbo-school",
            "profiel, traject.opleiding, verlatenOp",
            "J, D",
            "Vul ten minste een van deze kolommen in: profiel, traject.opleiding (J), verlatenOp (D).",
        ),
    ] {
        let row: Vec<(&str, String)> = [
            "leerlingnummer",
            "geboortedatum",
            "woongemeente",
            "gediplomeerd",
            "gediplomeerdOp",
            "persoon.voornamen",
            "persoon.achternaam",
        ]
        .map(|name| (name, filled(&live, name)))
        .into();
        let row: Vec<(&str, &str)> = row.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let set = ["ingeschreven=ja", "school.naam=De Sluis", "ontvanger.gemeente=0361"];
        let sheet = with_row(&live, (party, "verzoek-voortzetting"), &set, &row);
        assert!(sheet.contains("; vul ten minste een in van: "), "the heading says so too: {sheet}");
        live.program.write("verzoek.csv", &sheet);
        let checked = live.client(party, &["ask", "--csv", "verzoek.csv", "--check", "--json"]).json();
        let reason = &checked["records"][0]["reasons"][0];
        let told = [&reason["column"], &reason["columnLetters"], &reason["nl"]];
        assert_eq!(told, [&json!(columns), &json!(letters), &json!(nl)], "{party}: {checked}");
        // What the gateway calls by its pointer, the sheet calls by its column.
        let set = ["ingeschreven=nee", "profiel=arbeid", "school.naam=De Sluis", "ontvanger.gemeente=0361"];
        live.program.write("verzoek.csv", &with_row(&live, (party, "verzoek-voortzetting"), &set, &row));
        let checked = live.client(party, &["ask", "--csv", "verzoek.csv", "--check", "--json"]).json();
        let nl = "Dit veld ontbreekt. Het mag alleen weg als kolom ingeschreven ja is.";
        assert_eq!(checked["records"][0]["reasons"][0]["nl"], json!(nl), "{party}: {checked}");
    }
}

/// LPW 18(4): the number goes along where it is known.
#[test]
fn a_removal_sheet_has_a_column_for_the_number_that_may_be_empty() {
    let live = Live::begun();
    for party in [SCHOOL, "vso-school", "mbo-school"] {
        let template = live.client(party, &["template", "verwijderingsmelding"]).done().stdout;
        let mut lines = template.lines().skip_while(|line| line.starts_with(['#', '\u{feff}']));
        let names: Vec<&str> = lines.next().unwrap().split(';').collect();
        let at = names.iter().position(|name| *name == "nummer.persoonsgebondenNummer");
        let explained = csv_fields(lines.next().unwrap());
        let explanation = &explained[at.unwrap_or_else(|| panic!("{party}: {names:?}"))];
        assert!(explanation.starts_with("mag leeg: "), "{explanation}");
        assert!(
            explanation.ends_with("de wet vraagt het waar het kan: vul het in als u het hebt"),
            "{explanation}"
        );
    }
}

fn csv_fields(line: &str) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(line.as_bytes());
    reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect()
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
            assert!(column.contains("verlatenOp"), "{column}");
        }
    }
}
