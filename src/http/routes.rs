//! The routes, one file for each subject: extract, domain, use case, map, answer.
//!
//! A route stands once, with its handlers: from that come the router and the description.

mod acknowledgement;
mod answer;
mod answered;
mod asserted;
pub mod bodies;
mod certificates;
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

use axum::{Extension, Router};
use utoipa::{OpenApi, openapi};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};

use super::{
    edge::Edge,
    extract::{
        accept::{answering, answering_one_of},
        path::without_head,
    },
    openapi::{BASE, Publisher, document, route},
    state::HttpState,
};
use crate::policy::catalogue::Catalogue;

const JSON: &str = "application/json";

/// The data interface: every route, behind the edge.
pub fn router(state: HttpState, edge: &Arc<Edge>) -> Router {
    let versioned = Router::new()
        .merge(answering(JSON, exchanging().merge(managing()).into()))
        .merge(answering_one_of(payload::MEDIA_TYPES, payloads().into()))
        .merge(answering(JSON, judging().into()))
        .merge(log::routes())
        .merge(route(&description(&state.publisher, state.exchange.catalogue())));
    let base = state.publisher.base.clone().unwrap_or_default();
    let all = Router::new()
        .nest(BASE, versioned)
        .nest(evaluation::BASE, answering(JSON, judging().into()))
        .merge(evaluation::discovery(&base))
        .merge(log::routes())
        .merge(security_txt::routes());
    let heavy = Extension(state.exchange.heavy().clone());
    edge.surround(all.with_state(state).layer(heavy))
}

/// Packets, requests, questions and what a person wants.
fn exchanging() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(packets::outbox, push::packets))
        .routes(routes!(packets::packet))
        .routes(routes!(acknowledgement::acknowledge))
        .routes(routes!(withdrawal::packet))
        .routes(routes!(packets::requests, push::requests))
        .routes(routes!(packets::request))
        .routes(routes!(answer::request))
        .routes(routes!(packets::questions, push::questions))
        .routes(routes!(packets::question))
        .routes(routes!(answer::question))
        .routes(routes!(packets::inbox))
        .routes(routes!(searches::search))
        .routes(routes!(notices::list))
        .routes(routes!(declarations::list, declarations::declare))
        .routes(routes!(declarations::search))
        .routes(routes!(declarations::show))
        .routes(routes!(withdrawal::declaration))
        .routes(routes!(decision::decide))
}

/// The party's own affairs, and what everyone may know.
fn managing() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new()
        .routes(routes!(entries::list))
        .routes(routes!(keys::publish))
        .routes(routes!(keys::retire))
        .routes(routes!(keys::revoke))
        .routes(routes!(certificates::register))
        .routes(routes!(parties::list))
        .routes(routes!(keys::of_party))
        .routes(routes!(datasets::list))
        .routes(routes!(datasets::one))
}

/// AuthZEN fixes a path below the root; the same stands below `/v1`, where generated clients look.
fn judging() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(routes!(evaluation::evaluate))
}

fn payloads() -> OpenApiRouter<HttpState> {
    OpenApiRouter::new().routes(released(routes!(payload::payload))).routes(released(routes!(payload::copy)))
}

fn released<S: Clone + Send + Sync + 'static>(
    (schemas, paths, methods): UtoipaMethodRouter<S>,
) -> UtoipaMethodRouter<S> {
    (schemas, paths, without_head(methods))
}

/// The interface description of these routes, with examples from the datasets of these policies.
#[must_use]
pub fn description(publisher: &Publisher, catalogue: &Catalogue) -> openapi::OpenApi {
    let routers = [exchanging(), managing(), payloads(), judging()];
    let mut routes = Beside::openapi();
    for router in routers {
        routes.merge(router.into_openapi());
    }
    asserted::describe(&mut routes, catalogue.glossary());
    let mut api = document(publisher, routes);
    examples::show(&mut api, catalogue);
    api
}

/// What the description has beside the routers: what its tags mean, and the open log, where one route serves several paths.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(log::checkpoint, log::proof, log::full_tile, log::partial_tile),
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
struct Beside;
