//! Keys that nobody should seal to: too small, wrong, unproven, ended, another party's.

use std::sync::Arc;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::StatusCode;
use jiff::{Timestamp, ToSpan as _};
use num_bigint::BigUint;
use serde_json::{Value, json};
use sluis::{
    crypto::keys::{KeyAlgorithm, PrivateKey, RecipientKey},
    domain::{clock::Clock as _, id::SystemEntropy, party::Role},
    identity::{ClientCertificate, authority::Issued, key_proof, tls::OwnCertificate},
};

use super::support::{Court, Scene, essence};
use crate::support::Actor;

/// A statement by this actor's certificate about a key.
fn statement(by: &Actor, key: &RecipientKey) -> String {
    key_proof::state(key, Some(by.party), &by.own, by.clock.now()).unwrap()
}

fn fresh() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_trusted_is_not_published() {
    let scene = Scene::set().await;
    let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let mut court = Court::open(&scene).await;
    let good = fresh();
    let jwk = good.public().to_jwk();
    let with = |name: &str, value: Value| {
        let mut jwk = jwk.clone();
        jwk[name] = value;
        jwk
    };
    let rsa = |n: &[u8]| json!({ "kty": "RSA", "n": b64(n), "e": "AQAB" });
    // Odd, the top bit set.
    let small = rsa(&[0xc5; 256]);
    let square = {
        let mut root = [0xe9; 192];
        root[191] = 13;
        let root = BigUint::from_bytes_be(&root);
        (&root * &root).to_bytes_be()
    };
    let cube = {
        // A prime.
        let mut root = [0xe9; 128];
        root[126..].copy_from_slice(&[3, 137]);
        BigUint::from_bytes_be(&root).pow(3).to_bytes_be()
    };
    let multiple = {
        let mut rest = [0xb5; 382];
        rest[381] = 1;
        (BigUint::from_bytes_be(&rest) * 65_537_u32).to_bytes_be()
    };
    let cases = [
        ("RSA of 2048 bits", small, vec![("/key/n", "key-too-short")]),
        ("private", with("d", json!("kanariewaarde")), vec![("/key", "key-is-private")]),
        ("off the curve", with("x", json!(b64(&[7; 32]))), vec![("/key/x", "key-off-curve")]),
        ("of another curve", with("crv", json!("P-521")), vec![("/key/crv", "key-curve")]),
        (
            "symmetric",
            json!({ "kty": "oct", "k": "a2FuYXJpZXdhYXJkZQ" }),
            vec![("/key", "key-is-private"), ("/key/kty", "key-kind")],
        ),
        ("to sign with", with("use", json!("sig")), vec![("/key/use", "key-use")]),
        ("for another algorithm", with("alg", json!("RSA1_5")), vec![("/key/alg", "key-algorithm")]),
        ("no key", json!("kanariewaarde"), vec![("/key", "key-not-a-jwk")]),
        ("a multiple of 3", rsa(&[0xc3; 384]), vec![("/key/n", "key-modulus-small-factor")]),
        ("a multiple of 65,537", rsa(&multiple), vec![("/key/n", "key-modulus-small-factor")]),
        ("2^3072 - 1", rsa(&[0xff; 384]), vec![("/key/n", "key-modulus-regular")]),
        ("a square", rsa(&square), vec![("/key/n", "key-modulus-close-factors")]),
        ("a cube", rsa(&cube), vec![("/key/n", "key-modulus-power")]),
        (
            "an operation twice",
            with("key_ops", json!(["deriveKey", "deriveKey"])),
            vec![("/key/key_ops", "key-operations-twice")],
        ),
        (
            "a certificate somewhere else",
            with("x5u", json!("https://sluis.example/kanariewaarde")),
            vec![("/key/x5u", "key-certificate-address")],
        ),
        (
            "a digest of no certificate",
            with("x5t#S256", json!("kanariewaarde")),
            vec![("/key/x5t#S256", "key-certificate-digest")],
        ),
    ];
    for (name, key, faults) in cases {
        let body = json!({ "key": key, "proof": statement(&scene.college, good.public()) });
        let answer = scene.college.post("/v1/keys", &body).await;
        court.judge(name, &answer, 400, &faults, 0).await;
    }

    for (name, key, proof, faults) in [
        ("two wrong", json!(5), json!(5), [("/key", "key-not-a-jwk"), ("/proof", "wrong-type")]),
        ("two nulls", json!(null), json!(null), [("/key", "key-not-a-jwk"), ("/proof", "null")]),
        ("a coordinate", with("x", json!(null)), json!(null), [("/key/x", "key-number"), ("/proof", "null")]),
    ] {
        let answer = scene.college.post("/v1/keys", &json!({ "key": key, "proof": proof })).await;
        court.judge(name, &answer, 400, &faults, 0).await;
    }

    let public = good.public();
    let unsigned = {
        let proof = statement(&scene.college, public);
        let parts: Vec<_> = proof.split('.').collect();
        let head = b64(json!({ "alg": "none", "typ": "sluis-key-proof+jwt" }).to_string().as_bytes());
        (format!("{head}.{}.", parts[1]), format!("{}.{}.{}", parts[0], parts[1], b64(&[1; 64])))
    };
    let others = fresh();
    let certificate = |actor: &Actor| -> Vec<String> {
        actor.own.chain().map(|certificate| STANDARD.encode(certificate)).collect()
    };
    for (name, key, proof, fault) in [
        ("no proof", jwk.clone(), None, ("/proof", "missing")),
        ("no signature", jwk.clone(), Some(unsigned.0), ("/proof", "invalid-statement")),
        ("a made-up signature", jwk.clone(), Some(unsigned.1), ("/proof", "wrong-signature")),
        ("no statement", jwk.clone(), Some("kanariewaarde".to_owned()), ("/proof", "invalid-statement")),
        (
            "another party's statement",
            jwk.clone(),
            Some(statement(&scene.doorstroompunt, public)),
            ("/proof", "wrong-signature"),
        ),
        (
            "a statement about another key",
            jwk.clone(),
            Some(statement(&scene.college, others.public())),
            ("/proof", "other-statement"),
        ),
        (
            "a statement in another's name",
            jwk.clone(),
            Some(
                key_proof::state(
                    public,
                    Some(scene.school.party),
                    &scene.college.own,
                    scene.gateway.clock.now(),
                )
                .unwrap(),
            ),
            ("/proof", "other-statement"),
        ),
        (
            "another organisation's certificate",
            with("x5c", json!(certificate(&scene.school))),
            None,
            ("/key/x5c", "other-organisation"),
        ),
        (
            "a certificate for another key",
            with("x5c", json!(certificate(&scene.college))),
            None,
            ("/key/x5c", "other-key"),
        ),
        ("no chain", with("x5c", json!(["kanariewaarde"])), None, ("/key/x5c", "not-a-chain")),
        ("an empty chain", with("x5c", json!([])), None, ("/key/x5c", "not-a-chain")),
        ("an empty certificate", with("x5c", json!([""])), None, ("/key/x5c", "not-a-chain")),
        ("null for a chain", with("x5c", Value::Null), None, ("/key/x5c", "not-a-chain")),
        ("a text for a chain", with("x5c", json!("kanariewaarde")), None, ("/key/x5c", "not-a-chain")),
        (
            "an empty chain beside a statement",
            with("x5c", json!([])),
            Some(statement(&scene.college, public)),
            ("/key/x5c", "not-a-chain"),
        ),
        (
            "null beside a statement",
            with("x5c", Value::Null),
            Some(statement(&scene.college, public)),
            ("/key/x5c", "not-a-chain"),
        ),
        (
            "rubbish beside a statement",
            with("x5c", json!(["kanariewaarde"])),
            Some(statement(&scene.college, public)),
            ("/key/x5c", "not-a-chain"),
        ),
        (
            "a certificate for another key beside a statement",
            with("x5c", json!(certificate(&scene.college))),
            Some(statement(&scene.college, public)),
            ("/key/x5c", "other-key"),
        ),
        (
            "another organisation's certificate beside a statement",
            with("x5c", json!(certificate(&scene.school))),
            Some(statement(&scene.college, public)),
            ("/key/x5c", "other-organisation"),
        ),
        (
            "a statement of eleven minutes ago",
            jwk.clone(),
            Some({
                let then = scene.gateway.clock.now().checked_sub(11.minutes()).unwrap();
                key_proof::state(public, Some(scene.college.party), &scene.college.own, then).unwrap()
            }),
            ("/proof", "stale-statement"),
        ),
        (
            "a statement of tomorrow",
            jwk.clone(),
            Some({
                let then = scene.gateway.clock.now().checked_add(24.hours()).unwrap();
                key_proof::state(public, Some(scene.college.party), &scene.college.own, then).unwrap()
            }),
            ("/proof", "statement-ahead"),
        ),
    ] {
        let mut body = json!({ "key": key });
        if let Some(proof) = proof {
            body["proof"] = json!(proof);
        }
        let answer = scene.college.post("/v1/keys", &body).await;
        court.judge(name, &answer, 400, &[fault], 0).await;
    }

    // The key that the school published: its thumbprint is the school's.
    let theirs = scene.school.key.public();
    let body = json!({ "key": theirs.to_jwk(), "proof": statement(&scene.college, theirs) });
    let answer = scene.college.post("/v1/keys", &body).await;
    court.judge("another party's key", &answer, 409, &[("", "taken")], 0).await;
    court.close().await;

    let body = json!({ "key": jwk, "proof": statement(&scene.college, public) });
    scene.college.post("/v1/keys", &body).await.expect_status(StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_another_partys_key() {
    let scene = Scene::set().await;
    let mut court = Court::open(&scene).await;
    let theirs = scene.college.key.public().thumbprint().to_owned();
    for end in ["retirement", "revocation"] {
        let other = scene.school.post(&format!("/v1/keys/{theirs}/{end}"), &json!({})).await;
        court.judge(end, &other, 404, &[], 0).await;
        let absent = scene.school.post(&format!("/v1/keys/{}/{end}", "A".repeat(43)), &json!({})).await;
        assert_eq!(essence(&other), essence(&absent));
    }
    court.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_without_a_key_is_named_and_nothing_is_stored() {
    let scene = Scene::set().await;
    scene.consent(Role::WerkEnInkomen).await;
    let thumbprint = scene.college.key.public().thumbprint().to_owned();
    let end = format!("/v1/keys/{thumbprint}/revocation");
    scene.college.post(&end, &json!({})).await.expect_status(StatusCode::OK);
    let mut court = Court::open(&scene).await;
    let body = scene.profile(Role::WerkEnInkomen);
    let answer = scene.school.push("/v1/packets", "sleutel-van-kanarie-1", &body).await;
    court.judge("no key", &answer, 409, &[("/recipients/0", "recipient-has-no-key")], 1).await;
    // What was revoked does not come back.
    let answer = scene.college.publish().await;
    court.judge("the revoked key again", &answer, 409, &[("", "taken")], 0).await;
    court.close().await;
}

/// The certificate of the connection must sign: another one of the same organisation, though trusted, does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_by_another_certificate_of_the_organisation_is_none() {
    let scene = Scene::set().await;
    let other = scene.issue(scene.college.party, "een andere");
    let other = OwnCertificate::from_pem(other.chain_pem.as_bytes(), other.key_pem.as_bytes()).unwrap();
    let key = fresh();
    let now = scene.gateway.clock.now();
    let proof = key_proof::state(key.public(), Some(scene.college.party), &other, now).unwrap();
    let mut court = Court::open(&scene).await;
    let body = json!({ "key": key.public().to_jwk(), "proof": proof });
    let answer = scene.college.post("/v1/keys", &body).await;
    court.judge("another certificate", &answer, 400, &[("/proof", "wrong-signature")], 0).await;
    court.close().await;
}

/// A key is sealed to until its end and not after; what was sealed to it before is delivered.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_past_its_end_is_not_sealed_to() {
    let scene = Scene::set().await;
    scene.consent(Role::WerkEnInkomen).await;
    let end = format!("/v1/keys/{}/retirement", scene.college.key.public().thumbprint());
    scene.college.post(&end, &json!({})).await.expect_status(StatusCode::OK);
    let now = scene.gateway.clock.now();
    let mut next = scene.college.clone();
    next.key = Arc::new(fresh());
    let until = now.checked_add(48.hours()).unwrap();
    let body = json!({
        "key": next.key.public().to_jwk(),
        "proof": statement(&next, next.key.public()),
        "validUntil": until.to_string(),
    });
    let published = next.post("/v1/keys", &body).await.expect_status(StatusCode::CREATED).json();
    assert_eq!(
        (&published["state"], &published["validUntil"]),
        (&json!("active"), &json!("2026-09-17T09:00:00.000Z"))
    );
    let again = next.post("/v1/keys", &body).await.expect_status(StatusCode::CREATED).json();
    assert_eq!(again, published, "the same key a second time is the same key");
    let mut longer = body.clone();
    longer["validUntil"] = json!("2026-09-18T09:00:00Z");
    next.post("/v1/keys", &longer).await.expect_problem(409, "other-end");

    scene.gateway.pass(172_799_999.milliseconds());
    let packet = scene.packet(Role::WerkEnInkomen, "sleutel-van-kanarie-1").await;
    scene.gateway.pass(1.millisecond());
    let late =
        scene.school.push("/v1/packets", "sleutel-van-kanarie-2", &scene.profile(Role::WerkEnInkomen)).await;
    late.expect_problem(409, "recipient-has-no-key");
    next.pull(&packet).await;
    let keys = next.get(&format!("/v1/parties/{}/{}/keys", next.party.oin, next.party.role)).await.json();
    let listed =
        keys["items"].as_array().unwrap().iter().find(|key| key["thumbprint"] == published["thumbprint"]);
    let listed = listed.unwrap();
    assert_eq!((&listed["state"], &listed["validUntil"]), (&json!("retired"), &published["validUntil"]));
    assert_eq!(published["key"], listed["key"]);
}

/// An end that makes no sense is refused together with what else is wrong, and changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_has_ended_is_not_published() {
    let scene = Scene::set().await;
    let mut court = Court::open(&scene).await;
    let key = fresh();
    let proof = statement(&scene.college, key.public());
    for (name, until, fault) in [
        ("an hour ago", "2026-09-15T08:00:00Z", "ended"),
        ("this instant", "2026-09-15T09:00:00Z", "ended"),
        ("another notation", "2026-09-15", "invalid-value"),
    ] {
        let body = json!({ "key": key.public().to_jwk(), "proof": proof, "validUntil": until });
        let answer = scene.college.post("/v1/keys", &body).await;
        court.judge(name, &answer, 400, &[("/validUntil", fault)], 0).await;
    }
    let body = json!({ "key": "kanariewaarde", "proof": proof, "validUntil": "2026-09-15T08:00:00Z" });
    let answer = scene.college.post("/v1/keys", &body).await;
    court.judge("both", &answer, 400, &[("/key", "key-not-a-jwk"), ("/validUntil", "ended")], 0).await;
    let mut jwk = key.public().to_jwk();
    jwk["x5c"] = json!(["kanariewaarde"]);
    let body = json!({ "key": jwk, "proof": "a.b.c", "validUntil": "2026-09-15T08:00:00Z" });
    let answer = scene.college.post("/v1/keys", &body).await;
    let faults = [("/key/x5c", "not-a-chain"), ("/proof", "invalid-statement"), ("/validUntil", "ended")];
    court.judge("all three", &answer, 400, &faults, 0).await;
    let body = json!({ "key": "kanariewaarde", "proof": "a.b.c", "validUntil": "2026-09-15T08:00:00Z" });
    let answer = scene.college.post("/v1/keys", &body).await;
    let faults = [("/key", "key-not-a-jwk"), ("/proof", "invalid-statement"), ("/validUntil", "ended")];
    court.judge("a key that is none, too", &answer, 400, &faults, 0).await;
    court.close().await;
}

