//! What people hand in, as files that once went wrong: each is taken, or refused at its place and for its reason.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sluis::domain::party::Role;

use super::steps::DOORSTROOMPUNT;
use crate::support::{Actor, Gateway};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/inputs");

/// What comes of a file.
enum Comes {
    Taken,
    /// Taken, and found by this given name, family name and date of birth.
    Found(&'static [(&'static str, &'static str, &'static str)]),
    /// Refused at this place for this reason, and for no other; these words are told.
    Refused(&'static str, &'static str, &'static str),
    /// In order, and not allowed, for this reason alone; these words are told.
    Forbidden(&'static str, &'static str),
}

use Comes::{Forbidden, Found, Refused, Taken};

const BORN: &str = "2007-05-23";
const SURNAME: &str = "/content/persoon/achternaam";
const PHONE: &str = "/content/persoon/telefoon";
const CONTACT: &str = "/content/school/contactpersoon";

const FILES: &[(&str, Comes)] = &[
    // What the register holds of an address, a name and a birth.
    ("address-abroad", Taken),
    ("address-abroad-in-dutch-fields", Refused("/content/persoon/adres/postcode", "wrong-form", "regel1")),
    ("address-described", Taken),
    ("address-unknown", Taken),
    ("address-without-place", Taken),
    ("address-without-number", Taken),
    ("one-name", Found(&[("Arundhara", "", BORN), ("", "arundhara", BORN)])),
    // Who may be too old for a task is named to the one whose task knows no age.
    (
        "birth-date-unknown",
        Forbidden("verwijderingsmelding.geboortedatum", "die melding vraagt niet naar de leeftijd"),
    ),
    ("birth-date-unknown-to-leerplicht", Taken),
    ("birth-day-unknown", Found(&[("Noor", "Waterman", "2007-05-00"), ("Noor", "Waterman", BORN)])),
    // Names that people write otherwise.
    ("name-with-a-stroke", Found(&[("Lucja", "Wroblewska Los", BORN), ("ŁUCJA", "Wróblewska-Łoś", BORN)])),
    ("name-with-an-apostrophe", Found(&[("Maartje", "d'Hondt", BORN), ("maartje", "DHONDT", BORN)])),
    (
        "three-given-names",
        Found(&[
            ("Pim", "Duinker", BORN),
            ("Pim Teun", "Duinker", BORN),
            ("Pim Teun Klaas", "Duinker", BORN),
            ("Pim Teun", "duinker", "2007-00-00"),
            ("Pim-Teun", "DUINKER", BORN),
        ]),
    ),
    // What nobody meant to write.
    ("name-blank", Refused(SURNAME, "missing-field", "leesbaar")),
    ("name-invisible", Refused(SURNAME, "missing-field", "leesbaar")),
    ("name-turned-round", Refused(SURNAME, "hidden-character", "leesrichting")),
    ("name-is-a-number", Refused(SURNAME, "wrong-form", "een naam, met letters")),
    ("name-is-an-error", Refused(SURNAME, "spreadsheet-error", "Herstel de cel")),
    ("name-is-a-formula", Refused(SURNAME, "formula", "uitkomst")),
    ("name-is-a-calculation", Refused(SURNAME, "formula", "uitkomst")),
    ("name-lost-a-letter", Refused("/content/persoon/voornamen", "wrong-encoding", "UTF-8")),
    ("name-in-another-encoding", Refused("/content/persoon/voornamen", "wrong-encoding", "UTF-8")),
    ("phone-without-zero", Refused(PHONE, "wrong-form", "tien cijfers")),
    ("phone-too-short", Refused(PHONE, "wrong-form", "tien cijfers")),
    ("phone-too-long", Refused(PHONE, "wrong-form", "tien cijfers")),
    ("phone-of-a-service", Refused(PHONE, "wrong-form", "tien cijfers")),
    ("phone-abroad", Taken),
    ("email-with-a-name", Refused("/content/school/email", "wrong-form", "alleen een adres")),
    ("email-of-an-address-literal", Refused("/content/school/email", "wrong-form", "alleen een adres")),
    ("day-of-1900", Refused("/content/verwijdering/datum", "implausible-day", "1900")),
    // Numbers of a person, and what looks like one.
    ("bsn-with-ellipses", Refused(CONTACT, "hides-bsn", "burgerservicenummer")),
    ("bsn-with-a-zero-before-it", Refused(CONTACT, "hides-bsn", "burgerservicenummer")),
    ("dates-with-a-digit-behind-them", Taken),
    // How a program of Windows saves a file.
    ("byte-order-mark", Taken),
];

