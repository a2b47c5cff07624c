//! A batch sends each line once, says how each stands, and goes on where it stopped.

use std::collections::BTreeSet;

use axum::{body::Body, http::Response};
use serde_json::{Value, json};
use sluis::cli::Exit;

use super::stub::{Ended, Seen, Stub, bare, json};

const LINES: &str =
    "{\"content\":\"Annemarijn\"}\n\n{\"content\":\"Bartholomeus\"}\n{\"content\":\"Cunegonda\"}\n";

fn accepted(seen: &Seen) -> Response<Body> {
    let id = format!("packet-{}", seen.header("idempotency-key"));
    json(201, &json!({"id": id, "recipients": [{"logIndex": 1}]}))
}

fn refused() -> Response<Body> {
    json(
        403,
        &json!({"title": "Refused", "status": 403, "errors": [
        {"pointer": "/content/stages/0/uren", "code": "some-condition", "nl": "Nee.", "en": "No."}]}),
    )
}

fn is(seen: &Seen, name: &str) -> bool {
    String::from_utf8_lossy(&seen.body).contains(name)
}

async fn push(stub: &Stub, more: &[&str]) -> Ended {
    let file = stub.path("batch.ndjson");
    let mut arguments = vec!["--json", "push", "--batch", file.to_str().unwrap()];
    arguments.extend(more);
    stub.client(&arguments).await
}

