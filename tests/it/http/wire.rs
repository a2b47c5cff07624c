//! The values that bodies share: one notation each, every fault at its place, nothing of a person repeated.

use std::sync::{Arc, LazyLock};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sluis::{
    domain::{assertion::Assertions, problem::Fault},
    exchange::submission::Address,
    http::{
        json::typed,
        wire::{
            Day, Instant, Person, Reader, Recipient, Reference,
            person::{take_asserted, take_of_declarant},
        },
    },
    policy::Catalogue,
};

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<Fault>> {
    typed(value)
}

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| Catalogue::embedded().unwrap());

/// The person of a submission, as these policies describe one.
fn about(person: &Value) -> Result<Person, Vec<Fault>> {
    let mut body = json!({ "person": person });
    let (asserted, mut faults) = take_asserted(&mut body, CATALOGUE.glossary(), None);
    match read::<Person>(&body["person"]) {
        Ok(person) if faults.is_empty() => Ok(Person { asserted, ..person }),
        Ok(_) => Err(faults),
        Err(more) => {
            faults.extend(
                more.into_iter().map(|fault| Fault { pointer: format!("/person{}", fault.pointer), ..fault }),
            );
            Err(faults)
        }
    }
}

/// What a declaration says of who declares stands in `policies/facts.toml`, like what a packet says.
#[test]
fn who_declares_has_the_facts_of_the_policies_that_are_of_who_declares() {
    let with = |facts: Value| {
        let mut person =
            json!({ "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03" });
        person.as_object_mut().unwrap().extend(facts.as_object().unwrap().clone());
        take_of_declarant(&mut json!({ "person": person }), CATALOGUE.glossary())
    };
    let (asserted, faults) = with(json!({ "maatregel": ["curatele"], "onbevoegdVoorDeze": true }));
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(asserted.flag("onbevoegdVoorDeze"), Some(true));
    for (facts, pointer, code) in [
        (json!({ "profiel": "arbeid" }), "/person", "unknown-field"),
        (json!({ "verblijf": "0361" }), "/person", "unknown-field"),
        (json!({ "maatregel": ["curatele", "curatele"] }), "/person/maatregel", "not-unique"),
        (
            json!({ "maatregel": ["curatele"], "handelingsbekwaam": true }),
            "/person/handelingsbekwaam",
            "able-under-curatele",
        ),
    ] {
        let (_, faults) = with(facts);
        let found: Vec<_> =
            faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
        assert_eq!(found, [(pointer, code)]);
    }
    let api: Value = serde_json::from_str(&std::fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
    let fact = |schema: &str, code: &str| api["components"]["schemas"][schema]["properties"][code].clone();
    for code in ["handelingsbekwaam", "maatregel", "onbevoegdVoorDeze"] {
        let (mut of_sender, of_declarant) = (fact("Person", code), fact("Declarant", code));
        let said =
            of_sender["description"].as_str().unwrap().split(" Asserted by").next().unwrap().to_owned();
        of_sender["description"] = said.into();
        assert_eq!(of_declarant, of_sender, "{code}");
    }
}

#[test]
fn an_instant_is_read_with_any_offset_and_written_in_utc_to_the_millisecond() {
    for (given, written) in [
        ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00.000Z"),
        ("2026-12-01T01:00:00+01:00", "2026-12-01T00:00:00.000Z"),
        ("2026-11-30T19:30:00.123456-04:30", "2026-12-01T00:00:00.123Z"),
    ] {
        let read: Instant = read(&json!(given)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), written, "{given}");
    }
}

#[test]
fn an_instant_has_one_notation() {
    for wrong in [
        "",
        "2026-12-01",
        "2026-12-01T00:00:00",
        "2026-12-01 00:00:00Z",
        "2026-12-01t00:00:00Z",
        "2026-12-01T00:00:00z",
        "2026-12-01T00:00:00-00:00",
        "2026-12-01T00:00:00+0100",
        "2026-12-01T00:00Z",
        "20261201T000000Z",
        "2026-12-01T00:00:00.Z",
        "2026-12-01T00:00:00,5Z",
        "2026-12-01T24:00:00Z",
        "2026-12-01T00:00:00Z[Europe/Amsterdam]",
        "+002026-12-01T00:00:00Z",
        "2026-12-01T00:00:00é01:00",
    ] {
        assert_eq!(read::<Instant>(&json!(wrong)).unwrap_err()[0].code, "invalid-value", "{wrong}");
    }
    assert_eq!(read::<Instant>(&json!("2026-02-30T00:00:00Z")).unwrap_err()[0].code, "no-such-day");
    assert_eq!(read::<Instant>(&json!(1_796_083_200)).unwrap_err()[0].code, "wrong-type");
}

