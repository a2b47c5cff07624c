//! Who takes part.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answered::Items, params::Further};
use crate::{
    domain::{code::Municipality, oin::Oin, party::Role},
    exchange::Exchange,
    http::{caller::Calling, extract::query::Paging, problem::Problem, wire::shape},
};

/// A party that takes part.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Participant {
    /// The organisation.
    #[schema(value_type = shape::Oin)]
    oin: Oin,
    /// The capacity it acts in.
    #[schema(value_type = shape::Role)]
    role: Role,
    /// Its name, as the operator registered it.
    #[schema(max_length = 200)]
    name: String,
    /// For the colleges of which municipalities it acts today.
    #[schema(value_type = Vec<shape::Municipality>)]
    municipalities: Vec<Municipality>,
}

/// List the parties
///
/// Everyone who takes part today, who came first at first.
#[utoipa::path(
    get,
    path = "/parties",
    tag = "parties",
    operation_id = "listParties",
    params(Further),
    responses((status = 200, description = "A page.", body = inline(Items<Participant>)))
)]
pub(super) async fn list(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Participant>>, Problem> {
    let page =
        exchange.parties(&calling.caller, paging.into()).await.map_err(|error| calling.problem(error))?;
    let now = exchange.now();
    let items = page.items.into_iter().map(|row| Participant {
        oin: row.party.oin,
        role: row.party.role,
        municipalities: row.municipalities_at(now).into_iter().collect(),
        name: row.name,
    });
    Ok(Json(Items { items: items.collect(), next: page.next }))
}
