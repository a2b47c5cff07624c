//! The one profile of JWE that Sluis writes and reads: compact, A256GCM, four key algorithms, no compression.
//!
//! Writing is josekit's. Before josekit reads anything, [`Shape`] has checked the header and the length of every part.

mod fault;
mod shape;

use josekit::{
    Map,
    jwe::{self, JweDecrypter},
};
use serde_json::Value;
use zeroize::Zeroizing;

use super::keys::{KeyAlgorithm, RecipientKey};

pub use fault::{OpenError, SealError};
use shape::{ENCRYPTION, Shape, TYP};

/// Seals bytes to a key. `header` comes in addition to `typ`, `cty`, `alg`, `enc`, `kid` and, for ECDH, `epk`.
pub(super) fn encrypt(
    content: &[u8],
    key: &RecipientKey,
    cty: &str,
    header: &[(&str, &str)],
) -> Result<String, SealError> {
    let own = [("typ", TYP), ("cty", cty), ("kid", key.kid()), ("enc", ENCRYPTION)];
    let claims: Map<String, Value> = header
        .iter()
        .chain(&own)
        .map(|(name, value)| ((*name).to_owned(), Value::String((*value).to_owned())))
        .collect();
    let header = jwe::JweHeader::from_map(claims).map_err(|_| SealError)?;
    jwe::serialize_compact(content, &header, key.encrypter()).map_err(|_| SealError)
}

/// The protected header of a JWE that passes every check that needs no key.
pub(super) fn header(message: &str, cty: &str) -> Result<serde_json::Map<String, Value>, OpenError> {
    Ok(Shape::read(message, cty)?.header)
}

/// Opens a JWE to this key with the private half of it, if it says that it holds content of this type.
pub(super) fn decrypt<'key>(
    message: &str,
    cty: &str,
    key: &RecipientKey,
    private: impl FnOnce(KeyAlgorithm) -> Option<&'key dyn JweDecrypter>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let shape = Shape::read(message, cty)?;
    shape.is_for(key)?;
    let decrypter = private(shape.algorithm).ok_or(OpenError::KeyAlgorithm)?;
    let (content, _) = jwe::deserialize_compact(message, decrypter).map_err(|_| OpenError::Unopenable)?;
    Ok(Zeroizing::new(content))
}

#[cfg(test)]
mod tests;
