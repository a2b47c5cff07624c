//! What a party sent, what waits for it, and what it must be told.

use jiff::Timestamp;

use super::{Exchange, caller::Caller, meter::weights, not_found::no_packet, trouble::Trouble};
use crate::{
    accesslog::entry::Event,
    domain::{
        code::{DatasetCode, OutcomeCode},
        id::PacketId,
        party::PartyId,
        problem::Bilingual,
    },
    policy::{dataset::DatasetKind, permit::Refusal, routes::RouteAction},
    store::{
        read::{CopyRow, MessageRow, NoticeRow, Page},
        snapshot::Needs,
        write::Answered,
    },
};

pub use crate::store::{
    read::{CopyState, MessageState, NoticeKind},
    write::MessageKind,
};

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no such packet, or not for this party.
    #[error("no such packet")]
    NotFound,
    /// The role may not read it.
    #[error("refused")]
    Refused(Refusal),
    /// Not the caller's fault.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A packet as one party may see it: the sender all its copies, a recipient its own.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The packet. Its header stays sealed.
    pub packet: MessageRow,
    /// The copies that the party may see.
    pub copies: Vec<SeenCopy>,
}

/// A copy as it stands now.
#[derive(Debug, Clone)]
pub struct SeenCopy {
    /// The copy.
    pub row: CopyRow,
    /// Where it stands, its term considered.
    pub state: CopyState,
    /// Why it is withheld, where its recipient is why.
    pub hindrance: Option<NoticeKind>,
    /// What the recipient answered, where it was asked and did.
    pub answer: Option<SeenAnswer>,
}

/// An answer that was given.
#[derive(Debug, Clone)]
pub struct SeenAnswer {
    /// What was answered.
    pub outcome: OutcomeCode,
    /// The same in words, as long as the policies list it.
    pub title: Option<Bilingual>,
    /// When.
    pub at: Timestamp,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Only what comes after this cursor; none from the beginning.
    pub after: Option<u64>,
    /// How many at most.
    pub limit: u32,
}

/// A page of what comes by its cursors, the smallest first.
pub(super) fn page_of<T>(items: impl IntoIterator<Item = (u64, T)>, window: Window) -> Page<T> {
    let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
    let mut rest =
        items.into_iter().filter(|(at, _)| window.after.is_none_or(|after| *at > after)).peekable();
    let (mut items, mut last) = (Vec::new(), None);
    while items.len() < limit
        && let Some((at, item)) = rest.next()
    {
        items.push(item);
        last = Some(at);
    }
    Page { items, next: last.filter(|_| rest.peek().is_some()) }
}

/// A notice, and what it is about.
#[derive(Debug, Clone)]
pub struct Notified {
    /// The notice.
    pub row: NoticeRow,
    /// Of which dataset the packet is.
    pub dataset: DatasetCode,
    /// Who sent it.
    pub sender: PartyId,
    /// The copy that it is about, as it stands now.
    pub about: SeenCopy,
}

