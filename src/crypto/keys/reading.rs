//! What a JWK must be, collected into a list of faults.

mod certificate;
mod rsa;

use std::collections::BTreeSet;

use aws_lc_rs::agreement;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{algorithm::KeyAlgorithm, numbers::PublicNumbers};
use crate::domain::problem::{Bilingual, Fault};

/// What is longer is not decoded; a modulus of 8192 bits has 1366 characters.
const LONGEST_NUMBER: usize = 2048;
const LONGEST_KID: usize = 128;
/// What an RSA key is for that content keys are encrypted with (RFC 7517, section 4.3), in either half.
const RSA_OPERATIONS: [&str; 4] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
/// Likewise an elliptic key, by which content keys are agreed.
const AGREEMENT: [&str; 2] = ["deriveKey", "deriveBits"];
/// RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1.
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

pub(super) struct Read {
    pub(super) algorithm: KeyAlgorithm,
    pub(super) kid: Option<String>,
    pub(super) numbers: PublicNumbers,
}

/// Where a JWK comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// From who publishes or sends it: everything is checked.
    Outside,
    /// From the store, which took it after everything was checked.
    Stored,
}

/// Reads the public part of a JWK, or says everything that is wrong with it.
pub(super) fn read(jwk: &Value, origin: Origin) -> Result<Read, Vec<Fault>> {
    let Some(members) = jwk.as_object() else {
        return Err(vec![Fault::at(
            "",
            "key-not-a-jwk",
            "De sleutel is geen JWK: daarin staan kty en de getallen van de sleutel, in JSON.",
            "The key is not a JWK: a JSON object with kty and the numbers of the key.",
        )]);
    };
    let mut reader = Reader { members, origin, faults: Vec::new() };
    reader.refuse_private_members();
    let numbers = reader.numbers();
    let algorithm = reader.algorithm(numbers.as_ref());
    reader.purpose();
    reader.certificate();
    let kid = reader.kid();
    match (numbers, algorithm) {
        (Some(numbers), Some(algorithm)) if reader.faults.is_empty() => Ok(Read { algorithm, kid, numbers }),
        _ => Err(reader.faults),
    }
}

