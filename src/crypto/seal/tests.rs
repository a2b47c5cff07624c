use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::{
    crypto::keys::KeyAlgorithm,
    domain::{id::SystemEntropy, party::Role},
};

const CONTENT: &[u8] = br#"{"persoon":{"voornaam":"Toby"},"stages":[]}"#;

fn packet() -> PacketId {
    PacketId::new(jiff::Timestamp::UNIX_EPOCH, &SystemEntropy::new()).unwrap()
}

/// The one place where these tests mint a projection.
fn minimised(bytes: &[u8], packet: PacketId) -> Minimised {
    Minimised::for_test(
        bytes,
        packet,
        PartyId::new("00000099000000001000".parse().unwrap(), Role::WerkEnInkomen),
        "overgangsdocument.pro".parse().unwrap(),
        ["persoon", "stages"].into_iter().map(|category| category.parse().unwrap()).collect(),
    )
}

fn about(packet: PacketId) -> SealHeader {
    SealHeader { dataset: "overgangsdocument".parse().unwrap(), packet }
}

fn sealed(key: &PrivateKey) -> Sealed {
    let packet = packet();
    seal(minimised(CONTENT, packet), key.public(), &about(packet)).unwrap()
}

fn elliptic() -> PrivateKey {
    PrivateKey::generate(KeyAlgorithm::EcdhEs).unwrap()
}

