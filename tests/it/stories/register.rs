//! What the register of persons (BRP) holds and what people write, over the real interface: sent, found, or refused with
//! the field and the form.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sluis::domain::{
    clock::{Clock as _, amsterdam_date},
    party::Role,
};

use super::{
    people::{self, TestPerson, typed},
    steps::{CONTINUING, agree, ask, born, but, declare, request_for, send, withdraw},
};
use crate::support::{Actor, Gateway, HOMES, declaration, submission};

async fn found(actor: &Actor, name: Value, birth_date: &str) -> usize {
    let query = json!({ "name": name, "birthDate": birth_date, "purpose": CONTINUING });
    let answer = actor.post("/v1/inbox/searches", &query).await;
    answer.expect_status(StatusCode::OK).json()["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_register_holds_is_sent_and_found() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    for (number, born_on, person, asked, asked_on) in [
        (1, "2008-04-01", json!({ "achternaam": "Arundati" }), json!({ "given": "Arundati" }), "2008-04-01"),
        (
            2,
            "2008-04-02",
            json!({ "voornamen": "Łucja", "achternaam": "Wróbelska-Łoś" }),
            json!({ "given": "Lucja", "family": "Wrobelska-Los" }),
            "2008-04-02",
        ),
        (
            3,
            "2008-04-03",
            json!({ "voornamen": "Nora Maria", "achternaam": "d’Hont" }),
            json!({ "given": "Nora", "family": "d'Hont" }),
            "2008-00-00",
        ),
        (
            4,
            "2008-00-00",
            json!({ "voornamen": "Jürgen", "achternaam": "Voorbeeld" }),
            json!({ "given": "Juergen", "family": "Voorbeeld" }),
            "2008-05-17",
        ),
    ] {
        let pupil = born(&gateway, &format!("R-{number}"), born_on);
        let representative =
            if born_on == "2008-00-00" { ["persoon", "ouder"].as_slice() } else { &["persoon"] };
        for by in representative {
            agree(&gateway, &school, &pupil, by).await;
        }
        let mut body = request_for(&gateway, &pupil);
        let content = body["content"]["persoon"].as_object_mut().unwrap();
        content.remove("voornamen");
        content.remove("achternaam");
        content.extend(person.as_object().unwrap().clone());
        content.insert(
            "adres".to_owned(),
            json!({ "land": "Duitsland", "regel1": "Dorfstrasse 4", "regel2": "47533 Kleve" }),
        );
        send(&school, "/v1/requests", &body).await.expect_status(StatusCode::CREATED);
        assert_eq!(found(&college, asked.clone(), asked_on).await, 1, "{asked}");
    }
    assert_eq!(found(&college, json!({ "given": "Nora", "family": "Hont" }), "2008-04-03").await, 0);
    let nobody = json!({ "name": { "given": "." }, "birthDate": "2008-04-03", "purpose": CONTINUING });
    college.post("/v1/inbox/searches", &nobody).await.expect_problem(400, "missing");
    gateway.stop().await;
}

/// Whether somebody has a name or an address that software is easily surprised by.
fn is_odd(person: &TestPerson) -> bool {
    let identity = Value::Object(person.identity()).to_string();
    let address = &person.addresses()[0];
    let abroad = ["land", "locatiebeschrijving", "onbekend", "aanduiding"].map(|member| address.get(member));
    !identity.is_ascii() || person.voornamen.is_empty() || abroad.iter().any(Option::is_some)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_persons_of_the_register_are_sent_and_found() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let college = gateway.party(Role::WerkEnInkomen).await;
    // Adults, so that each agrees alone; whoever is not known to be below 27 has a legitimate interest.
    let is_adult = |person: &TestPerson| ("1901".."2008").contains(&person.birth_date().as_str());
    let has_name = |person: &TestPerson| format!("{}{}", person.voornamen, person.geslachtsnaam) != ".";
    let people = people::all();
    let mut sent = 0;
    for person in people.iter().filter(|one| is_odd(one) && is_adult(one) && has_name(one)).take(50) {
        let list = person.persoonslijst;
        let pupil = born(&gateway, &format!("P-{list}"), &person.birth_date());
        let pupil = but(&pupil, &json!({ "reden": ["gerechtvaardigd-belang"] }));
        agree(&gateway, &school, &pupil, "persoon").await;
        let mut body = request_for(&gateway, &pupil);
        let content = body["content"]["persoon"].as_object_mut().unwrap();
        content.remove("voornamen");
        content.remove("achternaam");
        content.extend(person.identity());
        content.insert("adres".to_owned(), person.addresses().remove(0));
        send(&school, "/v1/requests", &body).await.expect_status(StatusCode::CREATED);
        let (given, family) = (&person.voornamen, &person.geslachtsnaam);
        sent += 1;
        for name in [
            json!({ "given": given, "family": family }),
            json!({ "given": typed(given).to_lowercase(), "family": typed(family).to_lowercase() }),
        ] {
            assert_eq!(found(&college, name.clone(), &person.birth_date()).await, 1, "{list}: {name}");
        }
    }
    assert_eq!(sent, 50);
    gateway.stop().await;
}

