use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::crypto::keys::PrivateKey;

const CTY: &str = "text/plain";

/// A key of each kind, with a message for it under each of its algorithms.
struct Sealed {
    key: PrivateKey,
    header: Value,
    parts: Vec<Vec<u8>>,
}

static SEALED: LazyLock<Vec<Sealed>> = LazyLock::new(|| {
    let key = |case: &str| serde_json::from_str::<Value>(case).unwrap()["key"].clone();
    let rsa = key(include_str!("../../../tests/vectors/sealed-packet/rsa-oaep.json"));
    let p256 = key(include_str!("../../../tests/vectors/sealed-packet/ecdh-es-p256.json"));
    let x25519 = key(include_str!("../../../tests/vectors/sealed-packet/ecdh-es-x25519.json"));
    [
        (&rsa, "RSA-OAEP"),
        (&rsa, "RSA-OAEP-256"),
        (&p256, "ECDH-ES"),
        (&p256, "ECDH-ES+A256KW"),
        (&x25519, "ECDH-ES"),
        (&x25519, "ECDH-ES+A256KW"),
    ]
    .map(|(jwk, alg)| {
        let mut jwk = jwk.clone();
        jwk["alg"] = json!(alg);
        let key = PrivateKey::from_jwk(&jwk).unwrap();
        let message = encrypt(b"content", key.public(), CTY, &[]).unwrap();
        assert_eq!(*key.open(&message, CTY).unwrap(), b"content", "{alg}");
        let mut parts: Vec<_> =
            message.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
        let header = serde_json::from_slice(&parts.remove(0)).unwrap();
        Sealed { key, header, parts }
    })
    .into()
});

impl Sealed {
    fn is_elliptic(&self) -> bool {
        self.header.get("epk").is_some()
    }

    /// The message with another header.
    fn headed(&self, header: impl AsRef<[u8]>) -> String {
        let parts = std::iter::once(header.as_ref()).chain(self.parts.iter().map(Vec::as_slice));
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).collect::<Vec<_>>().join(".")
    }

    /// The message with a member of its header set.
    fn with(&self, name: &str, value: Value) -> String {
        let mut header = self.header.clone();
        header[name] = value;
        self.headed(header.to_string())
    }

    /// The message with another part: 1 the wrapped key, 2 the IV, 3 the ciphertext, 4 the tag.
    fn parted(&self, index: usize, text: &str) -> String {
        let message = self.headed(self.header.to_string());
        let mut parts: Vec<_> = message.split('.').collect();
        parts[index] = text;
        parts.join(".")
    }

    fn opened(&self, message: &str) -> Result<(), OpenError> {
        self.key.open(message, CTY).map(drop)
    }
}

#[test]
fn a_part_of_another_length_reaches_no_library() {
    for sealed in SEALED.iter() {
        let own = sealed.parts[0].len();
        for length in
            (0..=9).chain([11, 12, 13, 15, 16, 17, 24, 32, 39, 40, 41, 48, 383, 384, 385, 1024, 1025])
        {
            let text = URL_SAFE_NO_PAD.encode(vec![0x5a; length]);
            let wrong = [(1, own), (2, 12), (4, 16)].into_iter().filter(|(_, right)| *right != length);
            for (index, _) in wrong {
                assert_eq!(
                    sealed.opened(&sealed.parted(index, &text)),
                    Err(OpenError::Malformed),
                    "{length} bytes in part {index} of {}",
                    sealed.header
                );
            }
        }
        assert_eq!(sealed.opened(&sealed.parted(3, "")), Err(OpenError::Malformed));
    }
}

#[test]
fn what_is_not_base64url_without_padding_is_malformed() {
    for sealed in SEALED.iter() {
        let good = sealed.headed(sealed.header.to_string());
        for (index, part) in good.split('.').enumerate() {
            for wrong in [
                format!("{part}="),
                format!("{part}+"),
                format!("{part} "),
                format!("{part}A"),
                "é".to_owned(),
            ] {
                // A letter more is another length, in the ciphertext another text.
                let expected =
                    if (index, wrong.as_str()) == (3, format!("{part}A").as_str()) && wrong.len() % 4 != 1 {
                        OpenError::Unopenable
                    } else {
                        OpenError::Malformed
                    };
                assert_eq!(sealed.opened(&sealed.parted(index, &wrong)), Err(expected), "{wrong} in {index}");
            }
        }
        for wrong in [
            "",
            ".",
            "....",
            "a.b.c.d",
            &good.replacen('.', "", 1),
            &format!("{good}."),
            &format!("{good}.AA"),
        ] {
            assert_eq!(sealed.opened(wrong), Err(OpenError::Malformed), "{wrong}");
        }
    }
}

