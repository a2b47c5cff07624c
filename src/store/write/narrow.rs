//! A packet holds more than its basis allows any more: it is not released, and its sender is told.

use super::{
    Applied, Effect,
    recipients::{Stopped, notice},
    sealed::Sealed,
};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        model::NoticeKind,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::State,
        },
    },
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

impl Sealed for TellNarrowed {}

impl Effect for TellNarrowed {
    type Outcome = ();

    fn looks(&self) -> Vec<Look> {
        vec![Look::Message(self.packet), Look::Told(self.sender, self.packet)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<()>, WriteError> {
        if !state.messages.has(&self.packet) {
            return Err(Conflict::NotFound.into());
        }
        let kind = NoticeKind::CategoriesNarrowed;
        let told = state.notices.iter().any(|(id, notice)| {
            (id.to, id.packet, id.about, notice.kind) == (self.sender, self.packet, self.party, kind)
        });
        let about = Stopped { packet: self.packet, party: self.party, collected: false };
        let told_now = (!told).then(|| notice(at, self.sender, &about, kind, None)).flatten();
        // The refusal is an entry each time.
        Ok(Applied::done((), told_now.into_iter().collect()))
    }
}
