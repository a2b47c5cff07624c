//! What a party pages through: outbox, inbox and notices, by log index.

use std::sync::LazyLock;

use sqlx::query;

use super::rows::believe;
use crate::{
    domain::{
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        model::{CopyState, MessageKind, NoticeKind},
        row::{Columns, signed},
        seal::{columns, layout::Places},
    },
};
use jiff::Timestamp;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, by log index.
    pub items: Vec<T>,
    /// The cursor of the next page; none when this is the last.
    pub next: Option<u64>,
}

impl<T> Page<T> {
    pub(super) fn of(mut items: Vec<T>, limit: u32, index: impl Fn(&T) -> u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(index) } else { None };
        Self { items, next }
    }
}

/// One copy in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxCopy {
    /// The packet.
    pub packet: PacketId,
    /// Its place in the list.
    pub index: u64,
    /// Where this copy stands.
    pub state: CopyState,
}

/// A notice to a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeRow {
    /// The index of the entry by which it came about.
    pub index: u64,
    /// Which packet.
    pub packet: PacketId,
    /// Whose copy it concerns.
    pub about: PartyId,
    /// What happened.
    pub kind: NoticeKind,
    /// The declaration that was withdrawn.
    pub declaration: Option<DeclarationId>,
    /// When.
    pub created: Timestamp,
}

const OUTBOX: &str = "SELECT id, created_index FROM message WHERE sender_oin = $1 AND sender_role = $2 AND kind IN ($3, $4) \
     AND expires IS NOT NULL AND created_index > $5 ORDER BY created_index LIMIT $6";
const INBOX: &str = "SELECT r.message_id AS message_id, r.pushed_index AS pushed_index, r.state AS state \
     FROM copy r JOIN message p ON p.id = r.message_id \
     WHERE r.oin = $1 AND r.role = $2 AND p.kind IN ($3, $4) AND r.pushed_index > $5 ORDER BY r.pushed_index LIMIT $6";
/// Never cuts between the notices of one index, or the cursor would lose some.
const NOTICES: &str = "SELECT idx, message_id, about_oin, about_role, kind, declaration_id, created, oin, role, seal FROM notice \
     WHERE oin = $1 AND role = $2 AND idx > $3 AND idx <= (SELECT COALESCE(MAX(idx), 0) FROM \
     (SELECT DISTINCT idx FROM notice WHERE oin = $1 AND role = $2 AND idx > $3 ORDER BY idx LIMIT $4) AS page) \
     ORDER BY idx, message_id, about_oin, about_role";
const NOTICE_COLUMNS: [&str; 9] =
    ["idx", "message_id", "about_oin", "about_role", "kind", "declaration_id", "created", "oin", "role"];
static NOTICE_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::NOTICE.places(&NOTICE_COLUMNS, &NOTICE_COLUMNS, &[]));
const LATER_NOTICE: &str =
    "SELECT idx FROM notice WHERE oin = $1 AND role = $2 AND idx > $3 ORDER BY idx LIMIT 1";

impl Store {
    /// What a party sent, after a cursor.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn outbox(
        &self,
        sender: &PartyId,
        kind: MessageKind,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<(PacketId, u64)>, StoreError> {
        let rows = query(OUTBOX)
            .bind(sender.oin.to_string())
            .bind(sender.role.to_string())
            .bind(kind.as_str())
            .bind(answers_among(kind).as_str())
            .bind(cursor(after))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.read)
            .await?;
        let item = |row| {
            let columns = Columns(row);
            Ok((columns.parse("id")?, columns.index("created_index")?))
        };
        let items = rows.iter().map(item).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Page::of(items, limit, |(_, index)| *index))
    }

    /// What was sent to a party, after a cursor.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn inbox(
        &self,
        recipient: &PartyId,
        kind: MessageKind,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<InboxCopy>, StoreError> {
        let rows = query(INBOX)
            .bind(recipient.oin.to_string())
            .bind(recipient.role.to_string())
            .bind(kind.as_str())
            .bind(answers_among(kind).as_str())
            .bind(cursor(after))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.read)
            .await?;
        let item = |row| {
            let columns = Columns(row);
            Ok(InboxCopy {
                packet: columns.parse("message_id")?,
                index: columns.index("pushed_index")?,
                state: columns.parse("state")?,
            })
        };
        let items = rows.iter().map(item).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Page::of(items, limit, |copy| copy.index))
    }

    /// What a party must be told, after a cursor. A page holds all notices of its last index, so it may be longer than
    /// `limit`.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn notices(
        &self,
        party: &PartyId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<NoticeRow>, StoreError> {
        let (oin, role) = (party.oin.to_string(), party.role.to_string());
        let rows = query(NOTICES)
            .bind(oin.clone())
            .bind(role.clone())
            .bind(cursor(after))
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        let seals = self.kept.seals()?;
        let item = |row| {
            believe(row, &NOTICE_PLACES, NOTICE_COLUMNS.len(), seals)?;
            let columns = Columns(row);
            Ok(NoticeRow {
                index: columns.index("idx")?,
                packet: columns.parse("message_id")?,
                about: columns.party("about_oin", "about_role")?,
                kind: columns.parse("kind")?,
                declaration: columns.maybe_parse("declaration_id")?,
                created: columns.instant("created")?,
            })
        };
        let items = rows.iter().map(item).collect::<Result<Vec<_>, StoreError>>()?;
        let Some(last) = items.last().map(|notice: &NoticeRow| notice.index) else {
            return Ok(Page { items, next: None });
        };
        let later = query(LATER_NOTICE).bind(oin).bind(role).bind(signed(last));
        let next = later.fetch_optional(&self.read).await?.map(|_| last);
        Ok(Page { items, next })
    }
}

/// An answer that carries content is listed among the packets.
const fn answers_among(kind: MessageKind) -> MessageKind {
    if matches!(kind, MessageKind::Packet) { MessageKind::Answer } else { kind }
}

/// The index after which a page begins. Indexes begin at 0, so nothing stands for the one before it.
pub(super) fn cursor(after: Option<u64>) -> i64 {
    after.map_or(-1, signed)
}