impl Exchange {
    /// One message, or one of a kind, for its sender or one of its recipients. For others it is not there, and that
    /// they asked is an entry.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn packet(
        &self,
        caller: &Caller,
        kind: Option<MessageKind>,
        id: PacketId,
    ) -> Result<Seen, ListError> {
        let now = self.clock.now();
        let needs = Needs { asker: Some(caller.party()), messages: vec![id], ..Needs::default() };
        let facts = self.store.snapshot(needs).await.map_err(Trouble::from)?;
        let found = facts.message(id);
        let is_mine = |packet: &&MessageRow| {
            kind.is_none_or(|kind| packet.kind.handed_in() == kind)
                && (packet.sender == caller.party()
                    || packet.copies.iter().any(|row| row.party == caller.party()))
        };
        let Some(packet) = found.filter(is_mine).cloned() else {
            self.note(caller, vec![no_packet(caller, Event::Lookup, id, found)]).await?;
            return Err(ListError::NotFound);
        };
        let is_sender = packet.sender == caller.party();
        let action = if is_sender { RouteAction::Outbox } else { RouteAction::Inbox };
        self.may(caller, action, now).await?.map_err(ListError::Refused)?;
        Ok(self.seen_by(caller, packet, now).await?)
    }

    /// What the caller sent, after a cursor.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn outbox(
        &self,
        caller: &Caller,
        kind: MessageKind,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<Seen>, ListError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Outbox, now).await?.map_err(ListError::Refused)?;
        let page = self.store.outbox(&caller.party(), kind, after, limit).await.map_err(Trouble::from)?;
        let ids = page.items.iter().map(|(id, _)| *id);
        Ok(Page { items: self.all_seen_by(caller, ids, now).await?, next: page.next })
    }

    /// What was sent to the caller, after a cursor; without a kind, of all kinds together.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn inbox(
        &self,
        caller: &Caller,
        kind: Option<MessageKind>,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<Seen>, ListError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Inbox, now).await?.map_err(ListError::Refused)?;
        // What is committed between the two reads would else be skipped by a cursor that is past it.
        let size = self.store.head().await.map_err(Trouble::from)?.size;
        let (mut items, mut more) = (Vec::new(), false);
        for one in DatasetKind::ALL.map(MessageKind::from) {
            if kind.is_none_or(|kind| kind == one) {
                let page =
                    self.store.inbox(&caller.party(), one, after, limit).await.map_err(Trouble::from)?;
                items.extend(page.items);
                more |= page.next.is_some();
            }
        }
        // Each page holds the first of its kind, so the first of all are among them.
        items.retain(|copy| copy.index < size);
        items.sort_unstable_by_key(|copy| copy.index);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        more |= items.len() > limit;
        items.truncate(limit);
        let next = items.last().map(|copy| copy.index).filter(|_| more);
        let ids = items.iter().map(|copy| copy.packet);
        Ok(Page { items: self.all_seen_by(caller, ids, now).await?, next })
    }

    /// What the caller must be told, after a cursor.
    ///
    /// # Errors
    /// [`ListError`].
    pub async fn notices(
        &self,
        caller: &Caller,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<Notified>, ListError> {
        let now = self.clock.now();
        self.may(caller, RouteAction::Notices, now).await?.map_err(ListError::Refused)?;
        let page = self.store.notices(&caller.party(), after, limit).await.map_err(Trouble::from)?;
        self.meter.count(caller.party(), weights::ROW.times(page.items.len()));
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            let packet = self.store.message(row.packet).await.map_err(Trouble::from)?;
            let packet = packet.ok_or(Trouble::Inconsistent("a packet of a notice is gone"))?;
            let about = packet.copies.iter().find(|copy| copy.party == row.about);
            let about = about.ok_or(Trouble::Inconsistent("a copy of a notice is gone"))?;
            let about = self.seen_copy(caller, &packet, about, now).await?;
            items.push(Notified { row, dataset: packet.dataset, sender: packet.sender, about });
        }
        Ok(Page { items, next: page.next })
    }

    /// These packets, as the caller may see them.
    pub(super) async fn all_seen_by(
        &self,
        caller: &Caller,
        ids: impl Iterator<Item = PacketId> + Send,
        now: Timestamp,
    ) -> Result<Vec<Seen>, Trouble> {
        let mut seen = Vec::new();
        for id in ids {
            self.meter.count(caller.party(), weights::ROW);
            let packet =
                self.store.message(id).await?.ok_or(Trouble::Inconsistent("a listed packet is gone"))?;
            seen.push(self.seen_by(caller, packet, now).await?);
        }
        Ok(seen)
    }

    pub(super) async fn seen_by(
        &self,
        caller: &Caller,
        packet: MessageRow,
        now: Timestamp,
    ) -> Result<Seen, Trouble> {
        let party = caller.party();
        let mut copies = Vec::new();
        for row in packet.copies.iter().filter(|row| packet.sender == party || row.party == party) {
            copies.push(self.seen_copy(caller, &packet, row, now).await?);
        }
        Ok(Seen { packet, copies })
    }

    async fn seen_copy(
        &self,
        caller: &Caller,
        packet: &MessageRow,
        row: &CopyRow,
        now: Timestamp,
    ) -> Result<SeenCopy, Trouble> {
        let asks = packet.kind.asks();
        let answer = if asks { self.store.answer(packet.id, &row.party).await? } else { None };
        let register = caller.register();
        let blocked = register.party(&row.party).is_some_and(|party| party.blocked);
        let acts = register.acts_for(&row.party, row.municipality.as_ref(), now);
        let waits = match row.state {
            CopyState::Waiting => true,
            CopyState::Collected | CopyState::Acknowledged => asks && answer.is_none(),
            CopyState::Withdrawn | CopyState::Withheld | CopyState::Expired => false,
        };
        let hindrance = match (blocked, acts) {
            _ if !waits => None,
            (true, _) => Some(NoticeKind::RecipientBlocked),
            (false, false) => Some(NoticeKind::MandateEnded),
            (false, true) => None,
        };
        let state = state_at(row, hindrance.is_some(), packet, now);
        Ok(SeenCopy {
            row: row.clone(),
            state,
            hindrance: hindrance.filter(|_| state == CopyState::Withheld),
            answer: answer.map(|Answered { outcome, at, .. }| {
                let dataset = self.catalogue().dataset(&packet.dataset);
                let title = dataset.and_then(|dataset| dataset.outcome(&outcome));
                SeenAnswer { title: title.map(|one| one.title.clone()), outcome, at }
            }),
        })
    }
}

/// A copy whose term has passed is expired, whether or not the gateway has ended it yet. One that waits for a recipient that
/// cannot come for it, or for the answer of one that cannot give it any more, is withheld.
fn state_at(row: &CopyRow, held: bool, packet: &MessageRow, now: Timestamp) -> CopyState {
    let over = packet.state != MessageState::Withdrawn && packet.expires <= now;
    match row.state {
        CopyState::Waiting if over => CopyState::Expired,
        _ if held && !over && packet.state == MessageState::Open => CopyState::Withheld,
        state => state,
    }
}