struct Reader<'a> {
    members: &'a Map<String, Value>,
    origin: Origin,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn fault(&mut self, pointer: &str, code: &'static str, nl: &'static str, en: &'static str) {
        self.faults.push(Fault::at(pointer, code, nl, en));
    }

    fn refuse_private_members(&mut self) {
        if PRIVATE_MEMBERS.iter().any(|name| self.members.contains_key(*name)) {
            self.fault(
                "",
                "key-is-private",
                "Deze JWK bevat geheime delen. Stuur alleen de openbare sleutel, en maak een nieuwe: deze is niet meer geheim.",
                "This JWK holds private members. Send the public key only, and make a new one: this one is no longer secret.",
            );
        }
    }

    fn numbers(&mut self) -> Option<PublicNumbers> {
        let kty = self.members.get("kty").and_then(Value::as_str);
        let crv = self.members.get("crv").and_then(Value::as_str);
        match (kty, crv) {
            (Some("RSA"), _) => self.rsa(),
            (Some("EC"), Some("P-256")) => self.p256(),
            (Some("OKP"), Some("X25519")) => self.x25519(),
            (Some("EC" | "OKP"), _) => {
                self.fault(
                    "/crv",
                    "key-curve",
                    "Deze kromme wordt niet gebruikt. Kies P-256 (EC) of X25519 (OKP).",
                    "This curve is not used. Choose P-256 (EC) or X25519 (OKP).",
                );
                None
            }
            _ => {
                self.fault(
                    "/kty",
                    "key-kind",
                    "Dit soort sleutel wordt niet gebruikt. Kies RSA, EC (P-256) of OKP (X25519).",
                    "This kind of key is not used. Choose RSA, EC (P-256) or OKP (X25519).",
                );
                None
            }
        }
    }

    fn p256(&mut self) -> Option<PublicNumbers> {
        let (x, y) = (self.coordinate("x"), self.coordinate("y"));
        let (x, y) = (x?, y?);
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        if agrees(&agreement::ECDH_P256, &point) {
            Some(PublicNumbers::P256 { x, y })
        } else {
            self.fault(
                "/x",
                "key-off-curve",
                "Dit punt ligt niet op de kromme P-256.",
                "This point is not on the curve P-256.",
            );
            None
        }
    }

    fn x25519(&mut self) -> Option<PublicNumbers> {
        let x = self.coordinate("x")?;
        if !is_canonical_u(&x) {
            self.not_canonical("/x");
            None
        } else if agrees(&agreement::X25519, &x) {
            Some(PublicNumbers::X25519 { x })
        } else {
            self.fault(
                "/x",
                "key-small-order",
                "Dit punt heeft een kleine orde: iedereen zou kunnen lezen wat ervoor wordt verzegeld.",
                "This point has a small order: anybody could read what is sealed to it.",
            );
            None
        }
    }

    fn algorithm(&mut self, numbers: Option<&PublicNumbers>) -> Option<KeyAlgorithm> {
        let is_rsa = match numbers {
            Some(numbers) => matches!(numbers, PublicNumbers::Rsa { .. }),
            None => self.members.get("kty").and_then(Value::as_str) == Some("RSA"),
        };
        let algorithm = match self.members.get("alg") {
            None => Some(KeyAlgorithm::unsaid(is_rsa)),
            Some(alg) => alg.as_str().and_then(KeyAlgorithm::read).filter(|alg| alg.is_rsa() == is_rsa),
        };
        if algorithm.is_none() {
            self.fault(
                "/alg",
                "key-algorithm",
                "Dit algoritme past niet bij de sleutel. RSA: RSA-OAEP of RSA-OAEP-256; EC en OKP: ECDH-ES of ECDH-ES+A256KW.",
                "This algorithm does not fit the key. RSA: RSA-OAEP or RSA-OAEP-256; EC and OKP: ECDH-ES or ECDH-ES+A256KW.",
            );
        }
        algorithm
    }

    fn purpose(&mut self) {
        if self.members.get("use").is_some_and(|value| value != "enc") {
            self.fault(
                "/use",
                "key-use",
                "De sleutel is niet voor versleuteling bedoeld: use moet enc zijn.",
                "The key is not meant for encryption: use must be enc.",
            );
        }
        let Some(ops) = self.members.get("key_ops") else { return };
        let names: Option<Vec<&str>> =
            ops.as_array().and_then(|ops| ops.iter().map(Value::as_str).collect::<Option<_>>());
        // A public ECDH key as browsers export it has an empty list: the operations belong to the private half.
        let is_rsa = self.members.get("kty").is_some_and(|kind| kind == "RSA");
        let own: &[&str] = if is_rsa { &RSA_OPERATIONS } else { &AGREEMENT };
        if !names.as_ref().is_some_and(|ops| ops.iter().all(|op| own.contains(op))) {
            let known = own.join(", ");
            self.faults.push(Fault {
                text: Bilingual::of(
                    format!("Deze sleutel is alleen om te versleutelen: key_ops noemt niets anders dan {known}, of ontbreekt."),
                    format!("This key is for encryption alone: key_ops names nothing but {known}, or is left out."),
                ),
                ..Fault::at("/key_ops", "key-operations", "", "")
            });
        }
        // RFC 7517, section 4.3.
        if names.is_some_and(|ops| BTreeSet::from_iter(&ops).len() < ops.len()) {
            self.fault(
                "/key_ops",
                "key-operations-twice",
                "Een naam staat twee keer in key_ops. Noem elke bewerking één keer, of laat key_ops weg.",
                "A name stands twice in key_ops. Name each operation once, or leave key_ops out.",
            );
        }
    }

    fn kid(&mut self) -> Option<String> {
        let value = self.members.get("kid")?;
        let kid = value.as_str().filter(|kid| {
            (1..=LONGEST_KID).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_graphic())
        });
        if kid.is_none() {
            self.fault(
                "/kid",
                "key-id",
                "De naam van de sleutel heeft 1 tot 128 zichtbare ASCII-tekens, zonder spatie.",
                "The key's name has 1 to 128 visible ASCII characters, without spaces.",
            );
        }
        kid.map(str::to_owned)
    }

    fn bytes(&mut self, name: &str) -> Option<Vec<u8>> {
        // The engine refuses padding and stray trailing bits, so a number has one spelling.
        let bytes = self
            .members
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| text.len() <= LONGEST_NUMBER)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .filter(|bytes| !bytes.is_empty());
        if bytes.is_none() {
            self.fault(
                &format!("/{name}"),
                "key-number",
                "Dit getal ontbreekt of is geen base64url zonder opvulling.",
                "This number is missing or is not base64url without padding.",
            );
        }
        bytes
    }

    fn coordinate(&mut self, name: &str) -> Option<[u8; 32]> {
        let bytes = self.bytes(name)?;
        let coordinate = <[u8; 32]>::try_from(bytes).ok();
        if coordinate.is_none() {
            self.fault(
                &format!("/{name}"),
                "key-coordinate",
                "Een coördinaat heeft precies 32 bytes.",
                "A coordinate has exactly 32 bytes.",
            );
        }
        coordinate
    }

    fn not_canonical(&mut self, pointer: &str) {
        self.fault(
            pointer,
            "key-not-canonical",
            "Dit getal is niet op zijn kortst geschreven; een sleutel heeft één schrijfwijze.",
            "This number is not in its shortest form; a key has one spelling.",
        );
    }
}

/// Whether the coordinate is below 2^255 - 19, so that no second spelling names the same point (RFC 7748, section 5).
fn is_canonical_u(x: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = x;
    let is_below_the_field = *high < 0x7f || *low < 0xed || middle.iter().any(|byte| *byte != 0xff);
    *high <= 0x7f && is_below_the_field
}

/// Whether a key agreement with this point works: it lies on the curve and its order is not small (aws-lc checks both).
fn agrees(curve: &'static agreement::Algorithm, point: &[u8]) -> bool {
    let rng = aws_lc_rs::rand::SystemRandom::new();
    agreement::EphemeralPrivateKey::generate(curve, &rng).is_ok_and(|own| {
        let peer = agreement::UnparsedPublicKey::new(curve, point);
        agreement::agree_ephemeral(own, peer, (), |_| Ok(())).is_ok()
    })
}

/// The numbers of a public JWK, if it is in order.
pub(in crate::crypto) fn public_numbers(jwk: &Value) -> Option<PublicNumbers> {
    read(jwk, Origin::Outside).ok().map(|read| read.numbers)
}