fn report(stub: &Stub) -> Vec<Value> {
    let text = stub.read("batch.ndjson.report.ndjson");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn statuses(stub: &Stub) -> Vec<(u64, String)> {
    let of =
        |record: &Value| (record["line"].as_u64().unwrap(), record["status"].as_str().unwrap().to_owned());
    report(stub).iter().map(of).collect()
}

#[tokio::test]
async fn a_second_run_sends_only_what_was_not_acknowledged() {
    let stub = Stub::start(
        |seen, before| {
            if is(seen, "Bartholomeus") && before < 3 { refused() } else { accepted(seen) }
        },
    )
    .await;
    stub.write("batch.ndjson", LINES);
    let first = push(&stub, &[]).await;
    assert_eq!(first.exit, Exit::Partial, "{first:?}");
    assert_eq!(first.json()["refused"], 1);
    let expected = [(1, "accepted"), (3, "refused"), (4, "accepted")].map(|(line, s)| (line, s.to_owned()));
    assert_eq!(statuses(&stub), expected);
    assert_eq!(report(&stub)[1]["reasons"][0]["code"], "some-condition");
    assert_eq!(stub.seen().len(), 3);

    let second = push(&stub, &[]).await;
    assert_eq!(second.exit, Exit::Done, "{second:?}");
    assert_eq!((&second.json()["accepted"], &second.json()["earlier"]), (&json!(3), &json!(2)));
    assert_eq!(stub.seen().len(), 4);
    assert!(is(&stub.seen()[3], "Bartholomeus"));

    let third = push(&stub, &[]).await;
    assert_eq!((third.exit, stub.seen().len()), (Exit::Done, 4));
    assert_eq!(report(&stub)[0]["recipients"][0]["logIndex"], 1, "what earlier runs know is kept");
}

#[tokio::test]
async fn a_line_without_an_answer_goes_again_under_the_same_key() {
    let stub = Stub::start(|seen, before| if before < 15 { bare(502) } else { accepted(seen) }).await;
    stub.write("batch.ndjson", LINES);
    let file = stub.path("batch.ndjson");
    let lines = sluis::cli::client::push::input::of_ndjson(&std::fs::read(&file).unwrap().into()).0;
    let first = fast_batch(&stub, lines).await;
    assert_eq!(first, Exit::TryAgain);
    assert!(statuses(&stub).iter().all(|(_, status)| status == "unknown"));
    let second = push(&stub, &[]).await;
    assert_eq!(second.exit, Exit::Done, "{second:?}");
    for name in ["Annemarijn", "Bartholomeus", "Cunegonda"] {
        let keys: BTreeSet<String> = stub
            .seen()
            .iter()
            .filter(|seen| is(seen, name))
            .map(|seen| seen.header("idempotency-key").to_owned())
            .collect();
        assert_eq!(keys.len(), 1, "{name}");
        assert_eq!(keys.first().unwrap().len(), 32);
    }
}

fn fifty() -> String {
    let lines: Vec<String> = (0..50).map(|number| format!("{{\"content\":{number}}}")).collect();
    lines.join("\n")
}

/// A run as the command makes it, with waits of a millisecond.
async fn fast_batch(stub: &Stub, lines: Vec<sluis::cli::client::push::input::Line>) -> Exit {
    use sluis::{
        cli::client::{
            push::{batch::Batch, report::Report},
            route::Route,
        },
        domain::{clock::SystemClock, id::SystemEntropy},
    };
    let report = Report::open(&stub.path("batch.ndjson.report.ndjson"), &SystemEntropy::new()).unwrap();
    let gateway = stub.gateway();
    let batch = Batch {
        gateway: &gateway,
        clock: &SystemClock,
        route: Route::Packets,
        parallel: 2,
        layout: None,
        changed: false,
        keys: sluis::cli::client::receipts::ReceiptKeys::default(),
        language: sluis::cli::Language::Nl,
    };
    let (_, tally) = batch.run(lines, report, &indicatif::ProgressBar::hidden()).await.unwrap();
    tally.exit()
}

#[tokio::test]
async fn a_batch_stops_when_no_answer_comes_and_leaves_the_rest_for_later() {
    let stub = Stub::start(|_, _| bare(503)).await;
    let many = fifty();
    stub.write("batch.ndjson", &many);
    let lines = sluis::cli::client::push::input::of_ndjson(&many.into_bytes().into()).0;
    assert_eq!(fast_batch(&stub, lines).await, Exit::TryAgain);
    assert!(stub.seen().len() <= 4 * 5, "{}", stub.seen().len());
    assert!(report(&stub).len() <= 5);
}

#[tokio::test]
async fn a_gateway_that_does_not_know_the_party_stops_the_batch() {
    let stub = Stub::start(|_, _| json(401, &json!({"title": "Unknown", "status": 401}))).await;
    let many = fifty();
    stub.write("batch.ndjson", &many);
    let ended = push(&stub, &["--parallel", "2"]).await;
    assert_eq!(ended.exit, Exit::TryAgain);
    assert!(stub.seen().len() <= 3, "{}", stub.seen().len());
}

#[tokio::test]
async fn what_a_killed_run_left_behind_is_taken_up() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    stub.write("batch.ndjson", LINES);
    push(&stub, &[]).await;
    let key = |line: usize| report(&stub)[line]["key"].as_str().unwrap().to_owned();
    let (sent, torn) = (key(1), key(2));
    // As a killed process leaves it: the second on its way, the third half written.
    let first = stub.read("batch.ndjson.report.ndjson").lines().next().unwrap().to_owned();
    let on_its_way = json!({"line": 3, "status": "sending", "at": "2026-09-01T10:00:00Z", "key": sent});
    stub.write("batch.ndjson.report.ndjson", &format!("{first}\n{on_its_way}\n{{\"line\": 4, \"stat"));
    let ended = push(&stub, &[]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    let again: BTreeSet<String> =
        stub.seen().iter().skip(3).map(|seen| seen.header("idempotency-key").to_owned()).collect();
    assert_eq!(again, BTreeSet::from([sent, torn]));
    assert_eq!(report(&stub).len(), 3);
}

#[tokio::test]
async fn changed_lines_stop_the_batch_before_anything_is_sent_twice() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    stub.write("batch.ndjson", LINES);
    push(&stub, &[]).await;
    stub.write("batch.ndjson", &LINES.replace("Cunegonda", "Cunera"));
    let ended = push(&stub, &[]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Usage, 3));
    assert!(ended.stderr.contains("(regels 4)"), "{}", ended.stderr);
    let ended = push(&stub, &["--changed"]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Done, 4));

    // A line that is added is no changed line.
    let more = format!("{}{{\"content\":\"Diederik\"}}\n", LINES.replace("Cunegonda", "Cunera"));
    stub.write("batch.ndjson", &more);
    let ended = push(&stub, &["--changed"]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Done, 5));
}

