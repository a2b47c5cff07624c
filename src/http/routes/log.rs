//! The open log (C2SP `tlog-tiles`): checkpoint, tiles, bundles of entries, proofs. No certificate is needed; it holds
//! commitments and times only. `docs/log-format.md` describes it, so the interface description does not.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    exchange::Exchange,
    http::{
        extract::{accept::answering, path::InPath, query::NoQuery},
        problem::{self, Problem},
        state::HttpState,
    },
    merkle::tile::TilePath,
};

const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

/// The routes of the log, at the root.
pub(super) fn routes() -> Router<HttpState> {
    let texts = Router::new().route("/checkpoint", get(checkpoint)).route("/proof/{index}", get(proof));
    let tiles = Router::new().route("/tile/{*path}", get(tile));
    Router::new().merge(answering(TEXT, texts)).merge(answering(BYTES, tiles))
}

/// The signed checkpoint of the committed head.
async fn checkpoint(_: NoQuery, State(exchange): State<Arc<Exchange>>) -> Result<Response, Problem> {
    Ok(text(exchange.checkpoint().await?))
}

/// The `tlog-proof` of an entry under the present checkpoint.
async fn proof(
    InPath(index): InPath<u64>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Response, Problem> {
    exchange.proof(index).await?.map(text).ok_or(problem::NOT_FOUND)
}

/// A tile of hashes or a bundle of entries, whole or as far as the log reaches.
async fn tile(
    InPath(path): InPath<String>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Response, Problem> {
    let path: TilePath = format!("tile/{path}").parse().map_err(|_| problem::NOT_FOUND.code("not-a-tile"))?;
    let bytes = exchange.tile(&path).await?.ok_or(problem::NOT_FOUND)?;
    Ok(([(header::CONTENT_TYPE, BYTES)], bytes).into_response())
}

fn text(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}
