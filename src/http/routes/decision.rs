//! Deciding upon an objection or a restriction.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::StaffHeaders;
use crate::{
    domain::{code::ReasonCode, declaration::Verdict, id::DeclarationId},
    exchange::{
        Exchange,
        decide::{DecisionGiven, Ruling},
    },
    http::{
        caller::Presenting,
        extract::{path::InPath, query::NoQuery},
        json::StrictJson,
        problem::Problem,
        wire::{Day, Instant, shape},
    },
};

/// What the controller decided.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewDecision)]
pub(super) struct Decision {
    /// `gegrond`: it is right, and what it stopped stays stopped; `ongegrond`: it ends; `opgeheven`: the restriction is
    /// lifted, also after it was `gegrond`.
    #[schema(value_type = shape::Verdict)]
    outcome: Verdict,
    /// Why: a code of the controller's own. Never anything about the person.
    #[schema(value_type = shape::ReasonCode)]
    reason: ReasonCode,
    /// On which day.
    #[schema(value_type = shape::Date)]
    decided_on: Day,
}

/// The decision that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DecisionGiven)]
pub(super) struct DecisionShown {
    /// The declaration.
    #[schema(value_type = shape::Id)]
    id: DeclarationId,
    /// `given` while it stands, `ended` once it is dismissed or lifted.
    #[schema(value_type = shape::DeclarationState, example = "ended")]
    state: &'static str,
    /// What was decided.
    #[schema(value_type = shape::Verdict)]
    outcome: Verdict,
    /// When it was recorded, the first time.
    #[schema(value_type = shape::DateTime)]
    decided_at: Instant,
    /// The index of the entry in the access log.
    log_index: u64,
}

/// A decision upon a declaration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Decision)]
pub(super) struct Taken {
    /// What was decided.
    #[schema(value_type = shape::Verdict)]
    outcome: Verdict,
    /// Why.
    #[schema(value_type = shape::ReasonCode)]
    reason: ReasonCode,
    /// On which day.
    #[schema(value_type = shape::Date)]
    decided_on: Day,
    /// When it was recorded.
    #[schema(value_type = shape::DateTime)]
    decided_at: Instant,
    /// The index of the entry.
    log_index: u64,
}

impl From<(Ruling, DecisionGiven)> for Taken {
    fn from((ruling, given): (Ruling, DecisionGiven)) -> Self {
        Self {
            outcome: ruling.verdict,
            reason: ruling.reason,
            decided_on: Day(ruling.on),
            decided_at: given.at.into(),
            log_index: given.index,
        }
    }
}

/// Decide upon an objection or a restriction
///
/// For the controller, the party that recorded it: until it decides, what rests on a public task is suspended. What is
/// dismissed or lifted stops nothing any more, from this instant. A decision stands: a repetition gives the first one, and
/// another decision is a 409, but for lifting a restriction that was upheld.
#[utoipa::path(
    post,
    path = "/declarations/{id}/decision",
    tag = "declarations",
    operation_id = "decideDeclaration",
    params(
        ("id" = inline(shape::Id), Path, description = "The objection (bezwaar) or restriction (beperking)."),
        StaffHeaders,
    ),
    request_body(content = Decision, example = json!({ "outcome": "ongegrond", "reason": "zwaarwegend-belang", "decidedOn": "2026-05-20" })),
    responses((status = 200, description = "Decided.", body = DecisionShown))
)]
pub(super) async fn decide(
    presenting: Presenting,
    InPath(id): InPath<DeclarationId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<Decision>, Problem>,
) -> Result<Json<DecisionShown>, Problem> {
    let (calling, NoQuery, decision) = presenting.with(query, body)?;
    let Decision { outcome, reason, decided_on: Day(on) } = decision;
    let ruling = Ruling { verdict: outcome, reason, on };
    let given = exchange.decide_declaration(&calling.caller, id, &ruling).await;
    let given = given.map_err(|error| calling.problem(error))?;
    calling.visit.log_index(given.index);
    let state = if outcome.ends() { "ended" } else { "given" };
    Ok(Json(DecisionShown { id, state, outcome, decided_at: given.at.into(), log_index: given.index }))
}
