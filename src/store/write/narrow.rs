//! A packet holds more than its basis allows any more: it is not released, and its sender is told.

use sqlx::query;

use super::{
    Applied, Effect,
    recipients::{Notice, tell},
    sealed::Sealed,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::writer::{error::Halt, tx::Tx},
};

/// Tells the sender to push the packet again, once for each copy, however often its recipient comes for it.
#[derive(Debug, Clone, Copy)]
pub struct TellNarrowed {
    /// The packet.
    pub packet: PacketId,
    /// Who sent it.
    pub sender: PartyId,
    /// Whose copy.
    pub party: PartyId,
}

const KIND: &str = "categories-narrowed";
const TOLD: &str = "SELECT idx FROM notice WHERE oin = $1 AND role = $2 AND packet_id = $3 AND about_oin = $4 \
     AND about_role = $5 AND kind = $6 LIMIT 1";

impl Sealed for TellNarrowed {}

impl Effect for TellNarrowed {
    type Outcome = ();

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        let told = query(TOLD)
            .bind(self.sender.oin.to_string())
            .bind(self.sender.role.to_string())
            .bind(self.packet.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(KIND);
        if tx.find(told).await?.is_none() {
            let notice = Notice {
                to: self.sender,
                packet: self.packet,
                about: self.party,
                kind: KIND,
                declaration: None,
            };
            tell(tx, notice).await?;
        }
        // The refusal is an entry each time.
        Ok(Applied::done(()))
    }
}
