//! What waits for a recipient that can no longer come for it, or answer it: its sender is told.

use jiff::Timestamp;

use super::{
    Copy,
    again::{Again, decide_again},
};
use crate::{
    accesslog::entry::{Event, Outcome},
    exchange::{
        Exchange,
        entry::{Account, Clock},
        plain::PlainError,
        trouble::Trouble,
    },
    store::{
        read::NoticeKind,
        snapshot::Needs,
        write::{Once, TellUndelivered},
    },
};

impl Exchange {
    /// Tells the senders of what waits for a recipient that was blocked, or, for its answer too, that stopped to act for the
    /// college after `since`. Each is an entry, and told once of each block or end. Answers how many were told.
    ///
    /// # Errors
    /// [`Trouble`]: who was told before it stays told.
    pub async fn tell_undelivered(&self, since: Timestamp, now: Timestamp) -> Result<usize, Trouble> {
        let mut told = 0_usize;
        for (id, party, blocked) in self.store.undelivered(since, now).await? {
            let snapshot = self.store.snapshot(Needs { messages: vec![id], ..Needs::default() }).await?;
            let Some(packet) = snapshot.message(id).cloned() else { continue };
            let Some(row) = packet.copies.iter().find(|row| row.party == party).cloned() else {
                continue;
            };
            let copy = Copy { packet, row };
            let asks = copy.packet.kind.asks();
            let is_over = if asks {
                !snapshot.register().acts_for(&party, copy.row.municipality.as_ref(), now)
            } else {
                matches!(decide_again(&self.tools, &copy, now, &snapshot)?, Again::Refused(_))
            };
            let known = snapshot.register().party(&party);
            let (kind, since) = match (blocked, is_over) {
                (true, _) => (NoticeKind::RecipientBlocked, known.map(|known| known.since)),
                (false, true) => {
                    let ended = known.and_then(|known| known.last_end(copy.row.municipality.as_ref(), now));
                    (NoticeKind::MandateEnded, ended)
                }
                (false, false) => continue,
            };
            let since = since.unwrap_or(Timestamp::MIN);
            let effect = TellUndelivered { packet: id, sender: copy.packet.sender, party, kind, since, asks };
            let mut account = Account::of(Event::Notice, Outcome::Recorded);
            account.shared.packet = Some(id);
            account.shared.dataset = Some(copy.packet.dataset.clone());
            account.shared.purpose = Some(copy.packet.purpose.clone());
            account.shared.municipality.clone_from(&copy.row.municipality);
            account.shared.sender = Some(copy.packet.sender);
            account.shared.recipient = Some(party);
            account.shared.cause = Some(kind.as_str().to_owned());
            account.sender = Some(copy.packet.sender);
            account.recipient = Some(party);
            account.person = Some(copy.packet.person);
            match self.perform_plain(&Clock, effect, vec![account]).await {
                Ok(done) if done.outcome == Once::Now => told = told.saturating_add(1),
                // Another gateway was first, or it was collected in between.
                Ok(_) | Err(PlainError::Conflict(_)) => {}
                Err(PlainError::Trouble(trouble)) => return Err(trouble),
            }
        }
        Ok(told)
    }
}
