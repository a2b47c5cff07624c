//! The key by which a repeated request is known.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::domain::{pgn::hides_a_bsn, problem::Fault};

use super::{
    super::problem::{self, Problem},
    missing, single,
};

/// The header's name.
pub const HEADER: &str = "idempotency-key";

/// 16 to 64 printable characters that the caller chose for one request. An extractor: absent is a 400.
///
/// Source: draft-ietf-httpapi-idempotency-key-header; unlike there, the quotes of a structured string are optional and
/// part of the key when they are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = single(&parts.headers, HEADER).and_then(|key| {
            let key = key.ok_or_else(|| missing(HEADER))?;
            if !(16..=64).contains(&key.len()) {
                return Err(Fault::at(
                    format!("header:{HEADER}"),
                    "wrong-length",
                    "Deze sleutel moet 16 tot en met 64 tekens lang zijn; een UUID is goed.",
                    "This key must be 16 to 64 characters long; a UUID will do.",
                ));
            }
            if hides_a_bsn(key) {
                return Err(Fault::at(
                    format!("header:{HEADER}"),
                    "hides-a-bsn",
                    "In deze sleutel lijkt een burgerservicenummer te staan. Gebruik een willekeurige sleutel.",
                    "This key seems to hold a burgerservicenummer. Use a random key.",
                ));
            }
            Ok(Self(key.to_owned()))
        });
        read.map_err(|fault| problem::INVALID.code("idempotency-key").with_faults([fault]))
    }
}
