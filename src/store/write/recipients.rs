//! Stopping copies of packets, and telling who must know.

use crate::{
    domain::{
        id::{DeclarationId, PacketId},
        party::{PartyId, Role},
    },
    store::{
        model::{CopyState, NoticeKind},
        subject,
        writer::{
            error::Conflict,
            moment::Moment,
            state::{Body, Change, Copy, CopyId, Notice, NoticeId, State},
        },
    },
};

/// One copy of a packet that an effect stopped, or that was collected before it could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The packet.
    pub packet: PacketId,
    /// Whose copy.
    pub party: PartyId,
    /// Whether that party had collected it, so that it holds the data and is told.
    pub collected: bool,
}

/// Stops those of these copies that are in one of these states, and erases them: which they were, in order, and what it
/// changes.
pub(super) fn stopped<'s>(
    copies: impl Iterator<Item = (&'s CopyId, &'s Copy)>,
    from: &[CopyState],
    to: impl Fn(CopyState) -> CopyState,
    at: &Moment,
) -> (Vec<Stopped>, Vec<Change>) {
    let copies = copies.filter(|(_, copy)| from.contains(&copy.state));
    copies
        .map(|((packet, party), copy)| {
            let stopped = Stopped { packet: *packet, party: *party, collected: copy.collected.is_some() };
            let ended =
                Copy { state: to(copy.state), body: Body::Erased, ended: Some(at.next), ..copy.clone() };
            (stopped, Change::Copy((*packet, *party), ended))
        })
        .unzip()
}

/// Whether the recipient of a copy acts on it already: it holds the data, or has answered what it asks.
pub(super) fn is_told(copy: &Stopped, state: &State) -> bool {
    copy.collected || state.answers.has(&(copy.packet, copy.party))
}

/// Tells a party about a copy, under the index of this write's first entry. The person is told nothing: whoever handed over
/// the copy tells the person, and is told so by the answer to the withdrawal.
pub(super) fn notice(
    at: &Moment,
    to: PartyId,
    about: &Stopped,
    kind: NoticeKind,
    declaration: Option<DeclarationId>,
) -> Option<Change> {
    let id = NoticeId { to, index: at.next, packet: about.packet, about: about.party };
    (to.role != Role::Betrokkene)
        .then_some(Change::Notice(id, Notice { kind, declaration, created: at.time }))
}

/// Every packet of which a copy was stopped is another one now.
pub(super) fn packets_of(copies: &[Stopped]) -> impl Iterator<Item = Change> {
    let mut packets: Vec<PacketId> = copies.iter().map(|copy| copy.packet).collect();
    packets.dedup();
    packets.into_iter().map(|packet| Change::Subject(subject::message(packet)))
}

/// Why a copy in this state is not released.
pub(super) const fn conflict_of(state: CopyState) -> Conflict {
    match state {
        CopyState::Withdrawn => Conflict::Withdrawn,
        CopyState::Withheld => Conflict::Withheld,
        CopyState::Expired => Conflict::Expired,
        CopyState::Acknowledged => Conflict::Gone,
        CopyState::Waiting | CopyState::Collected => Conflict::State,
    }
}