fn files(extension: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let named = entries.filter(|path| path.extension().is_some_and(|one| one == extension));
    named.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

async fn found(actor: &Actor, (given, family, birth_date): (&str, &str, &str)) -> Vec<String> {
    let names = [("given", given), ("family", family)].into_iter().filter(|(_, name)| !name.is_empty());
    let name: Value = names.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let query = json!({ "name": name, "birthDate": birth_date, "purpose": DOORSTROOMPUNT });
    let answer = actor.post("/v1/inbox/searches", &query).await;
    let items = answer.expect_status(StatusCode::OK).json()["items"].clone();
    items.as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_is_taken_or_refused_for_its_reason() {
    let gateway = Gateway::start().await;
    let school = gateway.party(Role::ProSchool).await;
    let doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let _leerplicht = gateway.party(Role::Leerplicht).await;
    let played: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(played, files("json"), "each file is played");
    for (name, comes) in FILES {
        let body = std::fs::read(format!("{FOLDER}/{name}.json")).unwrap();
        let key = format!("what-people-hand-in-{name}");
        let line = [("idempotency-key", key.as_str())];
        let answer = school.call(Method::POST, "/v1/packets", &line, Some(body)).await;
        if let Refused(pointer, code, says) = comes {
            answer.expect_problem(400, code);
            let problem = answer.json();
            let errors = problem["errors"].as_array().unwrap();
            let here: Vec<&Value> = errors.iter().filter(|error| error["pointer"] == *pointer).collect();
            assert_eq!(here.len(), 1, "{name}: {problem}");
            assert_eq!(here[0]["code"], *code, "{name}: {problem}");
            assert!(here[0]["nl"].as_str().unwrap().contains(says), "{name}: {problem}");
            assert!(errors.iter().all(|error| error["code"] == *code), "{name}: {problem}");
            continue;
        }
        if let Forbidden(code, says) = comes {
            answer.expect_problem(403, code);
            // What is not known may stand in the way twice.
            assert!(answer.codes().iter().all(|one| one.starts_with(code)), "{name}: {:?}", answer.codes());
            assert!(answer.text("/errors/0/now/nl").contains(says), "{name}: {}", answer.json());
            continue;
        }
        assert_eq!(answer.status, StatusCode::CREATED, "{name}: {}", answer.json());
        let id = answer.text("/id");
        if let Found(asked) = comes {
            for one in *asked {
                assert!(found(&doorstroompunt, *one).await.contains(&id), "{name} by {one:?}");
            }
        }
    }
    // Other people of the same birth date are not found along.
    assert_eq!(found(&doorstroompunt, ("Pim Teun", "Duinker", BORN)).await.len(), 1);
    gateway.stop().await;
}

/// A media type with a parameter that JSON does not define, problems asked for first, a function as people write it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_read_as_programs_and_people_write_it() {
    let gateway = Gateway::start().await;
    let mut school = gateway.party(Role::ProSchool).await;
    let _doorstroompunt = gateway.party(Role::Doorstroompunt).await;
    let body = std::fs::read(format!("{FOLDER}/address-abroad.json")).unwrap();
    for (number, (name, value)) in [
        ("content-type", "application/json; version=1"),
        ("content-type", "application/json;charset=utf-8"),
        ("accept", "application/problem+json, application/json;q=0.5"),
    ]
    .into_iter()
    .enumerate()
    {
        let (reference, function) = school.staff.clone().unwrap();
        let mut request = school.http.post(format!("{}/v1/packets", school.base)).header(name, value);
        if name != "content-type" {
            request = request.header("content-type", "application/json");
        }
        let request = request
            .header("idempotency-key", format!("what-people-hand-in-{number}"))
            .header("sluis-staff-reference", reference)
            .header("sluis-staff-function", function);
        let answer = request.body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED, "{name}: {value}");
    }
    school.staff = Some(("mw-1".to_owned(), "UTF-8''stageco%C3%B6rdinator".to_owned()));
    let line = [("idempotency-key", "what-people-hand-in-staff")];
    let answer = school.call(Method::POST, "/v1/packets", &line, Some(body)).await;
    answer.expect_status(StatusCode::CREATED);
    gateway.stop().await;
}
