//! JSON read strictly.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use sluis::{
    domain::{
        code::Municipality,
        json::{Wiped, wipe},
        party::Role,
    },
    http::json::{described, parse_strict, typed},
};
use utoipa::ToSchema;

fn parse_code(text: &str) -> String {
    parse_strict(text.as_bytes()).expect_err(text)[0].code.to_string()
}

#[test]
fn what_two_readers_could_read_differently_is_refused() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for (text, code) in [
        ("", "not-json"),
        ("{", "not-json"),
        ("{} {}", "not-json"),
        ("nul", "not-json"),
        ("[1,]", "not-json"),
        ("1e999", "not-json"),
        (r#"{"a": 1, "a": 1}"#, "duplicate-name"),
        (r#"{"b": [{"a": 1, "\u0061": 2}]}"#, "duplicate-name"),
        (r#"{"$serde_json::private::RawValue": "{\"a\":1,\"a\":2}"}"#, "reserved-name"),
        (r#"{"a": "\u0000"}"#, "nul-character"),
        (r#"{"\u0000": 1}"#, "nul-character"),
        (&deep(33), "too-deep"),
        (&deep(100_000), "too-deep"),
    ] {
        assert_eq!(parse_code(text), code, "{}", text.chars().take(60).collect::<String>());
    }
    assert!(parse_strict(&[b'"', 0xff, b'"']).is_err());
    assert_eq!(
        parse_strict(b"\xef\xbb\xbf{}").unwrap(),
        serde_json::json!({}),
        "a byte order mark is passed over"
    );
    assert!(parse_strict(b"\xef\xbb\xbf\xef\xbb\xbf{}").is_err(), "once");
    assert!(parse_strict(deep(32).as_bytes()).is_ok());
    let same = r#"{"a":[{"a":1},{"a":-2.5}],"b":"é","c":null,"d":true,"e":18446744073709551615}"#;
    assert_eq!(parse_strict(same.as_bytes()).unwrap(), serde_json::from_str::<Value>(same).unwrap());
}

#[test]
fn a_fault_tells_the_line_and_nothing_of_the_text() {
    let fault = &parse_strict(b"{\n \"Toby\": 1,\n \"Toby\": 2\n}").unwrap_err()[0];
    assert!(fault.text.en.contains("line 3"), "{}", fault.text.en);
    assert!(!format!("{fault:?}").contains("Toby"));
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Push {
    purpose: String,
    recipients: Vec<Recipient>,
    person: Person,
    #[serde(default)]
    copy_for_person: bool,
    request: Option<String>,
    #[serde(default)]
    free: BTreeMap<String, Recipient>,
    #[serde(default)]
    reference: Option<Reference>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Recipient {
    municipality: Municipality,
    role: Role,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    birth_date: String,
    age: u8,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Reference {
    Own { value: String },
}

fn right() -> Value {
    json!({
        "purpose": "voortzetting", "person": {"birthDate": "2007", "age": 17},
        "recipients": [{"municipality": "0361", "role": "werk-en-inkomen"}],
        "reference": {"kind": "own", "value": "L-2031"},
    })
}

fn found(value: &Value) -> Vec<(String, String)> {
    let faults = typed::<Push>(value).unwrap_err();
    assert!(!format!("{faults:?}").contains("Toby"), "a fault repeats the caller: {faults:?}");
    let mut found: Vec<_> = faults.into_iter().map(|fault| (fault.pointer, fault.code.to_string())).collect();
    found.sort();
    found
}

#[test]
fn what_is_right_is_read() {
    let push: Push = typed(&right()).unwrap();
    assert_eq!(push.recipients[0].role, Role::WerkEnInkomen);
    assert_eq!(push.reference, Some(Reference::Own { value: "L-2031".to_owned() }));
}

#[test]
fn all_faults_are_told_at_once_with_pointers_of_known_names() {
    let value = json!({
        "purpose": 7,
        "Toby": "unknown at the top",
        "copyForPerson": "Toby",
        "person": {"birthDate": "2007", "age": 1700, "Toby/Jansen": 1},
        "recipients": [
            {"municipality": "Toby", "role": "werk-en-inkomen"},
            {"municipality": "0361", "role": "Toby"},
            {"role": "leerplicht"},
            [],
        ],
        "free": {"Toby": {"municipality": "0361"}},
        "reference": {"kind": "own", "Toby": "x"},
    });
    let expected = [
        ("", "unknown-field"),
        ("/copyForPerson", "wrong-type"),
        ("/free", "missing"),
        ("/person", "unknown-field"),
        ("/person/age", "invalid-value"),
        ("/purpose", "wrong-type"),
        ("/recipients/0/municipality", "invalid-value"),
        ("/recipients/1/role", "unknown-value"),
        ("/recipients/2/municipality", "missing"),
        ("/recipients/3", "wrong-type"),
        ("/reference", "unknown-field"),
    ];
    let found = found(&value);
    for (pointer, code) in &expected {
        assert!(
            found.contains(&((*pointer).to_owned(), (*code).to_owned())),
            "{pointer} {code} is not in {found:?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
}

#[test]
fn an_object_names_its_first_missing_member_and_does_not_hide_its_neighbours() {
    assert_eq!(
        found(&json!({"purpose": "x", "recipients": []})),
        [("/person".to_owned(), "missing".to_owned())]
    );
    let value = json!({"purpose": "x", "recipients": [{}], "person": {}});
    let found = found(&value);
    assert_eq!(
        found,
        [
            ("/person/birthDate".to_owned(), "missing".to_owned()),
            ("/recipients/0/municipality".to_owned(), "missing".to_owned())
        ]
    );
}

/// As [`Push`], with a description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its faults are looked at")]
struct Described {
    purpose: String,
    person: Pupil,
    others: Vec<Pupil>,
    #[serde(default)]
    copy_for_person: bool,
    request: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its faults are looked at")]
struct Pupil {
    birth_date: String,
    age: u8,
    nickname: Option<String>,
}

#[test]
fn a_described_object_names_all_its_missing_members() {
    let value = json!({"others": [{"age": "Toby"}, {}], "person": {"birthDate": 7}});
    let faults = described::<Described>(&value).unwrap_err();
    let mut found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), &*fault.code)).collect();
    found.sort_unstable();
    let expected = [
        ("/others/0/age", "wrong-type"),
        ("/others/0/birthDate", "missing"),
        ("/others/1/age", "missing"),
        ("/others/1/birthDate", "missing"),
        ("/person/age", "missing"),
        ("/person/birthDate", "wrong-type"),
        ("/purpose", "missing"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn under_a_name_of_the_callers_own_the_pointer_stops_above_it() {
    for (recipient, code) in [
        (json!({"municipality": "0361", "role": "Toby"}), "unknown-value"),
        (json!({"municipality": "0361"}), "missing"),
        (json!([1]), "wrong-type"),
    ] {
        let mut value = right();
        value["free"] = json!({ "Toby": recipient });
        assert_eq!(found(&value), [("/free".to_owned(), code.to_owned())]);
    }
}

#[test]
fn an_array_is_not_an_object_and_null_is_not_a_text() {
    assert_eq!(found(&json!([])), [(String::new(), "wrong-type".to_owned())]);
    let mut value = right();
    value["purpose"] = Value::Null;
    assert_eq!(found(&value), [("/purpose".to_owned(), "wrong-type".to_owned())]);
}

/// What is absent is left out, in what callers send too.
#[test]
fn null_is_not_absence() {
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "is read only")]
    struct Optional {
        given: Option<String>,
    }
    assert!(typed::<Optional>(&json!({})).is_ok());
    let faults = typed::<Optional>(&json!({ "given": null })).unwrap_err();
    assert_eq!((faults.len(), &*faults[0].pointer, &*faults[0].code), (1, "/given", "null"));
}

#[test]
fn a_wiped_value_leaves_nothing_and_prints_nothing() {
    let mut value = json!({"naam": ["Toby", 7, {"x": "y"}]});
    let wiped = Wiped::new(value.clone());
    assert_eq!(format!("{wiped:?}"), "Wiped(redacted)");
    assert_eq!(wiped.expose()["naam"][0], "Toby");
    wipe(&mut value);
    assert_eq!(value, Value::Null);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9\"\\\\/é]{0,6}".prop_map(Value::from),
        Just(json!("0361")),
    ];
    let name = prop_oneof![
        Just("purpose".to_owned()),
        Just("recipients".to_owned()),
        Just("person".to_owned()),
        Just("birthDate".to_owned()),
        Just("age".to_owned()),
        Just("free".to_owned()),
        Just("reference".to_owned()),
        Just("kind".to_owned()),
        Just("municipality".to_owned()),
        "Toby[a-z]{0,2}",
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        match parse_strict(&bytes) {
            Ok(value) => {
                let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
                prop_assert_eq!(value, serde_json::from_slice::<Value>(text).unwrap());
            }
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }

    #[test]
    fn any_value_is_read_or_refused_with_reasons_that_repeat_nothing(value in any_json()) {
        if let Err(faults) = typed::<Push>(&value) {
            prop_assert!(!faults.is_empty());
            prop_assert!(!format!("{faults:?}").contains("Toby"), "{faults:?}");
        }
        let text = serde_json::to_vec(&value).unwrap();
        prop_assert_eq!(parse_strict(&text).unwrap(), value);
    }
}