#[test]
fn a_header_that_is_not_one_object_with_each_name_once_is_malformed() {
    for sealed in SEALED.iter() {
        let good = sealed.header.to_string();
        assert_eq!(
            sealed.opened(&sealed.headed(format!(" {good}"))),
            Err(OpenError::Unopenable),
            "its letters are sealed"
        );
        for wrong in [
            "",
            "null",
            "[]",
            "\"text\"",
            "{",
            &format!("{good}{good}"),
            &format!("\u{feff}{good}"),
            &good.replacen('{', "{\"enc\":\"A256GCM\",", 1),
            &good.replacen('{', "{\"kid\":\"other\",", 1),
            &good.replacen('{', "{\"\\u0065nc\":\"A128GCM\",", 1),
            &good.replacen('{', "{\"a\":{\"b\":1,\"b\":2},", 1),
            &good.replacen('{', &format!("{{\"a\":{}{},", "[".repeat(40), "]".repeat(40)), 1),
        ] {
            assert_eq!(sealed.opened(&sealed.headed(wrong)), Err(OpenError::Malformed), "{wrong}");
        }
        let long = sealed.with("a", json!("A".repeat(8192)));
        assert_eq!(sealed.opened(&long), Err(OpenError::TooLong));
        assert_eq!(sealed.opened(&sealed.headed(b"{\"a\":\"\xff\"}")), Err(OpenError::Malformed));
    }
}

#[test]
fn a_header_that_asks_for_anything_else_is_refused_before_decryption() {
    for sealed in SEALED.iter() {
        for (name, value, expected) in [
            ("zip", json!("DEF"), OpenError::Compressed),
            ("zip", Value::Null, OpenError::Compressed),
            ("crit", json!(["exp"]), OpenError::Critical),
            ("crit", json!([]), OpenError::Critical),
            ("alg", json!("dir"), OpenError::KeyAlgorithm),
            ("alg", json!("RSA1_5"), OpenError::KeyAlgorithm),
            ("alg", json!("PBES2-HS512+A256KW"), OpenError::KeyAlgorithm),
            ("alg", json!("A256KW"), OpenError::KeyAlgorithm),
            ("alg", json!("A256GCMKW"), OpenError::KeyAlgorithm),
            ("alg", json!("none"), OpenError::KeyAlgorithm),
            ("alg", json!(["ECDH-ES"]), OpenError::KeyAlgorithm),
            ("alg", Value::Null, OpenError::KeyAlgorithm),
            ("enc", json!("A128GCM"), OpenError::Encryption),
            ("enc", json!("A256CBC-HS512"), OpenError::Encryption),
            ("enc", Value::Null, OpenError::Encryption),
            ("typ", json!("JWT"), OpenError::Kind),
            ("typ", Value::Null, OpenError::Kind),
            ("cty", json!("application/json"), OpenError::Kind),
            ("cty", Value::Null, OpenError::Kind),
            ("kid", json!("other"), OpenError::OtherKey),
            ("kid", json!(7), OpenError::OtherKey),
            ("apu", json!("AAAA"), OpenError::Foreign),
            ("apv", json!(""), OpenError::Foreign),
            ("jku", json!("https://sluis.example"), OpenError::Foreign),
            ("jwk", sealed.key.public().to_jwk(), OpenError::Foreign),
            ("x5c", json!([]), OpenError::Foreign),
            ("x5t", json!("AAAA"), OpenError::Foreign),
            ("x5t#S256", json!("AAAA"), OpenError::Foreign),
            ("x5u", json!("https://sluis.example"), OpenError::Foreign),
            // RFC 7516, section 4: what is not known is ignored. Here it breaks the seal.
            ("unknown", json!(1), OpenError::Unopenable),
        ] {
            let changed = sealed.with(name, value.clone());
            assert_eq!(sealed.opened(&changed), Err(expected), "{name} = {value} in {}", sealed.header);
        }
    }
}

