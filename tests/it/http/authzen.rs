//! The certification scenario of the AuthZEN Authorization API 1.0, level Basic.
//!
//! Source: openid/authzen, certification/authorization-api-1_0-scenario.md, commit 23c4a3b7. Its fixture (alice, bob,
//! record-1) asks for policies of its own; here alice is no party, so that each of its decisions is `false`, and the requests
//! are judged by their form. What it asks of a `true` is asked with a question that our policies permit.

use http::StatusCode;
use serde_json::{Value, json};
use sluis::domain::party::Role;

use crate::support::{Actor, Answer, Gateway};

const ROUTE: &str = "/access/v1/evaluation";
const JSON: (&str, &str) = ("content-type", "application/json");

async fn ask(caller: &Actor, body: &Value) -> Answer {
    caller.send_as(ROUTE, &[JSON], body.to_string().as_bytes()).await
}

fn permitted() -> Value {
    json!({
        "subject": { "type": "party", "id": "werk-en-inkomen" },
        "action": { "name": "receive" },
        "resource": { "type": "dataset", "id": "verzoek-voortzetting" },
        "context": {
            "purpose": "voortzetting-ondersteuning", "senderRole": "pro-school", "recipientGemeenten": ["0361"],
            "verblijf": "0361", "age": 17, "ingeschreven": true, "wishes": ["instemming:ouder"], "categories": ["persoon", "school", "traject"],
        },
    })
}

/// 2.2 and 2.6: every valid question is a 200 with a boolean, the same each time.
#[tokio::test(flavor = "multi_thread")]
async fn every_question_of_the_scenario_gets_a_decision() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    let record = json!({ "type": "record", "id": "record-1" });
    let archived = json!({ "type": "record", "id": "record-2", "properties": { "status": "archived" } });
    let alice = json!({ "type": "user", "id": "alice" });
    for question in [
        json!({ "subject": alice, "action": { "name": "read" }, "resource": record }),
        json!({ "subject": { "type": "user", "id": "bob" }, "action": { "name": "write" }, "resource": record }),
        json!({ "subject": alice, "action": { "name": "read" }, "resource": record,
            "context": { "time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1" } }),
        json!({ "subject": alice, "action": { "name": "write" }, "resource": archived }),
        json!({ "subject": { "type": "user", "id": "bob", "properties": { "role": "admin" } },
            "action": { "name": "write" }, "resource": archived }),
        json!({ "subject": alice, "action": { "name": "delete", "properties": { "soft": true } }, "resource": record }),
        json!({ "subject": alice, "action": { "name": "delete", "properties": { "soft": false } }, "resource": record }),
        json!({ "subject": { "type": "user", "id": "alice",
                "properties": { "department": "Sales", "role": "manager" } },
            "action": { "name": "read", "properties": { "method": "GET" } },
            "resource": { "type": "record", "id": "record-1",
                "properties": { "status": "active", "owner": "bob" } } }),
        json!({ "subject": alice, "action": { "name": "read" }, "resource": record,
            "foo": "bar", "futureField": { "nested": true } }),
    ] {
        for _ in 0..2 {
            let told = ask(&school, &question).await.expect_status(StatusCode::OK).json();
            assert_eq!(told["decision"], false, "{question}");
            assert_eq!(told["context"]["refusal"], "not-asked");
            let codes: Vec<_> =
                told["context"]["reasons"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
            assert!(codes.contains(&&json!("unknown-subject-type")), "{codes:?}");
        }
    }
    gateway.stop().await;
}

/// 2.2.3, 2.2.8, 2.2.9: what is not known changes no decision, and the answer says how much was passed over.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_known_is_passed_over_and_counted() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    let mut question = permitted();
    let told = ask(&school, &question).await.expect_status(StatusCode::OK).json();
    assert_eq!((&told["decision"], &told["context"]["ignored"]), (&json!(true), &json!(0)), "{told}");
    for part in ["subject", "action", "resource"] {
        question[part]["properties"] = json!({ "any": 1 });
        question[part]["future"] = json!([1]);
    }
    question["foo"] = json!("bar");
    question["context"]["time"] = json!("2025-06-27T18:03-07:00");
    question["context"]["Bezwaar"] = json!(true);
    let told = ask(&school, &question).await.expect_status(StatusCode::OK).json();
    assert_eq!((&told["decision"], &told["context"]["ignored"]), (&json!(true), &json!(9)), "{told}");
    // Without context, or without the facts by which anything is judged, it is no.
    for (context, missing) in [(Value::Null, 2), (json!({}), 2), (json!({ "senderRole": "pro-school" }), 1)] {
        let mut question = permitted();
        question.as_object_mut().unwrap().remove("context");
        if !context.is_null() {
            question["context"] = context;
        }
        let told = ask(&school, &question).await.expect_status(StatusCode::OK).json();
        assert_eq!((&told["decision"], &told["context"]["refusal"]), (&json!(false), &json!("not-asked")));
        assert_eq!(told["context"]["reasons"].as_array().unwrap().len(), missing, "{told}");
    }
    gateway.stop().await;
}

