//! Text that one database takes and another refuses: U+0000, halves of surrogates, what is very long, what is no
//! character. Wherever it is put, it is the caller's fault or it is taken; it is never trouble of the gateway's.

use http::Method;
use serde_json::{Value, json};
use sluis::{
    crypto::keys::{KeyAlgorithm, PrivateKey},
    domain::{clock::Clock as _, party::Role},
    identity::key_proof,
};

use super::{
    matrix::{self, MATRIX},
    support::Scene,
};
use crate::support::{Actor, declaration};

/// Longer than an index of PostgreSQL takes, and not to be compressed to less.
fn long() -> String {
    let mut state = 7_u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((state >> 33) % 26).unwrap())
    };
    (0..20_000).map(letter).collect()
}

/// As they stand in JSON.
fn texts() -> Vec<(&'static str, String)> {
    vec![
        ("nul", r"\u0000".to_owned()),
        ("nul within", r"Kanarienaam\u0000KANARIE-1".to_owned()),
        ("half a surrogate", r"\ud800".to_owned()),
        ("the other half", r"a\udc00".to_owned()),
        ("no character", "\u{ffff}\u{fdd0}".to_owned()),
        ("controls", r"\u0001\u001f\u007f\u0085".to_owned()),
        ("beyond the plane", "\u{1f9d2}\u{10ffff}".to_owned()),
        ("marks", "a\u{301}\u{202e}\u{200d}\u{feff}".to_owned()),
        ("quotes", r"' OR 1=1; -- \\ $1 %s \u0027".to_owned()),
        ("long", long()),
    ]
}

/// The places of all text in a document.
fn places(at: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                places(&format!("{at}/{number}"), item, found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(&format!("{at}/{name}"), member, found);
            }
        }
        _ => {}
    }
}

/// A key with a name of the party's own, and a proof that does not cover the name.
fn published(scene: &Scene) -> Value {
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap();
    let mut public = key.public().to_jwk();
    public["kid"] = json!("2026");
    let school = &scene.school;
    let now = scene.gateway.clock.now();
    let proof = key_proof::state(key.public(), Some(school.party), &school.own, now).unwrap();
    json!({ "key": public, "proof": proof })
}

/// Bodies that are in order, for each route that takes one with text.
fn bodies(scene: &Scene) -> Vec<(String, Value)> {
    let now = scene.gateway.clock.now();
    let absent = scene.absent();
    let wish =
        declaration("toestemming", "uitstroomprofiel", &scene.canary(), "persoon", Role::WerkEnInkomen, now);
    let by_name = json!({ "name": { "given": "Kanarienaam", "family": "Kanariefamilie" },
        "birthDate": "2008-03-15", "purpose": "loopbaanbegeleiding" });
    let by_reference = json!({ "reference": { "kind": "own", "value": "Z-1" } });
    let question = "/access/v1/evaluation";
    vec![
        ("/v1/declarations".to_owned(), wish),
        ("/v1/packets".to_owned(), scene.profile(Role::WerkEnInkomen)),
        ("/v1/requests".to_owned(), scene.profile(Role::WerkEnInkomen)),
        ("/v1/inbox/searches".to_owned(), by_name),
        ("/v1/inbox/searches".to_owned(), by_reference),
        (format!("/v1/packets/{absent}/acknowledgement"), json!({ "reference": "Z-1" })),
        (format!("/v1/declarations/{absent}/withdrawal"), json!({ "by": "persoon" })),
        ("/v1/keys".to_owned(), published(scene)),
        ("/v1/certificates".to_owned(), json!({ "certificate": "geen" })),
        (question.to_owned(), matrix::body(scene, question)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_a_body_is_trouble_on_any_database() {
    const MARK: &str = "HIER-KOMT-HET";
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let (mut wrong, mut number) = (Vec::new(), 0);
        for (path, body) in bodies(scene) {
            let mut found = Vec::new();
            places("", &body, &mut found);
            for place in found {
                for (name, text) in texts() {
                    let mut spoilt = body.clone();
                    *spoilt.pointer_mut(&place).unwrap() = json!(MARK);
                    let bytes = spoilt.to_string().replace(MARK, &text).into_bytes();
                    number += 1;
                    let key = format!("sleutel-voor-tekst-{number}");
                    let line = [("idempotency-key", key.as_str())];
                    let answer = scene.school.call(Method::POST, &path, &line, Some(bytes)).await;
                    if answer.status.is_server_error() {
                        wrong.push(format!("{} for {name} at {path} {place}", answer.status));
                    }
                }
            }
        }
        assert!(number > 300, "the places were found");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_in_a_path_a_query_or_a_header_is_trouble_on_any_database() {
    let long = "k".repeat(3_000);
    let odd =
        ["%00", "a%00b", "%ED%A0%80", "%F4%90%80%80", "%EF%BF%BF", "%27%20OR%201%3D1", "%7F", long.as_str()];
    let lines = ["idempotency-key", "sluis-staff-reference", "sluis-purpose", "traceparent", "accept"];
    Scene::on_each(async |scene| {
        let mut calls = Vec::new();
        for route in MATRIX {
            for odd in odd {
                let mut path = route.path.to_owned();
                while let (Some(first), Some(end)) = (path.find('{'), path.find('}')) {
                    path.replace_range(first..=end, odd);
                }
                calls.push((route.method, path.clone(), None));
                for name in ["after", "limit", "kind", odd] {
                    calls.push((route.method, format!("{path}?{name}={odd}"), None));
                }
            }
        }
        for text in ["\u{e9}\u{ff}", long.as_str(), "'; --", "a\tb", "naam\u{a0}naam"] {
            for name in lines {
                calls.push(("POST", "/v1/packets".to_owned(), Some((name, text))));
            }
        }
        let mut wrong = Vec::new();
        for (method, path, line) in calls {
            // One reference is enough: what comes twice is refused for that.
            let staff = line.is_none_or(|(name, _)| name != "sluis-staff-reference");
            let staff = staff.then(|| scene.school.staff.clone()).flatten();
            let actor = Actor { staff, ..scene.school.clone() };
            let body = (method == "POST").then(|| b"{}".to_vec());
            let answer = actor.call(method.parse().unwrap(), &path, line.as_slice(), body).await;
            if answer.status.is_server_error() {
                wrong.push(format!("{} for {method} {}", answer.status, path.get(..80).unwrap_or(&path)));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}
