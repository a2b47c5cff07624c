use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::*;

const X: &str = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
const Y: &str = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
const U: &str = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";

fn p256() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": X, "y": Y})
}

fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

fn rsa(bytes: usize, first: u8, last: u8) -> Value {
    let mut n = vec![0xa5; bytes];
    *n.first_mut().unwrap() = first;
    *n.last_mut().unwrap() = last;
    json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode(n), "e": "AQAB"})
}

/// A modulus as keys have it, made by other software.
fn sound_rsa() -> Value {
    let case = include_str!("../../../tests/vectors/sealed-packet/rsa-oaep.json");
    let key = &serde_json::from_str::<Value>(case).unwrap()["key"];
    json!({"kty": "RSA", "n": key["n"], "e": key["e"]})
}

fn x25519(low: u8, middle: u8, high: u8) -> Value {
    let mut u = [middle; 32];
    u[0] = low;
    u[31] = high;
    json!({"kty": "OKP", "crv": "X25519", "x": URL_SAFE_NO_PAD.encode(u)})
}

#[test]
fn the_three_kinds_are_read_with_their_default_algorithm() {
    for (jwk, algorithm) in [
        (p256(), KeyAlgorithm::EcdhEs),
        (with(p256(), "alg", "ECDH-ES+A256KW"), KeyAlgorithm::EcdhEsA256kw),
        (json!({"kty": "OKP", "crv": "X25519", "x": U}), KeyAlgorithm::EcdhEs),
        (sound_rsa(), KeyAlgorithm::RsaOaep),
        (with(sound_rsa(), "alg", "RSA-OAEP-256"), KeyAlgorithm::RsaOaep256),
    ] {
        let key = RecipientKey::from_jwk(&jwk).unwrap();
        assert_eq!(key.algorithm(), algorithm, "{jwk}");
        assert_eq!(key.kid(), key.thumbprint());
        assert_eq!(key.thumbprint().len(), 43);
        let published = RecipientKey::from_jwk(&key.to_jwk()).unwrap();
        assert_eq!((published.thumbprint(), published.algorithm()), (key.thumbprint(), key.algorithm()));
    }
}

