//! Bodies and quotas.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use sluis::{
    domain::party::PartyId,
    exchange::meter::Work,
    http::{
        json::StrictJson,
        limits::{
            Limits,
            quota::{Caller, Quotas, Rate, Spent},
        },
        problem::Problem,
        visit::Visit,
    },
};
use tokio::{sync::Notify, time::sleep};

use super::support::{PATIENCE, Raw, Reply, Site, generous};

const PARTY: &str = "00000099000000001000/werk-en-inkomen";

fn routes() -> Router {
    Router::new()
        .route("/echo", post(|StrictJson(body): StrictJson<Value>| async move { body.to_string() }))
        .route("/party", get(|visit: Visit| async move { admit(&visit).map(|()| "in") }))
        .route("/open", get(|_: Extension<Visit>| async { "open" }))
}

fn party() -> PartyId {
    PARTY.parse().unwrap()
}

fn admit(visit: &Visit) -> Result<(), Problem> {
    visit.admit(party(), Work::default())
}

async fn post_json(raw: &mut Raw, path: &str, headers: &str, body: &str) -> Reply {
    let length = body.len();
    raw.ask(format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    ))
    .await
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn a_body_is_json_and_nothing_else() {
    let site = Site::start(routes()).await;
    for (headers, status) in [
        (JSON, 200),
        ("Content-Type: application/json; charset=utf-8\r\n", 200),
        ("Content-Type: APPLICATION/JSON;charset=\"UTF-8\"\r\n", 200),
        ("Content-Type: application/json; version=1\r\n", 200),
        ("Content-Type: application/json; version=1; Charset=UTF-8; x\r\n", 200),
        ("Content-Type: application/json; version=1; charset=utf-16\r\n", 415),
        ("Content-Type: application/jsonp; version=1\r\n", 415),
        ("", 415),
        ("Content-Type: text/plain\r\n", 415),
        ("Content-Type: application/json; charset=latin1\r\n", 415),
        ("Content-Type: application/json\r\nContent-Type: text/plain\r\n", 415),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\n", 415),
    ] {
        let reply = post_json(&mut site.raw().await, "/echo", headers, "{\"a\":1}").await;
        assert_eq!(reply.status, status, "{headers}: {}", reply.body);
    }
    let reply = post_json(&mut site.raw().await, "/echo", JSON, "{\"a\":1,\"a\":2}").await;
    assert_eq!(reply.json()["errors"][0]["code"], "duplicate-name");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_unread_when_it_says_so_and_else_at_the_limit() {
    let site = Site::start_limited(routes(), |limits| limits.body_bytes = 1000).await;
    let fits = format!("\"{}\"", "x".repeat(998));
    assert_eq!(post_json(&mut site.raw().await, "/echo", JSON, &fits).await.status, 200);

    let mut raw = site.raw().await;
    let head = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n{JSON}\r\n");
    assert_eq!(raw.ask(head).await.status, 413, "answered before a byte of the body was sent");

    let mut raw = site.raw().await;
    raw.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n{JSON}\r\n"))
        .await;
    raw.send(format!("200\r\n{}\r\n200\r\n{}\r\n", "x".repeat(512), "x".repeat(512))).await;
    assert_eq!(raw.reply().await.status, 413);
}

#[tokio::test]
async fn a_body_that_dribbles_in_is_408() {
    let site = Site::start_limited(routes(), |limits| limits.body = Duration::from_millis(200)).await;
    let mut raw = site.raw().await;
    raw.send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n{JSON}\r\n")).await;
    for _ in 0..4 {
        raw.send("1").await;
        sleep(Duration::from_millis(40)).await;
    }
    let reply = raw.reply().await;
    assert_eq!((reply.status, reply.json()["type"].as_str()), (408, Some("urn:sluis:problem:body-timeout")));
}

/// Waits until so many bytes may still be held.
async fn until_left(site: &Site, enough: fn(usize) -> bool) {
    let wait = async {
        while !enough(site.edge.budget().left()) {
            sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the bytes are never taken, or never given back");
}

#[tokio::test]
async fn bodies_in_memory_are_bounded_and_given_back() {
    let refused = Arc::new(Notify::new());
    let until = Arc::clone(&refused);
    let hold = async move |StrictJson(_): StrictJson<Value>| {
        until.notified().await;
        "held"
    };
    let site = Site::start_limited(routes().route("/hold", post(hold)), |limits| {
        limits.body_bytes = 1000;
        limits.bytes_in_flight = 1500;
    })
    .await;
    let body = format!("\"{}\"", "x".repeat(900));
    let (mut first, mut second) = (site.raw().await, site.raw().await);
    let holding = async { post_json(&mut first, "/hold", JSON, &body).await };
    let turned_away = async {
        until_left(&site, |left| left < 900).await;
        let reply = post_json(&mut second, "/echo", JSON, &body).await;
        refused.notify_one();
        reply
    };
    let (holding, refused) = tokio::join!(holding, turned_away);
    assert_eq!((holding.status, refused.status), (200, 503), "{}", refused.body);
    assert_eq!(refused.header("retry-after"), Some("2"));
    until_left(&site, |left| left == 1500).await;
    assert_eq!(post_json(&mut site.raw().await, "/echo", JSON, &body).await.status, 200);
}

#[tokio::test]
async fn an_announced_body_that_does_not_come_takes_nothing_from_others() {
    let site = Site::start_limited(routes(), |limits| {
        limits.body_bytes = 1000;
        limits.bytes_in_flight = 1000;
    })
    .await;
    let mut silent = site.raw().await;
    silent
        .send(format!("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n{JSON}\r\n1"))
        .await;
    until_left(&site, |left| left == 999).await;
    let body = format!("\"{}\"", "x".repeat(900));
    assert_eq!(post_json(&mut site.raw().await, "/echo", JSON, &body).await.status, 200);
}

fn slow(burst: u32) -> Rate {
    Rate { per_second: 1.try_into().unwrap(), burst: burst.try_into().unwrap() }
}

/// While a quota is spent each request still gets its answer, also where the body comes after the answer could be written;
/// where the rest is too much to read, the answer says that the connection ends.
#[tokio::test]
async fn no_answer_is_lost_on_a_kept_connection_while_a_quota_is_spent() {
    let (limits, mut rates) = generous();
    rates.caller = slow(1);
    let site = Site::start_with(routes(), limits, rates).await;
    let body = "x".repeat(32 * 1024);
    let head =
        format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{JSON}Content-Length: {}\r\n\r\n", body.len());
    let mut raw = site.raw().await;
    for number in 0..2000 {
        raw.send(&head).await;
        // The gateway has the head alone, and could answer.
        tokio::task::yield_now().await;
        let (first, rest) = body.split_at(if number % 2 == 0 { 1 } else { 16 * 1024 });
        raw.send(first).await;
        tokio::task::yield_now().await;
        raw.send(rest).await;
        let reply = raw.reply().await;
        assert!([400, 429].contains(&reply.status), "{}", reply.status);
        assert_eq!(reply.header("connection"), None);
    }
    for more in ["Content-Length: 9000000\r\n", "Content-Length: 9\r\nExpect: 100-continue\r\n"] {
        let head = format!("POST /echo HTTP/1.1\r\nHost: localhost\r\n{JSON}{more}\r\n");
        let mut raw = site.raw().await;
        let reply = raw.ask(head).await;
        assert_eq!((reply.status, reply.header("connection")), (429, Some("close")));
        raw.closed().await;
    }
}

async fn get_path(site: &Site, path: &str) -> Reply {
    site.raw().await.ask(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await
}

#[tokio::test]
async fn a_party_beyond_its_quota_hears_429_and_when_to_come_back() {
    let (limits, mut rates) = generous();
    rates.party = slow(3);
    let site = Site::start_with(routes(), limits, rates).await;
    let first = get_path(&site, "/party").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"party\";q=3;w=3"));
    assert_eq!(first.header("ratelimit"), Some("\"party\";r=2;t=1"));
    get_path(&site, "/party").await;
    get_path(&site, "/party").await;
    let spent = get_path(&site, "/party").await;
    assert_eq!(spent.status, 429);
    assert_eq!(spent.header("retry-after"), Some("1"));
    assert_eq!(spent.header("ratelimit"), Some("\"party\";r=0;t=3"));
    assert_eq!(get_path(&site, "/open").await.status, 200, "other routes do not count against the party");
}

#[tokio::test]
async fn a_caller_beyond_its_quota_is_stopped_before_anything_is_looked_up() {
    let (limits, mut rates) = generous();
    rates.caller = slow(2);
    let site = Site::start_with(routes(), limits, rates).await;
    assert_eq!(get_path(&site, "/open").await.header("ratelimit"), Some("\"caller\";r=1;t=1"));
    get_path(&site, "/nothing").await;
    let spent = get_path(&site, "/open").await;
    assert_eq!(
        (spent.status, spent.json()["type"].as_str()),
        (429, Some("urn:sluis:problem:too-many-requests"))
    );
    // Another caller: the same address without a certificate.
    let nobody = site.pki.client_config(false);
    let mut raw = site.raw_with(nobody.into()).await.unwrap();
    assert_eq!(raw.ask("GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n").await.status, 200);
}

#[tokio::test]
async fn all_together_beyond_what_the_gateway_bears_is_503_and_nobodys_fault() {
    let (limits, mut rates) = generous();
    rates.everyone = slow(1);
    let site = Site::start_with(routes(), limits, rates).await;
    assert_eq!(get_path(&site, "/party").await.status, 200);
    let spent = get_path(&site, "/party").await;
    assert_eq!(spent.status, 503);
    assert_eq!(spent.header("retry-after"), Some("1"));
}

#[test]
fn parties_of_one_organisation_have_their_own_quota() {
    let (_, mut rates) = generous();
    rates.party = slow(1);
    let quotas = Quotas::new(rates);
    let work = party();
    let other: PartyId = "00000099000000001000/leerplicht".parse().unwrap();
    assert!(quotas.party(work, Work::default()).is_ok());
    assert!(quotas.party(work, Work::default()).is_err());
    assert!(quotas.party(other, Work::default()).is_ok(), "the quota belongs to OIN and role");
}

/// A call that turned out to cost more is paid by the calls after it, also where it cost more than the quota ever holds.
#[test]
fn what_a_call_cost_is_paid_before_the_next_is_let_in() {
    let (_, mut rates) = generous();
    rates.party = Rate { per_second: 1.try_into().unwrap(), burst: 10.try_into().unwrap() };
    let quotas = Quotas::new(rates);
    let calls = |calls: u64| Work { milli_calls: calls * 1000, noted: 0 };
    let wait =
        |spent: &Spent| IntoResponse::into_response(spent.problem.clone()).headers()["retry-after"].clone();
    assert!(quotas.party(party(), calls(4)).is_ok(), "five of ten");
    let standing = quotas.party(party(), calls(4)).expect("the other five");
    assert_eq!(standing.left(), "\"party\";r=0;t=10");
    assert_eq!(wait(&quotas.party(party(), Work::default()).unwrap_err()), "1");
    // More than it ever holds: told how long that takes, and not forgiven.
    let spent = quotas.party(party(), calls(40)).unwrap_err();
    let seconds: u32 = wait(&spent).to_str().unwrap().parse().unwrap();
    assert!((35..=45).contains(&seconds), "{seconds}");
    assert!(quotas.party(party(), Work::default()).is_err());
    let small = Work { milli_calls: 300, noted: 0 };
    let other: PartyId = "00000099000000001000/leerplicht".parse().unwrap();
    assert_eq!(
        (0..9).filter(|_| quotas.party(other, small).is_ok()).count(),
        8,
        "parts of a call add up to whole ones"
    );
}

#[test]
fn who_has_noted_too_much_waits_until_it_is_paid() {
    let (_, mut rates) = generous();
    rates.noted = Rate { per_second: 100.try_into().unwrap(), burst: 1000.try_into().unwrap() };
    let quotas = Quotas::new(rates);
    let noted = |bytes: u64| Work { milli_calls: 0, noted: bytes };
    assert!(quotas.party(party(), noted(900)).is_ok());
    let spent = quotas.party(party(), noted(900)).unwrap_err();
    assert_eq!(spent.standing.policy(), "\"noted\";q=1000;w=10");
    assert!(quotas.party(party(), Work::default()).is_err(), "what is owed is not forgotten");
}

#[test]
fn a_caller_without_a_certificate_is_a_whole_subscriber() {
    use sluis::http::connection::PeerAddress;
    let prefix = |text: &str| PeerAddress::new(text.parse().unwrap()).prefix();
    assert_eq!(prefix("2001:db8:1:2:3::4"), prefix("2001:db8:1:2:ffff::1"));
    assert_ne!(prefix("2001:db8:1:2::1"), prefix("2001:db8:1:3::1"));
    assert_eq!(prefix("::ffff:192.0.2.1"), prefix("192.0.2.1"));
    assert_ne!(prefix("192.0.2.1"), prefix("192.0.2.2"));
    assert_eq!(format!("{:?}", PeerAddress::new("192.0.2.1".parse().unwrap())), "PeerAddress(not shown)");
    let _ = Caller::Address(prefix("192.0.2.1"));
}

#[test]
fn limits_that_would_stop_everything_are_told() {
    assert!(Limits::default().faults().is_empty());
    let limits = Limits { connections: 0, idle: Duration::ZERO, bytes_in_flight: 1, ..Limits::default() };
    assert_eq!(limits.faults().len(), 3, "{:?}", limits.faults());
}
