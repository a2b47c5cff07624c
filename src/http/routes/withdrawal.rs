//! Taking back: a packet by its sender, a declaration by those whom the law names on that date.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::params::StaffHeaders;
use crate::{
    domain::{
        clock::amsterdam_date,
        declaration::Capacity,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    exchange::{
        Exchange,
        withdraw::{StillStands, TakenBack, WithdrawError},
    },
    http::{
        caller::{Calling, Presenting},
        extract::{path::InPath, query::NoQuery},
        json::StrictJson,
        problem::Problem,
        wire::{Day, Instant, Party, shape},
    },
};

/// Who takes a declaration back.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeclarationWithdrawal)]
pub(super) struct By {
    /// In which capacity.
    #[schema(value_type = shape::Capacity)]
    by: Capacity,
}

/// An empty object.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PacketWithdrawal)]
pub(super) struct Nothing {}

/// What a withdrawal did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Withdrawn)]
pub(super) struct Effect {
    /// The packet or declaration.
    #[schema(value_type = shape::Id)]
    id: String,
    /// Always `withdrawn`.
    #[schema(value_type = shape::DeclarationState, example = "withdrawn")]
    state: &'static str,
    /// Since when.
    #[schema(value_type = shape::DateTime)]
    withdrawn_at: Instant,
    /// The index of the entry in the access log; absent when it had been withdrawn before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    log_index: Option<u64>,
    /// Who can no longer collect.
    stopped: Vec<CopyOf>,
    /// Which party has collected already, and is told.
    told: Vec<CopyOf>,
    /// Copies that were handed over to the person, or collected by a party that was removed since: the sender tells them, as a gateway
    /// has no way to them.
    to_tell: Vec<CopyOf>,
    /// Who withdrew it, the first time; absent of a packet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Capacity, required = false)]
    withdrawn_by: Option<Capacity>,
    /// Declarations that say the same and still stand; absent without one. While one stands, what was withdrawn still holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_standing: Vec<StillStanding>,
}

/// A declaration that says the same as the one that was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct StillStanding {
    /// The declaration.
    #[schema(value_type = shape::Id)]
    id: DeclarationId,
    /// Who gave it.
    #[schema(value_type = shape::Capacity)]
    given_by: Capacity,
    /// On which day.
    #[schema(value_type = shape::Date)]
    given_at: Day,
}

impl From<StillStands> for StillStanding {
    fn from(StillStands { id, given_by, given_at }: StillStands) -> Self {
        Self { id, given_by, given_at: Day(amsterdam_date(given_at)) }
    }
}

/// A packet for one recipient.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CopyOf {
    /// The packet.
    #[schema(value_type = shape::Id)]
    packet: PacketId,
    /// The recipient.
    party: Party,
}

impl Effect {
    fn of(
        calling: &Calling,
        id: String,
        taken: Result<TakenBack, WithdrawError>,
    ) -> Result<Json<Self>, Problem> {
        let taken = taken.map_err(|error| calling.problem(error))?;
        if let Some(index) = taken.index {
            calling.visit.log_index(index);
        }
        Ok(Json(Self {
            id,
            state: "withdrawn",
            withdrawn_at: taken.at.into(),
            log_index: taken.index,
            stopped: copies(taken.stopped),
            told: copies(taken.told),
            to_tell: copies(taken.to_tell),
            withdrawn_by: taken.by,
            still_standing: taken.standing.into_iter().map(StillStanding::from).collect(),
        }))
    }
}

fn copies(which: Vec<(PacketId, PartyId)>) -> Vec<CopyOf> {
    which.into_iter().map(|(packet, party)| CopyOf { packet, party: party.into() }).collect()
}

/// Withdraw a packet
///
/// Who has not collected it no longer can, from this instant; a party that has is told. `toTell` are copies that the
/// person was given, or that a party collected which was removed since: the sender tells them. What is withdrawn stays withdrawn, however often it is said.
#[utoipa::path(
    post,
    path = "/packets/{id}/withdrawal",
    tag = "packets",
    operation_id = "withdrawPacket",
    params(
        ("id" = inline(shape::Id), Path, description = "The packet or request."),
        StaffHeaders,
    ),
    request_body(content = Nothing, example = json!({})),
    responses((status = 200, description = "Withdrawn.", body = Effect))
)]
pub(super) async fn packet(
    presenting: Presenting,
    InPath(id): InPath<PacketId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<Nothing>, Problem>,
) -> Result<Json<Effect>, Problem> {
    let (calling, NoQuery, Nothing {}) = presenting.with(query, body)?;
    Effect::of(&calling, id.to_string(), exchange.withdraw_packet(&calling.caller, id).await)
}

/// Withdraw a declaration
///
/// What rests on it can no longer be collected, from this instant; a party that has collected it is told. `toTell` are
/// copies that the person was given, or that a party collected which was removed since: the sender tells them.
#[utoipa::path(
    post,
    path = "/declarations/{id}/withdrawal",
    tag = "declarations",
    operation_id = "withdrawDeclaration",
    params(
        ("id" = inline(shape::Id), Path, description = "The declaration."),
        StaffHeaders,
    ),
    request_body(content = By, example = json!({ "by": "persoon" })),
    responses((status = 200, description = "Withdrawn.", body = Effect))
)]
pub(super) async fn declaration(
    presenting: Presenting,
    InPath(id): InPath<DeclarationId>,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<By>, Problem>,
) -> Result<Json<Effect>, Problem> {
    let (calling, NoQuery, By { by }) = presenting.with(query, body)?;
    Effect::of(&calling, id.to_string(), exchange.withdraw_declaration(&calling.caller, id, by).await)
}
