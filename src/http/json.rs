//! JSON of a caller, read strictly: what is sent is what is meant, or it is refused with all that is wrong at once.
//!
//! Two steps. [`parse_strict`] refuses what two readers could read differently: duplicate names, bytes that are not
//! UTF-8, nesting without end. [`typed()`] then reads a type from the value and refuses names that the type does not
//! have. The pointers in both are made of names that the program knows and of array indexes, never of the caller's.

mod distinct;
mod typed;

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    body,
    problem::{self, Problem},
    visit::Visit,
};
use crate::{
    domain::{
        json::{self, Wiped},
        party::PartyId,
        problem::Fault,
    },
    exchange::heavy::{Heavy, Weight},
};

pub use distinct::distinct;
pub use typed::{described, typed};

/// A body of `application/json`, read strictly into a type.
///
/// The type derives `Deserialize` with `#[serde(deny_unknown_fields)]`, although unknown members are refused without it
/// too. It must not use `#[serde(flatten)]`: which names are known cannot be seen through it. A part that is judged
/// elsewhere, such as a packet's content, is a [`Wiped`].
///
/// The bytes and the value in between are wiped.
#[derive(Debug, Clone, Copy)]
pub struct StrictJson<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static, S: Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = StrictValue::from_request(request, state).await?;
        body.read(|value| described(value.expose()))
            .await?
            .map(Self)
            .map_err(|faults| problem::INVALID.code("not-as-described").with_faults(faults))
    }
}

/// A body of `application/json`, read strictly and not yet into a type: for a route that tells what is wrong with it
/// together with what is wrong elsewhere in the request.
#[derive(Debug)]
pub struct StrictValue {
    value: Wiped,
    weight: Weight,
    work: Work,
}

/// Where heavy bodies of a caller are read.
#[derive(Debug)]
struct Work {
    heavy: Option<Heavy>,
    party: Option<PartyId>,
}

impl Work {
    /// Until the call is answered.
    async fn take_up(&self, weight: Weight, visit: &Visit) -> Result<(), Problem> {
        if let Some(heavy) = &self.heavy
            && let Some(turn) = heavy.turn(self.party, weight).await?
        {
            visit.take_up(turn);
        }
        Ok(())
    }

    async fn run<T>(&self, weight: Weight, work: impl FnOnce() -> T) -> Result<T, Problem> {
        match &self.heavy {
            Some(heavy) => Ok(heavy.run(self.party, weight, work).await?),
            // Only a router that was made for a test has no place for it.
            None => Ok(work()),
        }
    }
}

impl StrictValue {
    /// How much there was to read.
    #[must_use]
    pub const fn weight(&self) -> Weight {
        self.weight
    }

    /// Looks into the body: where heavy work is done, if it is one.
    ///
    /// # Errors
    /// 429 or 503 when too much waits there.
    pub async fn read<T>(self, read: impl FnOnce(Wiped) -> T) -> Result<T, Problem> {
        let Self { value, weight, work } = self;
        work.run(weight, || read(value)).await
    }
}

impl<S: Sync> FromRequest<S> for StrictValue {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let visit = Visit::of(&parts.extensions)?;
        if !is_json(&parts.headers) {
            return Err(problem::MEDIA_TYPE_NOT_SUPPORTED);
        }
        let bytes = body::read(&visit, &parts.headers, body).await?;
        let party = visit.notes().party;
        let work = Work { heavy: parts.extensions.get::<Heavy>().cloned(), party };
        let weight = Weight::of_bytes(bytes.len());
        work.take_up(weight, &visit).await?;
        let read = work.run(weight, || parse_strict(&bytes)).await?;
        read.map(|value| Self { value: Wiped::new(value), weight, work })
            .map_err(|faults| problem::INVALID.code("not-strict-json").with_faults(faults))
    }
}

/// Whether the body says that it is JSON. JSON has no parameters, so that unknown ones have no effect (RFC 8259, section
/// 11); but another charset than UTF-8 would be another text.
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let Ok(text) = value.to_str() else { return false };
    let mut parts = text.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

/// Reads the JSON document of a body, with a byte order mark before it or without.
///
/// # Errors
/// As [`json::read()`].
pub fn parse_strict(bytes: &[u8]) -> Result<Value, Vec<Fault>> {
    json::read(json::unmarked(bytes)).map_err(|fault| vec![*fault])
}

/// A member of an object, where it is there and in order.
#[must_use]
pub fn member<T: DeserializeOwned>(object: &Value, name: &str) -> Option<T> {
    typed(object.get(name)?).ok()
}
