//! A party's own account.

use std::sync::Arc;

use axum::{Json, extract::State};
use utoipa::ToSchema;

use super::{answered::Items, params::Page};
use crate::{
    accesslog::own::OwnEntry,
    exchange::Exchange,
    http::{caller::Calling, extract::query::Paging, problem::Problem},
};

/// An entry of the access log as the calling party gets it, provable by itself: see `docs/log-format.md`.
#[derive(Debug, ToSchema)]
#[schema(as = Entry)]
#[expect(dead_code, reason = "describes what `accesslog::own::OwnEntry` writes")]
struct EntryDocument {
    /// The index in the log.
    index: u64,
    /// The 54 bytes of the leaf in base64.
    #[schema(pattern = "^[0-9A-Za-z+/]*={0,2}$")]
    leaf: String,
    /// The parts that this party may read, as far as they were not erased.
    parts: Vec<PartDocument>,
    /// The text of the `tlog-proof` (C2SP).
    #[schema(max_length = 65_536)]
    proof: String,
}

/// One part of an entry with what its commitment is computed from.
#[derive(Debug, ToSchema)]
#[schema(as = EntryPart)]
#[expect(dead_code, reason = "describes what `accesslog::own::Disclosed` writes")]
struct PartDocument {
    /// `shared`, `sender`, `recipient` or `on-behalf`.
    #[schema(pattern = "^(shared|sender|recipient|on-behalf)$")]
    part: String,
    /// The salt: 32 bytes in base64.
    #[schema(pattern = "^[0-9A-Za-z+/]*={0,2}$")]
    salt: String,
    /// The canonical JSON, as text; empty where the part is absent.
    #[schema(max_length = 65_536)]
    body: String,
    /// The three hashes by which its commitment leads to the root in the leaf, from below, in base64.
    #[schema(min_items = 3, max_items = 3)]
    path: Vec<HashDocument>,
}

/// A hash: 32 bytes in base64.
#[derive(Debug, ToSchema)]
#[schema(as = Hash, pattern = "^[0-9A-Za-z+/]{43}=$")]
#[expect(dead_code, reason = "describes what `accesslog::own::Disclosed` writes")]
struct HashDocument(String);

/// List own entries
///
/// The entries of the access log in which the calling party figures, with its parts and the proof that they stand in the
/// log. Reading them is not itself an entry.
#[utoipa::path(
    get,
    path = "/entries",
    tag = "entries",
    operation_id = "listEntries",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<EntryDocument>)))
)]
pub(super) async fn list(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<OwnEntry>>, Problem> {
    let page = exchange.own_entries(&calling.caller, paging.after, paging.limit.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: page.items, next: page.next }))
}
