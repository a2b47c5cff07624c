//! The key by which a repeated request is known.

use std::fmt;

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::request::Parts,
};

use crate::domain::problem::Fault;

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
///
/// As `Option` it may be absent, and a key of another form is still a 400.
///
/// It is not searched for a BSN: one in a few hundred random UUIDs holds nine digits that pass. Whoever keeps a key must
/// keep a keyed digest of it, since a caller may have put anything in it; for the same reason it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(redacted)")
    }
}

impl IdempotencyKey {
    /// The key where one is needed.
    ///
    /// # Errors
    /// That it is missing.
    pub fn needed(key: Option<Self>) -> Result<Self, Problem> {
        key.ok_or_else(|| unusable(missing(HEADER)))
    }

    fn read(parts: &Parts) -> Result<Option<Self>, Problem> {
        let Some(key) = single(&parts.headers, HEADER).map_err(unusable)? else { return Ok(None) };
        if !(16..=64).contains(&key.len()) {
            return Err(unusable(Fault::at(
                format!("header:{HEADER}"),
                "wrong-length",
                "Dit verzoeknummer moet 16 tot en met 64 tekens lang zijn; een UUID is goed.",
                "This key must be 16 to 64 characters long; a UUID will do.",
            )));
        }
        Ok(Some(Self(key.to_owned())))
    }
}

fn unusable(fault: Fault) -> Problem {
    problem::INVALID.code("idempotency-key").with_faults([fault])
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::needed(Self::read(parts)?)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Problem> {
        Self::read(parts)
    }
}
