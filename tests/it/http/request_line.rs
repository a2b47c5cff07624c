//! The line that each request leaves, and what it must never hold.

use std::sync::Arc;

use axum::{Router, body::Body, extract::Request, routing::post};
use serde_json::Value;
use sluis::{
    domain::id::SystemEntropy,
    exchange::meter::Work,
    http::{
        edge::Edge,
        extract::staff::Staff,
        json::StrictJson,
        problem::{self, Problem},
        visit::Visit,
    },
    telemetry::Format,
};
use tower::ServiceExt as _;

use super::support::generous;
use crate::support::Lines;

async fn decide(visit: Visit, _: Staff, StrictJson(_): StrictJson<Value>) -> Result<&'static str, Problem> {
    visit.admit("00000099000000001000/werk-en-inkomen".parse().unwrap(), Work::default())?;
    visit.dataset(&"overgangsdocument".parse().unwrap());
    visit.refused("overgangsdocument.voortzetting");
    visit.log_index(7);
    Err(problem::REFUSED)
}

fn logged(format: Format, request: Request) -> String {
    let lines = Lines::default();
    let (limits, rates) = generous();
    let edge = Edge::new(limits, rates, Arc::new(SystemEntropy::new()), None);
    let routes = edge.surround(
        Router::new()
            .route("/v1/packets/{id}", post(decide))
            .route("/v1/ours", post(|| async { problem::INTERNAL.caused_by(&std::fmt::Error) })),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // While one alone listens, a place that logs for the first time in another test's thread asks who listens there, and
    // hears that nobody does: for good.
    let second = tracing::Dispatch::new(Lines::default().subscriber(format, "info"));
    tracing::subscriber::with_default(lines.subscriber(format, "info"), || {
        tracing::callsite::rebuild_interest_cache();
        runtime.block_on(routes.oneshot(request)).unwrap();
    });
    drop(second);
    lines.take()
}

fn request(path: &str) -> Request {
    axum::http::Request::post(path)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .header("sluis-staff-reference", "CANARY-REFERENCE")
        .header("sluis-staff-function", "CANARY-FUNCTION")
        .body(Body::from(r#"{"naam": "CANARY-BODY"}"#))
        .unwrap()
}

#[test]
fn one_line_per_request_with_the_fields_that_are_promised() {
    let text = logged(Format::Json, request("/v1/packets/CANARY-PATH"));
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: Value = serde_json::from_str(&text).unwrap();
    for (name, value) in [
        ("target", Value::from("sluis::request")),
        ("trace_id", Value::from("4bf92f3577b34da6a3ce929d0e0e4736")),
        ("route", Value::from("/v1/packets/{id}")),
        ("method", Value::from("POST")),
        ("status", Value::from(403)),
        ("error_code", Value::from("refused")),
        ("peer_oin", Value::from("00000099000000001000")),
        ("peer_role", Value::from("werk-en-inkomen")),
        ("dataset", Value::from("overgangsdocument")),
        ("decision", Value::from("refusal")),
        ("reason", Value::from("overgangsdocument.voortzetting")),
        ("log_index", Value::from(7)),
    ] {
        assert_eq!(line[name], value, "{name} of {text}");
    }
    assert!(line["ms"].is_f64() || line["ms"].is_u64(), "{text}");
    let names: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names.len(), 16, "a new field must be considered, here and in docs/logging.md: {names:?}");
}

#[test]
fn neither_path_nor_body_nor_reference_is_logged() {
    for format in [Format::Json, Format::Text] {
        for path in ["/v1/packets/CANARY-PATH", "/CANARY-PATH", "/v1/ours?CANARY=1"] {
            let text = logged(format, request(path));
            assert!(text.contains("request answered") && !text.contains("CANARY"), "{text}");
        }
    }
}

#[test]
fn a_cause_is_logged_once_with_the_trace() {
    let text = logged(Format::Json, request("/v1/ours"));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0]["cause"], std::fmt::Error.to_string());
    assert_eq!(lines[0]["level"], "ERROR");
    assert_eq!(lines[0]["trace_id"], lines[1]["trace_id"]);
    assert_eq!(lines[1]["error_code"], "internal");
}

#[test]
fn a_method_of_the_callers_own_is_not_repeated() {
    let mut request = request("/v1/ours");
    *request.method_mut() = "CANARY".parse().unwrap();
    let text = logged(Format::Json, request);
    assert!(text.contains("OTHER") && !text.contains("CANARY"), "{text}");
}
