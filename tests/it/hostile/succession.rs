//! How a party's certificates and keys follow each other, and who may not let them.

use std::sync::Arc;

use http::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use rcgen::{DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_ED25519, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use sluis::{
    domain::{
        clock::Clock as _,
        id::SystemEntropy,
        party::{PartyId, Role},
    },
    identity::{
        authority::{Authority, Issued},
        certificate_proof,
        tls::OwnCertificate,
    },
};

use super::support::{Court, Scene};
use crate::{odd, support::Actor};

/// A next certificate with the statement of its own key, made for this caller.
fn renewal(next: &Issued, by: &Actor) -> Value {
    let proof = statement(next, by.own.leaf(), by.clock.now());
    json!({ "certificate": next.chain_pem, "proof": proof })
}

fn own_of(issued: &Issued) -> Arc<OwnCertificate> {
    Arc::new(OwnCertificate::from_pem(issued.chain_pem.as_bytes(), issued.key_pem.as_bytes()).unwrap())
}

fn statement(by: &Issued, present: &[u8], now: Timestamp) -> String {
    certificate_proof::state(&own_of(by), present, now).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_certificate_is_registered_with_the_present_one() {
    let scene = Scene::set().await;
    let next = scene.issue(scene.college.party, "volgende");
    let successor =
        Actor { key: Arc::clone(&scene.college.key), ..scene.gateway.actor(scene.college.party, &next) };
    let answer = successor.get("/v1/inbox").await;
    answer.expect_status(StatusCode::UNAUTHORIZED);

    let body = renewal(&next, &scene.college);
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
    let laid = scene.gateway.laid.parties.iter().find(|laid| laid.party == scene.college.party).unwrap();
    let renewed = Actor { own: own_of(&next), ..renewed };
    let again = renewal(&laid.certificate, &renewed);
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
    let others = scene.issue(scene.school.party, "een ander");
    let foreign = Authority::root("een vreemde", now, &entropy).unwrap();
    let foreign = foreign.client(oin, "Zaffier", "vreemd", now, &entropy).unwrap();
    let long_ago = now.checked_sub((400 * 24).hours()).unwrap();
    let expired = gateway.laid.authority.client(oin, "Zaffier", "oud", long_ago, &entropy).unwrap();
    let next_year = now.checked_add((200 * 24).hours()).unwrap();
    let early = gateway.laid.authority.client(oin, "Zaffier", "later", next_year, &entropy).unwrap();
    let registered = |role: Role| {
        let laid = gateway.laid.parties.iter().find(|laid| laid.party.role == role).unwrap();
        laid.certificate.clone()
    };

    let mut court = Court::open(&scene).await;
    let at = "/certificate";
    for (name, issued, fault) in [
        ("another's", others, "other-organisation"),
        ("of a foreign authority", foreign, "untrusted-certificate"),
        ("expired", expired, "expired-certificate"),
        ("not valid yet", early, "certificate-not-valid-yet"),
    ] {
        let answer = scene.college.post("/v1/certificates", &renewal(&issued, &scene.college)).await;
        court.judge(name, &answer, 400, &[(at, fault)], 0).await;
    }
    let good = scene.issue(scene.college.party, "veel");
    for (name, pem, fault) in [
        ("no certificate", "kanariewaarde".to_owned(), "not-a-chain"),
        ("a chain without end", good.chain_pem.repeat(4), "not-a-chain"),
        (
            "the gateway's authority itself",
            gateway.laid.authority.certificate_pem().to_owned(),
            "certificate-of-authority",
        ),
        ("the chain the other way round", reversed(&good.chain_pem), "certificate-of-authority"),
        (
            "with a key that is called a certificate",
            good.chain_pem.clone() + &mislabelled(&good.key_pem),
            "key-is-private",
        ),
        ("with its key", good.chain_pem.clone() + &good.key_pem, "key-is-private"),
        ("behind its key", good.key_pem.to_string() + &good.chain_pem, "key-is-private"),
    ] {
        let mut body = renewal(&good, &scene.college);
        body["certificate"] = json!(pem);
        let answer = scene.college.post("/v1/certificates", &body).await;
        court.judge(name, &answer, 400, &[(at, fault)], 0).await;
    }
    // A key that is no secret any more is told whatever else is wrong.
    let mut body = renewal(&good, &scene.college);
    body["certificate"] = json!(good.chain_pem.clone() + &good.key_pem);
    body["proof"] = json!("geen");
    body["extra"] = json!(true);
    let answer = scene.college.post("/v1/certificates", &body).await;
    let faults = [(at, "key-is-private"), ("", "unknown-field")];
    court.judge("with its key, and more wrong", &answer, 400, &faults, 0).await;
    // Of the same municipality, and another role's: a certificate is of one party.
    let theirs = renewal(&registered(Role::Leerplicht), &scene.doorstroompunt);
    let answer = scene.doorstroompunt.post("/v1/certificates", &theirs).await;
    court.judge("another role's", &answer, 409, &[("", "taken")], 0).await;
    court.close().await;
    scene.leerplicht.get("/v1/inbox").await.expect_status(StatusCode::OK);
}

/// Whoever has a copy of a certificate cannot register it: its key must have signed for this very caller, now.
#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_hold_the_key_of_a_certificate_cannot_register_it() {
    let scene = Scene::set().await;
    let (caller, now) = (&scene.doorstroompunt, scene.gateway.clock.now());
    let next = scene.issue(caller.party, "volgende");
    let another = scene.issue(caller.party, "een andere sleutel");
    let present = caller.own.leaf();
    let by_its_key = |present: &[u8], at: Timestamp| json!(statement(&next, present, at));
    let faulty = json!("eyJhbGciOiJub25lIn0.e30.");
    let mut court = Court::open(&scene).await;
    for (name, proof, code) in [
        ("no statement", faulty, "invalid-statement"),
        ("by another key", json!(statement(&another, present, now)), "wrong-signature"),
        ("by the present key", json!(by_the_present_key(caller, now)), "wrong-signature"),
        // Of the same municipality, in another role.
        ("for another role", by_its_key(scene.leerplicht.own.leaf(), now), "other-statement"),
        ("of yesterday", by_its_key(present, now.checked_sub(24.hours()).unwrap()), "stale-statement"),
    ] {
        let body = json!({ "certificate": next.chain_pem, "proof": proof });
        let answer = caller.post("/v1/certificates", &body).await;
        court.judge(name, &answer, 400, &[("/proof", code)], 0).await;
    }
    let without = json!({ "certificate": next.chain_pem });
    let answer = caller.post("/v1/certificates", &without).await;
    court.judge("without", &answer, 400, &[("/proof", "missing")], 0).await;
    court.close().await;

    // What one role registered speaks for that role, and no other role of the organisation takes it over.
    caller.post("/v1/certificates", &renewal(&next, caller)).await.expect_status(StatusCode::CREATED);
    let theirs = scene.leerplicht.post("/v1/certificates", &renewal(&next, &scene.leerplicht)).await;
    theirs.expect_problem(409, "taken");
    let successor = scene.gateway.actor(caller.party, &next);
    scene.consent(Role::Doorstroompunt).await;
    let packet = scene.packet(Role::Doorstroompunt, "sleutel-van-kanarie-1").await;
    successor.get(&format!("/v1/packets/{packet}")).await.expect_status(StatusCode::OK);
    scene.consent(Role::WerkEnInkomen).await;
    let packet = scene.packet(Role::WerkEnInkomen, "sleutel-van-kanarie-2").await;
    successor.get(&format!("/v1/packets/{packet}")).await.expect_status(StatusCode::NOT_FOUND);
}

/// A private key under the label of a certificate.
fn mislabelled(key: &str) -> String {
    key.replace("PRIVATE KEY", "CERTIFICATE")
}

/// The last certificate of a chain first.
fn reversed(chain: &str) -> String {
    let mut blocks: Vec<&str> = chain.split_inclusive("-----END CERTIFICATE-----\n").collect();
    blocks.reverse();
    blocks.concat()
}

/// What whoever made the request can mend is told by its own name.
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_of_a_certificate_has_its_own_name() {
    let scene = Scene::set().await;
    let authority = &scene.gateway.laid.authority;
    let client = || odd::of_client(scene.college.party.oin.as_str());
    let p256 = KeyPair::generate().unwrap();
    let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut no_oin = client();
    no_oin.distinguished_name = DistinguishedName::new();
    let mut no_name = client();
    no_name.distinguished_name.remove(DnType::OrganizationName);
    let mut does_not_sign = client();
    does_not_sign.key_usages = vec![KeyUsagePurpose::KeyEncipherment];
    let mut extended = client();
    extended.custom_extensions = vec![odd::unknown_extension()];
    let good = scene.issue(scene.college.party, "goed");
    let proof = statement(&good, scene.college.own.leaf(), scene.gateway.clock.now());
    for (name, params, key, code) in [
        ("RSA 2048", client(), &rsa, "certificate-key"),
        ("Ed25519", client(), &ed25519, "certificate-key"),
        ("no OIN", no_oin, &p256, "certificate-oin"),
        ("no organisation", no_name, &p256, "certificate-organisation"),
        ("a key that may not sign", does_not_sign, &p256, "certificate-key-usage"),
        ("an unknown extension", extended, &p256, "certificate-extension"),
    ] {
        let body = json!({ "certificate": odd::chain(&params, key, authority), "proof": proof });
        let answer = scene.college.post("/v1/certificates", &body).await;
        answer.expect_status(StatusCode::BAD_REQUEST);
        let faults = answer.json()["errors"].as_array().unwrap().clone();
        let is_told = |fault: &Value| fault["code"] == code && fault["pointer"] == "/certificate";
        assert!(faults.iter().any(is_told), "{name}: {faults:?}");
    }
}

fn by_the_present_key(caller: &Actor, now: Timestamp) -> String {
    certificate_proof::state(&caller.own, caller.own.leaf(), now).unwrap()
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
    let answer = actor.post("/v1/certificates", &renewal(&issued, &actor)).await;
    court.judge("itself", &answer, 401, &[], 0).await;
    court.close().await;
}
