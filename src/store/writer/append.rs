//! Appending to the log, inside the transaction of a batch.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::{
    evidence::Evidence,
    fault::Step,
    rows::{Many, Value},
    sign::SignsCheckpoint,
    state::State,
    tx::Tx,
};
use crate::{
    accesslog::entry::{self, PreparedEntry},
    domain::{clock::from_millis, digest::Digest},
    merkle::{
        checkpoint::{Checkpoint, Origin},
        frontier::Frontier,
        hash::leaf_hash,
        note,
        tile::{self, Tile, TileSet},
        tree::{Tree, edge},
    },
    store::{
        Store,
        db::no_log,
        error::StoreError,
        read::tiles,
        row::{Columns, joined, millis, signed},
    },
};

/// Taking the head takes its row lock, on both databases, so that all writes are serial; and it says where they stand.
const LOCK_HEAD: &str = "UPDATE log_head SET size = size WHERE id = 1 \
     RETURNING origin, size, last_time, frontier, policy_digest, checkpoint";
const WRITE_HEAD: &str = "UPDATE log_head SET size = $1, last_time = $2, frontier = $3, checkpoint = $4, \
     policy_digest = $5, register = register + $6 WHERE id = 1";

static LEAVES: LazyLock<Many<3>> =
    LazyLock::new(|| Many::new("INSERT INTO leaf (idx, leaf, hash) VALUES", ""));
static BODIES: LazyLock<Many<3>> =
    LazyLock::new(|| Many::new("INSERT INTO entry_body (idx, part, sealed) VALUES", ""));
static READERS: LazyLock<Many<4>> =
    LazyLock::new(|| Many::new("INSERT INTO entry_reader (oin, role, idx, parts) VALUES", ""));
static TILES: LazyLock<Many<4>> =
    LazyLock::new(|| Many::new("INSERT INTO tile (level, n, hashes, root) VALUES", ""));

/// The head as it stands under the lock.
#[derive(Debug)]
pub(super) struct LockedHead {
    pub(super) origin: Origin,
    pub(super) size: u64,
    pub(super) last_time: Timestamp,
    pub(super) policy: Digest,
    pub(super) frontier: Frontier,
}

/// The bytes of the frontier of an empty log.
pub(in crate::store) fn empty_frontier() -> Vec<u8> {
    Frontier::new().to_bytes()
}

/// Takes the lock of the head, and waits for another gateway that has it. Nothing is built on a head whose parts do not
/// agree.
pub(super) async fn lock_head(connection: &mut AnyConnection) -> Result<LockedHead, StoreError> {
    let row = sqlx::query(LOCK_HEAD).fetch_all(connection).await?;
    let row = row.first().ok_or_else(no_log)?;
    let columns = Columns(row);
    let frontier = Frontier::from_bytes(&columns.bytes("frontier")?)
        .map_err(|_| StoreError::inconsistent("log_head.frontier"))?;
    let size = columns.index("size")?;
    if frontier.size() != size {
        return Err(StoreError::inconsistent("log_head.size"));
    }
    let signed = note::read_unchecked(&columns.text("checkpoint")?)
        .map_err(|_| StoreError::inconsistent("log_head.checkpoint"))?;
    if signed.size != size || signed.root != frontier.root() {
        return Err(StoreError::inconsistent("log_head.checkpoint"));
    }
    Ok(LockedHead {
        origin: columns.parse("origin")?,
        size,
        last_time: from_millis(columns.integer("last_time")?),
        policy: columns.parse("policy_digest")?,
        frontier,
    })
}

/// The right edge of the tree at this frontier: the one in memory, or, when another gateway has appended since, the
/// one in the database.
pub(super) async fn tree_at(
    connection: &mut AnyConnection,
    known: &Tree,
    frontier: &Frontier,
) -> Result<Tree, StoreError> {
    if known.size() == frontier.size() && known.root() == frontier.root() {
        return Ok(known.clone());
    }
    let mut before = TileSet::new();
    for id in edge(frontier.size()) {
        before.insert(tiles::load(connection, id).await?.ok_or_else(|| StoreError::inconsistent("tile"))?);
    }
    let tree = Tree::resume(frontier.size(), &before).map_err(|_| StoreError::inconsistent("tile"))?;
    if tree.root() == frontier.root() { Ok(tree) } else { Err(StoreError::inconsistent("log_head.frontier")) }
}

