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
    accesslog::entry::{self, NumberedEntry, ReaderRow},
    domain::{clock::from_millis, digest::Digest},
    merkle::{
        checkpoint::{Checkpoint, Origin},
        frontier::Frontier,
        hash::leaf_hash,
        note,
        proof::{consistency, tiles_for_consistency, verify_consistency},
        tile::{self, Tile, TileSet},
        tree::{Tree, edge},
    },
    store::{
        Store,
        db::Backend,
        error::StoreError,
        read::tiles,
        register::RegisterRows,
        row::{Columns, millis, signed},
        seal::SealsRows,
    },
};

/// Taking the head takes its row lock, on both databases, so that all writes are serial; and it says where they stand.
const LOCK_HEAD: &str = "UPDATE log_head SET size = size WHERE id = 1 \
     RETURNING origin, size, last_time, frontier, policy_digest, checkpoint, register, register_seal";
/// With the time at which the lock was had, by the server's own clock.
const LOCK_HEAD_AT_SERVER: &str = "UPDATE log_head SET size = size WHERE id = 1 \
     RETURNING origin, size, last_time, frontier, policy_digest, checkpoint, register, register_seal, \
     CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS server_time";
const WRITE_HEAD: &str = "UPDATE log_head SET size = $1, last_time = $2, frontier = $3, checkpoint = $4, \
     policy_digest = $5, register = $6, register_seal = COALESCE($7, register_seal) WHERE id = 1";
/// Its receipts leave with it: whoever kept one can ask whether the log still begins with it.
const KEEP_CHECKPOINT: &str = "INSERT INTO checkpoint (size, note) VALUES ($1, $2)";

static LEAVES: LazyLock<Many<4>> =
    LazyLock::new(|| Many::new("INSERT INTO leaf (idx, time, commitments, hash) VALUES", ""));
static BODIES: LazyLock<Many<6>> = LazyLock::new(|| {
    Many::new("INSERT INTO entry_body (idx, shared, sender, recipient, on_behalf, gateway) VALUES", "")
});
static READERS: LazyLock<Many<12>> = LazyLock::new(|| {
    Many::new(
        "INSERT INTO entry_reader (oin, role, idx, number, parts, event, outcome, dataset, purpose, packet, \
         person, staff) VALUES",
        "",
    )
});
static TILES: LazyLock<Many<4>> =
    LazyLock::new(|| Many::new("INSERT INTO tile (level, n, hashes, root) VALUES", ""));

/// The head as it stands under the lock.
#[derive(Debug)]
pub(in crate::store) struct LockedHead {
    pub(super) origin: Origin,
    pub(in crate::store) size: u64,
    pub(super) last_time: Timestamp,
    pub(super) policy: Digest,
    pub(super) frontier: Frontier,
    /// The signed checkpoint, which states this size and the root of this frontier; who signed it was not looked at.
    pub(in crate::store) checkpoint: String,
    /// The number of the register.
    pub(super) register: i64,
    /// The keyed digest of its rows; none before the first.
    pub(super) register_seal: Option<Vec<u8>>,
    /// The time of a server that has a clock of its own.
    pub(super) server_time: Option<Timestamp>,
}

/// Stands in the place of the checkpoint of a log that was moved to another database: nothing is signed after it.
pub(in crate::store) const MOVED: &str = "moved to another database";

