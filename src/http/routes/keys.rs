//! A party's own keys, and the keys of others.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{answered::Items, params::Further};
use crate::{
    domain::{
        oin::Oin,
        party::{PartyId, Role},
        problem::Fault,
    },
    exchange::{
        Exchange,
        keys::{KeyRow, wrong_with_key},
    },
    http::{
        caller::Calling,
        extract::{
            path::InPath,
            query::{NoQuery, Paging},
        },
        json::{StrictJson, StrictValue, described},
        problem::{self, Problem},
        wire::{Instant, Party, shape},
    },
};

/// A key as its party publishes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewKey {
    /// The public key; with `x5c` where a certificate proves it. A certificate that is sent along must be for this key and
    /// of the calling organisation, also beside a `proof`.
    #[schema(value_type = shape::Jwk)]
    key: Value,
    /// A statement that the calling party makes about the key: a JWS with `typ` `sluis-key-proof+jwt`, signed by the key of
    /// the certificate that calls. May be absent where `key` has `x5c`.
    #[serde(default)]
    #[schema(
        nullable = false,
        max_length = 16384,
        pattern = "^[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+\\.[0-9A-Za-z_-]+$"
    )]
    proof: Option<String>,
    /// Until when packets may be sealed to it; what was sealed before is delivered. Not later than the certificate in
    /// `x5c`, where that is there; without it the key ends with that certificate, or not by itself.
    #[serde(default)]
    #[schema(value_type = shape::DateTime, required = false)]
    valid_until: Option<Instant>,
}

/// A published key.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
pub(super) struct PublishedKey {
    /// Its thumbprint (RFC 7638): one key of one party.
    #[schema(value_type = shape::Thumbprint)]
    thumbprint: String,
    /// Whose it is.
    party: Party,
    /// `waiting`: published, not sealed to yet. `active`. `retired`, or past its end: not sealed to any more, what was is
    /// delivered. `revoked`: what was sealed to it is withheld.
    #[schema(value_type = shape::KeyState)]
    state: &'static str,
    /// From when packets are sealed to it.
    #[schema(value_type = shape::DateTime)]
    valid_from: Instant,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DateTime, required = false)]
    valid_until: Option<Instant>,
    /// When it was published.
    #[schema(value_type = shape::DateTime)]
    published: Instant,
    /// The public key.
    #[schema(value_type = shape::Jwk)]
    key: Value,
}

impl TryFrom<KeyRow> for PublishedKey {
    type Error = Problem;

    fn try_from(row: KeyRow) -> Result<Self, Problem> {
        let key = serde_json::from_str(&row.jwk)
            .map_err(|error| problem::INTERNAL.code("stored-key").caused_by(&error))?;
        Ok(Self {
            thumbprint: row.thumbprint,
            party: row.party.into(),
            state: row.state.as_str(),
            valid_from: row.valid_from.into(),
            valid_until: row.valid_until.map(Instant::from),
            published: row.published.into(),
            key,
        })
    }
}

/// Publish a key
///
/// To which packets for the calling party may be sealed. The first key is active at once; a later one waits, so that a
/// stolen certificate cannot quietly redirect packets. The same key a second time is the same key; with another end it is a
/// conflict.
#[utoipa::path(
    post,
    path = "/keys",
    tag = "keys",
    operation_id = "publishKey",
    request_body(content = NewKey, example = json!({
        "key": {
            "kty": "EC", "crv": "P-256", "alg": "ECDH-ES", "use": "enc",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
        },
        "proof": "eyJ0eXAiOiJzbHVpcy1rZXktcHJvb2Yrand0IiwiYWxnIjoiRVMyNTYifQ.eyJ0aHVtYnByaW50IjoiY24tSV9XTk1DbGVoaVZwNTFpXzBWcE9FTlcxdXBFZXJBOHNFYW01aG4tcyIsImlhdCI6MTc4OTQ2MjgwMH0.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw",
        "validUntil": "2027-09-01T00:00:00.000Z"
    })),
    responses((status = 201, description = "Published.", body = PublishedKey))
)]
pub(super) async fn publish(
    calling: Calling,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    body: StrictValue,
) -> Result<(StatusCode, Json<PublishedKey>), Problem> {
    let new = body.read(|body| NewKey::read(body.expose())).await??;
    let until = new.valid_until.map(|Instant(at)| at);
    let row = exchange.publish_key(&calling.caller, &new.key, new.proof.as_deref(), until).await;
    let row = row.map_err(|error| calling.problem(error))?;
    Ok((StatusCode::CREATED, Json(row.try_into()?)))
}

