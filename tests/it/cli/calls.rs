//! A call is repeated where that is safe and nowhere else; a no is explained.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::Response;
use rustls::{ClientConnection, NamedGroup};
use serde_json::json;
use sluis::cli::{
    Exit, Failure,
    client::{
        gateway::{Call, CallError},
        profile::Profile,
    },
};

use super::stub::{Cut, Standing, Stub, bare, json, run};

fn busy(seconds: u64) -> Response<axum::body::Body> {
    let mut answer = bare(429);
    answer.headers_mut().insert("retry-after", seconds.into());
    answer
}

#[tokio::test]
async fn a_call_that_changes_nothing_is_repeated_until_it_succeeds() {
    let stub = Stub::start(|_, before| if before < 3 { bare(503) } else { json(200, &json!({})) }).await;
    stub.gateway().call(Call::get("/v1/inbox")).await.unwrap();
    assert_eq!(stub.seen().iter().filter(|seen| seen.method == "GET").count(), 4);
}

#[tokio::test]
async fn a_call_is_repeated_a_bounded_number_of_times() {
    let stub = Stub::start(|_, _| bare(503)).await;
    let error = stub.gateway().call(Call::get("/v1/inbox")).await.unwrap_err();
    assert!(matches!(error, CallError::Unanswered { doubtful: true, .. }), "{error:?}");
    assert_eq!(stub.seen().len(), 4);
    assert_eq!(Failure::from(error).exit(), Exit::TryAgain);
}

#[tokio::test]
async fn a_change_that_may_have_been_made_is_not_made_again() {
    let stub = Stub::start(|_, _| bare(503)).await;
    let call = Call::post("/v1/declarations", &json!({})).unwrap();
    stub.gateway().call(call).await.unwrap_err();
    assert_eq!(stub.seen().len(), 1, "a 503 may hide a commit");

    let call = Call::post("/v1/packets", &json!({})).unwrap().idempotent("the-same-key-each-time");
    stub.gateway().call(call).await.unwrap_err();
    let keys: Vec<_> =
        stub.seen().iter().skip(1).map(|seen| seen.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys, ["the-same-key-each-time"; 4]);
}

