//! The routes, one file for each: extract, domain, use case, map, answer.

mod acknowledgement;
mod answer;
mod answered;
mod declarations;
mod payload;
mod push;
mod searches;
mod withdrawal;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use utoipa::OpenApi;

use super::{
    edge::Edge,
    extract::{accept::answering, path::get_without_head},
    openapi::{self, BASE},
    state::HttpState,
};

const JSON: &str = "application/json";

/// The data interface: every route, behind the edge.
pub fn router(state: HttpState, edge: &Arc<Edge>) -> Router {
    let versioned = Router::new()
        .merge(answering(JSON, json()))
        .merge(answering(payload::MEDIA_TYPE, payloads()))
        .merge(openapi::route(&openapi::document(&state.publisher, Routes::openapi())));
    edge.surround(Router::new().nest(BASE, versioned).with_state(state))
}

fn json() -> Router<HttpState> {
    Router::new()
        .route("/packets", post(push::packets))
        .route("/packets/{id}/acknowledgement", post(acknowledgement::acknowledge))
        .route("/packets/{id}/withdrawal", post(withdrawal::packet))
        .route("/requests", post(push::requests))
        .route("/requests/{id}/answer", post(answer::answer))
        .route("/declarations", post(declarations::declare))
        .route("/declarations/{id}", get(declarations::show))
        .route("/declarations/{id}/withdrawal", post(withdrawal::declaration))
        .route("/inbox/searches", post(searches::search))
}

fn payloads() -> Router<HttpState> {
    Router::new()
        .route("/packets/{id}/payload", get_without_head(payload::payload))
        .route("/packets/{id}/copy", get_without_head(payload::copy))
}

/// What the interface description is made from.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        push::packets,
        payload::payload,
        payload::copy,
        acknowledgement::acknowledge,
        withdrawal::packet,
        push::requests,
        answer::answer,
        declarations::declare,
        declarations::show,
        withdrawal::declaration,
        searches::search,
    ),
    tags(
        (name = "packets", description = "Packets: pushed by a sender, pulled and acknowledged by a recipient."),
        (name = "requests", description = "Requests of a school, which a college answers."),
        (name = "declarations", description = "What the person wants: six kinds of declaration, never mixed."),
        (name = "inbox", description = "What waits for the calling party."),
    )
)]
struct Routes;
