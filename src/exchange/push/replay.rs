//! The same answer to the same submission.

use super::{PushError, Pushed, PushedRecipient};
use crate::{
    accesslog::entry::Event,
    domain::id::PacketId,
    exchange::{Exchange, caller::Caller, receipts::Receipt, trouble::Trouble},
    store::{snapshot::Needs, write::MessageKind},
};

impl Exchange {
    /// What an earlier push with the same key and body was answered, with newer receipts.
    pub(super) async fn replay(&self, caller: &Caller, id: PacketId) -> Result<Pushed, PushError> {
        let needs = Needs { asker: Some(caller.party()), messages: vec![id], ..Needs::default() };
        let facts = self.store.snapshot(needs).await.map_err(Trouble::from)?;
        let packet = facts.message(id).filter(|packet| packet.sender == caller.party()).cloned();
        let packet = packet.ok_or(Trouble::Inconsistent("a replayed packet is gone"))?;
        let event = match packet.kind {
            MessageKind::Packet | MessageKind::Answer => Event::Push,
            MessageKind::Request => Event::Request,
            MessageKind::Question => Event::Question,
        };
        let mut recipients = Vec::new();
        for one in packet.copies {
            let evidence = self.store.evidence(one.pushed_index).await.map_err(Trouble::from)?;
            let evidence = evidence.ok_or(Trouble::Inconsistent("a packet without its entry"))?;
            let as_of = self.decided_as_of(one.pushed_index).await?;
            let about = Receipt { party: caller.party(), packet: Some(id), event, as_of };
            recipients.push(PushedRecipient {
                party: one.party,
                municipality: one.municipality,
                basis: one.basis,
                categories: one.categories,
                omitted: one.omitted,
                jwe_sha256: one.jwe_sha256,
                thumbprint: one.thumbprint,
                index: one.pushed_index,
                receipt: self.tools.receipt(about, &evidence, self.clock.now())?,
            });
        }
        Ok(Pushed {
            id,
            dataset: packet.dataset,
            created: packet.created,
            expires: packet.expires,
            recipients,
        })
    }
}
