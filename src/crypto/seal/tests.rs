use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::{
    crypto::keys::KeyAlgorithm,
    domain::{id::SystemEntropy, party::Role},
    policy::{catalogue::Catalogue, engine::Engine, minimise::minimise, permit::Decision, whatif::WhatIf},
};

const CONTENT: &[u8] = br#"{"persoon":{"voornaam":"Toby"},"stages":[]}"#;

fn packet() -> PacketId {
    PacketId::new(jiff::Timestamp::UNIX_EPOCH, &SystemEntropy::new()).unwrap()
}

fn about(packet: PacketId) -> SealHeader {
    SealHeader { dataset: "overgangsdocument".parse().unwrap(), packet }
}

/// The JWE of a packet, without the permit that [`seal`] asks for.
fn sealed(key: &PrivateKey) -> String {
    message(CONTENT, key.public(), &about(packet())).unwrap()
}

/// For the tests with other people's software.
pub(in crate::crypto) fn message_of(content: &Value, key: &RecipientKey) -> (String, PacketId) {
    let packet = packet();
    (message(content.to_string().as_bytes(), key, &about(packet)).unwrap(), packet)
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
        let packet = packet();
        let message = message(CONTENT, key.public(), &about(packet)).unwrap();
        assert_eq!(open(&message, &key).unwrap().expose(), CONTENT, "{key:?}");
        let (header, content) = open_packet(&message, &key, packet).unwrap();
        assert_eq!((header, content.expose()), (about(packet), CONTENT));
    }
}

#[test]
fn the_header_is_the_profile() {
    let key = elliptic().named("2026-1").unwrap();
    let packet = packet();
    let header = jwe::header(&message(CONTENT, key.public(), &about(packet)).unwrap()).unwrap();
    let expected = json!({
        "typ": "JWE", "cty": CTY, "kid": "2026-1", "enc": "A256GCM", "alg": "ECDH-ES",
        "dataset": "overgangsdocument", "packet": packet.to_string(), "epk": header["epk"],
    });
    assert_eq!(Value::Object(header), expected);
}

#[test]
fn a_seal_carries_the_permits_packet_party_and_basis() {
    let packet = packet();
    let minimised = projection(packet);
    let content = minimised.expose().to_vec();
    let key = elliptic();
    let sealed = seal(minimised, key.public()).unwrap();
    assert_eq!((sealed.packet(), sealed.thumbprint()), (packet, key.public().thumbprint()));
    assert_eq!(sealed.party().role, Role::Doorstroompunt);
    assert_eq!(sealed.basis().as_str(), "verwijderingsmelding.pro");
    assert!(sealed.categories().iter().any(|category| category.as_str() == "verwijdering"));
    assert_eq!(sealed.sha256(), Digest::of(sealed.jwe().as_bytes()));
    let (header, opened) = open_packet(sealed.jwe(), &key, packet).unwrap();
    assert_eq!((header.dataset.as_str(), opened.expose()), ("verwijderingsmelding", content.as_slice()));
    assert!(!format!("{sealed:?}").contains("Sem"));
}

/// A projection as the policies allow one: the dataset whose permit needs nothing but facts about the pupil.
fn projection(packet: PacketId) -> Minimised {
    let catalogue = Arc::new(Catalogue::embedded().unwrap());
    let dataset = catalogue.dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    let example = serde_json::to_vec(&dataset.example).unwrap();
    let contents = dataset.validate(&Plaintext::new(example)).unwrap();
    let question: WhatIf = serde_json::from_value(json!({
        "dataset": "verwijderingsmelding", "purpose": "doorstroompunt-taak", "senderRole": "pro-school",
        "recipientRole": "doorstroompunt", "recipientGemeenten": ["0361"], "verblijf": "0361",
        "at": "2026-10-06", "birthDate": "2006-02-11", "verwijderdOp": "2026-10-05", "pgn": true,
        "categories": contents.categories(),
    }))
    .unwrap();
    let mut facts = question.facts(jiff::Timestamp::UNIX_EPOCH).unwrap();
    facts.subject = Some(packet);
    let permit = match Engine::new(Arc::clone(&catalogue)).unwrap().decide(&facts) {
        Decision::Permit(permit) => permit,
        Decision::Refusal(refusal) => panic!("{refusal:?}"),
    };
    minimise(&permit, &contents, dataset, &BTreeSet::new()).unwrap()
}

#[test]
fn the_length_tells_only_the_step() {
    let key = elliptic();
    let length = |size: usize| {
        let content = vec![b'x'; size];
        let message = message(&content, key.public(), &about(packet())).unwrap();
        assert_eq!(open(&message, &key).unwrap().expose(), content);
        message.len()
    };
    assert_eq!(length(1), length(STEP));
    assert_eq!(length(STEP + 1), length(2 * STEP));
    assert!(length(STEP) < length(STEP + 1));
}

#[test]
fn only_the_named_key_opens() {
    let (own, other) = (elliptic(), elliptic());
    let message = sealed(&own);
    assert_eq!(open(&message, &other).unwrap_err(), OpenError::OtherKey);
    let posing = other.named(own.public().kid()).unwrap();
    assert_eq!(open(&message, &posing).unwrap_err(), OpenError::Unopenable);
    assert_eq!(open_packet(&message, &own, packet()).unwrap_err(), OpenError::OtherPacket);
}

#[test]
fn a_header_that_asks_for_anything_else_is_refused_before_decryption() {
    let key = elliptic();
    let message = sealed(&key);
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
    let message = sealed(&key);
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
        let message = sealed(&key);
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
    let message = sealed(&key);
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
    let seal = || message(CONTENT, key.public(), &about(packet)).unwrap();
    assert_ne!(seal(), seal());
}