impl NewKey {
    /// What is wrong with the key is told together with what is wrong with the other members.
    pub(super) fn read(body: &Value) -> Result<Self, Problem> {
        described(body).map_err(|mut faults| {
            let is_of_key = |fault: &Fault| fault.pointer.starts_with("/key");
            if let Some(key) = body.get("key").filter(|_| !faults.iter().any(is_of_key)) {
                faults.extend(wrong_with_key(key));
            }
            problem::INVALID.code("not-as-described").with_faults(faults)
        })
    }
}

/// A thumbprint in a path: 43 characters of base64url.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Thumbprint(String);

impl TryFrom<String> for Thumbprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.len() == 43 && text.bytes().all(is_base64url) { Ok(Self(text)) } else { Err("no thumbprint") }
    }
}

/// An empty object.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyEnd)]
pub(super) struct Nothing {}

/// Retire a key
///
/// Nothing is sealed to it any more; what was is delivered.
#[utoipa::path(
    post,
    path = "/keys/{thumbprint}/retirement",
    tag = "keys",
    operation_id = "retireKey",
    params(("thumbprint" = inline(shape::Thumbprint), Path, description = "The key.")),
    request_body(content = Nothing, example = json!({})),
    responses((status = 200, description = "Retired.", body = PublishedKey))
)]
pub(super) async fn retire(
    calling: Calling,
    InPath(Thumbprint(thumbprint)): InPath<Thumbprint>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(Nothing {}): StrictJson<Nothing>,
) -> Result<Json<PublishedKey>, Problem> {
    let row = exchange.retire_key(&calling.caller, &thumbprint).await;
    row.map_err(|error| calling.problem(error))?.try_into().map(Json)
}

/// Revoke a key
///
/// For a key that is lost or stolen: what was sealed to it and not acknowledged is withheld, and its senders are told.
#[utoipa::path(
    post,
    path = "/keys/{thumbprint}/revocation",
    tag = "keys",
    operation_id = "revokeKey",
    params(("thumbprint" = inline(shape::Thumbprint), Path, description = "The key.")),
    request_body(content = Nothing, example = json!({})),
    responses((status = 200, description = "Revoked.", body = PublishedKey))
)]
pub(super) async fn revoke(
    calling: Calling,
    InPath(Thumbprint(thumbprint)): InPath<Thumbprint>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(Nothing {}): StrictJson<Nothing>,
) -> Result<Json<PublishedKey>, Problem> {
    let row = exchange.revoke_key(&calling.caller, &thumbprint).await;
    row.map_err(|error| calling.problem(error))?.try_into().map(Json)
}

/// List a party's keys
///
/// The oldest first. Whoever seals checks that the key is active.
#[utoipa::path(
    get,
    path = "/parties/{oin}/{role}/keys",
    tag = "parties",
    operation_id = "listKeys",
    params(
        ("oin" = inline(shape::Oin), Path, description = "The organisation."),
        ("role" = inline(shape::Role), Path, description = "Its role."),
        Further,
    ),
    responses((status = 200, description = "A page.", body = inline(Items<PublishedKey>)))
)]
pub(super) async fn of_party(
    calling: Calling,
    InPath((oin, role)): InPath<(Oin, Role)>,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<PublishedKey>>, Problem> {
    let page = exchange.keys_of(&calling.caller, PartyId::new(oin, role), paging.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    let items = page.items.into_iter().map(PublishedKey::try_from).collect::<Result<_, _>>()?;
    Ok(Json(Items { items, next: page.next }))
}
