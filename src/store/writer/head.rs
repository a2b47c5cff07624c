//! The head of the log, under its lock.

use jiff::Timestamp;
use sqlx::AnyConnection;

use crate::{
    domain::{clock::from_millis, digest::Digest},
    merkle::{checkpoint::Origin, frontier::Frontier, note},
    store::{db::Backend, error::StoreError, row::Columns},
};

/// Taking the head takes its row lock, on both databases, so that all writes are serial; and it says where they stand.
const LOCK_HEAD: &str = "UPDATE log_head SET size = size WHERE id = 1 \
     RETURNING origin, size, last_time, frontier, policy_digest, checkpoint, register, register_seal";
/// With the time at which the lock was had, by the server's own clock.
const LOCK_HEAD_AT_SERVER: &str = "UPDATE log_head SET size = size WHERE id = 1 \
     RETURNING origin, size, last_time, frontier, policy_digest, checkpoint, register, register_seal, \
     CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS server_time";

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
