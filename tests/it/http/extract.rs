//! Headers and parameters.

use axum::{Router, routing::get};
use sluis::http::extract::{
    idempotency::IdempotencyKey,
    query::{CheckOnly, NoQuery, Paging},
    staff::Staff,
};

use serde_json::Value;

use super::support::{Reply, Site};

fn routes() -> Router {
    Router::new()
        .route("/staff", get(|staff: Staff| async move { format!("{} {staff:?}", staff.reference) }))
        .route("/key", get(|key: IdempotencyKey| async move { key.as_str().to_owned() }))
        .route("/list", get(|page: Paging| async move { format!("{:?} {}", page.after, page.limit) }))
        .route("/check", get(|check: CheckOnly| async move { check.0.to_string() }))
        .route("/none", get(|_: NoQuery| async { "" }))
}

async fn ask(site: &Site, path: &str, headers: &str) -> Reply {
    site.raw().await.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")).await
}

fn faults(reply: &Reply) -> Vec<(String, String)> {
    assert_eq!(reply.status, 400, "{}", reply.body);
    let body = reply.json();
    let errors = body["errors"].as_array().unwrap().iter();
    errors
        .map(|e| (e["pointer"].as_str().unwrap().to_owned(), e["code"].as_str().unwrap().to_owned()))
        .collect()
}

#[tokio::test]
async fn who_acts_must_be_said_and_cannot_be_a_bsn() {
    let site = Site::start(routes()).await;
    let reply = ask(
        &site,
        "/staff",
        "Sluis-Staff-Reference: m.devries\r\nSluis-Staff-Function: jongerenadviseur\r\n",
    )
    .await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "m.devries Staff(redacted)"));
    let long = "x".repeat(65);
    for (reference, code) in [
        ("", "missing"),
        ("Sluis-Staff-Reference: \r\n", "not-printable"),
        ("Sluis-Staff-Reference: a\tb\r\n", "not-printable"),
        ("Sluis-Staff-Reference: é\r\n", "not-printable"),
        ("Sluis-Staff-Reference: a\r\nSluis-Staff-Reference: b\r\n", "header-twice"),
        ("Sluis-Staff-Reference: 999990019\r\n", "hides-a-bsn"),
        ("Sluis-Staff-Reference: nr 9999.90.019\r\n", "hides-a-bsn"),
        ("Sluis-Staff-Reference: 00123456782\r\n", "hides-a-bsn"),
        ("Sluis-Staff-Reference: nr 101234503\r\n", "hides-a-bsn"),
        ("Sluis-Staff-Reference: !(\r\n", "blank"),
        (&format!("Sluis-Staff-Reference: {long}\r\n"), "too-long"),
    ] {
        let reply = ask(&site, "/staff", reference).await;
        let expected = [
            ("header:sluis-staff-reference".to_owned(), code.to_owned()),
            ("header:sluis-staff-function".to_owned(), "missing".to_owned()),
        ];
        assert_eq!(faults(&reply), expected, "both headers at once: {reference}");
        // Not in the whole body: a trace may have four nines by chance.
        assert!(!reply.json()["errors"].to_string().contains("9999"), "{}", reply.body);
    }
}

/// The letters of ordinary Dutch words, as RFC 8187 writes them: what is counted and searched is the text itself.
#[tokio::test]
async fn a_function_may_have_the_letters_of_dutch_words() {
    let site = Site::start(routes()).await;
    let of = |value: &str| format!("Sluis-Staff-Reference: {value}\r\nSluis-Staff-Function: {value}\r\n");
    let longest = format!("UTF-8''{}", "%C3%AB".repeat(64));
    for (written, read) in [
        ("UTF-8''stageco%C3%B6rdinator", "stagecoördinator"),
        ("utf-8'nl'stageco%c3%b6rdinator", "stagecoördinator"),
        ("UTF-8''stage%20co%C3%B6rdinator", "stage coördinator"),
        ("UTF-8''plain", "plain"),
        (&longest, &*"ë".repeat(64)),
        ("UTF-8 is a charset", "UTF-8 is a charset"),
    ] {
        let reply = ask(&site, "/staff", &of(written)).await;
        assert_eq!(
            (reply.status, reply.body.as_str()),
            (200, &*format!("{read} Staff(redacted)")),
            "{written}"
        );
        assert!(described(written), "the description refuses {written}");
    }
    let longer = format!("UTF-8''{}", "%C3%AB".repeat(65));
    for (written, code) in [
        ("UTF-8'stageco", "not-an-ext-value"),
        ("UTF-8''", "blank"),
        ("UTF-8''%E2%80%8B", "blank"),
        ("UTF-8''co%C3rdinator", "not-an-ext-value"),
        ("UTF-8''co%C3%B", "not-an-ext-value"),
        ("UTF-8''co%+1", "not-an-ext-value"),
        ("UTF-8''a b", "not-an-ext-value"),
        ("UTF-8''a%0Ab", "control-character"),
        ("UTF-8''a%E2%80%AEb", "control-character"),
        ("UTF-8''%20a", "not-an-ext-value"),
        ("UTF-8''9999%39%30019", "hides-a-bsn"),
        (&longer, "too-long"),
    ] {
        let reply = ask(&site, "/staff", &of(written)).await;
        let told: Vec<String> = faults(&reply).into_iter().map(|(_, code)| code).collect();
        assert_eq!(told, [code, code], "{written}");
        // What a letter or a number means is no matter of form.
        let is_form = !["hides-a-bsn", "control-character"].contains(&code) && !written.contains("%E2%80");
        assert!(!is_form || !described(written), "the description takes {written}");
    }
}

