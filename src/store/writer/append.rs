//! Appending to the log, inside the transaction of a batch.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

use super::{
    evidence::Evidence,
    fault::Step,
    head::LockedHead,
    known::Known,
    rows::{Many, Value},
    sign::SignsCheckpoint,
    state::State,
    tx::Tx,
};
use crate::{
    accesslog::entry::{self, NumberedEntry, ReaderRow},
    merkle::{
        checkpoint::Checkpoint,
        frontier::Frontier,
        hash::leaf_hash,
        tile::{self, Tile, TileSet},
    },
    store::{
        error::StoreError,
        register::RegisterRows,
        row::{millis, signed},
        seal::SealsRows,
    },
};

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
