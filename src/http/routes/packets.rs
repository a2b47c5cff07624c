//! What was sent and what waits: outbox, inbox, one packet, one request.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
};

use super::{answered::Items, params::Page};
use crate::{
    domain::id::PacketId,
    exchange::{
        Exchange,
        lists::{ListError, MessageKind, Seen},
    },
    http::{
        caller::Calling,
        extract::{
            path::InPath,
            query::{NoQuery, Paging, Query},
        },
        problem::Problem,
        wire::{Packet, shape},
    },
    policy::dataset::DatasetKind,
};

/// List what was sent
///
/// The packets that the calling party pushed, by log index, with what became of each copy.
#[utoipa::path(
    get,
    path = "/packets",
    tag = "packets",
    operation_id = "listSentPackets",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<Packet>)))
)]
pub(super) async fn outbox(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Packet>>, Problem> {
    sent(&calling, MessageKind::Packet, paging, &exchange).await
}

/// List the requests that were made
///
/// The requests of the calling party, by log index, with their answers.
#[utoipa::path(
    get,
    path = "/requests",
    tag = "requests",
    operation_id = "listMadeRequests",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<Packet>)))
)]
pub(super) async fn requests(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Packet>>, Problem> {
    sent(&calling, MessageKind::Request, paging, &exchange).await
}

/// List the questions that were asked
///
/// The questions of the calling party, by log index, with their answers.
#[utoipa::path(
    get,
    path = "/questions",
    tag = "questions",
    operation_id = "listAskedQuestions",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<Packet>)))
)]
pub(super) async fn questions(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Packet>>, Problem> {
    sent(&calling, MessageKind::Question, paging, &exchange).await
}

async fn sent(
    calling: &Calling,
    kind: MessageKind,
    paging: Paging,
    exchange: &Exchange,
) -> Result<Json<Items<Packet>>, Problem> {
    let page = exchange.outbox(&calling.caller, kind, paging.after, paging.limit.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: shown(calling, page.items), next: page.next }))
}

/// `?kind=packet|request|question` beside the paging: one kind only.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfKind {
    kind: Option<DatasetKind>,
    paging: Paging,
}

impl<S: Sync> FromRequestParts<S> for OfKind {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let [after, limit] = Paging::PARAMETERS;
        let mut query = Query::of(&parts.uri, &["kind", after, limit]);
        let kind = query.value("kind");
        let paging = Paging::read(&mut query);
        query.finish().map(|()| Self { kind, paging })
    }
}

/// List what waits
///
/// The packets, requests and questions for the calling party, by log index: what waits, what was collected, and what has ended. The
/// body is pulled apart.
#[utoipa::path(
    get,
    path = "/inbox",
    tag = "inbox",
    operation_id = "listInbox",
    params(("kind" = inline(Option<shape::MessageKind>), Query, nullable = false, description = "One kind only; absent all."), Page),
    responses((status = 200, description = "A page.", body = inline(Items<Packet>)))
)]
pub(super) async fn inbox(
    calling: Calling,
    OfKind { kind, paging }: OfKind,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Packet>>, Problem> {
    let page =
        exchange.inbox(&calling.caller, kind.map(MessageKind::from), paging.after, paging.limit.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: shown(&calling, page.items), next: page.next }))
}

/// Read a packet's state
///
/// Of a packet, or of a request or question, which then has its answers. For its sender and its named recipients; to all others it does not exist.
#[utoipa::path(
    get,
    path = "/packets/{id}",
    tag = "packets",
    operation_id = "readPacket",
    params(("id" = inline(shape::Id), Path, description = "The packet, request or question.")),
    responses((status = 200, description = "It, without its body.", body = Packet))
)]
pub(super) async fn packet(
    calling: Calling,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Packet>, Problem> {
    one(&calling, exchange.packet(&calling.caller, None, id).await)
}

/// Read a request's state
///
/// For its sender and its named recipients, with the answers; to all others it does not exist.
#[utoipa::path(
    get,
    path = "/requests/{id}",
    tag = "requests",
    operation_id = "readRequest",
    params(("id" = inline(shape::Id), Path, description = "The request.")),
    responses((status = 200, description = "The request, without its body.", body = Packet))
)]
pub(super) async fn request(
    calling: Calling,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Packet>, Problem> {
    one(&calling, exchange.packet(&calling.caller, Some(MessageKind::Request), id).await)
}

/// Read a question's state
///
/// For its sender and its named recipients, with the answers; to all others it does not exist.
#[utoipa::path(
    get,
    path = "/questions/{id}",
    tag = "questions",
    operation_id = "readQuestion",
    params(("id" = inline(shape::Id), Path, description = "The question.")),
    responses((status = 200, description = "The question, without its body.", body = Packet))
)]
pub(super) async fn question(
    calling: Calling,
    InPath(id): InPath<PacketId>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Packet>, Problem> {
    one(&calling, exchange.packet(&calling.caller, Some(MessageKind::Question), id).await)
}

fn one(calling: &Calling, seen: Result<Seen, ListError>) -> Result<Json<Packet>, Problem> {
    let seen = seen.map_err(|error| calling.problem(error))?;
    Ok(Json(Packet::seen_by(calling.caller.party(), seen)))
}

fn shown(calling: &Calling, seen: Vec<Seen>) -> Vec<Packet> {
    let caller = calling.caller.party();
    seen.into_iter().map(|one| Packet::seen_by(caller, one)).collect()
}
