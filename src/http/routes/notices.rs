//! What a party must be told: by log index, until it has read it.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answered::Items, params::Page};
use crate::{
    domain::{
        code::DatasetCode,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    exchange::{
        Exchange,
        lists::{NoticeKind, Notified},
    },
    http::{
        caller::Calling,
        extract::query::Paging,
        problem::Problem,
        wire::{Instant, Party, shape},
    },
};

/// Something that a party must know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notice {
    /// The index of the entry by which it came about. Several notices may have one.
    log_index: u64,
    /// What happened. `packet-withdrawn` and `declaration-withdrawn`: a packet that was collected rests on nothing any
    /// more. `key-revoked`, `categories-narrowed` (the packet holds more than its basis allows today), `mandate-ended`
    /// (the recipient no longer acted for the college) and `expired` (nobody collected it): push the packet again, unless `state` is `waiting`.
    /// `recipient-blocked`: the recipient was blocked then; it goes once the operator has lifted the block. `expires-soon`: its term passes in at most fourteen
    /// days, and the recipient has not collected it, or not answered it where it asks.
    #[schema(value_type = shape::NoticeKind)]
    kind: &'static str,
    /// Which packet.
    #[schema(value_type = shape::Id)]
    packet: PacketId,
    /// Of which dataset.
    #[schema(value_type = shape::DatasetCode)]
    dataset: DatasetCode,
    /// Who sent it.
    sender: Party,
    /// The name of who sent it; absent when it takes part no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, required = false, nullable = false)]
    sender_name: Option<String>,
    /// Whose copy it is about.
    party: Party,
    /// The name of that party, also where it is blocked and the list of parties leaves it out; absent when it takes part no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, required = false, nullable = false)]
    party_name: Option<String>,
    /// How that copy stands now. What a recipient could not come for goes on when it is `waiting` again: do not push it once more.
    #[schema(value_type = shape::State)]
    state: &'static str,
    /// Why it is withheld now, where its recipient is why: `recipient-blocked` or `mandate-ended`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::NoticeKind, required = false)]
    hindrance: Option<&'static str>,
    /// The declaration that was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Id, required = false)]
    declaration: Option<DeclarationId>,
    /// When.
    #[schema(value_type = shape::DateTime)]
    at: Instant,
}

/// List notices
///
/// What the calling party must be told: that what it collected was withdrawn, or that what it sent was not delivered. A
/// page ends where an index ends, so it may be somewhat longer than asked.
#[utoipa::path(
    get,
    path = "/notices",
    tag = "notices",
    operation_id = "listNotices",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<Notice>)))
)]
pub(super) async fn list(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Notice>>, Problem> {
    let page = exchange.notices(&calling.caller, paging.after, paging.limit.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    let register = calling.caller.seen.register();
    let named = |party: &PartyId| register.party(party).map(|row| row.name.clone());
    let items = page.items.into_iter().map(|Notified { row, dataset, sender, about }| Notice {
        log_index: row.index,
        kind: row.kind.as_str(),
        packet: row.packet,
        dataset,
        sender_name: named(&sender),
        sender: sender.into(),
        party_name: named(&row.about),
        party: row.about.into(),
        state: about.state.as_str(),
        hindrance: about.hindrance.map(NoticeKind::as_str),
        declaration: row.declaration,
        at: row.created.into(),
    });
    Ok(Json(Items { items: items.collect(), next: page.next }))
}
