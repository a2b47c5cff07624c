//! Calls that are wrong outside their bodies: headers, methods, paths, queries, keys of idempotency.

use http::{Method, StatusCode};
use serde_json::json;
use sluis::domain::party::Role;

use super::{
    matrix::{self, MATRIX, concrete},
    support::{Court, Scene, essence},
};
use crate::support::Actor;

/// The routes that look at or move a person's data.
const ACTING: [(&str, &str); 10] = [
    ("POST", "/v1/packets"),
    ("POST", "/v1/requests"),
    ("GET", "/v1/packets/{id}/payload"),
    ("GET", "/v1/packets/{id}/copy"),
    ("POST", "/v1/packets/{id}/withdrawal"),
    ("POST", "/v1/inbox/searches"),
    ("POST", "/v1/requests/{id}/answer"),
    ("POST", "/v1/declarations"),
    ("POST", "/v1/declarations/{id}/withdrawal"),
    ("POST", "/v1/declarations/{id}/decision"),
];

const REFERENCE: &str = "header:sluis-staff-reference";
const FUNCTION: &str = "header:sluis-staff-function";

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_say_who_acts_does_nothing() {
    let scene = Scene::set().await;
    let silent = Actor { staff: None, ..scene.school.clone() };
    let mut court = Court::open(&scene).await;
    for (method, template) in ACTING {
        let path = concrete(template, &scene.absent(), scene.school.party);
        let sent = (method == "POST").then(|| matrix::body(&scene, template).to_string().into_bytes());
        let method: Method = method.parse().unwrap();
        let key = ("idempotency-key", "sleutel-van-kanarie-1");
        for (name, lines, faults) in [
            ("neither", vec![], vec![(REFERENCE, "missing"), (FUNCTION, "missing")]),
            ("no reference", vec![("sluis-staff-function", "decaan")], vec![(REFERENCE, "missing")]),
            ("no function", vec![("sluis-staff-reference", "m.1042")], vec![(FUNCTION, "missing")]),
            (
                "a BSN as reference",
                vec![("sluis-staff-reference", "999990019"), ("sluis-staff-function", "decaan")],
                vec![(REFERENCE, "hides-a-bsn")],
            ),
            (
                "both twice",
                vec![
                    ("sluis-staff-reference", "KANARIE-1"),
                    ("sluis-staff-reference", "KANARIE-1"),
                    ("sluis-staff-function", "Kanarienaam"),
                    ("sluis-staff-function", "Kanarienaam"),
                ],
                vec![(REFERENCE, "header-twice"), (FUNCTION, "header-twice")],
            ),
        ] {
            let lines: Vec<_> = lines.into_iter().chain([key]).collect();
            // What is wrong in the body of a push is told beside it.
            let beside = matches!(template, "/v1/packets" | "/v1/requests");
            let beside = beside.then_some(("/dataset", "unknown-dataset"));
            let faults: Vec<_> = faults.into_iter().chain(beside).collect();
            let answer = silent.call(method.clone(), &path, &lines, sent.clone()).await;
            court.judge(&format!("{name} at {template}"), &answer, 400, &faults, 0).await;
        }
    }
    court.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_query_and_body_are_judged_together() {
    let scene = Scene::set().await;
    let silent = Actor { staff: None, ..scene.school.clone() };
    let mut court = Court::open(&scene).await;
    for (method, template) in ACTING {
        // A push tells of its query and of all that its body misses; hostile::content has those.
        if method != "POST" || matches!(template, "/v1/packets" | "/v1/requests" | "/v1/declarations") {
            continue;
        }
        let path = format!("{}?kanariewaarde=1", concrete(template, &scene.absent(), scene.school.party));
        let mut body = matrix::body(&scene, template);
        body["kanariewaarde"] = json!("999990019");
        let answer = silent.call(Method::POST, &path, &[], Some(body.to_string().into_bytes())).await;
        let faults = [
            (REFERENCE, "missing"),
            (FUNCTION, "missing"),
            ("query:", "unknown-parameter"),
            ("", "unknown-field"),
        ];
        court.judge(template, &answer, 400, &faults, 0).await;
    }
    court.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_is_judged_in_all_its_parts_at_once() {
    let scene = Scene::set().await;
    let silent = Actor { staff: None, ..scene.school.clone() };
    let mut court = Court::open(&scene).await;
    let body = json!({
        "kind": "geen-bezwaar",
        "person": { "reference": { "kind": "own", "value": "999990019" }, "birthDate": "2008-02-30" },
        "dataset": "kanariewaarde",
        "purpose": "kanariewaarde",
        "givenAt": "2031-01-02",
        "until": "2031-01-01",
        "kanariewaarde": "KANARIE-1",
        "evidence": { "kind": "mondeling", "recordedOn": "2031-01-03" },
    });
    let path = "/v1/declarations?kanariewaarde=1";
    let answer = silent.call(Method::POST, path, &[], Some(body.to_string().into_bytes())).await;
    let faults = [
        (REFERENCE, "missing"),
        (FUNCTION, "missing"),
        ("query:", "unknown-parameter"),
        ("", "unknown-field"),
        ("/person/birthDate", "no-such-day"),
        ("/givenBy", "missing"),
        ("/person/reference/value", "hides-a-bsn"),
        ("/dataset", "unknown-dataset"),
        ("/purpose", "unknown-purpose"),
        ("/towards", "missing"),
        ("/givenAt", "in-the-future"),
        ("/evidence/recordedOn", "in-the-future"),
        ("/until", "ends-before-it-begins"),
        ("/evidence/kind", "must-be-written"),
    ];
    court.judge("all at once", &answer, 400, &faults, 0).await;
    court.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_method_a_slash_or_a_query_is_no_way_in() {
    let scene = Scene::set().await;
    let mut court = Court::open(&scene).await;
    for route in MATRIX {
        let path = concrete(route.path, &scene.absent(), scene.school.party);
        let own: Vec<_> = MATRIX.iter().filter(|one| one.path == route.path).map(|one| one.method).collect();
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "KANARIEWAARDE", "POST", "GET"] {
            if own.contains(&method) {
                continue;
            }
            let name = format!("{method} {}", route.path);
            let answer = scene.school.call(method.parse().unwrap(), &path, &[], None).await;
            court.judge(&name, &answer, 405, &[], 0).await;
            let allow = answer.headers.get("allow").map(|value| value.to_str().unwrap().to_owned());
            let allow = allow.unwrap_or_default();
            let named: Vec<_> = allow.split(',').map(str::trim).filter(|one| *one != "HEAD").collect();
            assert!(own.iter().all(|one| named.contains(one)) && named.len() == own.len(), "{name}: {allow}");
        }
        let slash = scene.school.call(route.method.parse().unwrap(), &format!("{path}/"), &[], None).await;
        court.judge(&format!("{} and a slash", route.path), &slash, 404, &[], 0).await;
        if route.method == "GET" {
            let answer = scene.school.get(&format!("{path}?kanariewaarde=999990019&KANARIE-1")).await;
            let faults = [("query:", "unknown-parameter")];
            court.judge(&format!("{} and a query", route.path), &answer, 400, &faults, 0).await;
        }
    }
    for path in [
        "/",
        "/v1",
        "/v2/packets",
        "/V1/packets",
        "/v1/Packets",
        "/v1/packets.json",
        "/v1//packets",
        "/v1/%70ackets/kanariewaarde",
        "/v1/packets/KANARIE-1",
        "/v1/packets/%FF",
        "/v1/packets/..%2Finbox",
        "/v1/openapi.yaml",
        "/metrics",
        "/.well-known/kanariewaarde",
        "/tile/9/000",
        "/tile/0/..%2F000",
        "/proof/999999999999999999999",
        "/proof/999990019",
    ] {
        let answer = scene.school.get(path).await;
        court.judge(path, &answer, 404, &[], 0).await;
    }
    court.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_takes_its_own_parameters_and_nothing_else() {
    Scene::on_each(async |scene| {
        let mut court = Court::open(scene).await;
        for list in
            ["/v1/packets", "/v1/requests", "/v1/inbox", "/v1/notices", "/v1/declarations", "/v1/entries"]
        {
            let queries: [(&str, &[(&str, &str)]); 9] = [
                ("limit=0", &[("query:limit", "invalid-value")]),
                ("limit=501", &[("query:limit", "invalid-value")]),
                ("limit=01", &[("query:limit", "invalid-value")]),
                ("limit=%2B1", &[("query:limit", "invalid-value")]),
                ("limit=1&limit=2", &[("query:limit", "parameter-twice")]),
                ("after=-1&limit=x", &[("query:after", "invalid-value"), ("query:limit", "invalid-value")]),
                ("after=9007199254740992", &[("query:after", "invalid-value")]),
                ("After=1&person=999990019", &[("query:", "unknown-parameter")]),
                (
                    "limit=%FF&kanariewaarde=1",
                    &[("query:limit", "invalid-value"), ("query:", "unknown-parameter")],
                ),
            ];
            for (query, faults) in queries {
                let answer = scene.school.get(&format!("{list}?{query}")).await;
                court.judge(&format!("{list}?{query}"), &answer, 400, faults, 0).await;
            }
            scene
                .school
                .get(&format!("{list}?after=9007199254740991&limit=500"))
                .await
                .expect_status(StatusCode::OK);
        }
        let answer = scene.school.get("/v1/inbox?kind=kanariewaarde").await;
        court.judge("kind", &answer, 400, &[("query:kind", "invalid-value")], 0).await;
        court.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_never_takes_a_packet_out() {
    let scene = Scene::set().await;
    scene.consent(Role::WerkEnInkomen).await;
    let packet = scene.packet(Role::WerkEnInkomen, "sleutel-van-kanarie-1").await;
    let before = (scene.lists().await, scene.size().await);
    for path in [format!("/v1/packets/{packet}/payload"), format!("/v1/packets/{packet}/copy")] {
        let answer = scene.college.call(Method::HEAD, &path, &[], None).await;
        answer.expect_status(StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers["allow"], "GET");
        assert!(answer.headers.get("sluis-receipt").is_none() && answer.body.is_empty());
    }
    assert_eq!((scene.lists().await, scene.size().await), before);
    let copy = &scene.college.get("/v1/inbox").await.json()["items"][0]["recipients"][0];
    assert_eq!(copy["state"], "waiting", "it was not collected: {copy}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_idempotency_is_of_one_party_and_one_body() {
    Scene::on_each(async |scene| {
        scene.consent(Role::WerkEnInkomen).await;
        let key = "sleutel-van-kanarie-1";
        let body = scene.profile(Role::WerkEnInkomen);
        let first = scene.school.push("/v1/packets", key, &body).await;
        let id = first.expect_status(StatusCode::CREATED).text("/id");

        let mut court = Court::open(scene).await;
        let again = scene.school.push("/v1/packets", key, &body).await;
        assert_eq!(again.expect_status(StatusCode::CREATED).text("/id"), id, "the same answer");
        let spaced = serde_json::to_vec_pretty(&body).unwrap();
        let line = [("idempotency-key", key)];
        let spaced = scene.school.call(Method::POST, "/v1/packets", &line, Some(spaced)).await;
        assert_eq!(spaced.expect_status(StatusCode::CREATED).text("/id"), id, "spaces mean nothing");

        let reused = [("header:idempotency-key", "idempotency-key-reused")];
        let mut other = body.clone();
        other["content"]["persoon"]["voornamen"] = json!("Kanarienaam Kanariefamilie");
        let answer = scene.school.push("/v1/packets", key, &other).await;
        court.judge("another body", &answer, 409, &reused, 0).await;
        let mut other = body.clone();
        other["person"]["reference"]["value"] = json!("KANARIE-12");
        let answer = scene.school.push("/v1/packets", key, &other).await;
        court.judge("another person", &answer, 409, &reused, 0).await;
        let answer = scene.school.push("/v1/requests", key, &body).await;
        court.judge("another route", &answer, 409, &reused, 0).await;

        for (key, code) in [("kort", "wrong-length"), (&*"x".repeat(65), "wrong-length")] {
            let answer = scene.school.push("/v1/packets", key, &body).await;
            court.judge("length", &answer, 400, &[("header:idempotency-key", code)], 0).await;
        }
        let answer = scene.school.post("/v1/packets", &body).await;
        court.judge("no key", &answer, 400, &[("header:idempotency-key", "missing")], 0).await;
        let twice = [("idempotency-key", key), ("idempotency-key", key)];
        let answer =
            scene.school.call(Method::POST, "/v1/packets", &twice, Some(body.to_string().into_bytes())).await;
        court.judge("two keys", &answer, 400, &[("header:idempotency-key", "header-twice")], 0).await;

        // Another party: its own push, judged on its own, which the key of the school neither hinders nor answers.
        let theirs = scene.mbo.push("/v1/packets", key, &body).await;
        let fresh = scene.mbo.push("/v1/packets", "sleutel-van-niemand-1", &body).await;
        assert_eq!(essence(&theirs), essence(&fresh), "the key says nothing of another party's packets");
        theirs.expect_problem(403, "uitstroomprofiel.toestemming-zelf");
        assert!(!String::from_utf8_lossy(&theirs.body).contains(&id));
    })
    .await;
}