#[tokio::test]
async fn a_429_was_no_call_and_its_wait_is_honoured() {
    let stub = Stub::start(|_, before| if before == 0 { busy(1) } else { json(201, &json!({})) }).await;
    let begun = Instant::now();
    stub.gateway().call(Call::post("/v1/declarations", &json!({})).unwrap()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_408_was_no_call_either() {
    let stub = Stub::start(|_, before| if before == 0 { bare(408) } else { json(201, &json!({})) }).await;
    stub.gateway().call(Call::post("/v1/declarations", &json!({})).unwrap()).await.unwrap();
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn who_is_asked_to_wait_long_is_told_so_at_once() {
    let stub = Stub::start(|_, _| busy(600)).await;
    let ended = stub.client(&["inbox"]).await;
    assert_eq!(ended.exit, Exit::TryAgain);
    assert!(ended.stderr.contains("probeer het over 600 seconden opnieuw"), "{}", ended.stderr);
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_gateway_that_is_not_there_is_unavailable() {
    let stub = Stub::start(|_, _| bare(200)).await;
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let elsewhere = stub.profile_text().replace(&stub.address.port().to_string(), &free.to_string());
    stub.write("profile.toml", &elsewhere);
    let error = stub.gateway().call(Call::get("/v1/inbox")).await.unwrap_err();
    assert!(matches!(error, CallError::Unanswered { doubtful: false, .. }), "{error:?}");
    assert_eq!(Failure::from(error).exit(), Exit::Unavailable);
}

#[tokio::test]
async fn no_authority_is_believed_but_the_profiles() {
    let stub = Stub::start(|_, _| json(200, &json!({"items": []}))).await;
    assert_eq!(stub.client(&["inbox"]).await.exit, Exit::Done);
    stub.write("profile.toml", &stub.profile_text().replace("ca.pem", "other-ca.pem"));
    let ended = stub.client(&["inbox"]).await;
    assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn a_certificate_that_is_not_taken_is_no_fault_of_the_network_and_is_tried_once() {
    for (standing, nl, en) in [
        (Standing::Revoked, "uw certificaat is ingetrokken", "your certificate was revoked"),
        (Standing::Expired, "uw certificaat is verlopen", "your certificate has expired"),
        (
            Standing::NotYetValid,
            "uw certificaat is nog niet geldig, pas vanaf 1 maart 2090 01:00 (Nederlandse tijd)",
            "your certificate is not valid yet, only from 1 March 2090 01:00 (Amsterdam time)",
        ),
        (
            Standing::OfAnotherAuthority,
            "de gateway kent de uitgever van uw certificaat niet, of heeft geen geldige lijst van wat die introk",
            "the gateway does not know your certificate's authority, or has no valid list of what that revoked",
        ),
        // The gateway says the same of both.
        (
            Standing::ListLapsed,
            "de gateway kent de uitgever van uw certificaat niet, of heeft geen geldige lijst van wat die introk",
            "the gateway does not know your certificate's authority, or has no valid list of what that revoked",
        ),
        (
            Standing::OfANamesake,
            "de gateway kent de uitgever van uw certificaat niet",
            "the gateway does not know your certificate's authority",
        ),
    ] {
        let stub = Stub::start_with(standing, |_, _| json(200, &json!({"items": []}))).await;
        let ended = stub.client(&["inbox"]).await;
        assert_eq!(ended.exit, Exit::Configuration, "{standing:?} {ended:?}");
        assert!(ended.stderr.starts_with(&format!("sluis: {nl}\n  wat nu: ")), "{standing:?} {ended:?}");
        // Whoever missed the alert listens once more.
        assert!(stub.connections() <= 2, "{standing:?}: {}", stub.connections());
        let message = stub.client(&["--json", "inbox"]).await.json()["error"]["message"].clone();
        assert_eq!(message, en);
        assert!(stub.seen().is_empty());
    }
}

/// The gateway judges the certificate when the request is on its way already: the word and the end of the connection race.
#[tokio::test]
async fn what_the_gateway_said_of_the_certificate_is_heard_where_the_request_broke_off_on_it() {
    for (standing, nl) in [
        (Standing::Revoked, "uw certificaat is ingetrokken"),
        (Standing::Expired, "uw certificaat is verlopen"),
        (Standing::NotYetValid, "uw certificaat is nog niet geldig, pas vanaf"),
        (Standing::OfANamesake, "de gateway kent de uitgever van uw certificaat niet"),
    ] {
        let stub = Stub::start_cut(standing, Cut::First, |_, _| json(201, &json!({}))).await;
        let error =
            stub.gateway().call(Call::post("/v1/declarations", &json!({})).unwrap()).await.unwrap_err();
        let failure = Failure::from(error);
        assert_eq!(failure.exit(), Exit::Configuration, "{standing:?}: {failure}");
        let told = failure.text(sluis::cli::Language::Nl);
        assert!(told.starts_with(nl), "{standing:?}: {told}");
        assert_eq!((stub.connections(), stub.seen().len()), (2, 0), "{standing:?}");
    }
}

#[tokio::test]
async fn where_a_gateway_says_nothing_the_days_of_the_own_certificate_decide() {
    for (standing, exit, nl) in [
        (Standing::Expired, Exit::Configuration, "uw certificaat is verlopen"),
        (Standing::NotYetValid, Exit::Configuration, "uw certificaat is nog niet geldig, pas vanaf"),
        (Standing::Good, Exit::Unavailable, "de verbinding is verbroken"),
    ] {
        let stub = Stub::start_cut(standing, Cut::Every, |_, _| json(200, &json!({}))).await;
        let error = stub.gateway().call(Call::get("/v1/inbox")).await.unwrap_err();
        let failure = Failure::from(error);
        let told = failure.text(sluis::cli::Language::Nl);
        assert!(told.contains(nl), "{standing:?}: {told}");
        assert_eq!(failure.exit(), exit, "{standing:?}: {told}");
    }
}

#[tokio::test]
async fn a_gateway_whose_own_certificate_is_wrong_is_its_operators_matter() {
    for (standing, nl) in [
        (Standing::GatewayExpired, "het certificaat van de gateway is verlopen"),
        (Standing::GatewayOfAnotherName, "het certificaat van de gateway is van een andere naam"),
    ] {
        let stub = Stub::start_with(standing, |_, _| json(200, &json!({}))).await;
        let ended = stub.client(&["inbox"]).await;
        assert_eq!(ended.exit, Exit::Configuration, "{standing:?} {ended:?}");
        let (what, now) = ended.stderr.split_once("wat nu: ").unwrap();
        assert!(what.contains(nl), "{standing:?} {ended:?}");
        assert!(now.contains("de beheerder van de gateway: hij moet"), "{standing:?} {ended:?}");
        assert!(!now.contains("geregistreerd"), "{standing:?} {ended:?}");
    }
}

#[tokio::test]
async fn a_withdrawal_that_was_repeated_by_itself_is_not_called_an_earlier_one() {
    let id = "01990000-0000-7000-8000-000000000000";
    let withdrawn =
        json!({ "id": id, "withdrawnAt": "2026-09-01T10:00:00Z", "stopped": [], "told": [], "toTell": [] });
    for (lost, said, unsaid) in [
        (1, "Ingetrokken, op 01-09-2026 12:00", "Er is nu niets vastgelegd"),
        (0, "Was al ingetrokken, op 01-09-2026 12:00", "zonder antwoord"),
    ] {
        let withdrawn = withdrawn.clone();
        let answer = move |seen: &super::stub::Seen, before: usize| match seen.path.as_str() {
            path if path.ends_with("/withdrawal") && before < lost => bare(503),
            path if path.ends_with("/withdrawal") => json(200, &withdrawn),
            _ => json(200, &json!({ "items": [] })),
        };
        let stub = Stub::start(answer).await;
        let ended = stub.client(&["withdraw", "packet", id]).await;
        assert_eq!(ended.exit, Exit::Done, "{ended:?}");
        assert!(ended.stdout.contains(said) && !ended.stdout.contains(unsaid), "{}", ended.stdout);
        assert_eq!(ended.stdout.contains("zonder antwoord"), lost > 0, "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_name_that_no_machine_has_is_told_in_dutch() {
    let stub = Stub::start(|_, _| bare(200)).await;
    // The first never exists (RFC 6761, section 6.4); a part of a name has at most 63 letters.
    for (name, why) in [
        ("nergens.invalid", "een machine van die naam is niet te vinden"),
        (&*"a".repeat(64), "zo kan een machine niet heten"),
    ] {
        let nowhere = stub.profile_text().replace("localhost", name);
        stub.write("profile.toml", &nowhere);
        let ended = stub.client(&["inbox"]).await;
        assert_eq!(ended.exit, Exit::Unavailable, "{ended:?}");
        assert!(ended.stderr.contains(&format!("de gateway is niet te bereiken: {why}")), "{ended:?}");
    }
}

#[tokio::test]
async fn a_key_of_another_certificate_is_told_in_dutch() {
    let stub = Stub::start(|_, _| bare(200)).await;
    stub.write("party.key", &rcgen::KeyPair::generate().unwrap().serialize_pem());
    let ended = stub.client(&["inbox"]).await;
    assert_eq!(ended.exit, Exit::Configuration, "{ended:?}");
    assert!(ended.stderr.contains("de sleutel hoort niet bij het certificaat"), "{ended:?}");
    assert!(stub.seen().is_empty());
}

#[tokio::test]
async fn a_declaration_whose_answer_was_lost_is_recorded_under_the_same_key() {
    let stub =
        Stub::start(|_, before| if before == 0 { bare(503) } else { json(201, &json!({ "id": "a" })) }).await;
    let file = stub.write("declaration.json", "{}");
    let file = file.to_str().unwrap();
    assert_eq!(stub.client(&["declare", file]).await.exit, Exit::Done);
    let seen = stub.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].header("idempotency-key"), seen[1].header("idempotency-key"));
    assert!(seen[0].header("idempotency-key").len() >= 16);
    let given = "een-eigen-sleutel-1";
    assert_eq!(stub.client(&["declare", file, "--idempotency-key", given]).await.exit, Exit::Done);
    assert_eq!(stub.seen()[2].header("idempotency-key"), given);
}

#[tokio::test]
async fn a_private_key_that_others_may_read_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let stub = Stub::start(|_, _| json(200, &json!({"items": []}))).await;
    std::fs::set_permissions(stub.path("party.key"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let ended = stub.client(&["inbox"]).await;
    assert_eq!(ended.exit, Exit::Configuration);
    assert!(ended.stderr.contains("chmod 600"), "{}", ended.stderr);
}

#[tokio::test]
async fn a_refusal_is_told_in_one_language_with_what_to_do() {
    let problem = json!({
        "type": "urn:sluis:problem:refused", "title": "Refused", "status": 403, "traceId": "0af7",
        "errors": [{
            "recipient": 0, "pointer": "/recipients/0", "code": "overgangsdocument.voortzetting",
            "provisions": ["wvo2020:2.31b:3"], "nl": "De gemeente heeft nog niet bevestigd.",
            "en": "The college has not confirmed.", "now": { "nl": "Vraag het.", "en": "Ask\u{1b}[2J." }
        }]
    });
    let stub = Stub::start(move |_, _| json(403, &problem)).await;
    let id = "01990000-0000-7000-8000-000000000000";
    let ended = stub.client(&["ack", id]).await;
    assert_eq!(ended.exit, Exit::Refused);
    assert_eq!(
        ended.stderr,
        "sluis: de gateway zegt nee: 403 niet toegestaan\n  \
           - /recipients/0 · ontvanger 1 · overgangsdocument.voortzetting · wvo2020:2.31b:3\n      \
               De gemeente heeft nog niet bevestigd.\n      Nu: Vraag het.\n  trace 0af7\n"
    );
    assert_eq!(
        stub.client(&["--lang", "en", "ack", id]).await.stderr,
        "sluis: the gateway says no: 403 Refused\n  \
           - /recipients/0 · recipient 1 · overgangsdocument.voortzetting · wvo2020:2.31b:3\n      \
               The college has not confirmed.\n      Now: Ask\u{FFFD}[2J.\n  trace 0af7\n"
    );
    let document = stub.client(&["--json", "ack", id]).await.json();
    assert_eq!(document["error"]["exit"], 1);
    assert_eq!(document["error"]["problem"]["errors"][0]["provisions"][0], "wvo2020:2.31b:3");
}

#[tokio::test]
async fn a_page_of_something_else_is_not_shown() {
    let stub = Stub::start(|_, _| bare(418)).await;
    let ended = stub.client(&["inbox"]).await;
    assert_eq!(ended.exit, Exit::Refused);
    assert!(!ended.stderr.contains("html"), "{}", ended.stderr);
}

#[tokio::test]
async fn lists_are_walked_page_by_page() {
    let stub = Stub::start(|seen, _| match seen.query.as_str() {
        "limit=200" => json(200, &json!({"items": [{"id": "a"}, {"id": "b"}], "next": 7})),
        "limit=200&after=7" => json(200, &json!({"items": [{"id": "c"}], "next": 7})),
        other => panic!("{other}"),
    })
    .await;
    let ended = stub.client(&["--json", "inbox"]).await;
    assert_eq!(
        ended.stdout, "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n",
        "a cursor that stands still ends it"
    );
}

#[tokio::test]
async fn who_acts_must_be_said_before_anything_is_called() {
    let stub = Stub::start(|_, _| json(201, &json!({}))).await;
    stub.write("profile.toml", &stub.profile_text().replace("staff_function = \"mentor\"\n", ""));
    let file = stub.write("declaration.json", "{}");
    let ended = stub.client(&["declare", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Configuration);
    assert!(stub.seen().is_empty());
    let ended = stub.client(&["--staff-function", "mentor", "declare", file.to_str().unwrap()]).await;
    assert_eq!(ended.exit, Exit::Done, "{ended:?}");
    assert_eq!(stub.seen()[0].header("sluis-staff-function"), "mentor");
}

#[tokio::test]
async fn help_is_no_failure_and_nonsense_is() {
    let help = run(&["sluis", "client", "push", "--help"]).await;
    assert_eq!((help.exit, help.stderr.as_str()), (Exit::Done, ""));
    assert!(help.stdout.contains("--csv"));
    let nonsense = run(&["sluis", "client", "push"]).await;
    assert_eq!((nonsense.exit, nonsense.stdout.as_str()), (Exit::Usage, ""));
}

#[tokio::test]
async fn a_reason_that_is_the_title_is_told_once() {
    let title = "Nothing here, or not for you";
    let problem = json!({
        "type": "urn:sluis:problem:not-found", "title": title, "status": 404, "detail": "Check the path.",
        "errors": [{
            "pointer": "", "code": "not-found", "nl": "Hier is niets, of het is niet voor u.", "en": title,
            "now": { "nl": "Controleer het pad.", "en": "Check the path." }
        }]
    });
    let stub = Stub::start(move |_, _| json(404, &problem)).await;
    for (language, said) in [
        ("nl", ["hier is niets, of het is niet voor u", "Controleer het pad."]),
        ("en", [title, "Check the path."]),
    ] {
        let ended = stub.client(&["--lang", language, "ack", "01990000-0000-7000-8000-000000000000"]).await;
        for once in said {
            let count = ended.stderr.to_lowercase().matches(&once.to_lowercase()).count();
            assert_eq!(count, 1, "{}", ended.stderr);
        }
    }
}

/// The bytes behind a length of this many bytes, and what follows them.
fn counted(bytes: &[u8], width: usize) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_at(width);
    rest.split_at(length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

fn group(bytes: &[u8]) -> NamedGroup {
    u16::from_be_bytes([bytes[0], bytes[1]]).into()
}

/// RFC 8446, section 4.1.2: the groups that a client names, and those that it sends a share for.
fn offered(hello: &[u8]) -> (Vec<NamedGroup>, Vec<NamedGroup>) {
    let (handshake, _) = counted(&hello[3..], 2);
    let (body, _) = counted(&handshake[1..], 3);
    let (_session, rest) = counted(&body[2 + 32..], 1);
    let (_suites, rest) = counted(rest, 2);
    let (_compression, rest) = counted(rest, 1);
    let (mut extensions, _) = counted(rest, 2);
    let (mut groups, mut shares) = (Vec::new(), Vec::new());
    while !extensions.is_empty() {
        let (kind, rest) = extensions.split_at(2);
        let (data, rest) = counted(rest, 2);
        extensions = rest;
        match kind {
            [0, 10] => groups = counted(data, 2).0.chunks(2).map(group).collect(),
            [0, 51] => {
                let mut all = counted(data, 2).0;
                while !all.is_empty() {
                    shares.push(group(all));
                    all = counted(&all[2..], 2).1;
                }
            }
            _ => {}
        }
    }
    (groups, shares)
}

/// What a gateway takes first it takes only of a client that offers it.
#[tokio::test]
async fn the_client_offers_the_groups_of_the_gateway_in_its_order() {
    use NamedGroup::{X25519, X25519MLKEM768, secp256r1, secp384r1};
    let stub = Stub::start(|_, _| json(200, &json!({}))).await;
    let tls = Profile::read(&stub.path("profile.toml")).unwrap().tls().unwrap();
    let mut connection = ClientConnection::new(Arc::new(tls), "localhost".try_into().unwrap()).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    let (groups, shares) = offered(&hello);
    assert_eq!(groups, [X25519MLKEM768, X25519, secp256r1, secp384r1]);
    assert_eq!(shares.first(), Some(&X25519MLKEM768), "{shares:?}");
}