/// 2.4: what is no question is a 400.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_400() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    for (pointer, value) in [
        ("/subject", None),
        ("/action", None),
        ("/resource", None),
        ("/subject/type", None),
        ("/subject/id", None),
        ("/action/name", None),
        ("/resource/type", None),
        ("/resource/id", None),
        ("/subject", Some(json!("alice"))),
        ("/action/name", Some(json!(123))),
        ("/context", Some(json!("now"))),
        ("/subject/properties", Some(json!([]))),
        ("/context/age", Some(json!("old"))),
        ("/context/purpose", Some(Value::Null)),
    ] {
        let mut question = permitted();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let object = question.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => drop(object.insert(name.to_owned(), value)),
            None => drop(object.remove(name)),
        }
        let answer = ask(&school, &question).await;
        answer.expect_status(StatusCode::BAD_REQUEST);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    for (lines, body) in [
        (&[("content-type", "text/plain")][..], permitted().to_string()),
        (&[], permitted().to_string()),
        (&[JSON], "{ not json".to_owned()),
        (&[JSON], String::new()),
    ] {
        school.send_as(ROUTE, lines, body.as_bytes()).await.expect_status(StatusCode::BAD_REQUEST);
    }
    gateway.stop().await;
}

/// 2.5 and 6: the caller's own name of the request comes back, and the metadata say where to ask.
#[tokio::test(flavor = "multi_thread")]
async fn the_request_keeps_its_name_and_the_route_is_found() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    let name = ("x-request-id", "bfe9eb29-ab87-4ca3-be83-a1d5d8305716");
    for body in [permitted().to_string(), "{}".to_owned()] {
        let answer = school.send_as(ROUTE, &[JSON, name], body.as_bytes()).await;
        assert_eq!(answer.headers[name.0], name.1, "{}", answer.status);
        let answer = school.send_as(ROUTE, &[JSON], body.as_bytes()).await;
        assert!(answer.headers.get(name.0).is_none());
    }
    // It comes back into other people's logs: bounded, visible, and one.
    let longest = "x".repeat(128);
    let answer = school.send_as(ROUTE, &[JSON, (name.0, &longest)], permitted().to_string().as_bytes()).await;
    assert_eq!(answer.expect_status(StatusCode::OK).headers[name.0], longest);
    let long = "x".repeat(129);
    for names in [
        &[(name.0, long.as_str())][..],
        &[(name.0, "")],
        &[(name.0, "two words")],
        &[(name.0, "a\tb")],
        &[(name.0, "é")],
        &[name, name],
    ] {
        let lines = [&[JSON][..], names].concat();
        let answer = school.send_as(ROUTE, &lines, permitted().to_string().as_bytes()).await;
        let problem = answer.expect_status(StatusCode::BAD_REQUEST).json();
        assert_eq!(problem["errors"][0]["pointer"], "header:x-request-id", "{names:?}");
        assert!(answer.headers.get(name.0).is_none(), "{names:?}");
    }
    let told = gateway.visit("/.well-known/authzen-configuration").await;
    let told = told.expect_status(StatusCode::OK).json();
    let base = told["policy_decision_point"].as_str().unwrap();
    assert_eq!(told["access_evaluation_endpoint"], format!("{base}{ROUTE}"));
    gateway.stop().await;
}

/// A question names a party, and none is looked up: of one that takes part here the answer is that of one that does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_does_not_tell_who_takes_part() {
    let gateway = Gateway::start().await;
    let school = gateway.without_key(Role::ProSchool);
    let college = gateway.laid.parties.iter().find(|laid| laid.party.role == Role::WerkEnInkomen).unwrap();
    let mut told = Vec::new();
    for oin in [college.party.oin.to_string(), "00000099000099999000".to_owned()] {
        for (at, value) in
            [("/subject/id", json!(format!("{oin}/werk-en-inkomen"))), ("/context/senderOin", json!(oin))]
        {
            let mut question = permitted();
            let (parent, name) = at.rsplit_once('/').unwrap();
            question.pointer_mut(parent).unwrap()[name] = value;
            told.push(ask(&school, &question).await.expect_status(StatusCode::OK).json());
        }
    }
    for answer in &mut told {
        answer["context"].as_object_mut().unwrap().remove("decidedAt");
    }
    let (takes_part, absent) = told.split_at(2);
    assert_eq!(takes_part, absent);
    gateway.stop().await;
}
