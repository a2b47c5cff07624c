//! Words that fit what was done: a question is not told as a deed, and a failure advises what mends it.

use axum::{body::Body, http::Response};
use serde_json::json;
use sluis::cli::Exit;

use super::{
    program::Program,
    stub::{Ended, Seen, Stub, json, run},
};

fn is(seen: &Seen, name: &str) -> bool {
    String::from_utf8_lossy(&seen.body).contains(name)
}

/// A gateway that has one dataset of one text, and refuses whoever is called Cunegonda.
fn answer(seen: &Seen) -> Response<Body> {
    if seen.path == "/v1/datasets/brief" {
        let schema = json!({ "type": "object", "properties": { "tekst": { "type": "object", "properties": {
            "inhoud": { "type": "string", "title": "Inhoud" } } } } });
        let basis = json!({ "id": "brief.pro", "senders": ["pro-school"], "recipients": ["leerplicht"], "purposes": ["lezen", "schrijven"] });
        return json(
            200,
            &json!({ "code": "brief", "kind": "packet", "schema": schema, "example": {}, "bases": [basis] }),
        );
    }
    if seen.query != "check=true" {
        return json(201, &json!({ "id": "01a21f7e-2a44-70aa-a7f6-c80db255495a", "recipients": [] }));
    }
    let no = json!({ "recipient": 0, "errors": [{ "code": "no-basis", "nl": "Nee.", "en": "No." }] });
    json(
        200,
        &json!({ "allowed": !is(seen, "Cunegonda"), "recipients": if is(seen, "Cunegonda") { json!([no]) } else { json!([]) } }),
    )
}

async fn push(stub: &Stub, how: &str, name: &str, more: &[&str]) -> Ended {
    let file = stub.path(name);
    stub.client(&[&["push", how, file.to_str().unwrap()], more].concat()).await
}

#[tokio::test]
async fn a_check_of_many_is_told_as_a_question() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    stub.write("b.ndjson", "{\"a\":\"Anna\"}\n{\"a\":\"Cunegonda\"}\n{\"a\":\"Anna\"}\n{\"broken\n");
    for (language, would, deeds) in [
        (
            "nl",
            &[
                "regel 2: zou worden geweigerd",
                "regel 3: gelijk aan een eerdere regel, zou niet worden verstuurd",
                "regel 4: ongeldig, zou niet worden verstuurd",
                "4 regels nagevraagd; er is niets verstuurd of opgeslagen",
                "Zou worden aangenomen: 1;",
                "zou worden geweigerd: 1;",
            ][..],
            &[": geweigerd\n", ", niet verstuurd\n", "waarvan eerder", "verslag"][..],
        ),
        (
            "en",
            &[
                "line 2: would be refused",
                "line 3: same as an earlier line, would not be sent",
                "line 4: invalid, would not be sent",
                "4 lines asked about; nothing was sent or stored",
                "Would be accepted: 1;",
            ],
            &[": refused\n", ", not sent\n", "of which earlier", "report"],
        ),
    ] {
        let told = push(&stub, "--batch", "b.ndjson", &["--check", "--lang", language]).await.stdout;
        for text in would {
            assert!(told.contains(text), "{text}\n{told}");
        }
        for text in deeds {
            assert!(!told.contains(text), "{text}\n{told}");
        }
    }
    let done = push(&stub, "--batch", "b.ndjson", &["--lang", "nl"]).await.stdout;
    assert!(done.contains("4 regels: 2 aangenomen (waarvan eerder 0)"), "{done}");
    stub.write("one.ndjson", "{\"a\":\"Anna\"}\n");
    let done = push(&stub, "--batch", "one.ndjson", &["--lang", "nl"]).await.stdout;
    assert!(done.contains("1 regel: 1 aangenomen"), "{done}");
}