fn replace_header(message: &str, change: impl FnOnce(&mut Value)) -> String {
    let (head, rest) = message.split_once('.').unwrap();
    let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
    change(&mut header);
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

fn replace_part(message: &str, index: usize, value: &str) -> String {
    let mut parts: Vec<_> = message.split('.').collect();
    parts[index] = value;
    parts.join(".")
}

#[test]
fn every_algorithm_opens_what_it_sealed() {
    let keys = KeyAlgorithm::ALL.into_iter().map(|algorithm| PrivateKey::generate(algorithm).unwrap());
    for key in keys.chain([PrivateKey::generate_x25519().unwrap()]) {
        let sealed = sealed(&key);
        assert_eq!(open(sealed.jwe(), &key).unwrap().expose(), CONTENT, "{key:?}");
        let (header, content) = open_packet(sealed.jwe(), &key, sealed.packet()).unwrap();
        assert_eq!((header.dataset.as_str(), content.expose()), ("overgangsdocument", CONTENT));
    }
}

#[test]
fn the_header_is_the_profile() {
    let key = elliptic().named("2026-1").unwrap();
    let sealed = sealed(&key);
    let header = jwe::header(sealed.jwe()).unwrap();
    let expected = json!({
        "typ": "JWE", "cty": CTY, "kid": "2026-1", "enc": "A256GCM", "alg": "ECDH-ES",
        "dataset": "overgangsdocument", "packet": sealed.packet().to_string(), "epk": header["epk"],
    });
    assert_eq!(Value::Object(header), expected);
    assert_eq!(sealed.sha256(), Digest::of(sealed.jwe().as_bytes()));
    assert_eq!(sealed.thumbprint(), key.public().thumbprint());
}

#[test]
fn a_seal_carries_the_permits_packet_party_and_basis() {
    let sealed = sealed(&elliptic());
    assert_eq!(sealed.party().to_string(), "00000099000000001000/werk-en-inkomen");
    assert_eq!(sealed.basis().as_str(), "overgangsdocument.pro");
    assert_eq!(sealed.categories().len(), 2);
    let refused = seal(minimised(CONTENT, packet()), elliptic().public(), &about(packet()));
    assert!(matches!(refused, Err(SealError::OtherPacket)));
}

#[test]
fn the_length_tells_only_the_step() {
    let key = elliptic();
    let length = |size: usize| {
        let (packet, content) = (packet(), vec![b'x'; size]);
        let sealed = seal(minimised(&content, packet), key.public(), &about(packet)).unwrap();
        assert_eq!(open(sealed.jwe(), &key).unwrap().expose(), content);
        sealed.jwe().len()
    };
    assert_eq!(length(1), length(STEP));
    assert_eq!(length(STEP + 1), length(2 * STEP));
    assert!(length(STEP) < length(STEP + 1));
}

#[test]
fn only_the_named_key_opens() {
    let (own, other) = (elliptic(), elliptic());
    let sealed = sealed(&own);
    assert_eq!(open(sealed.jwe(), &other).unwrap_err(), OpenError::OtherKey);
    let posing = other.named(own.public().kid()).unwrap();
    assert_eq!(open(sealed.jwe(), &posing).unwrap_err(), OpenError::Unopenable);
    assert_eq!(open_packet(sealed.jwe(), &own, packet()).unwrap_err(), OpenError::OtherPacket);
}

#[test]
fn a_header_that_asks_for_anything_else_is_refused_before_decryption() {
    let key = elliptic();
    let message = sealed(&key).jwe().to_owned();
    let cases: [(&str, Value, OpenError); 11] = [
        ("zip", json!("DEF"), OpenError::Compressed),
        ("crit", json!(["exp"]), OpenError::Critical),
        ("alg", json!("PBES2-HS256+A128KW"), OpenError::KeyAlgorithm),
        ("alg", json!("dir"), OpenError::KeyAlgorithm),
        ("alg", json!("RSA1_5"), OpenError::KeyAlgorithm),
        ("alg", json!("none"), OpenError::KeyAlgorithm),
        ("alg", json!(["ECDH-ES"]), OpenError::KeyAlgorithm),
        ("enc", json!("A128CBC-HS256"), OpenError::Encryption),
        ("enc", json!("A128GCM"), OpenError::Encryption),
        ("kid", Value::Null, OpenError::OtherKey),
        ("packet", json!("0198c0de-0000-7000-8000-000000000000"), OpenError::Unopenable),
    ];
    for (name, value, expect) in cases {
        let changed = replace_header(&message, |header| header[name] = value.clone());
        assert_eq!(open(&changed, &key).unwrap_err(), expect, "{name} = {value}");
    }
}

#[test]
fn parts_of_another_length_are_refused() {
    let key = PrivateKey::generate(KeyAlgorithm::EcdhEsA256kw).unwrap();
    let message = sealed(&key).jwe().to_owned();
    // A short wrapped key makes josekit subtract below zero; a short tag can be guessed.
    for (index, value) in
        [(1, ""), (1, "AAAA"), (2, ""), (2, "AAAA"), (3, ""), (4, ""), (4, "AAAAAA"), (0, ""), (0, "e30")]
    {
        assert!(open(&replace_part(&message, index, value), &key).is_err(), "part {index} = {value:?}");
    }
    for wrong in ["", ".", "....", ".....", "a.b.c.d.e", &format!("{message}.")] {
        assert!(open(wrong, &key).is_err(), "{wrong}");
    }
    let long = replace_part(&message, 0, &"A".repeat(9000));
    assert_eq!(open(&long, &key).unwrap_err(), OpenError::TooLong);
}

#[test]
fn a_false_ephemeral_key_is_refused() {
    for key in [elliptic(), PrivateKey::generate_x25519().unwrap()] {
        let message = sealed(&key).jwe().to_owned();
        for x in ["AAAA".to_owned(), URL_SAFE_NO_PAD.encode([0; 32]), URL_SAFE_NO_PAD.encode([5; 32])] {
            let changed = replace_header(&message, |header| header["epk"]["x"] = json!(x));
            assert_eq!(open(&changed, &key).unwrap_err(), OpenError::Unopenable, "{key:?} {x}");
        }
        let gone = replace_header(&message, |header| header["epk"] = json!([]));
        assert_eq!(open(&gone, &key).unwrap_err(), OpenError::Unopenable);
    }
}

#[test]
fn every_changed_character_is_noticed() {
    let key = elliptic();
    let message = sealed(&key).jwe().to_owned();
    for at in (0..message.len()).step_by(7) {
        let mut bytes = message.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(open(&changed, &key).is_err(), "at {at}");
    }
}

#[test]
fn the_same_packet_seals_differently_each_time() {
    let (key, packet) = (elliptic(), packet());
    let seal = || seal(minimised(CONTENT, packet), key.public(), &about(packet)).unwrap();
    assert_ne!(seal().jwe(), seal().jwe());
}