/// The task that a report of a removal to Leerplicht is for.
const ATTENDANCE: &str = "verzuim-leerplicht";

/// The body of the report of someone's removal, with the address that the register has.
fn report_of(gateway: &Gateway, person: &TestPerson, address: Value) -> Value {
    let today = json!(amsterdam_date(gateway.clock.now()).to_string());
    let facts = json!({ "verwijderdOp": today, "verlatenOp": today });
    let removed = but(&born(gateway, &format!("B-{}", person.persoonslijst), &person.birth_date()), &facts);
    let mut body = submission(gateway, "verwijderingsmelding", ATTENDANCE, &removed, Role::Leerplicht);
    let content = body["content"].as_object_mut().unwrap();
    // The number is not theirs.
    content.remove("nummer");
    let about = content["persoon"].as_object_mut().unwrap();
    about.remove("voornamen");
    about.remove("achternaam");
    about.extend(person.identity());
    about.insert("adres".to_owned(), address);
    body
}

/// The law asks for a report of everyone who is removed, of whatever age: whoever the register holds can be reported. What is
/// refused is a date of birth that no report can have; the register does not allow the last one either.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_the_register_holds_can_be_reported() {
    const BORN_BEFORE_1901: [u16; 5] = [523, 527, 536, 545, 579];
    const DAY_WITHOUT_MONTH: u16 = 780;
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let leerplicht = gateway.party(Role::Leerplicht).await;
    let (people, mut refused, mut taken) = (people::all(), BTreeMap::new(), BTreeSet::new());
    let bodies = people.iter().flat_map(|person| {
        let addresses = person.addresses().into_iter();
        addresses.map(|address| (person.persoonslijst, report_of(&gateway, person, address)))
    });
    let bodies: Vec<(u16, Value)> = bodies.collect();
    for batch in bodies.chunks(64) {
        let answers = join_all(batch.iter().map(|(_, body)| send(&school, "/v1/packets", body))).await;
        for ((list, body), answer) in batch.iter().zip(answers) {
            if answer.status == StatusCode::CREATED {
                taken.insert(*list);
                continue;
            }
            let problem = answer.json();
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{list}: {problem} to {body}");
            let errors = problem["errors"].as_array().unwrap().iter();
            let told: BTreeSet<(String, String)> = errors
                .map(|error| ["pointer", "code"].map(|name| error[name].as_str().unwrap().to_owned()).into())
                .collect();
            refused.insert(*list, told);
        }
    }
    let why = |code: &str, also: &str| {
        let place = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
        BTreeSet::from([place("/content/persoon/geboortedatum", code), place("/person/birthDate", also)])
    };
    let early = BORN_BEFORE_1901.map(|list| (list, why("implausible-day", "implausible-day")));
    let expected =
        early.into_iter().chain([(DAY_WITHOUT_MONTH, why("no-such-day", "no-such-day"))]).collect();
    assert_eq!((refused, taken.len()), (expected, 681));
    assert_eq!(people.len(), 687);
    let partly_known = people.iter().filter(|person| person.birth_date().contains("-00"));
    assert!(partly_known.filter(|person| taken.contains(&person.persoonslijst)).count() > 3);
    // They are there: somebody with a long name and a birth that is not wholly known, who is looked for and read.
    let odd = people
        .iter()
        .filter(|person| person.birth_date().ends_with("-00") && taken.contains(&person.persoonslijst));
    let odd = odd.max_by_key(|person| person.voornamen.len()).unwrap();
    let query = json!({ "name": { "given": odd.voornamen, "family": odd.geslachtsnaam },
        "birthDate": odd.birth_date(), "purpose": ATTENDANCE });
    let found = leerplicht.post("/v1/inbox/searches", &query).await;
    let id = found.expect_status(StatusCode::OK).text("/items/0/id");
    let content = &leerplicht.pull(&id).await["persoon"];
    assert_eq!(content["geboortedatum"], odd.birth_date());
    assert_eq!(content["achternaam"].as_str().unwrap_or_default(), odd.geslachtsnaam);
    gateway.stop().await;
}

