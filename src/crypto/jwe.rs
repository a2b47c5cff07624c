//! The one profile of JWE that Sluis writes and reads: compact, A256GCM, four key algorithms, no compression.
//!
//! Writing is josekit's. Before josekit reads anything, this file has checked the header and the length of every part:
//! a compressed body, a password to stretch, a short tag or an odd nonce never reaches it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use josekit::{Map, jwe, jwe::JweHeader};
use serde_json::Value;
use zeroize::Zeroizing;

use super::keys::{KeyAlgorithm, PrivateKey, RecipientKey};

const ENCRYPTION: &str = "A256GCM";
/// Longer than any packet that a gateway takes; a client must not read an endless answer into memory.
const LONGEST: usize = 64 * 1024 * 1024;
const LONGEST_HEADER: usize = 8 * 1024;
/// 12 bytes in base64url.
const IV_CHARS: usize = 16;
/// 16 bytes in base64url. GCM libraries take shorter tags, which can be guessed.
const TAG_CHARS: usize = 22;
/// 32 bytes wrapped by AES-KW are 40 bytes, in base64url.
const WRAPPED_KEY_CHARS: usize = 54;

/// josekit could not seal. Its own message stays out: it is about the key's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealing to this key failed")]
pub struct SealError;

/// Why a JWE is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// More than 64 MiB, or a header of more than 8 KiB.
    #[error("the sealed message is longer than any that a gateway makes")]
    TooLong,
    /// Not five parts of base64url with a JSON header, or a part of the wrong length.
    #[error("not a compact JWE as Sluis makes it")]
    Malformed,
    /// `zip` is present: a small body could open into an endless one.
    #[error("the sealed message is compressed, which is refused")]
    Compressed,
    /// `crit` is present: the sealer demands something that is not known here.
    #[error("the sealed message demands an extension (`crit`), which is refused")]
    Critical,
    /// `alg` is not one of the four, or not one that fits the key.
    #[error("the sealed message uses a key algorithm (`alg`) that does not fit this key or is refused")]
    KeyAlgorithm,
    /// `enc` is not A256GCM.
    #[error("the sealed message uses a content encryption (`enc`) other than A256GCM")]
    Encryption,
    /// `kid` is missing or names another key.
    #[error("the sealed message is for another key (`kid`)")]
    OtherKey,
    /// The header is not about the packet that was asked for.
    #[error("the sealed message is not the packet that was asked for")]
    OtherPacket,
    /// The seal is broken: other key, or changed on the way.
    #[error("the sealed message does not open with this key: it was changed, or sealed to another")]
    Unopenable,
}

/// Seals bytes to a key. `header` comes in addition to `alg`, `enc`, `kid` and, for ECDH, `epk`.
pub(super) fn encrypt(
    content: &[u8],
    key: &RecipientKey,
    header: &[(&str, &str)],
) -> Result<String, SealError> {
    let mut claims = Map::new();
    for (name, value) in header {
        claims.insert((*name).to_owned(), Value::String((*value).to_owned()));
    }
    claims.insert("kid".to_owned(), Value::String(key.kid().to_owned()));
    claims.insert("enc".to_owned(), Value::String(ENCRYPTION.to_owned()));
    let header = JweHeader::from_map(claims).map_err(|_| SealError)?;
    jwe::serialize_compact(content, &header, key.encrypter()).map_err(|_| SealError)
}

/// The protected header of a JWE that passes every check that needs no key.
pub(super) fn header(message: &str) -> Result<Map<String, Value>, OpenError> {
    Ok(Parts::read(message)?.header)
}

/// Opens a JWE with a private key.
pub(super) fn decrypt(message: &str, key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts = Parts::read(message)?;
    let kid = parts.header.get("kid").and_then(Value::as_str).ok_or(OpenError::OtherKey)?;
    if kid != key.public().kid() && kid != key.public().thumbprint() {
        return Err(OpenError::OtherKey);
    }
    let decrypter = key.decrypter(parts.algorithm).ok_or(OpenError::KeyAlgorithm)?;
    let (content, _) = jwe::deserialize_compact(message, decrypter).map_err(|_| OpenError::Unopenable)?;
    Ok(Zeroizing::new(content))
}

struct Parts {
    header: Map<String, Value>,
    algorithm: KeyAlgorithm,
}

impl Parts {
    fn read(message: &str) -> Result<Self, OpenError> {
        if message.len() > LONGEST {
            return Err(OpenError::TooLong);
        }
        let mut parts = message.splitn(6, '.');
        let (Some(head), Some(wrapped), Some(iv), Some(body), Some(tag), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OpenError::Malformed);
        };
        if head.len() > LONGEST_HEADER {
            return Err(OpenError::TooLong);
        }
        let bytes = URL_SAFE_NO_PAD.decode(head).map_err(|_| OpenError::Malformed)?;
        let header: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| OpenError::Malformed)?;
        if header.contains_key("zip") {
            return Err(OpenError::Compressed);
        }
        if header.contains_key("crit") {
            return Err(OpenError::Critical);
        }
        let text = |name| header.get(name).and_then(Value::as_str);
        let algorithm = text("alg")
            .and_then(|alg| KeyAlgorithm::ALL.into_iter().find(|known| known.as_str() == alg))
            .ok_or(OpenError::KeyAlgorithm)?;
        if text("enc") != Some(ENCRYPTION) {
            return Err(OpenError::Encryption);
        }
        let wrapped_fits = match algorithm {
            KeyAlgorithm::EcdhEs => wrapped.is_empty(),
            KeyAlgorithm::EcdhEsA256kw => wrapped.len() == WRAPPED_KEY_CHARS,
            // 3072 to 8192 bits; OpenSSL compares with the key's own length.
            KeyAlgorithm::RsaOaep | KeyAlgorithm::RsaOaep256 => (512..=1366).contains(&wrapped.len()),
        };
        if !wrapped_fits || iv.len() != IV_CHARS || tag.len() != TAG_CHARS || body.is_empty() {
            return Err(OpenError::Malformed);
        }
        Ok(Self { header, algorithm })
    }
}
