//! A write that changes nothing of the exchange: whether one would be done.

use sqlx::query;

use super::{Applied, Effect, sealed::Sealed};
use crate::{
    merkle::{frontier::Frontier, note},
    store::{
        db::no_log,
        error::StoreError,
        row::Columns,
        writer::{error::Halt, tx::Tx},
    },
};

/// More than a push with a large content needs.
const ROOM: usize = 64 * 1024;

/// Tries what a write rests on. It needs no entry, since nothing about anyone changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Judges the head as a write does, and writes nothing.
    Judge,
    /// Likewise, and takes room on the disk.
    Fill,
    /// Likewise, and gives the room back.
    Clear,
}

const FILL: &str = "INSERT INTO probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = $1";
const HEAD: &str = "SELECT size, frontier, checkpoint FROM log_head WHERE id = 1";

impl Sealed for Probe {}

impl Effect for Probe {
    type Outcome = ();

    fn least_entries(&self) -> usize {
        0
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        let row = tx.find(query(HEAD)).await?.ok_or_else(no_log)?;
        let columns = Columns(&row);
        let frontier = Frontier::from_bytes(&columns.bytes("frontier")?)
            .map_err(|_| StoreError::inconsistent("log_head.frontier"))?;
        let signed = note::read_unchecked(&columns.text("checkpoint")?)
            .map_err(|_| StoreError::inconsistent("log_head.checkpoint"))?;
        if signed.size != columns.index("size")? || signed.root != frontier.root() {
            return Err(StoreError::inconsistent("log_head.checkpoint").into());
        }
        let room = match self {
            Self::Judge => return Ok(Applied::repeated(())),
            Self::Fill => ROOM,
            Self::Clear => 0,
        };
        tx.run(query(FILL).bind(vec![0_u8; room])).await?;
        Ok(Applied::repeated(()))
    }
}
