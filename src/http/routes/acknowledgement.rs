//! Acknowledging a packet.

use std::{fmt, sync::Arc};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::ZeroizeOnDrop;

use crate::{
    domain::{id::PacketId, person::OwnReference},
    exchange::Exchange,
    http::{
        caller::Calling,
        extract::{path::InPath, query::NoQuery},
        json::StrictJson,
        problem::Problem,
        wire::{Instant, Reader, person::own_reference, shape},
    },
};

/// The recipient has the packet.
#[derive(Deserialize, ToSchema, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
#[schema(as = Acknowledgement)]
pub(super) struct Having {
    /// The recipient's own number for the person, by which it finds the packet later: letters, digits and the characters `. _ / -`.
    /// Never a BSN or an onderwijsnummer.
    #[serde(default)]
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 64,
        pattern = "^[^\\x00-,:-@\\[-^`{-\\x7f]+$",
        example = "Z-2026-0815"
    )]
    reference: Option<String>,
}

impl fmt::Debug for Having {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Having(redacted)")
    }
}

impl Having {
    pub(super) fn read(&self) -> Result<Option<OwnReference>, Problem> {
        let mut reader = Reader::default();
        let read = match &self.reference {
            None => Some(None),
            Some(text) => reader.take(own_reference(text, "/reference")).map(Some),
        };
        reader.finish(read)
    }
}

/// An acknowledged packet: its body is erased at the gateway.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Acknowledged)]
pub(super) struct Kept {
    /// The packet.
    #[schema(value_type = shape::Id)]
    id: PacketId,
    /// Always `acknowledged`.
    #[schema(value_type = shape::State, example = "acknowledged")]
    state: &'static str,
    /// When it was acknowledged, the first time.
    #[schema(value_type = shape::DateTime)]
    acknowledged_at: Instant,
    /// The index of the entry in the access log.
    log_index: u64,
}

/// Acknowledge a packet
///
/// Says that the recipient has collected and kept it; the body is then erased here. A repetition gives the first answer;
/// one with a `reference` that the first did not have is a conflict, since it would not be kept.
#[utoipa::path(
    post,
    path = "/packets/{id}/acknowledgement",
    tag = "packets",
    operation_id = "acknowledgePacket",
    params(("id" = inline(shape::Id), Path, description = "The packet.")),
    request_body(content = Having, example = json!({ "reference": "Z-2026-117" })),
    responses((status = 200, description = "Acknowledged.", body = Kept))
)]
pub(super) async fn acknowledge(
    calling: Calling,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(having): StrictJson<Having>,
) -> Result<Json<Kept>, Problem> {
    let done = exchange.acknowledge(&calling.caller, id, having.read()?).await;
    let done = done.map_err(|error| calling.problem(error))?;
    calling.visit.log_index(done.index);
    let (acknowledged_at, log_index) = (done.at.into(), done.index);
    Ok(Json(Kept { id, state: "acknowledged", acknowledged_at, log_index }))
}