#[test]
fn a_day_has_one_notation() {
    assert_eq!(serde_json::to_value(read::<Day>(&json!("2026-07-17")).unwrap()).unwrap(), "2026-07-17");
    for wrong in ["", "20260717", "2026-7-17", "2026-07-17T00:00:00", "17-07-2026", "-002026-07-17"] {
        assert!(read::<Day>(&json!(wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_recipient_is_named_in_one_of_three_ways() {
    let address = |value: Value| read::<Recipient>(&value).unwrap().read("/recipients/2");
    let college = address(json!({ "municipality": "0361", "role": "leerplicht" })).unwrap();
    assert!(matches!(college, Address::College(..)));
    let party = address(json!({ "oin": "00000099000000001000", "role": "leerplicht" })).unwrap();
    assert!(matches!(party, Address::Party(..)));
    let desk = address(json!({ "desk": "jongerenpunt-check-in", "municipality": "0361" })).unwrap();
    assert!(matches!(desk, Address::Desk(..)));
    for wrong in [
        json!({}),
        json!({ "role": "leerplicht" }),
        json!({ "municipality": "0361" }),
        json!({ "municipality": "0361", "oin": "00000099000000001000", "role": "leerplicht" }),
        json!({ "desk": "x", "municipality": "0361", "role": "leerplicht" }),
    ] {
        let fault = address(wrong).unwrap_err();
        assert_eq!((fault.pointer.as_str(), fault.code.as_ref()), ("/recipients/2", "invalid-recipient"));
    }
}

#[test]
fn a_reference_that_hides_a_pgn_is_refused_and_not_repeated() {
    let fault = |value: Value| read::<Reference>(&value).unwrap().read("/person/reference").unwrap_err();
    let hidden = fault(json!({ "kind": "own", "value": "L-999990019" }));
    assert_eq!((hidden.pointer.as_str(), hidden.code.as_ref()), ("/person/reference/value", "hides-a-bsn"));
    assert!(!format!("{hidden:?}").contains("999990019"));
    for spelling in ["00123456782", "L-00999990019", "000999990019", "101234503", "L-1012.34.503"] {
        assert_eq!(fault(json!({ "kind": "own", "value": spelling })).code, "hides-a-bsn", "{spelling}");
    }
    // With a zero before it, this one would pass the 11-test.
    let pupil = read::<Reference>(&json!({ "kind": "own", "value": "12345672" })).unwrap();
    assert!(!pupil.read("").unwrap().is_pgn());
    assert_eq!(fault(json!({ "kind": "own", "value": "a b" })).code, "invalid-reference");
    assert_eq!(fault(json!({ "kind": "pgn", "value": "999990018" })).code, "invalid-pgn");
    let pgn = read::<Reference>(&json!({ "kind": "pgn", "value": "999990019" })).unwrap();
    assert!(pgn.read("").unwrap().is_pgn());
    assert_eq!(format!("{pgn:?}"), "Reference(redacted)");
}

#[test]
fn a_person_has_defaults_that_the_description_names() {
    let person = json!({
        "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-00", "verblijf": "0361",
        "ingeschreven": false
    });
    let person = about(&person).unwrap();
    assert_eq!(format!("{person:?}"), "Person(redacted)");
    let mut reader = Reader::default();
    let (_, facts) = person.read("/person", &mut reader).unwrap();
    let protection = facts.protection();
    assert!(protection.handelingsbekwaam && protection.maatregel.is_empty());
    assert_eq!(protection.onbevoegd_voor_deze, None);
    // What says no more than silence is not kept.
    assert_eq!(facts.asserted, Assertions::default());
}

#[test]
fn what_is_named_twice_is_told() {
    let faults = about(&json!({
        "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-00", "verblijf": "0361",
        "ingeschreven": false, "maatregel": ["bewind", "curatele", "bewind"],
        "reden": ["gerechtvaardigd-belang", "gerechtvaardigd-belang"]
    }))
    .unwrap_err();
    let mut found: Vec<_> =
        faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
    found.sort_unstable();
    assert_eq!(found, [("/person/maatregel", "not-unique"), ("/person/reden", "not-unique")]);
    assert!(faults.iter().all(|fault| fault.text.nl.contains("twee keer")), "{faults:?}");
    let api: Value = serde_json::from_str(&std::fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
    let schemas = &api["components"]["schemas"];
    for (schema, member, most) in [
        ("Person", "maatregel", 3),
        ("Person", "reden", 2),
        ("Declarant", "maatregel", 3),
        ("Submission", "omit", 32),
    ] {
        let described = &schemas[schema]["properties"][member];
        assert_eq!(described["uniqueItems"], true, "{schema} {member}: {described}");
        assert_eq!(described["maxItems"], most, "{schema} {member}: {described}");
    }
}

#[test]
fn every_fault_of_a_person_is_named_at_once_without_its_value() {
    let faults = about(&json!({
        "reference": { "kind": "bsn", "value": 999_990_019 }, "birthDate": "2007-13-01", "verblijf": "Alkmaar",
        "ingeschreven": "nee", "verlatenOp": "17 juli", "geheim": "Toby"
    }))
    .unwrap_err();
    let mut found: Vec<_> =
        faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_ref())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/person", "unknown-field"),
            ("/person/birthDate", "no-such-day"),
            ("/person/ingeschreven", "wrong-type"),
            ("/person/reference/kind", "unknown-value"),
            ("/person/reference/value", "wrong-type"),
            ("/person/verblijf", "invalid-value"),
            ("/person/verlatenOp", "invalid-value"),
        ]
    );
    let text = format!("{faults:?}");
    for value in ["Toby", "geheim", "Alkmaar", "999990019", "17 juli", "nee\""] {
        assert!(!text.contains(value), "{value} is repeated");
    }
}
