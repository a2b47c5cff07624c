//! A copy that waits and can no longer be collected as things stand: its sender is told, once for each cause.

use sqlx::query;

use super::{
    Applied, Effect, Once,
    recipients::{Notice, tell},
    sealed::Sealed,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        read::NoticeKind,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Tells a sender that a copy stays uncollected.
#[derive(Debug, Clone, Copy)]
pub struct TellUndelivered {
    /// The packet.
    pub packet: PacketId,
    /// Who sent it.
    pub sender: PartyId,
    /// Whose copy.
    pub party: PartyId,
    /// Why.
    pub kind: NoticeKind,
}

const STATE: &str = "SELECT r.state AS state, (SELECT COUNT(*) FROM notice n WHERE n.packet_id = r.packet_id \
     AND n.about_oin = r.oin AND n.about_role = r.role AND n.kind = $4) AS told \
     FROM packet_recipient r WHERE r.packet_id = $1 AND r.oin = $2 AND r.role = $3";

impl Sealed for TellUndelivered {}

impl Effect for TellUndelivered {
    /// Whether it was told now.
    type Outcome = Once;

    /// It follows what the operator did, whatever policies the operator's program has.
    fn needs_policy(&self) -> bool {
        false
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        let state = query(STATE)
            .bind(self.packet.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.kind.as_str());
        let row = tx.find(state).await?.ok_or(Conflict::NotFound)?;
        let columns = crate::store::row::Columns(&row);
        if columns.text("state")? != "waiting" || columns.flag("told")? {
            return Ok(Once::Already.applied());
        }
        let notice = Notice {
            to: self.sender,
            packet: self.packet,
            about: self.party,
            kind: self.kind.as_str(),
            declaration: None,
        };
        tell(tx, notice).await?;
        Ok(Once::Now.applied())
    }
}