/// Whether the published description takes this value of both headers.
fn described(written: &str) -> bool {
    let api: Value = serde_json::from_str(&std::fs::read_to_string("docs/openapi.json").unwrap()).unwrap();
    let parameters = api["paths"]["/packets"]["post"]["parameters"].as_array().unwrap();
    let staff = parameters.iter().filter(|one| one["name"].as_str().unwrap().starts_with("Sluis-Staff"));
    let mut taken = staff.map(|one| {
        let schema = jsonschema::options().build(&one["schema"]).unwrap();
        schema.is_valid(&Value::from(written))
    });
    let (reference, function) = (taken.next().unwrap(), taken.next().unwrap());
    assert_eq!(reference, function, "{written}");
    reference
}

#[tokio::test]
async fn an_idempotency_key_has_16_to_64_characters() {
    let site = Site::start(routes()).await;
    for (key, code) in [
        ("0123456789abcdef", None),
        ("018f6e0c-4b1c-7c3e-9d2a-5f6b7c8d9e0f", None),
        ("0123456789abcde", Some("wrong-length")),
        (&"x".repeat(65), Some("wrong-length")),
    ] {
        let reply = ask(&site, "/key", &format!("Idempotency-Key: {key}\r\n")).await;
        match code {
            None => assert_eq!(reply.body, key),
            Some(code) => assert_eq!(faults(&reply)[0].1, code),
        }
    }
    assert_eq!(faults(&ask(&site, "/key", "").await)[0].1, "missing");
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let site = Site::start(routes()).await;
    for (path, body) in [
        ("/list", "None 100"),
        ("/list?", "None 100"),
        ("/list?after=0&limit=500", "Some(0) 500"),
        ("/list?%61fter=12", "Some(12) 100"),
        ("/check?check=true", "true"),
        ("/check", "false"),
        ("/none", ""),
    ] {
        let reply = ask(&site, path, "").await;
        assert_eq!((reply.status, reply.body.as_str()), (200, body), "{path}");
    }
    for (path, expected) in [
        ("/list?limit=0", vec![("query:limit", "invalid-value")]),
        (
            "/list?limit=501&after=-1",
            vec![("query:after", "invalid-value"), ("query:limit", "invalid-value")],
        ),
        ("/list?limit=%2B5", vec![("query:limit", "invalid-value")]),
        ("/list?limit=05", vec![("query:limit", "invalid-value")]),
        ("/list?after=9223372036854775808", vec![("query:after", "invalid-value")]),
        ("/list?limit=1&limit=2", vec![("query:limit", "parameter-twice")]),
        ("/list?Limit=1", vec![("query:", "unknown-parameter")]),
        ("/list?bsn=999990019", vec![("query:", "unknown-parameter")]),
        ("/list?%zz=1", vec![("query:", "unknown-parameter")]),
        ("/check?check=1", vec![("query:check", "invalid-value")]),
        ("/none?x", vec![("query:", "unknown-parameter")]),
    ] {
        let reply = ask(&site, path, "").await;
        let found = faults(&reply);
        let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
        assert_eq!(found, expected, "{path}");
        // Not in the whole body: a trace may have four nines by chance.
        assert!(!reply.json()["errors"].to_string().contains("9999"), "{}", reply.body);
    }
}