/// Appends the entries, in order, and signs the head that they lead to. Nothing of it leaves before the commit.
pub(super) async fn append(
    tx: &mut Tx<'_>,
    (head, time, state): (&LockedHead, Timestamp, &State),
    tree: &mut Tree,
    entries: &[&PreparedEntry],
    signer: &dyn SignsCheckpoint,
) -> Result<Vec<Evidence>, StoreError> {
    let millis_of_entry =
        u64::try_from(millis(time)).map_err(|_| StoreError::settings("the clock stands before 1970"))?;
    let mut frontier = head.frontier.clone();
    let (mut leaves, mut leaf_rows, mut bodies, mut readers) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, prepared) in (head.size..).zip(entries) {
        let leaf = entry::leaf(millis_of_entry, &prepared.commitments);
        let hash = leaf_hash(&leaf);
        frontier.append(hash);
        tree.append(hash);
        let idx = signed(index);
        leaf_rows.push([idx.into(), leaf.to_vec().into(), hash.0.to_vec().into()]);
        for body in &prepared.bodies {
            bodies.push([idx.into(), body.part.as_str().into(), body.sealed.clone().into()]);
        }
        for same in prepared.readers.chunk_by(|one, next| one.party == next.party) {
            let Some(reader) = same.first() else { continue };
            readers.push([
                reader.party.oin.to_string().into(),
                reader.party.role.to_string().into(),
                idx.into(),
                joined(same.iter().map(|reader| reader.part.as_str())).into(),
            ]);
        }
        leaves.push((index, leaf));
    }
    tx.log_rows(Step::Leaves, &LEAVES, leaf_rows).await?;
    tx.log_rows(Step::Bodies, &BODIES, bodies).await?;
    tx.log_rows(Step::Readers, &READERS, readers).await?;
    let full = tree.take_full();
    let tiles = full.iter().map(tile_row).collect::<Result<_, _>>()?;
    tx.log_rows(Step::Tiles, &TILES, tiles).await?;

    tx.step(Step::Sign)?;
    let checkpoint = Checkpoint { origin: head.origin.clone(), size: frontier.size(), root: frontier.root() };
    let note = signer
        .sign(&checkpoint)
        .map_err(|_| StoreError::unavailable("the checkpoint of the log could not be signed"))?;
    tx.step(Step::Head)?;
    sqlx::query(WRITE_HEAD)
        .bind(signed(frontier.size()))
        .bind(millis(time))
        .bind(frontier.to_bytes())
        .bind(note.clone())
        .bind(state.policy.to_string())
        .bind(i64::from(state.is_other_register))
        .execute(tx.connection())
        .await?;

    let mut edge = TileSet::new();
    edge.extend(full);
    edge.extend(tree.partial());
    let (edge, note): (_, Arc<str>) = (Arc::new(edge), note.into());
    Ok(leaves
        .into_iter()
        .map(|(index, leaf)| Evidence {
            index,
            leaf,
            size: frontier.size(),
            checkpoint: Arc::clone(&note),
            tiles: Arc::clone(&edge),
        })
        .collect())
}

fn tile_row(full: &Tile) -> Result<[Value; 4], StoreError> {
    let mut subtree = Frontier::new();
    for hash in tile::hashes(&full.bytes).ok_or_else(|| StoreError::inconsistent("tile.hashes"))? {
        subtree.append(hash);
    }
    Ok([
        i64::from(full.id.level()).into(),
        signed(full.id.n()).into(),
        full.bytes.clone().into(),
        subtree.root().0.to_vec().into(),
    ])
}

const STORED_HEAD: &str = "SELECT origin, size, frontier, checkpoint, \
     (SELECT COALESCE(MAX(idx) + 1, 0) FROM leaf) AS leaves FROM log_head WHERE id = 1";
const FIRST_CHECKPOINT: &str =
    "UPDATE log_head SET checkpoint = $1 WHERE id = 1 AND size = 0 AND checkpoint = ''";

/// Checks that head, frontier, leaves, tiles and checkpoint agree, and signs the empty log when it is new.
pub(super) async fn check_head(store: &Store, signer: &dyn SignsCheckpoint) -> Result<Tree, StoreError> {
    let mut connection = store.read.acquire().await?;
    let row = sqlx::query(STORED_HEAD).fetch_optional(&mut *connection).await?;
    let row = row.ok_or_else(no_log)?;
    let columns = Columns(&row);
    let frontier = Frontier::from_bytes(&columns.bytes("frontier")?)
        .map_err(|_| StoreError::inconsistent("log_head.frontier"))?;
    let size = columns.index("size")?;
    if frontier.size() != size || columns.index("leaves")? != size {
        return Err(StoreError::inconsistent("log_head.size"));
    }
    let signed_note = columns.text("checkpoint")?;
    if signed_note.is_empty() {
        let checkpoint = Checkpoint { origin: columns.parse("origin")?, size: 0, root: frontier.root() };
        let note = signer
            .sign(&checkpoint)
            .map_err(|_| StoreError::unavailable("the checkpoint of the log could not be signed"))?;
        sqlx::query(FIRST_CHECKPOINT).bind(note).execute(&store.write).await?;
    } else {
        let checkpoint = note::read_unchecked(&signed_note)
            .map_err(|_| StoreError::inconsistent("log_head.checkpoint"))?;
        if checkpoint.size != size || checkpoint.root != frontier.root() {
            return Err(StoreError::inconsistent("log_head.checkpoint"));
        }
    }
    tree_at(&mut connection, &Tree::new(), &frontier).await
}
