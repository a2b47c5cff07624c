//! Bytes that are no JSON, JSON that means two things, JSON that never ends; on every route that takes a body.

use std::sync::{Arc, Mutex, mpsc};

use http::StatusCode;
use serde_json::Value;
use sluis::{domain::party::Role, exchange::heavy::Weight};

use super::{
    matrix::BODIES,
    support::{Court, Scene},
};

/// Each is refused at once, whatever the route.
fn texts() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(r#"{{"kanariewaarde":{open}{close}}}"#).into_bytes()
    };
    vec![
        ("nothing", Vec::new(), "not-json"),
        ("spaces", b"   ".to_vec(), "not-json"),
        ("half", br#"{"KANARIE-1":"#.to_vec(), "not-json"),
        ("rest", br#"{} "KANARIE-1""#.to_vec(), "not-json"),
        ("two values", b"{}{}".to_vec(), "not-json"),
        ("not utf-8", b"{\"a\":\"Kanarienaam \xff\xfe\"}".to_vec(), "not-json"),
        ("not utf-8 in a name", b"{\"Kanarienaam\xc0\xaf\":1}".to_vec(), "not-json"),
        ("utf-16", b"\xff\xfe{\0}\0".to_vec(), "not-json"),
        ("half a surrogate", br#"{"a":"\ud800"}"#.to_vec(), "not-json"),
        ("nul", br#"{"a":"Kanarienaam\u0000"}"#.to_vec(), "nul-character"),
        ("not a number", br#"{"a":NaN}"#.to_vec(), "not-json"),
        ("a number beyond all", br#"{"a":1e999}"#.to_vec(), "not-json"),
        ("a comment", br"{} // kanariewaarde".to_vec(), "not-json"),
        ("single quotes", br"{'kanariewaarde':1}".to_vec(), "not-json"),
        ("twice a name", br#"{"KANARIE-1":1,"KANARIE-1":2}"#.to_vec(), "duplicate-name"),
        ("twice a name, spelt otherwise", br#"{"a":1,"\u0061":2}"#.to_vec(), "duplicate-name"),
        ("twice a name, inside", br#"{"a":[{"KANARIE-1":1,"KANARIE-1":1}]}"#.to_vec(), "duplicate-name"),
        ("nested once too often", nested(32), "too-deep"),
        ("nested without end", nested(200_000), "too-deep"),
        ("a name of the parser's own", br#"{"$serde_json::private::Number":"1"}"#.to_vec(), "reserved-name"),
        ("a JWE", b"eyJhbGciOiJSU0EtT0FFUCJ9.kanariewaarde.aaaa.aaaa.aaaa".to_vec(), "not-json"),
    ]
}

const EVALUATION: &str = "/v1/evaluation";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_one_meaning_is_refused_on_every_route() {
    Scene::on_each(async |scene| {
        let mut court = Court::open(scene).await;
        let absent = scene.absent();
        for route in BODIES {
            let path = route.replace("{id}", &absent).replace("{thumbprint}", &"A".repeat(43));
            for (name, bytes, code) in texts() {
                let answer = scene.school.send(&path, bytes).await;
                court.judge(&format!("{name} to {route}"), &answer, 400, &[("", code)], 0).await;
            }
            for (name, text) in
                [("list", "[]"), ("text", "\"Kanarienaam\""), ("null", "null"), ("number", "999990019")]
            {
                let answer = scene.school.send(&path, text).await;
                court.judge(&format!("{name} to {route}"), &answer, 400, &[("", "wrong-type")], 0).await;
            }
            let answer = scene.school.send(&path, r#"{"KANARIE-1":"999990019"}"#).await;
            // AuthZEN asks to pass over what is not known, and to refuse what lacks a part.
            let code = if route.ends_with(EVALUATION) { "missing" } else { "unknown-field" };
            answer.expect_problem(400, code);
        }
        court.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_another_dress_or_too_large_is_refused_on_every_route() {
    let scene = Scene::set().await;
    let mut court = Court::open(&scene).await;
    let absent = scene.absent();
    let huge = format!(r#"{{"kanariewaarde":"{}"}}"#, "x".repeat(1024 * 1024)).into_bytes();
    let dresses: [(&str, &[(&str, &str)]); 7] = [
        ("without a type", &[]),
        ("as text", &[("content-type", "text/plain")]),
        ("as a form", &[("content-type", "application/x-www-form-urlencoded")]),
        ("as a JWE", &[("content-type", "application/jose")]),
        ("in Latin-1", &[("content-type", "application/json; charset=iso-8859-1")]),
        ("of two types", &[("content-type", "application/json"), ("content-type", "text/plain")]),
        ("compressed", &[("content-type", "application/json"), ("content-encoding", "gzip")]),
    ];
    for route in BODIES {
        let path = route.replace("{id}", &absent).replace("{thumbprint}", &"A".repeat(43));
        for (name, lines) in dresses {
            let answer = scene.school.send_as(&path, lines, br#"{"KANARIE-1":1}"#).await;
            // AuthZEN asks a 400 for another media type.
            let (status, faults): (_, &[_]) = if route.ends_with(EVALUATION) {
                (400, &[("header:content-type", "media-type-not-supported")])
            } else {
                (415, &[])
            };
            court.judge(&format!("{name} to {route}"), &answer, status, faults, 0).await;
        }
        let answer = scene.school.send(&path, huge.clone()).await;
        court.judge(&format!("too large to {route}"), &answer, 413, &[], 0).await;
        let answer = scene.school.send(&format!("{path}?KANARIE-1=999990019"), "{}").await;
        // Where staff act, what the body lacks is told as well.
        let lacks: &[&str] = match route {
            "/v1/packets" | "/v1/requests" | "/v1/questions" => {
                &["/dataset", "/purpose", "/person", "/content"]
            }
            "/v1/declarations/searches" => &["/reference"],
            "/v1/declarations" => &["/kind", "/person", "/dataset", "/givenBy", "/givenAt", "/evidence"],
            "/v1/declarations/{id}/withdrawal" => &["/by"],
            "/v1/declarations/{id}/decision" => &["/outcome", "/reason", "/decidedOn"],
            "/v1/requests/{id}/answer" | "/v1/questions/{id}/answer" => &["/outcome"],
            _ => &[],
        };
        let lacks: Vec<_> = lacks.iter().map(|name| (*name, "missing")).collect();
        let faults = [&[("query:", "unknown-parameter")], lacks.as_slice()].concat();
        court.judge(&format!("query to {route}"), &answer, 400, &faults, 0).await;
    }
    court.close().await;
}

/// One level less is no matter of depth.
#[tokio::test(flavor = "multi_thread")]
async fn the_deepest_body_that_is_read() {
    let scene = Scene::set().await;
    let deep = format!(r#"{{"kanariewaarde":{}{}}}"#, "[".repeat(31), "]".repeat(31));
    let answer = scene.school.send("/v1/declarations", deep).await;
    answer.expect_problem(400, "unknown-field");
    assert!(!answer.codes().contains(&"too-deep".to_owned()));
}

/// A body that would be taken, but for the one member that stands there twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_twice_deep_in_the_content_is_refused() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let body = scene.profile(Role::WerkEnInkomen).to_string();
        let twice = body.replacen(r#""voornamen":"#, r#""voornamen":"Iemand anders","voornamen":"#, 1);
        assert_ne!(body, twice);
        let mut court = Court::open(scene).await;
        let answer = scene.school.send("/v1/packets", twice).await;
        court.judge("twice", &answer, 400, &[("", "duplicate-name")], 0).await;
        court.close().await;
        let answer = scene.school.send("/v1/packets", body).await;
        answer.expect_status(StatusCode::CREATED);
        let packet = answer.text("/id");
        let read: Value = scene.college.pull(&packet).await;
        assert_eq!(read["persoon"]["voornamen"], "Kanarienaam");
    })
    .await;
}

/// What is heavy waits in bounded numbers, of each party and of all; what is small waits for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn more_large_bodies_than_can_wait_are_turned_away_and_small_ones_are_not() {
    let scene = Scene::set().await;
    scene.consent(Role::Doorstroompunt).await;
    let heavy = scene.gateway.running.exchange.heavy().clone();
    let (go, gate) = mpsc::channel::<()>();
    let gate = Arc::new(Mutex::new(gate));
    let mut held = Vec::new();
    for party in [&scene.college, &scene.doorstroompunt] {
        for _ in 0..32 {
            let (heavy, gate, party) = (heavy.clone(), Arc::clone(&gate), party.party);
            // Until the other end is gone.
            let work = move || assert!(gate.lock().unwrap().recv().is_err());
            held.push(tokio::spawn(
                async move { heavy.run(Some(party), Weight::of_bytes(1 << 20), work).await },
            ));
        }
    }
    while heavy.places_left() > 0 {
        tokio::task::yield_now().await;
    }
    let large = format!("{}{{}}", " ".repeat(20_000));
    let answer = scene.school.send("/v1/packets", large.clone()).await;
    answer.expect_status(StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key("retry-after"));
    let answer = scene.college.send("/v1/packets", large.clone()).await;
    answer.expect_status(StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
    scene.packet(Role::Doorstroompunt, "een-klein-pakket").await;
    drop(go);
    for work in held {
        work.await.unwrap().unwrap();
    }
    scene.school.send("/v1/packets", large).await.expect_status(StatusCode::BAD_REQUEST);
}