/// A certificate proves a key for as long as it lasts itself, and not once it has expired.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_does_not_outlive_the_certificate_that_proves_it() {
    let scene = Scene::set().await;
    let now = scene.gateway.clock.now();
    let issue = |at| {
        let authority = &scene.gateway.laid.authority;
        let oin = scene.college.party.oin;
        authority.client(oin, "Een organisatie", "versleuteling", at, &SystemEntropy::new()).unwrap()
    };
    let body = |issued: &Issued| {
        let mut jwk = PrivateKey::from_pem(&issued.key_pem).unwrap().public().to_jwk();
        jwk["x5c"] = json!([STANDARD.encode(&issued.der)]);
        json!({ "key": jwk })
    };
    let mut court = Court::open(&scene).await;
    let expired = issue(now.checked_sub((24 * 398).hours()).unwrap());
    let answer = scene.college.post("/v1/keys", &body(&expired)).await;
    court.judge("expired", &answer, 400, &[("/key/x5c", "untrusted-certificate")], 0).await;
    let good = issue(now);
    let not_after = ClientCertificate::read(&good.der).unwrap().not_after();
    let mut longer = body(&good);
    longer["validUntil"] = json!(not_after.checked_add(1.second()).unwrap().to_string());
    let answer = scene.college.post("/v1/keys", &longer).await;
    court.judge("longer", &answer, 400, &[("/validUntil", "after-certificate")], 0).await;
    court.close().await;

    let published = scene.college.post("/v1/keys", &body(&good)).await;
    let until = published.expect_status(StatusCode::CREATED).text("/validUntil");
    assert_eq!(until.parse::<Timestamp>().unwrap(), not_after);
}
