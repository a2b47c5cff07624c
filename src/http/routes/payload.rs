//! Collecting a sealed body.

use std::sync::Arc;

use axum::{
    Extension,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::params::StaffHeaders;
use crate::{
    domain::id::PacketId,
    exchange::{
        Exchange,
        pull::{PullError, Released},
    },
    http::{
        caller::{Acting, Calling},
        extract::{accept::Chosen, path::InPath, query::NoQuery},
        problem::{self, Problem},
        wire::shape,
    },
};

/// The names of a compact JWE. The first is the one of RFC 7515, section 9.2.1; the second is what the encryption module of
/// the NL GOV API Design Rules asks for, although the RFC keeps it for the JSON serialisations. The bytes are the same.
/// The description names the first alone: what ends in `+json` a generated client reads as JSON, which a compact JWE is not.
pub(super) const MEDIA_TYPES: [&str; 2] = ["application/jose", "application/jose+json"];

const LOG_INDEX: HeaderName = HeaderName::from_static("sluis-log-index");
const RECEIPT: HeaderName = HeaderName::from_static("sluis-receipt");

/// Pull a packet
///
/// The calling party's own body of a packet: a compact JWE, sealed to its key. It is decided again with today's facts, and
/// the entry in the access log is there before the body is. To all but the named recipient a packet does not exist (404;
/// its sender alone is told `own-packet` there); the named recipient hears why not (403, or 410 when it was withdrawn, has
/// expired, is withheld or was acknowledged). There is no HEAD. Where `Accept` prefers `application/jose+json`, the same compact body goes under that name.
#[utoipa::path(
    get,
    path = "/packets/{id}/payload",
    tag = "packets",
    operation_id = "pullPacket",
    params(
        ("id" = inline(shape::Id), Path, description = "The packet."),
        StaffHeaders,
    ),
    responses((
        status = 200, description = "A compact JWE; under `application/jose+json` where `Accept` prefers that name.", content_type = "application/jose", body = String,
        headers(
            ("Sluis-Log-Index" = u64, description = "The index of the entry in the access log."),
            ("Sluis-Receipt" = String, description = "The receipt over that entry (JWS)."),
        )
    ))
)]
pub(super) async fn payload(
    Acting(calling): Acting,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    Extension(Chosen(media)): Extension<Chosen>,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Sealed, Problem> {
    release(&calling, media, exchange.pull(&calling.caller, id).await)
}

/// Pull the person's copy
///
/// The body that was made for the person, where the push asked for a copy. It is sealed to the sender's own key: the sender
/// opens it and hands it over. It exists for the sender alone. There is no HEAD. Where `Accept` prefers
/// `application/jose+json`, the same compact body goes under that name.
#[utoipa::path(
    get,
    path = "/packets/{id}/copy",
    tag = "packets",
    operation_id = "pullCopyForPerson",
    params(
        ("id" = inline(shape::Id), Path, description = "The packet."),
        StaffHeaders,
    ),
    responses((
        status = 200, description = "A compact JWE; under `application/jose+json` where `Accept` prefers that name.", content_type = "application/jose", body = String,
        headers(
            ("Sluis-Log-Index" = u64, description = "The index of the entry in the access log."),
            ("Sluis-Receipt" = String, description = "The receipt over that entry (JWS)."),
        )
    ))
)]
pub(super) async fn copy(
    Acting(calling): Acting,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    Extension(Chosen(media)): Extension<Chosen>,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Sealed, Problem> {
    release(&calling, media, exchange.pull_copy_for_person(&calling.caller, id).await)
}

fn release(
    calling: &Calling,
    media: &'static str,
    pulled: Result<Released, PullError>,
) -> Result<Sealed, Problem> {
    let released = pulled.map_err(|error| calling.problem(error))?;
    calling.visit.dataset(released.dataset());
    calling.visit.permitted(released.basis().as_str());
    calling.visit.log_index(released.index());
    Sealed::of(released, media)
}

/// A sealed body with the evidence of its release.
#[derive(Debug)]
pub(super) struct Sealed {
    media: &'static str,
    index: HeaderValue,
    receipt: HeaderValue,
    jwe: String,
}

impl Sealed {
    fn of(released: Released, media: &'static str) -> Result<Self, Problem> {
        // A compact JWS is visible ASCII.
        let receipt = HeaderValue::from_str(released.receipt())
            .map_err(|error| problem::INTERNAL.code("receipt-not-a-header").caused_by(&error))?;
        Ok(Self { media, index: HeaderValue::from(released.index()), receipt, jwe: released.into_jwe() })
    }
}

impl IntoResponse for Sealed {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.media)),
            (LOG_INDEX, self.index),
            (RECEIPT, self.receipt),
        ];
        (headers, self.jwe).into_response()
    }
}
