//! What a compact JWE must look like before a library reads it.
//!
//! josekit 0.10 trusts lengths: a missing IV and a wrapped key of less than eight bytes make it panic, and OpenSSL takes a
//! tag of four bytes, which can be guessed. Nor may a header send it to another algorithm, a compressed body or a password
//! to stretch. So no message reaches it that is not, part by part, what [`Shape`] describes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::fault::OpenError;
use crate::{
    crypto::keys::{KeyAlgorithm, PublicNumbers, RecipientKey, public_numbers},
    domain::json,
};

pub(super) const ENCRYPTION: &str = "A256GCM";

/// `typ` of the protected header, as the NL GOV encryption module asks.
pub(super) const TYP: &str = "JWE";

/// Longer than any packet that a gateway takes; a client must not read an endless answer into memory.
const LONGEST: usize = 64 * 1024 * 1024;
const LONGEST_HEADER: usize = 8 * 1024;
/// 8192 bits in base64url.
const LONGEST_WRAPPED_KEY: usize = 1366;
const IV: usize = 12;
/// GCM libraries take shorter tags.
const TAG: usize = 16;
/// AES-KW (RFC 3394) adds eight bytes to the content key's 32.
const WRAPPED_KEY: usize = 40;
/// Keys and certificates that the message brings along, and inputs to the key derivation that Sluis leaves empty.
const FOREIGN: [&str; 8] = ["apu", "apv", "jku", "jwk", "x5c", "x5t", "x5t#S256", "x5u"];

/// A message of five parts, each of the length that its algorithm gives it, with a header of the profile.
pub(super) struct Shape {
    pub(super) header: Map<String, Value>,
    pub(super) algorithm: KeyAlgorithm,
    wrapped: usize,
    ephemeral: Option<PublicNumbers>,
}

impl Shape {
    /// Checks everything that needs no key.
    pub(super) fn read(message: &str, cty: &str) -> Result<Self, OpenError> {
        if message.len() > LONGEST {
            return Err(OpenError::TooLong);
        }
        let [head, wrapped, iv, body, tag] = five(message).ok_or(OpenError::Malformed)?;
        if head.len() > LONGEST_HEADER {
            return Err(OpenError::TooLong);
        }
        let header = object(&decoded(head)?).ok_or(OpenError::Malformed)?;
        let algorithm = judged(&header, cty)?;
        let ephemeral = ephemeral(&header, algorithm)?;
        let length = |part: &str| match part.len() {
            0..=LONGEST_WRAPPED_KEY => decoded(part).map(|bytes| bytes.len()),
            _ => Err(OpenError::Malformed),
        };
        let wrapped = length(wrapped)?;
        let wrapped_fits = match algorithm {
            KeyAlgorithm::EcdhEs => wrapped == 0,
            KeyAlgorithm::EcdhEsA256kw => wrapped == WRAPPED_KEY,
            // As long as the modulus, which only `is_for` knows.
            KeyAlgorithm::RsaOaep | KeyAlgorithm::RsaOaep256 => wrapped > 0,
        };
        if wrapped_fits && length(iv)? == IV && length(tag)? == TAG && is_base64url(body) {
            Ok(Self { header, algorithm, wrapped, ephemeral })
        } else {
            Err(OpenError::Malformed)
        }
    }

    /// Checks that it is sealed to this key, as far as can be seen from outside.
    pub(super) fn is_for(&self, key: &RecipientKey) -> Result<(), OpenError> {
        let kid = self.header.get("kid").and_then(Value::as_str).ok_or(OpenError::OtherKey)?;
        if kid != key.kid() && kid != key.thumbprint() {
            return Err(OpenError::OtherKey);
        }
        match (key.numbers(), &self.ephemeral) {
            (PublicNumbers::Rsa { n, .. }, None) if self.wrapped == n.len() => Ok(()),
            (PublicNumbers::Rsa { .. }, None) => Err(OpenError::Malformed),
            (PublicNumbers::P256 { .. }, Some(PublicNumbers::P256 { .. }))
            | (PublicNumbers::X25519 { .. }, Some(PublicNumbers::X25519 { .. })) => Ok(()),
            (PublicNumbers::P256 { .. } | PublicNumbers::X25519 { .. }, Some(_)) => {
                Err(OpenError::EphemeralKey)
            }
            (PublicNumbers::Rsa { .. }, Some(_)) | (_, None) => Err(OpenError::KeyAlgorithm),
        }
    }
}

fn five(message: &str) -> Option<[&str; 5]> {
    let parts: Vec<&str> = message.splitn(6, '.').collect();
    parts.try_into().ok()
}

fn decoded(part: &str) -> Result<Vec<u8>, OpenError> {
    // The engine refuses padding and stray trailing bits.
    URL_SAFE_NO_PAD.decode(part).map_err(|_| OpenError::Malformed)
}

/// A body may be large: its alphabet is checked here, and it is decoded once, by the library.
fn is_base64url(part: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !part.is_empty() && part.len() % 4 != 1 && part.bytes().all(is_letter)
}

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    json::object(bytes).ok()
}

/// The algorithm of a header that asks for nothing else than the profile.
fn judged(header: &Map<String, Value>, cty: &str) -> Result<KeyAlgorithm, OpenError> {
    let text = |name| header.get(name).and_then(Value::as_str);
    if header.contains_key("zip") {
        return Err(OpenError::Compressed);
    }
    if header.contains_key("crit") {
        return Err(OpenError::Critical);
    }
    if FOREIGN.iter().any(|name| header.contains_key(*name)) {
        return Err(OpenError::Foreign);
    }
    let algorithm = text("alg").and_then(KeyAlgorithm::read).ok_or(OpenError::KeyAlgorithm)?;
    if text("enc") != Some(ENCRYPTION) {
        return Err(OpenError::Encryption);
    }
    if text("typ") != Some(TYP) || text("cty") != Some(cty) {
        return Err(OpenError::Kind);
    }
    Ok(algorithm)
}

/// The sender's ephemeral key: a sound public key with the elliptic algorithms, absent with RSA.
fn ephemeral(
    header: &Map<String, Value>,
    algorithm: KeyAlgorithm,
) -> Result<Option<PublicNumbers>, OpenError> {
    match header.get("epk") {
        None if algorithm.is_rsa() => Ok(None),
        Some(epk) if !algorithm.is_rsa() => public_numbers(epk).map(Some).ok_or(OpenError::EphemeralKey),
        _ => Err(OpenError::EphemeralKey),
    }
}
