//! What was given is taken back: a declaration by a person, a packet by its sender.

mod declaration;
mod outcome;
mod packet;

pub use self::outcome::{StillStands, TakenBack, WithdrawError};
pub(super) use self::{declaration::TakeBackDeclaration, packet::TakeBackPacket};
use super::{Exchange, caller::Caller, trouble::Trouble};
use crate::domain::{
    declaration::Capacity,
    id::{DeclarationId, PacketId},
};

impl Exchange {
    /// Withdraws a declaration that the caller recorded: what rests on it can no longer be collected from this instant;
    /// who has collected it is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_declaration(
        &self,
        caller: &Caller,
        declaration: DeclarationId,
        by: Capacity,
    ) -> Result<TakenBack, WithdrawError> {
        let mut taken = self.perform(caller, &TakeBackDeclaration { declaration, by }).await?;
        let withdrawn = self.store.declaration(declaration).await.map_err(Trouble::from)?;
        let withdrawn = withdrawn.ok_or(Trouble::Inconsistent("a withdrawn declaration is gone"))?;
        taken.by = withdrawn.withdrawn_by;
        taken.standing = self.standing_beside(&withdrawn, taken.at).await?;
        Ok(taken)
    }

    /// Takes a packet back: who has not collected it no longer can, who has is told.
    ///
    /// # Errors
    /// [`WithdrawError`].
    pub async fn withdraw_packet(
        &self,
        caller: &Caller,
        packet: PacketId,
    ) -> Result<TakenBack, WithdrawError> {
        self.perform(caller, &TakeBackPacket { packet }).await
    }
}
