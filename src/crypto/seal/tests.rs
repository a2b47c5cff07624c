use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::*;
use crate::{
    crypto::keys::KeyAlgorithm,
    domain::{id::SystemEntropy, party::Role, plaintext::Plaintext},
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

#[test]
fn every_algorithm_opens_what_it_sealed() {
    let keys = KeyAlgorithm::ALL.into_iter().map(|algorithm| PrivateKey::generate(algorithm).unwrap());
    for key in keys.chain([PrivateKey::generate_x25519().unwrap()]) {
        let packet = packet();
        let message = message(CONTENT, key.public(), &about(packet)).unwrap();
        assert_eq!(open(&message, &key).unwrap().1.expose(), CONTENT, "{key:?}");
        let (header, content) = open_packet(&message, &key, packet).unwrap();
        assert_eq!((header, content.expose()), (about(packet), CONTENT));
    }
}

#[test]
fn the_header_is_the_profile() {
    let key = elliptic().named("2026-1").unwrap();
    let packet = packet();
    let header = jwe::header(&message(CONTENT, key.public(), &about(packet)).unwrap(), CTY).unwrap();
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
    let catalogue = Catalogue::embedded().unwrap();
    let dataset = catalogue.dataset(&"verwijderingsmelding".parse().unwrap()).unwrap();
    let example = serde_json::to_vec(&dataset.example).unwrap();
    let contents = dataset.validate(Plaintext::read(&example).unwrap()).unwrap();
    let question = WhatIf::read(
        json!({
            "dataset": "verwijderingsmelding", "purpose": "doorstroompunt-taak", "senderRole": "pro-school",
            "recipientRole": "doorstroompunt", "recipientGemeenten": ["0361"], "verblijf": "0361",
            "at": "2026-10-06", "birthDate": "2006-02-11", "verwijderdOp": "2026-10-05", "pgn": true,
            "categories": contents.categories(),
        }),
        catalogue.glossary(),
    )
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
        let content = format!("{{{:1$}}}", "", size - 2).into_bytes();
        let message = message(&content, key.public(), &about(packet())).unwrap();
        assert_eq!(open(&message, &key).unwrap().1.expose(), content);
        message.len()
    };
    assert_eq!(length(2), length(STEP));
    assert_eq!(length(STEP + 1), length(2 * STEP));
    assert!(length(STEP) < length(STEP + 1));
}

#[test]
fn only_the_named_key_opens() {
    let (own, other) = (elliptic().named("2026-1").unwrap(), elliptic());
    let message = sealed(&own);
    assert_eq!(open(&message, &other).unwrap_err(), OpenError::OtherKey);
    // Another's thumbprint is no name of a key; a label can be taken by anybody.
    assert!(elliptic().named(own.public().thumbprint()).is_err());
    let posing = other.named("2026-1").unwrap();
    assert_eq!(open(&message, &posing).unwrap_err(), OpenError::Unopenable);
    assert_eq!(open_packet(&message, &own, packet()).unwrap_err(), OpenError::OtherPacket);
}

#[test]
fn a_header_that_names_no_packet_and_dataset_is_refused() {
    let key = elliptic();
    let message = sealed(&key);
    for (name, value) in [
        ("dataset", Value::Null),
        ("dataset", json!("Overgangs document")),
        ("dataset", json!(1)),
        ("packet", Value::Null),
        ("packet", json!("")),
        ("packet", json!("0198C0DE-0000-7000-8000-000000000000")),
    ] {
        let changed = replace_header(&message, |header| header[name] = value.clone());
        assert_eq!(open(&changed, &key).unwrap_err(), OpenError::Malformed, "{name} = {value}");
    }
    let identity =
        replace_header(&message, |header| header["cty"] = json!("application/vnd.sluis.age-identity"));
    assert_eq!(open(&identity, &key).unwrap_err(), OpenError::Kind);
}

#[test]
fn what_was_sealed_is_one_json_object_with_each_name_once() {
    let key = elliptic();
    let of = |content: &[u8]| open(&message(content, key.public(), &about(packet())).unwrap(), &key);
    for good in [&b"{}"[..], b"{\"a\":{\"b\":[1,2]}}", "{\"naam\":\"\u{eb}\"}".as_bytes()] {
        assert!(of(good).is_ok(), "{}", String::from_utf8_lossy(good));
    }
    for wrong in [
        &b""[..],
        b"geheim",
        b"null",
        b"{}\t",
        b"{}\n",
        b" {}",
        b"[]",
        b"[{\"a\":1}]",
        b"\"text\"",
        b"{\"a\":1}{\"a\":1}",
        b"{\"a\":1,\"a\":2}",
        b"{\"a\":{\"b\":1,\"\\u0062\":2}}",
        b"{\"a\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":\"\\ud800\"}",
    ] {
        assert_eq!(of(wrong).unwrap_err(), OpenError::Content, "{}", String::from_utf8_lossy(wrong));
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
