//! Keys of others, sealed messages, receipts and envelopes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sluis::{
    accesslog::receipt::Claims,
    crypto::{
        envelope,
        keys::{PublicNumbers, RecipientKey},
        seal, sign,
    },
    http::json::parse_strict,
};

use super::{
    assert_silent, compact,
    fixed::{CONTENT, IDENTITY, LOG, OPENED, RECEIPT_KEY, SEALED, Vector},
    text,
};

/// A public JWK.
pub(super) fn recipient_key(bytes: &[u8]) -> bool {
    let Ok(jwk) = parse_strict(bytes) else { return false };
    let key = match RecipientKey::from_jwk(&jwk) {
        Ok(key) => key,
        Err(fault) => {
            assert!(!fault.faults().is_empty());
            assert_silent(&fault);
            return false;
        }
    };
    if let PublicNumbers::Rsa { n, e } = key.numbers() {
        assert!(
            (384..=1024).contains(&n.len()) && n[0] != 0 && (n.len() > 384 || n[0] >= 0x80),
            "a weak modulus"
        );
        assert!(e.last().is_some_and(|last| last % 2 == 1) && (3..=4).contains(&e.len()), "a weak exponent");
    }
    assert!((1..=128).contains(&key.kid().len()) && key.kid().bytes().all(|byte| byte.is_ascii_graphic()));
    let published = key.to_jwk();
    let members: Vec<_> = published.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(members.iter().all(|name| !["d", "p", "q", "k"].contains(name)), "{members:?}");
    // A number has one spelling, so a key has one thumbprint.
    for number in ["n", "e", "x", "y"].into_iter().filter(|name| members.contains(name)) {
        assert_eq!(published[number], jwk[number]);
    }
    let again = RecipientKey::from_jwk(&published).unwrap();
    assert_eq!((again.kid(), again.thumbprint()), (key.kid(), key.thumbprint()));
    assert_eq!((again.algorithm(), again.numbers()), (key.algorithm(), key.numbers()));
    true
}

/// A compact JWE. What opens is what was sealed, to the letter.
pub(super) fn sealed(bytes: &[u8]) -> bool {
    let Some(message) = text(bytes).map(compact) else { return false };
    let header = seal::SealHeader::read(&message);
    assert_silent(&header);
    let mut taken = false;
    for Vector { key, jwe, content } in SEALED.iter() {
        let opened = seal::open(&message, key);
        if let Ok((_, opened)) = &opened {
            assert_eq!(opened.expose(), content.as_bytes());
            assert_eq!(&message, jwe, "another text opens as well");
            let header = header.as_ref().expect("opens, and its header cannot be read");
            assert!(seal::open_packet(&message, key, header.packet).is_ok());
            taken = true;
        }
        assert_silent(&opened);
    }
    taken
}

/// The parts of a compact JWE, a line each: its header as JSON, the others in hexadecimal digits, so that mutations change
/// one length and not the whole. The keys are of every kind and algorithm.
pub(super) fn jwe(bytes: &[u8]) -> bool {
    let Some(text) = text(bytes) else { return false };
    let mut lines = text.split('\n');
    let header = lines.next().unwrap_or_default();
    // Digits that are none stand as they are: letters of base64url, or not.
    let encoded = |line: &str| {
        hex::decode(line).map_or_else(|_| line.to_owned(), |bytes| URL_SAFE_NO_PAD.encode(bytes))
    };
    let message = std::iter::once(URL_SAFE_NO_PAD.encode(header)).chain(lines.map(encoded));
    let message = message.collect::<Vec<_>>().join(".");
    let mut taken = false;
    for Vector { key, .. } in OPENED.iter() {
        let opened = seal::open(&message, key);
        if let Ok((_, opened)) = &opened {
            let sealed =
                OPENED.iter().find(|sealed| sealed.jwe == message).expect("another text opens as well");
            assert_eq!(opened.expose(), sealed.content.as_bytes());
            taken = true;
        }
        assert_silent(&opened);
        let identity = envelope::unwrap_identity(&message, key);
        assert!(identity.is_err(), "a packet is no identity");
    }
    taken
}

/// A compact JWS with its claims, and what they prove.
pub(super) fn receipt(bytes: &[u8]) -> bool {
    let Some(message) = text(bytes).map(compact) else { return false };
    let kid = sign::kid_of(&message);
    let read = sign::verify::<Claims>(&message, &RECEIPT_KEY);
    assert!(sign::verify::<Value>(&message, &RECEIPT_KEY).is_ok() || read.is_err());
    let Ok(claims) = read else { return false };
    assert_eq!(kid.as_deref().ok(), RECEIPT_KEY["kid"].as_str());
    assert_eq!(message, include_str!("../corpus/receipt/ok-receipt"), "another text is signed as well");
    claims.verify(&LOG).expect("a genuine receipt proves its entry");
    true
}

/// An age file.
pub(super) fn envelope(bytes: &[u8]) -> bool {
    let mut content = Vec::new();
    let Ok(length) = envelope::open(bytes, &mut content, &IDENTITY) else { return false };
    assert_eq!(usize::try_from(length).unwrap(), content.len());
    assert_eq!(content, CONTENT.as_bytes());
    true
}
