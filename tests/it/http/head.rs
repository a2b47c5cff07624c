//! What every answer has, and every problem that the head of a request can cause.

use axum::{
    Extension, Router,
    routing::{get, post},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use sluis::http::{
    extract::{
        accept,
        path::{InPath, without_head},
    },
    problem,
};
use tokio::io::AsyncWriteExt as _;

use super::support::{Raw, Reply, Site};

fn routes() -> Router {
    Router::new()
        .route("/v1/things", get(|| async { "[]" }).post(|| async { "{}" }))
        .route("/v1/things/{id}", without_head(get(|InPath(_): InPath<u32>| async { "{}" })))
        .route("/v1/broken", get(|| async { broken() }))
        .route("/v1/ours", get(|| async { problem::INTERNAL.caused_by(&std::fmt::Error) }))
        .route("/v1/plain-error", get(|| async { (axum::http::StatusCode::IM_A_TEAPOT, "secret text") }))
        .route("/v1/late", post(std::future::pending::<()>))
        .merge(accept::answering_one_of(
            ["application/jose", "application/jose+json"],
            Router::new().route("/v1/payload", get(async |Extension(accept::Chosen(media))| media)),
        ))
}

fn broken() -> &'static str {
    panic!("a handler that panics")
}

async fn get_path(raw: &mut Raw, path: &str) -> Reply {
    raw.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await
}

#[track_caller]
fn assert_problem(reply: &Reply, status: u16, kind: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.header("content-type"), Some("application/problem+json"));
    let body = reply.json();
    assert_eq!(body["type"], format!("urn:sluis:problem:{kind}"));
    assert_eq!(body["status"], status);
    assert!(body["title"].is_string() && body["detail"].is_string(), "NL GOV asks for both: {body}");
    let trace = body["traceId"].as_str().unwrap();
    assert!(reply.header("traceparent").unwrap().contains(trace), "the header names the same trace");
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_house() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    for path in ["/v1/things", "/v1/nothing", "/v1/broken", "/v1/plain-error"] {
        let reply = get_path(&mut raw, path).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("api-version", sluis::http::openapi::API_VERSION),
        ] {
            assert_eq!(reply.header(name), Some(value), "{name} of {path}");
        }
        assert!(reply.header("content-type").is_some() && reply.header("traceparent").is_some(), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test]
async fn an_unknown_path_and_a_slash_at_the_end_are_404() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    for path in ["/v1/nothing", "/v1/things/", "/", "/V1/things", "/v1/things/not-a-number"] {
        assert_problem(&get_path(&mut raw, path).await, 404, "not-found");
    }
}

#[tokio::test]
async fn another_method_is_405_and_names_the_methods() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    let reply = raw.ask("DELETE /v1/things HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_problem(&reply, 405, "method-not-allowed");
    let mut allowed: Vec<_> = reply.header("allow").unwrap().split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
}

#[tokio::test]
async fn a_head_does_not_run_a_get_that_leaves_an_entry() {
    let site = Site::start(routes()).await;
    let answer = site.caller().head(site.url("/v1/things/7")).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET");
    let answer = site.caller().delete(site.url("/v1/things/7")).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "GET", "nor does another method promise one");
}

#[tokio::test]
async fn a_panic_is_a_500_that_says_nothing_and_the_connection_lives() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    let reply = get_path(&mut raw, "/v1/broken").await;
    assert_problem(&reply, 500, "internal");
    let trace = reply.json()["traceId"].clone();
    assert_eq!(
        reply.json(),
        json!({
            "type": "urn:sluis:problem:internal",
            "title": "Something went wrong at the gateway",
            "status": 500,
            "detail": "Nothing was released. Tell the operator the traceId.",
            "traceId": trace,
            "errors": [{
                "pointer": "",
                "code": "internal",
                "nl": "Er ging iets mis bij de gateway.",
                "en": "Something went wrong at the gateway",
                "now": {
                    "nl": "Er is niets vrijgegeven. Geef het nummer bij traceId door aan de beheerder.",
                    "en": "Nothing was released. Tell the operator the traceId.",
                },
            }],
        })
    );
    assert_eq!(get_path(&mut raw, "/v1/things").await.status, 200);
}

#[tokio::test]
async fn a_cause_stays_inside() {
    let site = Site::start(routes()).await;
    let reply = get_path(&mut site.raw().await, "/v1/ours").await;
    assert_problem(&reply, 500, "internal");
    assert!(!reply.body.contains("formatter"), "{}", reply.body);
}

#[tokio::test]
async fn what_a_library_answers_becomes_a_problem_without_its_text() {
    let site = Site::start(routes()).await;
    let reply = get_path(&mut site.raw().await, "/v1/plain-error").await;
    assert_problem(&reply, 400, "invalid");
    assert!(!reply.body.contains("secret"), "{}", reply.body);
}

