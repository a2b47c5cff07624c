//! The routes, one file for each subject: extract, domain, use case, map, answer.
//!
//! [`router`] and `Routes` list the same routes; a test calls every path that the description has.

mod acknowledgement;
mod answer;
mod answered;
mod asserted;
pub mod bodies;
mod datasets;
mod decision;
mod declarations;
mod entries;
mod evaluation;
mod examples;
mod keys;
mod log;
mod notices;
mod packets;
mod params;
mod parties;
mod payload;
mod push;
mod searches;
mod security_txt;
mod withdrawal;

use std::sync::Arc;

use axum::{
    Extension, Router,
    routing::{get, post},
};
use utoipa::{OpenApi, openapi};

use super::{
    edge::Edge,
    extract::{
        accept::{answering, answering_one_of},
        path::get_without_head,
    },
    openapi::{BASE, Publisher, document, route},
    state::HttpState,
};
use crate::policy::catalogue::Catalogue;

const JSON: &str = "application/json";

/// The data interface: every route, behind the edge.
pub fn router(state: HttpState, edge: &Arc<Edge>) -> Router {
    let versioned = Router::new()
        .merge(answering(JSON, exchanging().merge(managing())))
        .merge(answering_one_of(payload::MEDIA_TYPES, payloads()))
        .merge(answering(JSON, judging()))
        .merge(log::routes())
        .merge(route(&description(&state.publisher, state.exchange.catalogue())));
    let base = state.publisher.base.clone().unwrap_or_default();
    let all = Router::new()
        .nest(BASE, versioned)
        .nest(evaluation::BASE, answering(JSON, judging()))
        .merge(evaluation::discovery(&base))
        .merge(log::routes())
        .merge(security_txt::routes());
    let heavy = Extension(state.exchange.heavy().clone());
    edge.surround(all.with_state(state).layer(heavy))
}

/// Packets, requests, questions and what a person wants.
fn exchanging() -> Router<HttpState> {
    Router::new()
        .route("/packets", get(packets::outbox).post(push::packets))
        .route("/packets/{id}", get(packets::packet))
        .route("/packets/{id}/acknowledgement", post(acknowledgement::acknowledge))
        .route("/packets/{id}/withdrawal", post(withdrawal::packet))
        .route("/requests", get(packets::requests).post(push::requests))
        .route("/requests/{id}", get(packets::request))
        .route("/requests/{id}/answer", post(answer::request))
        .route("/questions", get(packets::questions).post(push::questions))
        .route("/questions/{id}", get(packets::question))
        .route("/questions/{id}/answer", post(answer::question))
        .route("/inbox", get(packets::inbox))
        .route("/inbox/searches", post(searches::search))
        .route("/notices", get(notices::list))
        .route("/declarations", get(declarations::list).post(declarations::declare))
        .route("/declarations/searches", post(declarations::search))
        .route("/declarations/{id}", get(declarations::show))
        .route("/declarations/{id}/withdrawal", post(withdrawal::declaration))
        .route("/declarations/{id}/decision", post(decision::decide))
}

/// The party's own affairs, and what everyone may know.
fn managing() -> Router<HttpState> {
    Router::new()
        .route("/entries", get(entries::list))
        .route("/keys", post(keys::publish))
        .route("/keys/{thumbprint}/retirement", post(keys::retire))
        .route("/keys/{thumbprint}/revocation", post(keys::revoke))
        .route("/certificates", post(keys::register))
        .route("/parties", get(parties::list))
        .route("/parties/{oin}/{role}/keys", get(keys::of_party))
        .route("/datasets", get(datasets::list))
        .route("/datasets/{code}", get(datasets::one))
}

/// AuthZEN fixes a path below the root; the same stands below `/v1`, where generated clients look.
fn judging() -> Router<HttpState> {
    Router::new().route("/evaluation", post(evaluation::evaluate))
}

fn payloads() -> Router<HttpState> {
    Router::new()
        .route("/packets/{id}/payload", get_without_head(payload::payload))
        .route("/packets/{id}/copy", get_without_head(payload::copy))
}

/// The interface description of these routes, with examples from the datasets of these policies.
#[must_use]
pub fn description(publisher: &Publisher, catalogue: &Catalogue) -> openapi::OpenApi {
    let mut routes = Routes::openapi();
    asserted::describe(&mut routes, catalogue.glossary());
    let mut api = document(publisher, routes);
    examples::show(&mut api, catalogue);
    api
}

/// What the interface description is made from.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(
        packets::outbox,
        push::packets,
        packets::packet,
        payload::payload,
        payload::copy,
        acknowledgement::acknowledge,
        withdrawal::packet,
        packets::requests,
        push::requests,
        packets::request,
        answer::request,
        packets::questions,
        push::questions,
        packets::question,
        answer::question,
        packets::inbox,
        searches::search,
        notices::list,
        declarations::declare,
        declarations::list,
        declarations::search,
        declarations::show,
        withdrawal::declaration,
        decision::decide,
        entries::list,
        keys::publish,
        keys::retire,
        keys::revoke,
        keys::register,
        parties::list,
        keys::of_party,
        datasets::list,
        datasets::one,
        evaluation::evaluate,
        log::checkpoint,
        log::proof,
        log::full_tile,
        log::partial_tile,
    ),
    tags(
        (name = "packets", description = "Packets: pushed by a sender, pulled and acknowledged by a recipient."),
        (name = "requests", description = "Requests of a school, which a college answers."),
        (name = "questions", description = "Questions, which the recipient answers, where the policies have any."),
        (name = "inbox", description = "What waits for the calling party."),
        (name = "notices", description = "What the calling party must be told."),
        (name = "declarations", description = "What the person wants: six kinds of declaration, never mixed."),
        (name = "entries", description = "The calling party's parts of the access log, provable by themselves."),
        (name = "keys", description = "The keys to which packets for the calling party are sealed."),
        (name = "certificates", description = "The certificates by which the calling party is known."),
        (name = "parties", description = "Who takes part, by which keys."),
        (name = "datasets", description = "What may go to whom, on which basis and under which conditions."),
        (name = "log", description = "The open log: what anyone needs to verify it (C2SP tlog-tiles and tlog-proof)."),
        (name = "evaluation", description = "What would be decided (AuthZEN)."),
    )
)]
struct Routes;
