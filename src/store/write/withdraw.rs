//! The sender takes a packet back.

use sqlx::query;

use super::{
    Applied, Effect,
    recipients::{Notice, Stopped, conflict_of, stopped_by, tell},
    sealed::Sealed,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        row::{Columns, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Stops every copy of a packet that may still be collected, erases it, and tells who has collected one.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawPacket {
    /// The packet.
    pub packet: PacketId,
    /// Who sent it.
    pub sender: PartyId,
}

const PACKET: &str = "SELECT state FROM packet WHERE id = $1 AND sender_oin = $2 AND sender_role = $3";
const CLOSE: &str = "UPDATE packet SET state = 'withdrawn' WHERE id = $1";
const STOP: &str = "UPDATE packet_recipient SET ended_index = $1, jwe = NULL, \
     state = CASE WHEN state = 'acknowledged' THEN state ELSE 'withdrawn' END \
     WHERE packet_id = $2 AND state IN ('waiting', 'collected', 'acknowledged', 'withheld') \
     RETURNING packet_id, oin, role, collected_index";

impl Sealed for WithdrawPacket {}

impl Effect for WithdrawPacket {
    /// The copies that it concerned; none when the packet had been withdrawn before.
    type Outcome = Vec<Stopped>;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Vec<Stopped>>, Halt> {
        let packet = query(PACKET)
            .bind(self.packet.to_string())
            .bind(self.sender.oin.to_string())
            .bind(self.sender.role.to_string());
        let row = tx.find(packet).await?.ok_or(Conflict::NotFound)?;
        match Columns(&row).text("state")?.as_str() {
            "open" => {}
            "withdrawn" => return Ok(Applied::repeated(Vec::new())),
            other => return Err(conflict_of(other).into()),
        }
        tx.run(query(CLOSE).bind(self.packet.to_string())).await?;
        let stop = query(STOP).bind(signed(tx.next)).bind(self.packet.to_string());
        let copies = stopped_by(tx, stop).await?;
        for copy in copies.iter().filter(|copy| copy.collected) {
            let notice = Notice {
                to: copy.party,
                packet: copy.packet,
                about: copy.party,
                kind: "packet-withdrawn",
                declaration: None,
            };
            tell(tx, notice).await?;
        }
        tx.raise(subject::packet(self.packet)).await?;
        Ok(Applied::done(copies))
    }
}