#[test]
fn thumbprints_are_those_of_the_rfc() {
    // RFC 7638, section 3.1: an RSA key of 2048 bits, too short to be taken here, long enough to be hashed.
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    let n = URL_SAFE_NO_PAD.decode(n).unwrap();
    assert_eq!(
        PublicNumbers::Rsa { n, e: vec![1, 0, 1] }.thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn the_kid_and_the_other_members_do_not_change_the_thumbprint() {
    let named = with(with(p256(), "kid", "2026-1"), "alg", "ECDH-ES+A256KW");
    let key = RecipientKey::from_jwk(&named).unwrap();
    assert_eq!(key.kid(), "2026-1");
    assert_eq!(key.thumbprint(), RecipientKey::from_jwk(&p256()).unwrap().thumbprint());
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        (json!("text"), "", "key-not-a-jwk"),
        (json!({}), "/kty", "key-kind"),
        (json!({"kty": "oct", "k": "AAAA"}), "/kty", "key-kind"),
        (with(p256(), "crv", "P-384"), "/crv", "key-curve"),
        (json!({"kty": "OKP", "crv": "Ed25519", "x": U}), "/crv", "key-curve"),
        (with(p256(), "d", "AAAA"), "", "key-is-private"),
        (with(p256(), "x", Y), "/x", "key-off-curve"),
        (with(p256(), "x", "AAAA"), "/x", "key-coordinate"),
        (with(p256(), "x", format!("{X}=")), "/x", "key-number"),
        // The last character carries four bits that are not part of the number.
        (with(p256(), "x", X.replace("v7D4", "v7D5")), "/x", "key-number"),
        (with(p256(), "y", Value::Null), "/y", "key-number"),
        (with(p256(), "alg", "RSA-OAEP"), "/alg", "key-algorithm"),
        (with(p256(), "alg", "dir"), "/alg", "key-algorithm"),
        (with(p256(), "alg", "ECDH-ES+A128KW"), "/alg", "key-algorithm"),
        (with(p256(), "use", "sig"), "/use", "key-use"),
        (with(p256(), "key_ops", json!(["verify"])), "/key_ops", "key-operations"),
        (with(p256(), "key_ops", json!("deriveKey")), "/key_ops", "key-operations"),
        (with(p256(), "key_ops", json!(["deriveKey", "sign"])), "/key_ops", "key-operations"),
        (with(p256(), "key_ops", json!(["encrypt"])), "/key_ops", "key-operations"),
        (with(sound_rsa(), "key_ops", json!(["deriveBits"])), "/key_ops", "key-operations"),
        (with(sound_rsa(), "key_ops", json!(["encrypt", "verify"])), "/key_ops", "key-operations"),
        (with(p256(), "key_ops", json!(["deriveKey", 1])), "/key_ops", "key-operations"),
        (with(p256(), "key_ops", json!(["deriveKey", "deriveKey"])), "/key_ops", "key-operations-twice"),
        (with(p256(), "key_ops", json!(["deriveBits", "sign", "sign"])), "/key_ops", "key-operations-twice"),
        (with(p256(), "x5u", "https://sluis.example/cert.pem"), "/x5u", "key-certificate-address"),
        (with(p256(), "x5t", "AAAA"), "/x5t", "key-certificate-digest"),
        (with(p256(), "x5t#S256", Value::Null), "/x5t#S256", "key-certificate-digest"),
        (with(p256(), "kid", ""), "/kid", "key-id"),
        (with(p256(), "kid", "two words"), "/kid", "key-id"),
        (with(p256(), "kid", "k".repeat(129)), "/kid", "key-id"),
        (rsa(256, 0x80, 1), "/n", "key-too-short"),
        (rsa(384, 0x7f, 1), "/n", "key-too-short"),
        (rsa(1025, 0x80, 1), "/n", "key-too-long"),
        (rsa(385, 0x00, 1), "/n", "key-not-canonical"),
        (rsa(384, 0x80, 2), "/n", "key-modulus"),
        (rsa(384, 0x80, 1), "/n", "key-modulus-small-factor"),
        (with(rsa(384, 0x80, 1), "e", "Aw"), "/e", "key-exponent"),
        (with(rsa(384, 0x80, 1), "e", "AAEAAQ"), "/e", "key-not-canonical"),
        (with(rsa(384, 0x80, 1), "e", "AQAA"), "/e", "key-exponent"),
        (with(rsa(384, 0x80, 1), "alg", "RSA1_5"), "/alg", "key-algorithm"),
        (x25519(0, 0, 0), "/x", "key-small-order"),
        (x25519(1, 0, 0), "/x", "key-small-order"),
        (x25519(0xec, 0xff, 0x7f), "/x", "key-small-order"),
        (x25519(0xed, 0xff, 0x7f), "/x", "key-not-canonical"),
        (x25519(9, 0, 0x80), "/x", "key-not-canonical"),
    ];
    for (jwk, pointer, code) in cases {
        let fault = RecipientKey::from_jwk(&jwk).unwrap_err();
        assert!(
            fault.faults().iter().any(|fault| fault.pointer == pointer && fault.code == code),
            "{jwk}: expected {code} at {pointer:?}, got {fault}"
        );
    }
    assert!(RecipientKey::from_jwk(&x25519(9, 0, 0)).is_ok(), "the base point is a point");
    assert!(
        RecipientKey::from_jwk(&x25519(2, 0, 0)).is_ok(),
        "RFC 7748, section 5: points of the twist are taken like any other"
    );
    assert!(RecipientKey::from_jwk(&with(p256(), "key_ops", json!([]))).is_ok(), "as browsers export it");
}

#[test]
fn a_digest_is_that_of_the_certificate_that_is_sent_along() {
    let der = b"whatever stands here is for the proof to judge";
    let x5c = json!([base64::engine::general_purpose::STANDARD.encode(der)]);
    let b64 = |algorithm| json!(URL_SAFE_NO_PAD.encode(digest::digest(algorithm, der)));
    let sha1 = b64(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    let sha256 = b64(&digest::SHA256);
    let certified = with(p256(), "x5c", x5c);
    let right = with(with(certified, "x5t", sha1.clone()), "x5t#S256", sha256.clone());
    assert!(RecipientKey::from_jwk(&right).is_ok());
    for wrong in [with(right.clone(), "x5t", sha256), with(right.clone(), "x5t#S256", sha1)] {
        assert!(RecipientKey::from_jwk(&wrong).is_err(), "{wrong}");
    }
    for wrong in [json!([]), json!("x"), json!([1]), json!(["-_"])] {
        assert!(RecipientKey::from_jwk(&with(right.clone(), "x5c", wrong.clone())).is_err(), "{wrong}");
    }
}

#[test]
fn a_stored_modulus_is_not_searched_a_second_time() {
    let weak = rsa(384, 0x80, 1);
    assert!(RecipientKey::from_jwk(&weak).is_err());
    assert!(RecipientKey::from_stored(&weak).is_ok());
    assert!(RecipientKey::from_stored(&rsa(256, 0x80, 1)).is_err(), "what costs nothing is checked again");
}

#[test]
fn all_faults_are_said_at_once_and_none_repeats_the_key() {
    let jwk = json!({"kty": "RSA", "n": "c2VjcmV0", "e": "Aw", "d": "c2VjcmV0", "use": "sig", "alg": "none", "kid": " "});
    let fault = RecipientKey::from_jwk(&jwk).unwrap_err();
    assert_eq!(fault.faults().len(), 6, "{fault}");
    let told = format!("{fault} {fault:?} {}", serde_json::to_string(fault.faults()).unwrap());
    assert!(!told.contains("c2VjcmV0"));
    assert_eq!(fault.under("/jwk")[0].pointer, "/jwk");
}

#[test]
fn private_keys_come_back_from_pem_and_jwk() {
    for key in [
        PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap(),
        PrivateKey::generate_x25519().unwrap(),
        PrivateKey::generate(KeyAlgorithm::RsaOaep256).unwrap(),
    ] {
        let pem = key.to_pem().unwrap();
        assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----"));
        let again = PrivateKey::from_pem(&pem).unwrap();
        assert_eq!(again.public().thumbprint(), key.public().thumbprint());
        assert_eq!(again.named("2026-1").unwrap().public().kid(), "2026-1");
        let told = format!("{key:?}");
        assert!(told.contains("redacted"), "{told}");
    }
}

#[test]
fn halves_that_do_not_belong_together_are_refused() {
    let one = PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap().to_jwk();
    let two = PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap().to_jwk();
    assert!(PrivateKey::from_jwk(&one).is_ok());
    assert!(PrivateKey::from_jwk(&with(one.clone(), "d", two["d"].clone())).is_err());
    assert!(PrivateKey::from_jwk(&with(with(one, "x", two["x"].clone()), "y", two["y"].clone())).is_err());
    assert!(PrivateKey::from_jwk(&json!({"kty": "oct", "k": "AAAA"})).is_err());
    for wrong in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "{}"] {
        assert!(PrivateKey::from_pem(wrong).is_err(), "{wrong}");
    }
}
