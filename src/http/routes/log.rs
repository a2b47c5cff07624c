//! The open log (C2SP `tlog-tiles`): checkpoint, tiles, bundles of entries, proofs. No certificate is needed; it holds
//! commitments and times only. `docs/log-format.md` describes what stands in it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{OriginalUri, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    exchange::Exchange,
    http::{
        extract::{accept::answering, path::InPath, query::NoQuery},
        openapi::BASE,
        packed::Packed,
        problem::{self, Problem},
        state::HttpState,
        wire::shape,
    },
    merkle::tile::TilePath,
};

/// A tile never changes, nor does a bundle; a partial one has a path of its own.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The head moves with each entry; a proof leads to the present head.
const FOR_SECONDS: &str = "public, max-age=5";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

/// The routes of the log, at the root.
pub(super) fn routes() -> Router<HttpState> {
    // Read by anyone from any page: it holds nothing of anyone.
    let open = from_fn(async |request: Request, next: Next| {
        let mut answer = next.run(request).await;
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        answer
    });
    let texts = Router::new().route("/checkpoint", get(checkpoint)).route("/proof/{index}", get(proof));
    let tiles = Router::new().route("/tile/{*path}", get(tile));
    Router::new().merge(answering(TEXT, texts)).merge(answering(BYTES, tiles)).route_layer(open)
}

/// Read the checkpoint
///
/// The signed checkpoint of the committed head (C2SP `tlog-checkpoint`). All of the open log stands at the root too, where
/// monitors expect it: `/checkpoint`, `/tile/…`, `/proof/…`. It may be read from any page.
#[utoipa::path(
    get, path = "/checkpoint", tag = "log", operation_id = "readCheckpoint", security(()),
    responses((status = 200, description = "The checkpoint.", content_type = "text/plain", body = shape::Lines))
)]
pub(super) async fn checkpoint(
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Response, Problem> {
    Ok(text(exchange.checkpoint().await?))
}

/// Read a proof
///
/// That an entry is in the log, under the present checkpoint (C2SP `tlog-proof`).
#[utoipa::path(
    get, path = "/proof/{index}", tag = "log", operation_id = "readProof", security(()),
    params(("index" = u64, Path, description = "The index of the entry, from 0, without leading zeros.")),
    responses((status = 200, description = "The proof.", content_type = "text/plain", body = shape::Lines))
)]
pub(super) async fn proof(
    InPath(index): InPath<u64>,
    uri: OriginalUri,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Response, Problem> {
    canonical(&uri, &format!("/proof/{index}"))?;
    exchange.proof(index).await?.map(text).ok_or(problem::NOT_FOUND)
}

/// Read a full tile
///
/// 256 hashes of a level, or with `entries` as level a bundle of 256 entries (C2SP `tlog-tiles`). It never changes. From
/// number 1000 on the number has groups: `x001/234`.
#[utoipa::path(
    get, path = "/tile/{level}/{number}", tag = "log", operation_id = "readTile", security(()),
    params(
        ("level" = inline(shape::TileLevel), Path, description = "The level, or `entries`."),
        ("number" = inline(shape::TileNumber), Path, description = "The number in three digits."),
    ),
    responses((
        status = 200, description = "Hashes of 32 bytes; or entries, each preceded by its length in two bytes.",
        content_type = "application/octet-stream", body = Vec<u8>
    ))
)]
#[expect(dead_code, reason = "carries the description of `tile`")]
pub(super) const fn full_tile() {}

/// Read a partial tile
///
/// The tile at the edge of the log, as wide as a checkpoint has it: the number is followed by `.p`. It never changes either.
#[utoipa::path(
    get, path = "/tile/{level}/{number}/{width}", tag = "log", operation_id = "readPartialTile", security(()),
    params(
        ("level" = inline(shape::TileLevel), Path, description = "The level, or `entries`."),
        ("number" = inline(shape::PartialTileNumber), Path, description = "The number in three digits, and `.p`."),
        ("width" = inline(shape::TileWidth), Path, description = "How many hashes or entries: 1 to 255."),
    ),
    responses((
        status = 200, description = "Hashes of 32 bytes; or entries, each preceded by its length in two bytes.",
        content_type = "application/octet-stream", body = Vec<u8>
    ))
)]
#[expect(dead_code, reason = "carries the description of `tile`")]
pub(super) const fn partial_tile() {}

/// A tile of hashes or a bundle of entries, whole or as far as the log reaches.
async fn tile(
    InPath(path): InPath<String>,
    uri: OriginalUri,
    headers: HeaderMap,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Response, Problem> {
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| problem::NOT_FOUND.code("not-a-tile"))?;
    canonical(&uri, &format!("/{path}"))?;
    let bytes = exchange.tile(&path).await?.ok_or(problem::NOT_FOUND)?;
    let kind = [(header::CONTENT_TYPE, BYTES), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((kind, Packed::asked(&headers, bytes.into())).into_response())
}

/// What is written otherwise (`/proof/007`, `%37`) does not exist: a cache would hold it twice.
fn canonical(uri: &OriginalUri, path: &str) -> Result<(), Problem> {
    let asked = uri.path();
    let is_so = asked == path || asked.strip_prefix(BASE) == Some(path);
    if is_so { Ok(()) } else { Err(problem::NOT_FOUND.code("not-canonical")) }
}

fn text(body: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, FOR_SECONDS)];
    (kind, body).into_response()
}
