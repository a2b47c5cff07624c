//! One push: the whole profile is read before it, its answer cannot be lost, and what was done is never called a failure.

use std::{
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Response};
use serde_json::{Value, json};
use sluis::{cli::Exit, crypto::sign::ReceiptKey};

use super::stub::{Seen, Stub, bare, json};

const PACKET: &str = "{\"content\":{}}";

fn accepted(receipt: &str) -> Response<Body> {
    json(
        201,
        &json!({ "id": "01990000-0000-7000-8000-000000000001", "recipients": [{ "receipt": receipt }] }),
    )
}

fn key(seen: &Seen) -> String {
    seen.header("idempotency-key").to_owned()
}

fn program(stub: &Stub, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluis"));
    command
        .args(["client", "--profile-file", "profile.toml"])
        .args(arguments)
        .current_dir(stub.folder.path());
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_was_killed_before_its_answer_is_the_same_push_the_next_time() {
    let running: Arc<Mutex<Option<Child>>> = Arc::default();
    let victim = Arc::clone(&running);
    let stub = Stub::start(move |_, before| {
        if before == 0 {
            // The gateway has it, and the client is gone before the answer.
            let mut child = loop {
                if let Some(child) = victim.lock().unwrap().take() {
                    break child;
                }
                std::thread::yield_now();
            };
            child.kill().unwrap();
            child.wait().unwrap();
        }
        accepted("a.b.c")
    })
    .await;
    let file = stub.write("packet.json", PACKET);
    let file = file.to_str().unwrap();
    *running.lock().unwrap() = Some(program(&stub, &["push", "packet.json"]).spawn().unwrap());
    let kept = stub.path("packet.json.unanswered");
    let killed = || running.lock().unwrap().is_none() && stub.seen().len() == 1;
    tokio::time::timeout(std::time::Duration::from_mins(1), async {
        while !killed() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(kept.exists());
    assert!(!std::fs::read_to_string(&kept).unwrap().contains("content"));

    // Another content is another push, which may be the second of one person.
    stub.write("packet.json", "{\"content\":{\"a\":1}}");
    let ended = stub.client(&["push", file]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Usage, 1), "{ended:?}");
    assert!(
        ended.stderr.contains("--changed") && ended.stderr.contains("er is niets gestuurd"),
        "{}",
        ended.stderr
    );

    stub.write("packet.json", PACKET);
    let ended = stub.client(&["push", file, "--json"]).await;
    assert_eq!(ended.json()["id"], "01990000-0000-7000-8000-000000000001");
    assert!(ended.stderr.contains("Een eerdere poging"), "{}", ended.stderr);
    assert_eq!(key(&stub.seen()[1]), key(&stub.seen()[0]), "it cannot arrive twice");
    assert!(!kept.exists(), "the answer was printed");

    stub.client(&["push", file]).await;
    assert_ne!(key(&stub.seen()[2]), key(&stub.seen()[0]), "a push is a new packet each time");
}

#[tokio::test]
async fn a_push_without_an_answer_keeps_its_key_and_a_refused_one_does_not() {
    let stub = Stub::start(|seen, before| match before {
        0 => bare(500),
        1 => json(403, &json!({ "title": "Refused", "status": 403, "errors": [] })),
        _ => accepted(&key(seen)),
    })
    .await;
    let file = stub.write("packet.json", PACKET);
    let file = file.to_str().unwrap();
    let ended = stub.client(&["push", file]).await;
    assert_eq!(ended.exit, Exit::Unavailable, "{ended:?}");
    assert!(ended.stderr.contains("geef dezelfde opdracht nog eens"), "{}", ended.stderr);
    assert_eq!(stub.client(&["push", file]).await.exit, Exit::Refused);
    assert!(!stub.path("packet.json.unanswered").exists(), "nothing was done under it");
    stub.client(&["push", file]).await;
    let keys: Vec<String> = stub.seen().iter().map(key).collect();
    assert_eq!((keys[0] == keys[1], keys[1] == keys[2]), (true, false));
}

#[tokio::test]
async fn who_changed_what_had_no_answer_is_sent_to_the_list_on_which_it_would_stand() {
    let stub = Stub::start(|_, _| bare(500)).await;
    for (command, list) in [("push", "outbox"), ("ask", "asked"), ("declare", "declarations")] {
        let file = stub.write(&format!("{command}.json"), "{\"a\":1}");
        let file = file.to_str().unwrap();
        stub.client(&[command, file]).await;
        stub.write(&format!("{command}.json"), "{\"a\":2}");
        let changed = stub.client(&[command, file]).await;
        stub.write(&format!("{command}.json.unanswered"), "{");
        let damaged = stub.client(&[command, file]).await;
        for ended in [changed, damaged] {
            assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
            assert!(ended.stderr.contains(&format!("kijk in `sluis client {list}`")), "{command}: {ended:?}");
        }
    }
}

#[tokio::test]
async fn every_fault_of_a_profile_is_told_before_anything_is_sent() {
    let stub = Stub::start(|_, _| accepted("a.b.c")).await;
    let file = stub.write("packet.json", PACKET);
    let good = stub.profile_text();
    stub.write("kapot.jwk", "{}");
    let every =
        "receipt_key = \"kapot.jwk\"\nlog_vkey = \"geen\"\nencryption_keys = [\"weg.jwk\", \"kapot.jwk\"]\n";
    stub.write("profile.toml", &format!("{}{every}", good.replace("ca.pem", "packet.json")));
    // The keys that packets are opened with are read only for who opens one.
    for (command, faults) in [
        (&["push", file.to_str().unwrap()][..], 3),
        (&["inbox"], 3),
        (&["pull", "01990000-0000-7000-8000-000000000001", "--show"], 5),
    ] {
        let ended = stub.client(&[&["--json"], command].concat()).await;
        assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
        let error = &ended.json()["error"];
        assert_eq!(error["problem"].as_array().unwrap().len(), faults, "{error:#}");
        let unread = (faults == 3).then_some("weg.jwk");
        for said in ["packet.json", "kapot.jwk", "log_vkey", "weg.jwk", "er is niets verstuurd"] {
            assert!(unread == Some(said) || ended.stderr.contains(said), "{said}: {}", ended.stderr);
        }
    }
    for one in ["receipt_key = \"kapot.jwk\"", "receipt_key = \"ca.pem\"", "log_vkey = \"geen\""] {
        stub.write("profile.toml", &format!("{good}{one}\n"));
        assert_eq!(stub.client(&["push", file.to_str().unwrap()]).await.exit, Exit::Configuration, "{one}");
    }
    assert!(stub.seen().is_empty());
    stub.write("profile.toml", &format!("{good}encryption_keys = [\"weg.jwk\"]\n"));
    let pull = ["pull", "01990000-0000-7000-8000-000000000001", "--show"];
    assert_eq!(stub.client(&pull).await.exit, Exit::Configuration);
    assert!(stub.seen().is_empty());
    stub.client(&["--json", "entries"]).await;
    assert_eq!(stub.seen()[0].path, "/v1/entries", "what opens nothing needs no key");
}

#[tokio::test]
async fn an_accepted_push_whose_receipt_does_not_hold_is_done_and_says_so_in_one_document() {
    let stub = Stub::start(|_, _| accepted("a.b.c")).await;
    let signing = ReceiptKey::from_pem(&ReceiptKey::generate_pem().unwrap()).unwrap();
    stub.write("receipt.jwk", &signing.public_jwk().to_string());
    stub.write("profile.toml", &format!("{}receipt_key = \"receipt.jwk\"\n", stub.profile_text()));
    let file = stub.write("packet.json", PACKET);
    let ended = stub.client(&["--json", "push", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
    let document = ended.json();
    assert_eq!(document["id"], "01990000-0000-7000-8000-000000000001", "it was accepted");
    assert_eq!(document["checked"], json!(["failed"]));
    assert_eq!(document["receiptFaults"][0]["exit"], 4);
    assert!(document.get("error").is_none());
    assert!(ended.stderr.contains("stuur het niet nog eens"), "{}", ended.stderr);
    assert!(!stub.path("packet.json.unanswered").exists());

    // The evidence stays, wherever the packet came from, and the command says where.
    let evidence = stub.path("01990000-0000-7000-8000-000000000001.unproven");
    assert_eq!(document["receiptFile"].as_str(), evidence.to_str());
    for command in ["push", "ask"] {
        std::fs::remove_file(&evidence).unwrap();
        let ended = stub.client(&[command, file.to_str().unwrap()]).await;
        assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
        assert_eq!(std::fs::read_to_string(&evidence).unwrap(), "a.b.c", "{command}");
        assert!(ended.stderr.contains(evidence.to_str().unwrap()), "{command}: {}", ended.stderr);
    }
    std::fs::remove_file(&evidence).unwrap();
    let own = stub.path("bewijs");
    let own = own.to_str().unwrap();
    let ended = stub.client(&["push", file.to_str().unwrap(), "--receipt", own]).await;
    assert!(ended.stderr.contains(own) && !evidence.exists(), "{ended:?}");

    // Where nothing can be written, the receipt itself is told.
    std::fs::create_dir(&evidence).unwrap();
    let ended = stub.client(&["push", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Unproven, "{ended:?}");
    assert!(ended.stderr.contains("Ontvangstbewijs: a.b.c"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_byte_order_mark_is_read_over_wherever_a_file_is_read() {
    let stub =
        Stub::start(|_, _| json(200, &json!({ "id": "p", "recipients": [], "items": [], "allowed": true })))
            .await;
    stub.write("profile.toml", &format!("\u{FEFF}{}", stub.profile_text()));
    let file = stub.write("marked.json", &format!("\u{FEFF}{PACKET}"));
    let file = file.to_str().unwrap();
    for command in [
        &["push", file][..],
        &["push", file, "--check"],
        &["ask", file],
        &["declare", file],
        &["search", file],
        &["push", "--batch", file],
    ] {
        let before = stub.seen().len();
        let ended = stub.client(command).await;
        assert!(matches!(ended.exit, Exit::Done | Exit::Refused), "{command:?}: {ended:?}");
        assert_eq!(stub.seen()[before].body, PACKET, "{command:?}");
    }
    let file = stub.path("utf16.json");
    for bytes in [&b"\xFF\xFE{\0}\0"[..], b"\xFE\xFF\0{\0}", b"{\0}\0", b"\0{\0}"] {
        std::fs::write(&file, bytes).unwrap();
        let file = file.to_str().unwrap();
        for command in [&["declare", file][..], &["push", "--batch", file, "--check"]] {
            let ended = stub.client(command).await;
            assert_eq!(ended.exit, Exit::Usage, "{command:?}");
            assert!(ended.stderr.contains("UTF-16"), "{command:?} {}", ended.stderr);
        }
    }
}

#[tokio::test]
async fn a_function_is_sent_as_people_write_it() {
    let stub = Stub::start(|_, _| json(200, &json!({ "items": [] }))).await;
    for (function, sent) in [
        ("mentor", "mentor"),
        ("medewerker (team 2)", "medewerker (team 2)"),
        ("stagecoördinator", "UTF-8''stageco%C3%B6rdinator"),
        ("coördinator 50% €", "UTF-8''co%C3%B6rdinator%2050%25%20%E2%82%AC"),
        ("utf-8''x", "UTF-8''utf-8%27%27x"),
    ] {
        let ended = stub.client(&["--staff-function", function, "inbox"]).await;
        assert_eq!(ended.exit, Exit::Done, "{ended:?}");
        assert_eq!(stub.seen().last().unwrap().header("sluis-staff-function"), sent);
    }
    let before = stub.seen().len();
    let ended = stub.client(&["--staff-function", "a\u{7}b", "inbox"]).await;
    assert_eq!((ended.exit, stub.seen().len()), (Exit::Configuration, before), "{ended:?}");
}

#[tokio::test]
async fn a_check_and_the_push_say_the_same_of_each_line() {
    let stub = Stub::start(|seen, _| match seen.query.as_str() {
        "check=true" => json(200, &json!({ "allowed": true, "recipients": [] })),
        _ => json(201, &json!({ "id": "p", "recipients": [] })),
    })
    .await;
    let text = "\n{\"a\":1}\n{\"a\":1}\n\n{\"a\":2}\n{\"a\":\n\n";
    let file = stub.write("batch.ndjson", text);
    let file = file.to_str().unwrap();
    let counted = |document: &Value| {
        ["lines", "accepted", "earlier", "refused", "invalid", "duplicate", "open"]
            .map(|name| document[name].clone())
    };
    let check = stub.client(&["--json", "push", "--batch", file, "--check"]).await;
    assert_eq!(stub.seen().len(), 2, "a repetition is not asked");
    let push = stub.client(&["--json", "push", "--batch", file]).await;
    assert_eq!((check.exit, counted(&check.json())), (push.exit, counted(&push.json())));
    assert_eq!(check.json()["duplicate"], 1);
    assert_eq!(check.json()["passedOver"]["empty"], json!([1, 4, 7]));
    let people = stub.client(&["push", "--batch", file, "--check"]).await;
    assert!(people.stdout.contains("3 leeg (1, 4, 7)"), "{}", people.stdout);

    // What was sent is known to the check, and what is gone from the file too.
    let (again, push) = (
        stub.client(&["--json", "push", "--batch", file, "--check"]).await,
        stub.client(&["--json", "push", "--batch", file]).await,
    );
    assert_eq!(counted(&again.json()), counted(&push.json()));
    assert_eq!(again.json()["earlier"], 2);
    stub.write("batch.ndjson", "{\"a\":2}\n");
    for more in [&[][..], &["--check"]] {
        let ended = stub.client(&[&["--json", "push", "--batch", file], more].concat()).await;
        assert_eq!(ended.exit, Exit::Usage, "{ended:?}");
    }
}
