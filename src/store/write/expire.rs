//! Ending what has lasted long enough: packets by their term, bodies of entries by their retention.

use jiff::{SignedDuration, Timestamp};

use super::{
    Applied, Effect, Once,
    recipients::{Stopped, notice, stopped},
    sealed::Sealed,
};
use crate::{
    accesslog::entry::PartName,
    domain::{id::PacketId, party::Role},
    store::{
        read::{CopyState, MessageState, NoticeKind},
        subject,
        writer::{
            error::{Conflict, WriteError},
            look::Look,
            moment::Moment,
            state::{Change, Message, State},
        },
    },
};

/// How long a packet whose term has passed is kept, though nobody is given it any more. A clock that was ahead may be put right
/// in that time; one that is ahead cannot make it pass, since it must pass on the machine too.
pub const GRACE: SignedDuration = SignedDuration::from_hours(1);

/// What ended before this instant has ended long enough to be erased.
pub(in crate::store) fn over_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN)
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
        vec![Look::Message(self.packet), Look::Copies(self.packet)]
    }

    fn judge(&self, at: &Moment, state: &State) -> Result<Applied<Vec<Stopped>>, WriteError> {
        let packet = state.messages.get(&self.packet).ok_or(Conflict::NotFound)?;
        if packet.state != MessageState::Open {
            return Ok(Applied::repeated(Vec::new()));
        }
        if over_since(at.time) < packet.expires || at.steady < GRACE {
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

/// Erases what one part of an entry says. Its commitment stays in the leaf, so that no proof breaks.
#[derive(Debug, Clone, Copy)]
pub struct EraseBody {
    /// The entry.
    pub index: u64,
    /// The part.
    pub part: PartName,
}

impl Sealed for EraseBody {}

impl Effect for EraseBody {
    type Outcome = Once;

    fn looks(&self) -> Vec<Look> {
        vec![Look::Part(self.index, self.part)]
    }

    fn judge(&self, _: &Moment, state: &State) -> Result<Applied<Once>, WriteError> {
        if !state.parts.has(&(self.index, self.part)) {
            return Ok(Once::already());
        }
        Ok(Once::now(vec![Change::Erase(self.index, self.part)]))
    }
}