#[test]
fn the_ephemeral_key_is_a_sound_public_key_on_the_recipients_curve() {
    let p256 = SEALED[2].header["epk"].clone();
    let x25519 = SEALED[4].header["epk"].clone();
    for sealed in SEALED.iter() {
        if !sealed.is_elliptic() {
            assert_eq!(sealed.opened(&sealed.with("epk", p256.clone())), Err(OpenError::EphemeralKey));
            continue;
        }
        let own = &sealed.header["epk"];
        let other = if own["kty"] == "EC" { &x25519 } else { &p256 };
        let with = |name: &str, value: Value| {
            let mut epk = own.clone();
            epk[name] = value;
            epk
        };
        let number = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
        for wrong in [
            Value::Null,
            json!([]),
            json!({}),
            other.clone(),
            with("crv", json!("P-384")),
            with("d", number(&[1; 32])),
            with("x", Value::Null),
            with("x", json!("")),
            with("x", number(&[5; 31])),
            with("x", number(&[5; 33])),
            with("x", number(&[0; 32])),
            with("x", number(&[0xff; 32])),
            SEALED[0].key.public().to_jwk(),
        ] {
            assert_eq!(
                sealed.opened(&sealed.with("epk", wrong.clone())),
                Err(OpenError::EphemeralKey),
                "{wrong}"
            );
        }
        let mut none = sealed.header.clone();
        none.as_object_mut().unwrap().remove("epk");
        assert_eq!(sealed.opened(&sealed.headed(none.to_string())), Err(OpenError::EphemeralKey));
    }
}

#[test]
fn an_algorithm_of_the_other_kind_does_not_fit_the_key() {
    let (rsa, elliptic) = (&SEALED[0], &SEALED[2]);
    for (message, key) in [(rsa, elliptic), (elliptic, rsa)] {
        let named = message.with("kid", json!(key.key.public().kid()));
        assert_eq!(key.opened(&named), Err(OpenError::KeyAlgorithm));
    }
}

/// Whoever seals must not choose how the key is used. PEM has no place to say it.
#[test]
fn a_key_without_an_algorithm_opens_what_that_means_and_nothing_else() {
    for sealed in SEALED.iter() {
        let said = sealed.key.public();
        let message = encrypt(b"content", said, CTY, &[]).unwrap();
        let kept = PrivateKey::from_jwk(&sealed.key.to_jwk()).unwrap();
        assert_eq!(kept.public().algorithm(), said.algorithm(), "it is kept with the key");
        let mut bare = sealed.key.to_jwk();
        bare.as_object_mut().unwrap().remove("alg");
        let bare = PrivateKey::from_jwk(&bare).unwrap();
        let opened = bare.open(&message, CTY).map(drop);
        let is_meant = matches!(said.algorithm(), KeyAlgorithm::RsaOaep | KeyAlgorithm::EcdhEs);
        assert_eq!(opened, if is_meant { Ok(()) } else { Err(OpenError::KeyAlgorithm) }, "{said:?}");
        let pem = PrivateKey::from_pem(&sealed.key.to_pem().unwrap()).unwrap().named(said.kid()).unwrap();
        assert!(pem.open(&message, CTY).is_ok(), "{said:?}");
    }
}

/// A message by its parts: a header of a key, or any; parts of the right length, or any.
fn messages() -> impl Strategy<Value = (usize, String)> {
    let bytes = |right: usize| {
        prop_oneof![
            proptest::collection::vec(any::<u8>(), right..=right),
            proptest::collection::vec(any::<u8>(), 0..=48)
        ]
    };
    let part = move |right| bytes(right).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let wrapped = prop_oneof![Just(String::new()), part(40), part(384)];
    let header = prop_oneof![
        Just(None),
        ".{0,80}".prop_map(Some),
        "\\{\"(alg|enc|epk|kid|typ|cty)\":[0-9\"{}\\[\\],:a-z]{0,20}\\}".prop_map(Some)
    ];
    (0..SEALED.len(), header, wrapped, part(12), part(32), part(16)).prop_map(
        |(at, header, wrapped, iv, body, tag)| {
            let header = header.unwrap_or_else(|| SEALED[at].header.to_string());
            (at, format!("{}.{wrapped}.{iv}.{body}.{tag}", URL_SAFE_NO_PAD.encode(header)))
        },
    )
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for sealed in SEALED.iter() {
            prop_assert!(sealed.opened(&String::from_utf8_lossy(&bytes)).is_err());
        }
    }

    #[test]
    fn no_parts_make_it_panic((at, message) in messages()) {
        prop_assert!(SEALED[at].opened(&message).is_err());
    }
}
