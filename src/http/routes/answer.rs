//! Answering a request or a question.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::StaffHeaders;
use crate::{
    domain::{code::OutcomeCode, id::PacketId},
    exchange::{Exchange, lists::MessageKind},
    http::{
        caller::Presenting,
        extract::{path::InPath, query::NoQuery},
        json::StrictJson,
        problem::Problem,
        wire::{Instant, shape},
    },
};

/// What is answered.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Answer)]
pub(super) struct NewAnswer {
    /// A code that the dataset of what is answered lists.
    #[schema(value_type = shape::OutcomeCode)]
    outcome: OutcomeCode,
}

/// The answer that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AnswerGiven)]
pub(super) struct AnswerShown {
    /// What is answered.
    #[schema(value_type = shape::Id)]
    id: PacketId,
    /// What was answered.
    #[schema(value_type = shape::OutcomeCode)]
    outcome: OutcomeCode,
    /// When it was answered, the first time.
    #[schema(value_type = shape::DateTime)]
    answered_at: Instant,
    /// The index of the entry in the access log.
    log_index: u64,
}

/// Answer a request
///
/// With an outcome that the dataset of the request lists (`GET /v1/datasets/{code}`); another is a 400 that names them. An
/// answer stands: a repetition gives the first answer, and another answer is a 409.
#[utoipa::path(
    post,
    path = "/requests/{id}/answer",
    tag = "requests",
    operation_id = "answerRequest",
    params(
        ("id" = inline(shape::Id), Path, description = "The request."),
        StaffHeaders,
    ),
    request_body(content = NewAnswer, example = json!({ "outcome": "ja" })),
    responses((status = 200, description = "Answered.", body = AnswerShown))
)]
pub(super) async fn request(
    presenting: Presenting,
    InPath(id): InPath<PacketId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<NewAnswer>, Problem>,
) -> Result<Json<AnswerShown>, Problem> {
    answer(MessageKind::Request, id, presenting, query, &exchange, body).await
}

/// Answer a question
///
/// With an outcome and nothing more, as a request. Where the answer has content, push a packet with `replyTo` and `outcome`
/// instead: that is the answer.
#[utoipa::path(
    post,
    path = "/questions/{id}/answer",
    tag = "questions",
    operation_id = "answerQuestion",
    params(
        ("id" = inline(shape::Id), Path, description = "The question."),
        StaffHeaders,
    ),
    request_body(content = NewAnswer, example = json!({ "outcome": "ja" })),
    responses((status = 200, description = "Answered.", body = AnswerShown))
)]
pub(super) async fn question(
    presenting: Presenting,
    InPath(id): InPath<PacketId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<NewAnswer>, Problem>,
) -> Result<Json<AnswerShown>, Problem> {
    answer(MessageKind::Question, id, presenting, query, &exchange, body).await
}

async fn answer(
    kind: MessageKind,
    id: PacketId,
    presenting: Presenting,
    query: Result<NoQuery, Problem>,
    exchange: &Exchange,
    body: Result<StrictJson<NewAnswer>, Problem>,
) -> Result<Json<AnswerShown>, Problem> {
    let (calling, NoQuery, answer) = presenting.with(query, body)?;
    let given = exchange.answer(&calling.caller, kind, id, answer.outcome).await;
    let given = given.map_err(|error| calling.problem(error))?;
    calling.visit.log_index(given.index);
    let (answered_at, log_index) = (given.at.into(), given.index);
    Ok(Json(AnswerShown { id, outcome: given.outcome, answered_at, log_index }))
}
