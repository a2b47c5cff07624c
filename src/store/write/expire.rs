//! Ending a message whose term has passed.

use jiff::Timestamp;

use super::{
    Applied, Effect,
    recipients::{Stopped, notice, stopped},
    sealed::Sealed,
    term,
};
use crate::{
    domain::{id::PacketId, party::Role},
    store::{
        model::{CopyState, MessageState, NoticeKind},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Message, State},
        },
    },
};

/// What ended before this instant has ended long enough to be erased.
fn over_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(term::GRACE).unwrap_or(Timestamp::MIN)
}

/// Ends a packet whose term has passed an hour ago, erases what was not collected, and tells the sender so. Not in the hour after
/// the gateway started or its clock was last not believed.
#[derive(Debug, Clone, Copy)]
pub struct Expire {
    /// The packet; see [`crate::store::Store::due`].
    pub packet: PacketId,
}

const STOPS: [CopyState; 3] = [CopyState::Waiting, CopyState::Collected, CopyState::Withheld];

impl Sealed for Expire {}

impl Effect for Expire {
    /// The copies that it ended; none when the packet had ended before.
    type Outcome = Vec<Stopped>;

    fn looks(&self) -> Vec<Look> {
        let term = Look::Term(subject::message(self.packet));
        vec![Look::Message(self.packet), Look::Copies(self.packet), term]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Vec<Stopped>>, WriteError> {
        let packet = state.messages.get(&self.packet).ok_or(Conflict::NotFound)?;
        if packet.state != MessageState::Open {
            return Ok(Applied::repeated(Vec::new()));
        }
        if over_since(at.time) < packet.expires || at.steady < term::GRACE {
            return Err(Conflict::NotExpired.into());
        }
        // What was collected stays so: its recipient has it, and may still acknowledge it.
        let (copies, mut changes) = stopped(
            state.copies_of(self.packet),
            &STOPS,
            |copy| match copy {
                CopyState::Collected => copy,
                _ => CopyState::Expired,
            },
            at,
        );
        let told = copies.iter().filter(|copy| is_left(state, copy));
        changes.extend(told.filter_map(|copy| notice(at, packet.sender, copy, NoticeKind::Expired, None)));
        changes.push(Change::Message(
            self.packet,
            Message { state: MessageState::Expired, ended: Some(at.next), ..packet.clone() },
        ));
        changes.extend(term::ended(subject::message(self.packet), at, state));
        changes.push(Change::Subject(subject::message(self.packet)));
        Ok(Applied::done(copies, changes))
    }
}

/// Whether nobody collected or answered it. The person's own copy is the sender's to collect.
fn is_left(state: &State, copy: &Stopped) -> bool {
    let id = (copy.packet, copy.party);
    copy.party.role != Role::Betrokkene
        && state.copies.get(&id).is_some_and(|copy| copy.state == CopyState::Waiting)
        && !state.answers.has(&id)
}