#[tokio::test]
async fn neither_report_nor_keys_tell_what_was_sent() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    stub.write("batch.ndjson", &format!("{LINES}{{\"content\":\"Annemarijn\"}}\n{{\"Desiderius\n"));
    let ended = push(&stub, &[]).await;
    assert_eq!(ended.exit, Exit::Partial);
    assert_eq!((&ended.json()["duplicate"], &ended.json()["invalid"]), (&json!(1), &json!(1)));
    assert_eq!(stub.seen().len(), 3, "the same line twice is sent once");
    let other = stub.path("other.ndjson");
    push(&stub, &["--report", other.to_str().unwrap()]).await;
    let keys: BTreeSet<String> =
        stub.seen().iter().map(|seen| seen.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys.len(), 6, "another batch has other keys for the same lines");
    let everything = stub.read("batch.ndjson.report.ndjson") + &ended.stdout + &ended.stderr;
    for name in ["Annemarijn", "Bartholomeus", "Cunegonda", "Desiderius"] {
        assert!(!everything.contains(name), "{name}");
    }
    for name in ["batch.ndjson.report.ndjson", "batch.ndjson.report.ndjson.key"] {
        sluis::cli::files::check_private(&stub.path(name)).unwrap();
    }
}

#[tokio::test]
async fn two_runs_do_not_work_on_one_report() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    stub.write("batch.ndjson", LINES);
    let entropy = sluis::domain::id::SystemEntropy::new();
    let path = stub.path("batch.ndjson.report.ndjson");
    let held = sluis::cli::client::push::report::Report::open(&path, &entropy).unwrap();
    assert_eq!(push(&stub, &[]).await.exit, Exit::TryAgain);
    assert!(stub.seen().is_empty());
    drop(held);
    assert_eq!(push(&stub, &[]).await.exit, Exit::Done);
}

#[tokio::test]
async fn a_report_without_its_key_is_not_begun_anew() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    stub.write("batch.ndjson", LINES);
    push(&stub, &[]).await;
    std::fs::remove_file(stub.path("batch.ndjson.report.ndjson.key")).unwrap();
    assert_eq!(push(&stub, &[]).await.exit, Exit::Configuration);
    assert_eq!(stub.seen().len(), 3);
}

#[tokio::test]
async fn a_check_asks_and_keeps_nothing() {
    let stub =
        Stub::start(|seen, _| {
            let no = json!({ "recipient": 0, "allowed": false, "errors": [{ "code": "no-basis", "nl": "Nee.", "en": "No." }] });
            let verdict = json!({ "allowed": false, "recipients": [no] });
            json(200, &if is(seen, "Cunegonda") { verdict } else { json!({ "allowed": true, "recipients": [] }) })
        })
        .await;
    stub.write("batch.ndjson", LINES);
    let ended = push(&stub, &["--check"]).await;
    assert_eq!(ended.exit, Exit::Partial, "{ended:?}");
    let records = ended.json()["records"].clone();
    let statuses: Vec<&str> =
        records.as_array().unwrap().iter().map(|record| record["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["permitted", "permitted", "refused"]);
    assert_eq!(records[2]["reasons"][0]["code"], "no-basis");
    assert!(
        stub.seen()
            .iter()
            .all(|seen| seen.query == "check=true" && seen.header("idempotency-key").is_empty())
    );
    assert!(!stub.path("batch.ndjson.report.ndjson").exists());
}

/// A gateway compares an own reference in one form: what it would take for one person is one line.
#[tokio::test]
async fn lines_that_differ_in_how_an_own_reference_is_spelled_only_are_duplicates() {
    let stub = Stub::start(|seen, _| accepted(seen)).await;
    let line = |value: &str| {
        json!({ "person": { "reference": { "kind": "own", "value": value } }, "content": {} }).to_string()
            + "\n"
    };
    let spelled = ["Q-1", "\u{FF31}-1", "q-1", "Q-2", "not a reference", "Not a reference"];
    stub.write("batch.ndjson", &spelled.map(line).concat());
    let check = push(&stub, &["--check"]).await.json();
    let sent = push(&stub, &[]).await.json();
    for tally in [check, sent] {
        assert_eq!((&tally["lines"], &tally["duplicate"]), (&json!(6), &json!(2)), "{tally}");
    }
    let statuses: Vec<String> = statuses(&stub).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["accepted", "duplicate", "duplicate", "accepted", "accepted", "accepted"]);
    // What an earlier version sent as two stays two, and nothing of it is missing.
    let again = push(&stub, &[]).await.json();
    assert_eq!((&again["earlier"], &again["duplicate"]), (&json!(4), &json!(2)), "{again}");
}