#[tokio::test]
async fn what_was_changed_knowingly_is_asked_once() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    let sheet =
        |first: &str| format!("#dataset=brief\n#doel=schrijven\ntekst.inhoud;kopie\n{first};\nBram;\n");
    stub.write("s.csv", &sheet("Anna"));
    assert_eq!(push(&stub, "--csv", "s.csv", &[]).await.exit, Exit::Done);
    stub.write("s.csv", &sheet("Annemarijn"));
    let stopped = push(&stub, "--csv", "s.csv", &[]).await;
    assert_eq!(stopped.exit, Exit::Usage, "{stopped:?}");
    assert!(stopped.stderr.contains("nu een ander pakket (regels 4)"), "{}", stopped.stderr);
    assert_eq!(push(&stub, "--csv", "s.csv", &["--changed"]).await.exit, Exit::Done);
    let sent = stub.seen().len();
    let again = push(&stub, "--csv", "s.csv", &["--ids"]).await;
    assert_eq!(again.exit, Exit::Done, "{again:?}");
    let sheet_as_batch = push(&stub, "--batch", "s.csv", &[]).await;
    assert_eq!(sheet_as_batch.exit, Exit::Usage, "{sheet_as_batch:?}");
    assert!(sheet_as_batch.stderr.contains("--csv"), "{}", sheet_as_batch.stderr);
    let other = push(&stub, "--csv", "s.csv", &["--set", "leeftijd=3"]).await;
    assert!(other.stderr.contains("leeftijd") || other.stdout.contains("leeftijd"), "{other:?}");
    let ids: Vec<_> = again.stdout.lines().collect();
    assert_eq!(ids.len(), 2, "one for each packet that was accepted, earlier too: {again:?}");
    assert!(
        stub.seen()[sent..].iter().all(|seen| seen.path.starts_with("/v1/datasets")),
        "nothing was sent twice"
    );
    // A line that is put back is known, and is no line of another's place any more.
    stub.write("s.csv", &sheet("Anna"));
    assert_eq!(push(&stub, "--csv", "s.csv", &["--changed"]).await.exit, Exit::Done);
    stub.write("s.csv", &sheet("Anneke"));
    assert_eq!(push(&stub, "--csv", "s.csv", &[]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn another_value_for_every_row_is_told_as_that_and_does_not_stop_a_question() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    stub.write("s.csv", "#dataset=brief\n#doel=schrijven\ntekst.inhoud;kopie\nAnna;\nBram;\n");
    push(&stub, "--csv", "s.csv", &[]).await;
    stub.write("s.csv", "#dataset=brief\n#doel=schrijven\ntekst.inhoud;kopie\nAnnemarijn;\nBram;\n");
    push(&stub, "--csv", "s.csv", &["--changed"]).await;
    let checked = push(&stub, "--csv", "s.csv", &["--set", "doel=lezen", "--check"]).await;
    assert_eq!(checked.exit, Exit::Usage, "as the push will end: {checked:?}");
    assert!(checked.stdout.contains("Zou worden aangenomen: 2;"), "the gateway is asked: {}", checked.stdout);
    assert!(checked.stdout.contains("2 regels zijn niet meer zoals eerder verstuurd"), "{}", checked.stdout);
    assert!(checked.stdout.contains("--set"), "{}", checked.stdout);
    let stopped = push(&stub, "--csv", "s.csv", &["--set", "doel=lezen"]).await;
    assert_eq!(stopped.exit, Exit::Usage);
    assert!(
        stopped.stderr.contains("(regels 4, 5)") && stopped.stderr.contains("--set"),
        "{}",
        stopped.stderr
    );
    stub.write("s.csv", "#dataset=brief\n#doel=schrijven\ntekst.inhoud;kopie\nAnnemarijn;\n");
    let gone = push(&stub, "--csv", "s.csv", &[]).await;
    assert!(gone.stderr.contains("staat niet meer in het bestand (regels 5)"), "{}", gone.stderr);
}

#[tokio::test]
async fn a_report_that_cannot_be_begun_is_no_lost_key() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    stub.write("b.ndjson", "{\"a\":\"Anna\"}\n");
    let nowhere = stub.path("nowhere/report");
    let ended = push(&stub, "--batch", "b.ndjson", &["--report", nowhere.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    assert!(
        ended.stderr.contains("kijk naar de map") && !ended.stderr.contains("zet hem terug"),
        "{}",
        ended.stderr
    );
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_profile_is_told_at_once() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    stub.write(
        "profile.toml",
        "gateway = \"http://localhost\"\nca = \"ca.pem\"\ncertificate = 7\nkey = \"none.key\"\nlog_vkey = \"wrong\"\nfoo = 1\nencryption_keys = \"enc.jwk\"\n",
    );
    let ended = stub.client(&["datasets", "--lang", "nl"]).await;
    assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
    for text in ["6 fouten", "`foo`", "`certificate`", "`encryption_keys`", "https", "none.key", "log_vkey"] {
        assert!(ended.stderr.contains(text), "{text}\n{}", ended.stderr);
    }
    stub.write("profile.toml", "foo = 1\nca = \"ca.pem\"\n");
    let ended = stub.client(&["datasets", "--lang", "nl"]).await;
    for text in ["4 fouten", "`foo`", "`gateway` ontbreekt", "`certificate` ontbreekt", "`key` ontbreekt"] {
        assert!(ended.stderr.contains(text), "{text}\n{}", ended.stderr);
    }
    stub.write("profile.toml", &format!("{}foo = 1\n", stub.profile_text()));
    let ended = stub.client(&["datasets", "--lang", "nl"]).await;
    assert_eq!(ended.exit, Exit::Configuration, "an unknown member alone is a fault too");
    assert!(ended.stderr.contains("`foo`"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_sheet_of_the_other_route_is_one_fault() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    let file = stub.write("s.csv", "#dataset=brief\ntekst.inhoud;kopie\nAnna;\nBram;\n");
    let ended = stub.client(&["ask", "--csv", file.to_str().unwrap(), "--lang", "nl"]).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    assert!(ended.stderr.contains("`push` in plaats van `ask`"), "{}", ended.stderr);
    assert_eq!(stub.seen().len(), 1, "nothing was asked");
}

#[tokio::test]
async fn advice_to_a_program_is_told_in_commands() {
    for (nl, en, expected) in [
        (
            "Wacht zo veel seconden als in Retry-After staat.",
            "Wait as Retry-After says.",
            "geef dezelfde opdracht nog eens",
        ),
        ("Kies een doel (/v1/datasets).", "Choose (/v1/datasets).", "sluis client datasets"),
        (
            "Publiceer zelf een sleutel (POST /v1/keys).",
            "Publish (POST /v1/keys).",
            "sluis client keys publish",
        ),
    ] {
        let error = json!({ "code": "x", "nl": "Nee.", "en": "No.", "now": { "nl": nl, "en": en } });
        let stub =
            Stub::start(move |_, _| json(400, &json!({ "title": "Invalid", "errors": [error] }))).await;
        let file = stub.write("p.json", "{}");
        let told = stub.client(&["push", file.to_str().unwrap(), "--lang", "nl"]).await.stderr;
        assert!(told.contains(expected), "{told}");
        assert!(!told.contains("/v1/") && !told.contains("Retry-After"), "{told}");
    }
    let error = json!({ "code": "x", "nl": "Niet aangesloten. `GET /v1/parties` noemt wie dat wel is.", "en": "No." });
    let stub = Stub::start(move |_, _| json(400, &json!({ "title": "Invalid", "errors": [error] }))).await;
    let file = stub.write("p.json", "{}");
    let told = stub.client(&["push", file.to_str().unwrap(), "--lang", "nl"]).await.stderr;
    assert!(told.contains("Niet aangesloten") && !told.contains("/v1/"), "{told}");
    assert!(told.contains("Nu: `sluis client parties`"), "{told}");
}

#[tokio::test]
async fn days_are_given_as_dutch_people_write_them() {
    let stub = Stub::start(|_, _| json(200, &json!({ "id": "x", "items": [] }))).await;
    let entries = stub.client(&["entries", "--since", "1-8-2026", "--until", "1 september 2026"]).await;
    assert_eq!(entries.exit, Exit::Done, "{entries:?}");
    let id = "01990000-0000-7000-8000-000000000001";
    let decide = ["decide", id, "--outcome", "gegrond", "--reason", "belang", "--on"];
    let ended = stub.client(&[&decide[..], &["1-1-2027"]].concat()).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    assert!(is(stub.seen().last().unwrap(), "\"decidedOn\":\"2027-01-01\""));
    let key = stub.path("enc.jwk");
    let key = key.to_str().unwrap();
    stub.client(&["keys", "generate", "--kind", "p-256", "--out", key]).await;
    let ended = stub.client(&["keys", "publish", key, "--until", "2026-12-01"]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    assert!(is(stub.seen().last().unwrap(), "\"validUntil\":\"2026-11-30T23:00:00Z\""));
    assert_eq!(
        run(&["sluis", "policy", "check", "--on", "1-1-2027"]).await.exit,
        Exit::Done,
        "an operator's days too"
    );
    assert_eq!(run(&["sluis", "policy", "check", "--on", "31-2-2027"]).await.exit, Exit::Usage);
    for (text, expected) in [("31-2-2026", "een datum die bestaat"), ("gisteren", "zoals 1-9-2026")] {
        let ended = stub.client(&["entries", "--since", text]).await;
        assert_eq!(ended.exit, Exit::Usage);
        assert!(ended.stderr.contains(expected) && !ended.stderr.contains("parse"), "{}", ended.stderr);
    }
}

/// A word that holds for every row is judged once, before anything is sent, wherever it was given.
#[tokio::test]
async fn a_wrong_word_for_every_row_is_told_once_and_before_anything_is_sent() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    let rows = "tekst.inhoud;kopie\nAnna;\nBram;\n";
    for (sheet, more) in [
        (format!("#dataset=brief\n{rows}"), &["--set", "doel=xx"][..]),
        (format!("#dataset=brief\n#doel=xx\n{rows}"), &[]),
    ] {
        stub.write("s.csv", &sheet);
        let ended = push(&stub, "--csv", "s.csv", more).await;
        assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
        let told = &ended.stderr;
        assert_eq!(told.matches("geen van de keuzes: lezen, schrijven").count(), 1, "{told}");
        assert!(told.contains("doel"), "{told}");
    }
    assert!(stub.seen().iter().all(|seen| seen.path.starts_with("/v1/datasets")), "nothing was sent");
}

/// A file of the other route is told once, and not for each of its lines.
#[tokio::test]
async fn a_batch_of_the_other_route_is_told_once_and_before_the_first_line() {
    let stub = Stub::start(|seen, _| {
        if seen.path == "/v1/datasets" {
            let of = |code: &str, kind: &str| json!({ "code": code, "kind": kind });
            return json(200, &json!({ "items": [of("brief", "packet"), of("vraag", "request")] }));
        }
        answer(seen)
    })
    .await;
    for (route, wrong, right) in [("ask", "brief", "vraag"), ("push", "vraag", "brief")] {
        let line = |code: &str| format!("{{\"dataset\":\"{code}\",\"purpose\":\"a\"}}\n");
        stub.write("b.ndjson", &format!("{}{{\"a\":1}}\n{}", line(right), line(wrong).repeat(3)));
        let file = stub.path("b.ndjson");
        let ended = stub.client(&[route, "--batch", file.to_str().unwrap()]).await;
        assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
        assert_eq!(ended.stderr.matches("er is niets verstuurd").count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("`{wrong}`")), "{}", ended.stderr);
        assert!(stub.seen().iter().all(|seen| seen.path == "/v1/datasets"), "nothing was sent");
        assert!(!stub.path("b.ndjson.report.ndjson").exists());
    }
    stub.write("b.ndjson", "{\"dataset\":\"brief\",\"purpose\":\"a\"}\n");
    assert_eq!(push(&stub, "--batch", "b.ndjson", &[]).await.exit, Exit::Done);
}

/// One of the other route is told in the same words, and ends with the same code, whichever way it was sent.
#[tokio::test]
async fn one_of_the_other_route_is_told_as_a_file_of_them() {
    let stub = Stub::start(|seen, _| {
        if seen.path == "/v1/datasets" {
            let items =
                [json!({ "code": "vraag", "kind": "request" }), json!({ "code": "brief", "kind": "packet" })];
            json(200, &json!({ "items": items }))
        } else {
            let no = json!({ "code": "unknown-dataset", "pointer": "/dataset", "nl": "Nee.", "en": "No." });
            json(400, &json!({ "title": "Invalid", "errors": [no] }))
        }
    })
    .await;
    for (route, code, right) in [("ask", "brief", "push"), ("push", "vraag", "ask")] {
        let file = stub.write("one.json", &format!("{{\"dataset\":\"{code}\",\"purpose\":\"a\"}}"));
        for more in [&["--check"][..], &[]] {
            let asked = [&[route, file.to_str().unwrap(), "--lang", "nl"], more].concat();
            let ended = stub.client(&asked).await;
            assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
            assert!(ended.stderr.contains(&format!("`{right}` in plaats van `{route}`")), "{}", ended.stderr);
            assert!(!stub.path("one.json.unanswered").exists());
        }
    }
    let file = stub.write("one.json", "{\"dataset\":\"niets\",\"purpose\":\"a\"}");
    let ended = stub.client(&["push", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Refused, "nobody knows it: {ended:?}");
}

/// A file that cannot be written is found before the gateway does what cannot be done again.
#[tokio::test]
async fn where_nothing_can_be_written_nothing_is_sent() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    stub.write("packet.json", "{\"a\":1}");
    let packet = stub.path("packet.json");
    let packet = packet.to_str().unwrap();
    let key = stub.path("enc.jwk");
    let key = key.to_str().unwrap();
    stub.client(&["keys", "generate", "--kind", "p-256", "--out", key]).await;
    stub.write("profile.toml", &format!("{}encryption_keys = [\"enc.jwk\"]\n", stub.profile_text()));
    let id = "01990000-0000-7000-8000-000000000001";
    let nowhere = stub.path("nergens/bewijs");
    let nowhere = nowhere.to_str().unwrap();
    let folder = stub.folder.path().to_str().unwrap();
    let below = format!("{packet}/map");
    for arguments in [
        &["push", packet, "--receipt", nowhere][..],
        &["push", packet, "--receipt", folder],
        &["push", packet, "--receipt", &format!("{packet}/bewijs")],
        &["ask", packet, "--receipt", nowhere],
        &["push", "--batch", packet, "--report", nowhere],
        &["pull", id, "--out", &below],
        &["template", "brief", "--out", nowhere],
        &["template", "brief", "--out", packet],
    ] {
        let ended = stub.client(arguments).await;
        assert_eq!(ended.exit, Exit::Usage, "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains("niet schrijven"), "{arguments:?}: {}", ended.stderr);
        assert!(stub.seen().is_empty(), "{arguments:?} asked the gateway: {:?}", stub.seen());
    }
    assert!(!stub.path("packet.json.unanswered").exists());
    let kept = stub.path("bewijs");
    let ended = stub.client(&["push", packet, "--receipt", kept.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    assert!(kept.exists() && !stub.path("bewijs.new").exists());
    // The public half stands there already: no private one is left alone.
    stub.write("tweede.jwk.pub", "{}");
    let second = stub.path("tweede.jwk");
    let ended = stub.client(&["keys", "generate", "--out", second.to_str().unwrap()]).await;
    assert!(ended.exit == Exit::Usage && !second.exists(), "{ended:?}");
}

#[tokio::test]
async fn a_wrong_word_is_told_with_the_right_ones() {
    let stub = Stub::start(|seen, _| answer(seen)).await;
    let id = "01990000-0000-7000-8000-000000000001";
    let ended = stub.client(&["withdraw", "declaration", id, "--by", "moeder"]).await;
    assert!(ended.stderr.contains("persoon, ouder") && ended.stderr.contains("voogd"), "{}", ended.stderr);
    let ended = stub.client(&["keys", "list", "00000099000000001000/werk"]).await;
    assert!(ended.stderr.contains("werk-en-inkomen"), "{}", ended.stderr);
    let made = stub.path("made.csv");
    let template = ["template", "brief", "--out", made.to_str().unwrap(), "--lang", "nl", "--set"];
    let ended = stub.client(&[&template[..], &["doel=xx"]].concat()).await;
    assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    assert!(ended.stderr.contains("schrijven") && !made.exists(), "{}", ended.stderr);
    let ended = stub.client(&[&template[..], &["kopie=ja", "--set", "kopie=nee"]].concat()).await;
    assert!(ended.exit == Exit::Usage && ended.stderr.contains("twee keer"), "{ended:?}");
    let ended = stub.client(&[&template[..], &["doel=schrijven"]].concat()).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
}

/// An option that says something of another kind of input is no option to pass over: what is sent would say otherwise.
#[test]
fn an_option_of_another_kind_of_input_is_refused_before_anything_is_sent() {
    let program = Program::new();
    for arguments in [
        &["od.json", "--set", "ontvanger.gemeente=0373"][..],
        &["od.json", "--dataset", "uitstroomprofiel"],
        &["od.json", "--parallel", "3"],
        &["od.json", "--report", "r"],
        &["--batch", "b.ndjson", "--set", "a=b"],
        &["--batch", "b.ndjson", "--idempotency-key", "sleutel-van-mij-01"],
        &["--csv", "x.csv", "--idempotency-key", "sleutel-van-mij-01"],
        &["--csv", "x.csv", "--receipt", "r"],
    ] {
        for act in ["push", "ask"] {
            let refused = program.run(&[&["client", act], arguments].concat()).with(2);
            assert!(refused.stderr.contains(arguments[arguments.len() - 2]), "{}", refused.stderr);
        }
    }
}
