//! What waits for a recipient that can no longer come for it: its sender is told.

use jiff::Timestamp;

use super::{Copy, again::No};
use crate::{
    accesslog::entry::{self, EntryDraft, Event, Outcome, Part},
    exchange::{Exchange, trouble::Trouble},
    store::{
        read::NoticeKind,
        snapshot::Needs,
        write::{Once, TellUndelivered, Write},
        writer::error::WriteError,
    },
};

impl Exchange {
    /// Tells the senders of what waits for a recipient that was blocked, or that stopped to act for the college after
    /// `since`. Each is an entry, and told once. Answers how many were told.
    ///
    /// # Errors
    /// [`Trouble`]: who was told before it stays told.
    pub async fn tell_undelivered(&self, since: Timestamp, now: Timestamp) -> Result<usize, Trouble> {
        let mut told = 0_usize;
        for (id, party, blocked) in self.store.undelivered(since, now).await? {
            let snapshot = self.store.snapshot(Needs { packets: vec![id], ..Needs::default() }).await?;
            let Some(packet) = snapshot.packet(id).cloned() else { continue };
            let Some(row) = packet.recipients.iter().find(|row| row.party == party).cloned() else {
                continue;
            };
            let copy = Copy { packet, row };
            let kind = if blocked {
                NoticeKind::RecipientBlocked
            } else if matches!(self.decide_again(&copy, now, &snapshot)?, Err(No::Refused(_))) {
                NoticeKind::MandateEnded
            } else {
                continue;
            };
            let effect = TellUndelivered { packet: id, sender: copy.packet.sender, party, kind };
            let mut shared = Part::of(Event::Notice, Outcome::Recorded);
            shared.packet = Some(id);
            shared.dataset = Some(copy.packet.dataset.clone());
            shared.purpose = Some(copy.packet.purpose.clone());
            shared.municipality.clone_from(&copy.row.municipality);
            shared.sender = Some(copy.packet.sender);
            shared.recipient = Some(party);
            shared.cause = Some(kind.as_str().to_owned());
            let person = Part { person: Some(copy.packet.person), ..Part::default() };
            let draft = EntryDraft {
                shared,
                sender: Some((copy.packet.sender, person)),
                recipient: Some((party, Part::default())),
                ..EntryDraft::default()
            };
            let entry = entry::prepare(&draft, &self.at_rest(), self.entropy.as_ref())?;
            match self.writer.submit(Write::new(effect, vec![entry])).await {
                Ok(done) if done.get().outcome == Once::Now => told = told.saturating_add(1),
                // Another gateway was first, or it was collected in between.
                Ok(_) | Err(WriteError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(told)
    }
}
