//! How a party's certificates and keys follow each other, and who may not let them.

use std::sync::Arc;

use http::StatusCode;
use jiff::ToSpan as _;
use serde_json::json;
use sluis::{
    domain::{
        clock::Clock as _,
        id::SystemEntropy,
        party::{PartyId, Role},
    },
    identity::authority::Authority,
};

use super::support::{Court, Scene};
use crate::support::Actor;

#[tokio::test(flavor = "multi_thread")]
async fn the_next_certificate_is_registered_with_the_present_one() {
    let scene = Scene::set().await;
    let next = scene.issue(scene.college.party, "volgende");
    let successor =
        Actor { key: Arc::clone(&scene.college.key), ..scene.gateway.actor(scene.college.party, &next) };
    let answer = successor.get("/v1/inbox").await;
    answer.expect_status(StatusCode::UNAUTHORIZED);

    let body = json!({ "certificate": next.chain_pem });
    let size = scene.size().await;
    let answer = scene.college.post("/v1/certificates", &body).await;
    let registered = answer.expect_status(StatusCode::CREATED).json();
    assert_eq!(registered["party"]["oin"], scene.college.party.oin.as_str());
    assert_eq!(scene.size().await, size + 1, "it stands in the log");
    successor.get("/v1/inbox").await.expect_status(StatusCode::OK);
    scene.college.get("/v1/inbox").await.expect_status(StatusCode::OK);

    // What was sealed before is read by the new certificate; the new certificate publishes a key.
    scene.consent(Role::WerkEnInkomen).await;
    let packet = scene.packet(Role::WerkEnInkomen, "voor-de-opvolging-01").await;
    successor.pull(&packet).await;
    let renewed = Actor { key: scene.gateway.actor(scene.college.party, &next).key, ..successor };
    renewed.publish().await.expect_status(StatusCode::CREATED);

    // The first one is taken out of use; its connection ends to be a caller, the successor goes on.
    let first = &scene.gateway.laid.parties.iter().find(|laid| laid.party == scene.college.party).unwrap();
    let first = sluis::identity::ClientCertificate::read(&first.certificate.der).unwrap();
    scene.gateway.running.exchange.revoke_certificate(first.registration()).await.unwrap();
    let answer = scene.college.get("/v1/inbox").await;
    answer.expect_status(StatusCode::FORBIDDEN);
    assert_eq!(answer.json()["type"], "urn:sluis:problem:blocked");
    renewed.get("/v1/inbox").await.expect_status(StatusCode::OK);
    // And it does not let itself in again.
    let again = json!({ "certificate": scene.gateway.laid.parties.iter()
        .find(|laid| laid.party == scene.college.party).unwrap().certificate.chain_pem });
    renewed.post("/v1/certificates", &again).await.expect_problem(409, "taken");
    scene.college.get("/v1/inbox").await.expect_status(StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_or_of_nobody_is_not_taken() {
    let scene = Scene::set().await;
    let gateway = &scene.gateway;
    let now = gateway.clock.now();
    let entropy = SystemEntropy::new();
    let oin = scene.college.party.oin;
    let others = scene.issue(scene.school.party, "een ander").chain_pem;
    let foreign = Authority::root("een vreemde", now, &entropy).unwrap();
    let foreign = foreign.client(oin, "Zaffier", "vreemd", now, &entropy).unwrap().chain_pem;
    let long_ago = now.checked_sub((400 * 24).hours()).unwrap();
    let expired = gateway.laid.authority.client(oin, "Zaffier", "oud", long_ago, &entropy).unwrap().chain_pem;
    let next_year = now.checked_add((200 * 24).hours()).unwrap();
    let early =
        gateway.laid.authority.client(oin, "Zaffier", "later", next_year, &entropy).unwrap().chain_pem;
    let many = scene.issue(scene.college.party, "veel").chain_pem.repeat(4);
    let registered = |role: Role| {
        let laid = gateway.laid.parties.iter().find(|laid| laid.party.role == role).unwrap();
        laid.certificate.chain_pem.clone()
    };

    let mut court = Court::open(&scene).await;
    let at = "/certificate";
    for (name, pem, faults) in [
        ("another's", others, vec![(at, "other-organisation")]),
        ("of a foreign authority", foreign, vec![(at, "untrusted-certificate")]),
        ("expired", expired, vec![(at, "untrusted-certificate"), (at, "expired-certificate")]),
        ("not valid yet", early, vec![(at, "untrusted-certificate")]),
        ("no certificate", "kanariewaarde".to_owned(), vec![(at, "not-a-chain")]),
        ("a chain without end", many, vec![(at, "not-a-chain")]),
        (
            "the gateway's authority itself",
            gateway.laid.authority.certificate_pem().to_owned(),
            vec![(at, "not-a-certificate")],
        ),
    ] {
        let answer = scene.college.post("/v1/certificates", &json!({ "certificate": pem })).await;
        court.judge(name, &answer, 400, &faults, 0).await;
    }
    // Of the same municipality, and another role's: a certificate is of one party.
    let theirs = json!({ "certificate": registered(Role::Leerplicht) });
    let answer = scene.doorstroompunt.post("/v1/certificates", &theirs).await;
    court.judge("another role's", &answer, 409, &[("", "taken")], 0).await;
    court.close().await;
    scene.leerplicht.get("/v1/inbox").await.expect_status(StatusCode::OK);
}

/// A retired key still opens what was sealed to it; a new key takes over.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_retired_between_push_and_pull_loses_nothing_and_a_revoked_one_withholds() {
    let scene = Scene::set().await;
    scene.consent(Role::WerkEnInkomen).await;
    let packet = scene.packet(Role::WerkEnInkomen, "voor-de-nieuwe-sleutel").await;
    let laid = scene.gateway.laid.parties.iter().find(|laid| laid.party == scene.college.party).unwrap();
    let successor = scene.gateway.actor(scene.college.party, &laid.certificate);
    successor.publish().await.expect_status(StatusCode::CREATED);
    let old = scene.college.key.public().thumbprint().to_owned();
    scene.college.post(&format!("/v1/keys/{old}/retirement"), &json!({})).await.expect_status(StatusCode::OK);
    let second = scene.packet(Role::WerkEnInkomen, "na-de-nieuwe-sleutel-1").await;
    assert_eq!(scene.college.pull(&packet).await["persoon"]["voornamen"], "Kanarienaam");
    assert_eq!(successor.pull(&second).await["persoon"]["voornamen"], "Kanarienaam");

    let third = scene.packet(Role::WerkEnInkomen, "na-de-nieuwe-sleutel-2").await;
    let new = successor.key.public().thumbprint().to_owned();
    scene.college.post(&format!("/v1/keys/{new}/revocation"), &json!({})).await.expect_status(StatusCode::OK);
    scene.college.get(&format!("/v1/packets/{third}/payload")).await.expect_problem(410, "withheld");
    let notices = scene.school.get("/v1/notices").await;
    assert!(
        notices.expect_status(StatusCode::OK).body.windows(third.len()).any(|part| part == third.as_bytes())
    );
}

/// Who has no registered role at all gets no further than the door, whatever it knows.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_alone_is_no_party() {
    let scene = Scene::set().await;
    let stranger = PartyId::new("00000099000070000000".parse().unwrap(), Role::WerkEnInkomen);
    let issued = scene.issue(stranger, "niet aangesloten");
    let actor = scene.gateway.actor(stranger, &issued);
    let mut court = Court::open(&scene).await;
    let answer = actor.publish().await;
    court.judge("a key", &answer, 401, &[], 0).await;
    let answer = actor.post("/v1/certificates", &json!({ "certificate": issued.chain_pem })).await;
    court.judge("itself", &answer, 401, &[], 0).await;
    court.close().await;
}
