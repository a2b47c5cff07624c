//! Tiles of the log: full ones as they were stored, partial ones from the leaves or from the tiles below.

use sqlx::{AnyConnection, query};

use crate::{
    merkle::tile::{Tile, TileId},
    store::{
        error::StoreError,
        row::{Columns, signed},
    },
};

const FULL_TILE: &str = "SELECT hashes FROM tile WHERE level = $1 AND n = $2";
const LEAF_HASHES: &str = "SELECT hash FROM leaf WHERE idx >= $1 AND idx < $2 ORDER BY idx";
const ROOTS_BELOW: &str = "SELECT root AS hash FROM tile WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n";

/// A tile of the width asked for; none when the log does not reach so far.
pub(in crate::store) async fn load(
    connection: &mut AnyConnection,
    id: TileId,
) -> Result<Option<Tile>, StoreError> {
    if id.is_full() {
        let full = query(FULL_TILE).bind(i64::from(id.level())).bind(signed(id.n()));
        // Never made up from the leaves: a full tile that is missing must be noticed.
        let Some(row) = full.fetch_optional(connection).await? else { return Ok(None) };
        return Ok(Some(Tile { id, bytes: Columns(&row).bytes("hashes")? }));
    }
    let first = id.n().saturating_mul(256);
    let end = first.saturating_add(u64::from(id.width()));
    let hashes = match id.level().checked_sub(1) {
        None => query(LEAF_HASHES).bind(signed(first)).bind(signed(end)),
        Some(below) => query(ROOTS_BELOW).bind(i64::from(below)).bind(signed(first)).bind(signed(end)),
    };
    let mut bytes = Vec::with_capacity(id.bytes());
    for row in hashes.fetch_all(connection).await? {
        bytes.extend(Columns(&row).bytes("hash")?);
    }
    Ok((bytes.len() == id.bytes()).then_some(Tile { id, bytes }))
}