/// Takes the lock of the head, and waits for another gateway that has it. Nothing is built on a head whose parts do not
/// agree.
pub(in crate::store) async fn lock_head(
    connection: &mut AnyConnection,
    backend: Backend,
) -> Result<LockedHead, StoreError> {
    let statement = match backend {
        Backend::Sqlite => LOCK_HEAD,
        Backend::Postgres => LOCK_HEAD_AT_SERVER,
    };
    let row = sqlx::query(statement).fetch_all(connection).await?;
    let row = row.first().ok_or_else(StoreError::no_log)?;
    let columns = Columns(row);
    let frontier = Frontier::from_bytes(&columns.bytes("frontier")?)
        .map_err(|_| StoreError::inconsistent("log_head.frontier"))?;
    let size = columns.index("size")?;
    if frontier.size() != size {
        return Err(StoreError::inconsistent("log_head.size"));
    }
    let checkpoint = columns.text("checkpoint")?;
    if checkpoint == MOVED {
        return Err(StoreError::relocated());
    }
    let signed =
        note::read_unchecked(&checkpoint).map_err(|_| StoreError::inconsistent("log_head.checkpoint"))?;
    if signed.size != size || signed.root != frontier.root() {
        return Err(StoreError::inconsistent("log_head.checkpoint"));
    }
    Ok(LockedHead {
        origin: columns.parse("origin")?,
        size,
        last_time: from_millis(columns.integer("last_time")?),
        policy: columns.parse("policy_digest")?,
        frontier,
        checkpoint,
        register: columns.integer("register")?,
        register_seal: columns.maybe_bytes("register_seal")?,
        server_time: match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(from_millis(columns.integer("server_time")?)),
        },
    })
}

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
pub(super) async fn extends(
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

/// Appends the entries, in order, and signs the head that they lead to. Nothing of it leaves before the commit.
pub(super) async fn append(
    tx: &mut Tx<'_>,
    (head, time, state, register): (&LockedHead, Timestamp, &State, Option<&RegisterRows>),
    log: &mut Known,
    entries: Vec<NumberedEntry>,
    (signer, seals): (&dyn SignsCheckpoint, &dyn SealsRows),
) -> Result<Vec<Evidence>, StoreError> {
    let millis_of_entry =
        u64::try_from(millis(time)).map_err(|_| StoreError::settings("the clock stands before 1970"))?;
    let mut frontier = head.frontier.clone();
    let (mut leaves, mut leaf_rows, mut bodies, mut readers) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, entry) in (head.size..).zip(entries) {
        let leaf = entry::leaf(millis_of_entry, &entry.commitments.root());
        let hash = leaf_hash(&leaf);
        frontier.append(hash);
        log.tree.append(hash);
        let commitments = entry.commitments.to_bytes().to_vec();
        leaf_rows.push([index.into(), time.into(), commitments.into(), hash.0.to_vec().into()]);
        readers.extend(entry.readers.into_iter().map(|row| reader_row(index, row)));
        let [shared, sender, recipient, on_behalf, gateway] = entry.bodies.map(|body| body.sealed.into());
        bodies.push([index.into(), shared, sender, recipient, on_behalf, gateway]);
        leaves.push((index, leaf));
    }
    tx.log_rows(Step::Leaves, &LEAVES, leaf_rows).await?;
    tx.log_rows(Step::Bodies, &BODIES, bodies).await?;
    tx.log_rows(Step::Readers, &READERS, readers).await?;
    let full = log.tree.take_full();
    let tiles = full.iter().map(tile_row).collect::<Result<_, _>>()?;
    tx.log_rows(Step::Tiles, &TILES, tiles).await?;

    let (register, seal) = match register {
        Some(rows) => {
            let number = head.register.saturating_add(1);
            (number, Some(seals.seal(&rows.bytes(number)?)))
        }
        None => (head.register, None),
    };

    tx.step(Step::Sign)?;
    let checkpoint = Checkpoint { origin: head.origin.clone(), size: frontier.size(), root: frontier.root() };
    let note = signer
        .sign(&checkpoint)
        .map_err(|_| StoreError::unavailable("the checkpoint of the log could not be signed"))?;
    tx.step(Step::Head)?;
    sqlx::query(KEEP_CHECKPOINT)
        .bind(signed(frontier.size()))
        .bind(note.clone())
        .execute(tx.connection())
        .await?;
    sqlx::query(WRITE_HEAD)
        .bind(signed(frontier.size()))
        .bind(millis(time))
        .bind(frontier.to_bytes())
        .bind(note.clone())
        .bind(state.policy.to_string())
        .bind(register)
        .bind(seal)
        .execute(tx.connection())
        .await?;

    let mut edge = TileSet::new();
    edge.extend(full);
    edge.extend(log.tree.partial());
    let (edge, note): (_, Arc<str>) = (Arc::new(edge), note.into());
    log.checkpoint = Arc::clone(&note);
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

fn reader_row(index: u64, row: ReaderRow) -> [Value; 12] {
    let [event, outcome, dataset, purpose, packet] = row.facets.map(Value::from);
    let (number, staff) = (row.number.into(), row.staff.map(|staff| staff.0.to_vec()).into());
    let person = row.person.into();
    let parts = row.parts.into();
    [
        row.oin.into(),
        row.role.into(),
        index.into(),
        number,
        parts,
        event,
        outcome,
        dataset,
        purpose,
        packet,
        person,
        staff,
    ]
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