#[tokio::test]
async fn a_trace_is_continued_when_it_is_valid_to_the_letter() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    let theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
    for (header, continued) in [
        (format!("traceparent: 00-{theirs}-00f067aa0ba902b7-01\r\n"), true),
        (format!("traceparent: 01-{theirs}-00f067aa0ba902b7-01-later\r\n"), true),
        (format!("traceparent: 00-{theirs}-00f067aa0ba902b7-01-more\r\n"), false),
        (format!("traceparent: ff-{theirs}-00f067aa0ba902b7-01\r\n"), false),
        (format!("traceparent: 00-{theirs}-0000000000000000-01\r\n"), false),
        (format!("traceparent: 00-{}-00f067aa0ba902b7-01\r\n", theirs.to_uppercase()), false),
        (format!("traceparent: 00-{theirs}-00f067aa0ba902b7-01\r\n").repeat(2), false),
        ("traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01\r\n".to_owned(), false),
        (String::new(), false),
    ] {
        let reply = raw.ask(format!("GET /v1/things HTTP/1.1\r\nHost: localhost\r\n{header}\r\n")).await;
        let ours = reply.header("traceparent").unwrap().to_owned();
        assert_eq!(ours.contains(theirs), continued, "{header} -> {ours}");
        assert!(!ours.contains("00f067aa0ba902b7"), "the span is the gateway's own: {ours}");
        assert_eq!(ours.len(), 55);
    }
}

#[tokio::test]
async fn an_answer_that_the_caller_does_not_take_is_406_before_anything_is_done() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    for (accept, status) in [
        ("", 200),
        ("Accept: application/jose\r\n", 200),
        ("Accept: text/html, application/*;q=0.5\r\n", 200),
        ("Accept: */*\r\n", 200),
        ("Accept: application/json\r\n", 406),
        ("Accept: */*, application/jose;q=0, application/jose+json;q=0\r\n", 406),
        ("Accept: application/jose; q=0.000\r\n", 406),
    ] {
        let reply = raw.ask(format!("GET /v1/payload HTTP/1.1\r\nHost: localhost\r\n{accept}\r\n")).await;
        assert_eq!(reply.status, status, "{accept}");
        if status == 406 {
            assert_problem(&reply, 406, "not-acceptable");
        }
    }
}

#[tokio::test]
async fn an_answer_with_two_names_bears_the_one_that_the_caller_likes_best() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    let (rfc, module) = ("application/jose", "application/jose+json");
    for (accept, name) in [
        ("", rfc),
        ("Accept: */*\r\n", rfc),
        ("Accept: application/*\r\n", rfc),
        ("Accept: application/jose\r\n", rfc),
        ("Accept: application/jose+json\r\n", module),
        ("Accept: Application/JOSE+JSON; charset=utf-8\r\n", module),
        ("Accept: application/jose+json, application/jose\r\n", rfc),
        ("Accept: application/jose;q=0.9, application/jose+json\r\n", module),
        ("Accept: application/jose, application/jose+json;q=0.9\r\n", rfc),
        ("Accept: application/jose;q=0.25\r\nAccept: application/jose+json;q=0.3\r\n", module),
        ("Accept: application/jose;q=0.009, application/jose+json;q=0.01\r\n", module),
        ("Accept: */*, application/jose;q=0\r\n", module),
        ("Accept: */*;q=0.1, application/jose;q=0.05\r\n", module),
    ] {
        let reply = raw.ask(format!("GET /v1/payload HTTP/1.1\r\nHost: localhost\r\n{accept}\r\n")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, name), "{accept}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_431_and_a_long_path_414() {
    let site = Site::start(routes()).await;
    let many = "X-Many: 1\r\n".repeat(70);
    let long = format!("X-Long: {}\r\n", "x".repeat(17 * 1024));
    for lines in [many, long] {
        let reply =
            site.raw().await.ask(format!("GET /v1/things HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n")).await;
        assert_problem(&reply, 431, "headers-too-large");
    }
    let path = format!("/v1/things?{}", "a".repeat(3000));
    let reply = get_path(&mut site.raw().await, &path).await;
    assert_problem(&reply, 414, "uri-too-long");
    assert!(reply.header("ratelimit").is_some() && reply.header("ratelimit-policy").is_some());
}

