//! Ending what has lasted long enough: packets by their term, bodies of entries by their retention.

use sqlx::query;

use super::{
    Applied, Effect, Once,
    recipients::{Notice, Stopped, stopped_by, tell},
    sealed::Sealed,
};
use crate::{
    accesslog::entry::PartName,
    domain::id::PacketId,
    store::{
        row::{Columns, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Ends a packet whose term has passed, erases what was not collected, and tells the sender so.
#[derive(Debug, Clone, Copy)]
pub struct Expire {
    /// The packet; see [`crate::store::Store::due`].
    pub packet: PacketId,
}

const TERM: &str = "SELECT state, expires FROM packet WHERE id = $1";
const CLOSE: &str = "UPDATE packet SET state = 'expired' WHERE id = $1";
/// What was collected stays so: its recipient has it, and may still acknowledge it.
const STOP: &str = "UPDATE packet_recipient SET ended_index = $1, jwe = NULL, \
     state = CASE WHEN state = 'collected' THEN state ELSE 'expired' END \
     WHERE packet_id = $2 AND state IN ('waiting', 'collected', 'withheld') \
     RETURNING packet_id, oin, role, collected_index";

/// Those that nobody collected or answered. The person's own copy is the sender's to collect.
const UNCOLLECTED: &str = "SELECT r.oin AS oin, r.role AS role, p.sender_oin AS sender_oin, \
     p.sender_role AS sender_role FROM packet_recipient r JOIN packet p ON p.id = r.packet_id \
     WHERE r.packet_id = $1 AND r.state = 'waiting' AND r.role <> 'betrokkene' AND NOT EXISTS \
     (SELECT 1 FROM answer a WHERE a.request_id = r.packet_id AND a.oin = r.oin AND a.role = r.role) \
     ORDER BY r.position";

impl Sealed for Expire {}

impl Effect for Expire {
    /// The copies that it ended; none when the packet had ended before.
    type Outcome = Vec<Stopped>;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Vec<Stopped>>, Halt> {
        let row = tx.find(query(TERM).bind(self.packet.to_string())).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        if columns.text("state")? != "open" {
            return Ok(Applied::repeated(Vec::new()));
        }
        if columns.instant("expires")? > tx.now {
            return Err(Conflict::NotExpired.into());
        }
        tx.run(query(CLOSE).bind(self.packet.to_string())).await?;
        for row in tx.list(query(UNCOLLECTED).bind(self.packet.to_string())).await? {
            let columns = Columns(&row);
            let notice = Notice {
                to: columns.party("sender_oin", "sender_role")?,
                packet: self.packet,
                about: columns.party("oin", "role")?,
                kind: "expired",
                declaration: None,
            };
            tell(tx, notice).await?;
        }
        let copies = stopped_by(tx, query(STOP).bind(signed(tx.next)).bind(self.packet.to_string())).await?;
        tx.raise(subject::packet(self.packet)).await?;
        Ok(Applied::done(copies))
    }
}

/// Erases what one part of an entry says. Its commitment stays in the leaf, so that no proof breaks.
#[derive(Debug, Clone, Copy)]
pub struct EraseBody {
    /// The entry.
    pub index: u64,
    /// The part.
    pub part: PartName,
}

const ERASE: &str = "DELETE FROM entry_body WHERE idx = $1 AND part = $2";

impl Sealed for EraseBody {}

impl Effect for EraseBody {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        let erased = tx.run(query(ERASE).bind(signed(self.index)).bind(self.part.as_str())).await?;
        Ok(if erased == 0 { Once::Already } else { Once::Now }.applied())
    }
}
