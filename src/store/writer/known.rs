//! What a gateway knows of the log by itself, and whether what the database has goes on from it.

use std::sync::Arc;

use sqlx::AnyConnection;

use super::{head::LockedHead, sign::SignsCheckpoint};
use crate::{
    domain::digest::Digest,
    merkle::{
        checkpoint::Checkpoint,
        frontier::Frontier,
        proof::{consistency, tiles_for_consistency, verify_consistency},
        tile::TileSet,
        tree::{Tree, edge},
    },
    store::{Store, error::StoreError, read::tiles, row::Columns},
};

/// What a gateway knows of the log by itself: the head that it last signed or verified, and the tree that leads to it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) tree: Tree,
    pub(super) checkpoint: Arc<str>,
}

impl Known {
    /// The log at this head. When another gateway has appended since, its edge is read from the database, and believed only
    /// under a signature of this log, and only where it goes on from what is known here.
    pub(super) async fn under(
        &self,
        connection: &mut AnyConnection,
        head: &LockedHead,
        signer: &dyn SignsCheckpoint,
    ) -> Result<Self, StoreError> {
        if *self.checkpoint == *head.checkpoint {
            return Ok(self.clone());
        }
        if signer.open(&head.checkpoint).is_none() {
            return Err(StoreError::inconsistent("log_head.checkpoint"));
        }
        let tree = stored_tree(connection, &head.frontier).await?;
        extends(connection, (self.tree.size(), self.tree.root()), &tree).await?;
        Ok(Self { tree, checkpoint: head.checkpoint.as_str().into() })
    }
}

/// Refuses a tree that does not begin with the one of that size and root.
async fn extends(
    connection: &mut AnyConnection,
    (size, root): (u64, Digest),
    tree: &Tree,
) -> Result<(), StoreError> {
    let otherwise = || StoreError::inconsistent("log_head.size");
    let needed = tiles_for_consistency(size, tree.size()).map_err(|_| otherwise())?;
    let mut tiles = TileSet::new();
    for id in needed {
        tiles.insert(tiles::load(connection, id).await?.ok_or_else(|| StoreError::inconsistent("tile"))?);
    }
    let proof = consistency(size, tree.size(), &tiles).map_err(|_| otherwise())?;
    verify_consistency(&proof, size, &root, tree.size(), &tree.root()).map_err(|_| otherwise())
}

async fn stored_tree(connection: &mut AnyConnection, frontier: &Frontier) -> Result<Tree, StoreError> {
    let mut before = TileSet::new();
    for id in edge(frontier.size()) {
        before.insert(tiles::load(connection, id).await?.ok_or_else(|| StoreError::inconsistent("tile"))?);
    }
    let tree = Tree::resume(frontier.size(), &before).map_err(|_| StoreError::inconsistent("tile"))?;
    if tree.root() == frontier.root() { Ok(tree) } else { Err(StoreError::inconsistent("log_head.frontier")) }
}

const STORED_HEAD: &str = "SELECT origin, size, frontier, checkpoint, \
     (SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf) AS leaves FROM log_head WHERE id = 1";
const FIRST_CHECKPOINT: &str =
    "UPDATE log_head SET checkpoint = $1 WHERE id = 1 AND size = 0 AND checkpoint = ''";

/// Checks that head, frontier, leaves, tiles and checkpoint agree and that this log's key signed it, and signs the empty log
/// when it is new.
pub(super) async fn check_head(store: &Store, signer: &dyn SignsCheckpoint) -> Result<Known, StoreError> {
    let mut connection = store.read.acquire().await?;
    let row = sqlx::query(STORED_HEAD).fetch_optional(&mut *connection).await?;
    let row = row.ok_or_else(StoreError::no_log)?;
    let columns = Columns(&row);
    let frontier = Frontier::from_bytes(&columns.bytes("frontier")?)
        .map_err(|_| StoreError::inconsistent("log_head.frontier"))?;
    let size = columns.index("size")?;
    if frontier.size() != size || columns.index("leaves")? != size {
        return Err(StoreError::inconsistent("log_head.size"));
    }
    let mut note = columns.text("checkpoint")?;
    if note.is_empty() && size == 0 {
        let checkpoint = Checkpoint { origin: columns.parse("origin")?, size: 0, root: frontier.root() };
        note = signer
            .sign(&checkpoint)
            .map_err(|_| StoreError::unavailable("the checkpoint of the log could not be signed"))?;
        sqlx::query(FIRST_CHECKPOINT).bind(note.clone()).execute(&store.write).await?;
    }
    let signed = signer.open(&note).ok_or_else(|| StoreError::inconsistent("log_head.checkpoint"))?;
    if signed.size != size || signed.root != frontier.root() {
        return Err(StoreError::inconsistent("log_head.checkpoint"));
    }
    let tree = stored_tree(&mut connection, &frontier).await?;
    Ok(Known { tree, checkpoint: note.into() })
}