/// A head that two readers could read differently is no request (RFC 9112, sections 3.2 and 6.1).
#[tokio::test]
async fn a_head_without_one_host_or_in_an_unknown_coding_is_400() {
    let site = Site::start(routes()).await;
    for lines in [
        "",
        "Host: localhost\r\nHost: localhost\r\n",
        "Host: localhost\r\nHost: elsewhere\r\n",
        "Host: local host\r\n",
        "Host: someone@localhost\r\n",
        "Host: localhost\r\nTransfer-Encoding: gzip, chunked\r\n",
        "Host: localhost\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
    ] {
        let reply = site.raw().await.ask(format!("GET /v1/things HTTP/1.1\r\n{lines}\r\n0\r\n\r\n")).await;
        assert_problem(&reply, 400, "invalid");
        let pointer = reply.json()["errors"][0]["pointer"].as_str().unwrap().to_owned();
        assert!(["header:host", "header:transfer-encoding"].contains(&pointer.as_str()), "{pointer}");
    }
    for lines in ["Host: localhost\r\n", "Host: LOCALHOST:8443\r\n", "Host: [::1]:8443\r\n"] {
        let reply = site.raw().await.ask(format!("GET /v1/things HTTP/1.1\r\n{lines}\r\n")).await;
        assert_eq!(reply.status, 200, "{lines}");
    }
}

/// The absolute form of HTTP/1.1 names the gateway too, and the scheme (RFC 9112, section 3.2.2).
#[tokio::test]
async fn an_absolute_target_that_names_another_than_the_host_is_400() {
    let site = Site::start(routes()).await;
    for (target, host, is_right) in [
        ("https://localhost/v1/things", "localhost", true),
        ("https://LOCALHOST:443/v1/things", "localhost", true),
        ("https://localhost:8443/v1/things", "localhost:8443", true),
        ("https://elsewhere/v1/things", "localhost", false),
        ("https://localhost:8443/v1/things", "localhost", false),
        ("https://someone@localhost/v1/things", "localhost", false),
        ("http://localhost/v1/things", "localhost", false),
        ("ftp://localhost/v1/things", "localhost", false),
    ] {
        let asked = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let reply = site.raw().await.ask(asked).await;
        if is_right {
            assert_eq!(reply.status, 200, "{target}");
        } else {
            assert_problem(&reply, 400, "invalid");
        }
    }
}

/// `:authority` and `Host` are one name, and `:scheme` is that of the connection (RFC 9113, section 8.3.1).
#[tokio::test]
async fn http_2_with_two_names_or_another_scheme_is_400() {
    let site = Site::start(routes()).await;
    for (uri, host, status) in [
        ("https://localhost/v1/things", None, 200),
        ("https://localhost/v1/things", Some("localhost"), 200),
        ("https://localhost/v1/things", Some("LocalHost:443"), 200),
        ("https://localhost/v1/things", Some("elsewhere"), 400),
        ("https://localhost:8443/v1/things", Some("localhost"), 400),
        ("https://elsewhere/v1/things", Some("localhost"), 400),
        ("http://localhost/v1/things", None, 400),
        ("http://localhost/v1/things", Some("localhost"), 400),
        ("ftp://localhost/v1/things", None, 400),
        // No `:authority`: what came with `:scheme` cannot be known then.
        ("/v1/things", Some("localhost"), 400),
        ("/v1/things", None, 400),
    ] {
        let mut config = site.pki.client_config(true);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = site.raw_with(std::sync::Arc::new(config)).await.unwrap().stream;
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        let driven = tokio::spawn(connection);
        let mut request = hyper::Request::get(uri);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{uri} {host:?}");
        if status == 400 {
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
        driven.abort();
    }
}

/// hyper answers these itself and asks nobody (`docs/api-departures.md`). When this fails, they can be problems too.
#[tokio::test]
async fn what_is_no_head_at_all_is_answered_without_a_body() {
    let site = Site::start(routes()).await;
    let long = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "a".repeat(65_535));
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X-Many: 1\r\n".repeat(300));
    for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: localhost\r\nNo colon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n", 400),
        ("G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        ("GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 400),
        (&long, 414),
        (&many, 431),
    ] {
        let mut raw = site.raw().await;
        let reply = raw.ask(head).await;
        let begin: String = head.chars().take(40).collect();
        assert_eq!((reply.status, reply.body.as_str()), (status, ""), "{begin}");
        raw.closed().await;
    }
}

#[tokio::test]
async fn a_head_beyond_all_bounds_ends_the_connection() {
    let site = Site::start(routes()).await;
    let mut raw = site.raw().await;
    let lines = format!("X-Long: {}\r\n", "x".repeat(1024 * 1024));
    // The gateway may hang up while this is still being written.
    drop(
        raw.stream
            .write_all(format!("GET /v1/things HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n").as_bytes())
            .await,
    );
    raw.closed().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_503_with_retry_after() {
    let site =
        Site::start_limited(routes(), |limits| limits.request = std::time::Duration::from_millis(100)).await;
    let reply =
        site.raw().await.ask("POST /v1/late HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").await;
    assert_problem(&reply, 503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("2"));
}