/// A submission that is in order but for one value.
async fn refused(school: &Actor, body: &Value, pointer: &str, value: Value, code: &str, says: &str) {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    let problem = send(school, "/v1/requests", &body).await;
    problem.expect_problem(400, code);
    let problem = problem.json();
    let error = problem["errors"].as_array().unwrap().iter().find(|error| error["pointer"] == pointer);
    let error = error.unwrap_or_else(|| panic!("nothing at {pointer} in {problem}"));
    assert!(error["nl"].as_str().unwrap().contains(says), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_field_and_the_form() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let pupil = born(&gateway, "R-10", "2007-11-03");
    agree(&gateway, &school, &pupil, "persoon").await;
    let body = request_for(&gateway, &pupil);
    for (pointer, value, code, says) in [
        ("/person/birthDate", "03/11/2007", "invalid-value", "jjjj-mm-dd"),
        ("/person/birthDate", "1900-01-01", "implausible-day", "rekenblad"),
        ("/person/verlatenOp", "1-1-1900", "invalid-value", "jjjj-mm-dd"),
        ("/person/verlatenOp", "1900-01-01", "implausible-day", "rekenblad"),
        ("/person/verlatenOp", "2005-07-17", "before-birth", "geboortedatum"),
        ("/person/verlatenOp", "2099-07-17", "future-day", "toekomst"),
        ("/person/birthDate", "2007-02-30", "no-such-day", "bestaat niet"),
        ("/person/verlatenOp", "2026-02-30", "no-such-day", "bestaat niet"),
        ("/expires", "2026-02-30T00:00:00Z", "no-such-day", "bestaat niet"),
        ("/content/persoon/geboortedatum", "2007-13-00", "no-such-day", "bestaat niet"),
        ("/person/verblijf", "361", "invalid-value", "vier cijfers"),
        ("/recipients/0/municipality", "361", "invalid-value", "vier cijfers"),
        ("/expires", "morgen", "invalid-value", "tijdstip"),
        ("/dataset", "Verzoek voortzetting", "invalid-value", "kleine letters"),
        ("/content/persoon/achternaam", " ", "missing-field", "leesbaar"),
        ("/content/persoon/achternaam", "\u{200b}", "missing-field", "leesbaar"),
        ("/content/persoon/achternaam", "#NAAM?", "spreadsheet-error", "rekenblad"),
        ("/content/persoon/adres/straat", "########", "spreadsheet-error", "rekenblad"),
        ("/content/persoon/voornamen", "#WAARDE!", "spreadsheet-error", "rekenblad"),
        ("/content/persoon/telefoon", "612345678", "wrong-form", "tien cijfers"),
        ("/content/persoon/telefoon", "06-123456", "wrong-form", "tien cijfers"),
        ("/content/persoon/achternaam", "12345", "wrong-form", "een naam, met letters"),
        ("/content/persoon/voornamen", "J?rgen", "wrong-encoding", "stuk"),
        ("/content/school/email", "stage@192.0.2.1", "wrong-form", "alleen een adres"),
        ("/content/ondersteuningsvraag/toelichting", "nr. 999…990…019", "hides-bsn", "burgerservicenummer"),
        ("/content/ondersteuningsvraag/toelichting", "nr. 0999990019", "hides-bsn", "burgerservicenummer"),
        ("/content/ondersteuningsvraag/toelichting", "nr. 1012 34 503", "hides-bsn", "onderwijsnummer"),
        ("/content/school/email", "M. Jansen <stage@praktijkschool.example>", "wrong-form", "zonder naam"),
        (
            "/content/ondersteuningsvraag/toelichting",
            "nummer 999/990/019",
            "hides-bsn",
            "burgerservicenummer",
        ),
    ] {
        refused(&school, &body, pointer, json!(value), code, says).await;
    }
    let mut fine = body.clone();
    fine["content"]["ondersteuningsvraag"]["toelichting"] =
        json!("Stage vanaf 05-02-2026 3 uur per dag, en van 10 11 2025 4 weken.");
    send(&school, "/v1/requests", &fine).await.expect_status(StatusCode::CREATED);
    // A byte order mark, as Windows programs write it.
    let marked = [b"\xef\xbb\xbf".as_slice(), body.to_string().as_bytes()].concat();
    let key = [("idempotency-key", "met-een-merkteken-vooraf")];
    let answer = school.call(Method::POST, "/v1/requests", &key, Some(marked)).await;
    answer.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_one_person_however_it_is_typed() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let _college = gateway.party(Role::WerkEnInkomen).await;
    let pupil = born(&gateway, "L-2031", "2007-11-03");
    let typed = |text: &str| but(&pupil, &json!({ "reference": { "kind": "own", "value": text } }));
    // Agreed under one spelling, asked under another: it is the same agreement.
    let now = gateway.clock.now();
    let wish = declaration(
        "instemming",
        "verzoek-voortzetting",
        &typed("ｌ-２０３１"),
        "persoon",
        Role::WerkEnInkomen,
        now,
    );
    let agreed = declare(&school, &wish).await;
    for spelling in ["L-2031", "l-2031", "Ｌ-2031"] {
        ask(&gateway, &school, &typed(spelling)).await.expect_status(StatusCode::CREATED);
    }
    withdraw(&school, &agreed, "persoon").await.expect_status(StatusCode::OK);
    for spelling in ["L-2031", "l-2031", "Ｌ-2031"] {
        ask(&gateway, &school, &typed(spelling)).await.expect_status(StatusCode::FORBIDDEN);
    }
    gateway.stop().await;
}

/// The example person of every dataset lives in the municipality whose college receives it in the examples, 0361; and the people
/// of the tests live in the municipality of which their facts speak.
#[tokio::test(flavor = "multi_thread")]
async fn the_example_people_live_where_their_municipality_is() {
    let gateway = Gateway::start().await;
    let catalogue = gateway.running.exchange.catalogue();
    let (_, region) = catalogue.regions().next().unwrap();
    let mut places = 0;
    for dataset in catalogue.datasets() {
        places += lives_in("0361", &dataset.example.to_string(), dataset.code.as_str());
        for (code, ..) in HOMES {
            let known = region.municipality(&code.parse().unwrap());
            assert!(known.is_some(), "{code} is no municipality of the region");
            let pupil = but(&born(&gateway, "R-20", "2007-11-03"), &json!({ "verblijf": code }));
            let content =
                submission(&gateway, dataset.code.as_str(), CONTINUING, &pupil, Role::WerkEnInkomen);
            places += lives_in(code, &content["content"].to_string(), dataset.code.as_str());
        }
    }
    assert!(places >= 4 * (1 + HOMES.len()), "{places}");
    gateway.stop().await;
}

/// How many places and postcodes a text names; all of them are of this municipality.
#[track_caller]
fn lives_in(code: &str, text: &str, whose: &str) -> usize {
    let (_, place, postcode) = HOMES.iter().find(|(known, ..)| *known == code).unwrap();
    let said = said_of(text, &["woonplaats", "postcode"]);
    for (name, value) in &said {
        let is_right =
            if *name == "woonplaats" { value == place } else { value.get(..2) == postcode.get(..2) };
        assert!(is_right, "{whose}: {name} {value} is not in {code}");
    }
    said.len()
}

/// The people in the documentation, the examples and the inputs of the fuzzer live in the municipality that is named beside
/// them, and no number of nine digits there is anybody's: it fails the 11-test or belongs to the test range.
#[test]
fn the_people_of_every_page_and_example_live_where_their_municipality_is_and_have_no_real_number() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md")];
    for folder in [
        "docs",
        "docs/operator",
        "src/cli/help/nl",
        "fuzz/corpus/bodies",
        "fuzz/corpus/content",
        "fuzz/corpus/json_typed",
    ] {
        let pages = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        // What is wrong on purpose is nobody.
        files.extend(pages.filter(|page| {
            page.is_file() && !page.file_name().unwrap().to_str().unwrap().starts_with("no-")
        }));
    }
    let datasets = std::fs::read_dir(root.join("policies/datasets")).unwrap();
    files.extend(datasets.map(|folder| folder.unwrap().path().join("example.json")));
    let mut homes = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let named = said_of(&text, &["verblijf"]);
        homes += named.len();
        // Where no municipality is named, it is that of the examples.
        let codes: BTreeSet<&str> = named.iter().map(|(_, code)| *code).collect();
        let code = codes.first().copied().unwrap_or("0361");
        assert!(codes.len() <= 1, "{}: {codes:?}", file.display());
        let towards = said_of(&text, &["municipality"]);
        let is_theirs = towards.is_empty() || towards.iter().any(|(_, college)| *college == code);
        assert!(is_theirs, "{}: nobody lives where the college is: {towards:?}", file.display());
        homes += lives_in(code, &text, &file.display().to_string());
        for digits in text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 9) {
            let is_real = digits.parse::<sluis::domain::pgn::Pgn>().is_ok() && !digits.starts_with("9999");
            assert!(!is_real, "{}: a number of nine digits passes the 11-test", file.display());
        }
    }
    assert!(homes > 20, "{homes}");
}

/// The values that a text gives these members, as JSON writes them.
fn said_of<'a>(text: &'a str, names: &[&'static str]) -> Vec<(&'static str, &'a str)> {
    let mut found = Vec::new();
    for name in names {
        for after in text.split(&format!("\"{name}\":")).skip(1) {
            let value = after.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
            found.extend(value.map(|(value, _)| (*name, value)));
        }
    }
    found
}
