//! Answering a request.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::StaffHeaders;
use crate::{
    domain::id::PacketId,
    exchange::Exchange,
    http::{
        caller::Presenting,
        extract::{path::InPath, query::NoQuery},
        json::StrictJson,
        problem::Problem,
        wire::{Instant, shape},
    },
};

/// What the college decides.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    /// Whether the college continues the support.
    continues: bool,
}

/// The answer that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnswerGiven)]
pub(super) struct Standing {
    /// The request.
    #[schema(value_type = shape::Id)]
    id: PacketId,
    /// Whether the college continues the support.
    continues: bool,
    /// When it was answered, the first time.
    #[schema(value_type = shape::DateTime)]
    answered_at: Instant,
    /// The index of the entry in the access log.
    log_index: u64,
}

/// Answer a request
///
/// An answer stands: a repetition gives the first answer, and another answer is a 409.
#[utoipa::path(
    post,
    path = "/requests/{id}/answer",
    tag = "requests",
    operation_id = "answerRequest",
    params(
        ("id" = inline(shape::Id), Path, description = "The request."),
        StaffHeaders,
    ),
    request_body(content = Answer, example = json!({ "continues": true })),
    responses((status = 200, description = "Answered.", body = Standing))
)]
pub(super) async fn answer(
    presenting: Presenting,
    InPath(id): InPath<PacketId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<Answer>, Problem>,
) -> Result<Json<Standing>, Problem> {
    let (calling, NoQuery, answer) = presenting.with(query, body)?;
    let given = exchange.answer(&calling.caller, id, answer.continues).await;
    let given = given.map_err(|error| calling.problem(error))?;
    calling.visit.log_index(given.index);
    let (answered_at, log_index) = (given.at.into(), given.index);
    Ok(Json(Standing { id, continues: given.continues, answered_at, log_index }))
}
