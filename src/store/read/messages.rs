//! Messages: the header and who received it, never a body.

use jiff::Timestamp;
use sqlx::{any::AnyRow, query};

use crate::{
    domain::{
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        model::{Answered, CopyRow, MessageRow},
        row::{Columns, millis},
        seal::Sealed,
    },
};

const MESSAGE: &str = "SELECT id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, person_id, \
     created, created_index, expires, copies, header, rests_on, reply_to, outcome, state FROM message WHERE id = $1 AND expires IS NOT NULL";
const COPIES: &str = "SELECT r.oin AS oin, r.role AS role, r.municipality AS municipality, r.basis AS basis, r.categories AS categories, \
     r.omitted AS omitted, r.jwe_sha256 AS jwe_sha256, r.thumbprint AS thumbprint, r.state AS state, \
     r.pushed_index AS pushed_index, r.collected_at AS collected_at, r.collected_index AS collected_index, \
     r.acknowledged_at AS acknowledged_at, r.acknowledged_index AS acknowledged_index, r.ended_index AS ended_index FROM copy r WHERE r.message_id = $1 ORDER BY r.position";
/// Of each waiting copy whose recipient is blocked and whose sender was not told, and of each whose recipient stopped to
/// act for some college after the push: what waits there, and what was asked and has no answer.
const UNDELIVERED: &str = "SELECT r.message_id AS message_id, r.oin AS oin, r.role AS role, \
     (CASE WHEN o.state = 'active' THEN 0 ELSE 1 END) AS blocked FROM copy r \
     JOIN message p ON p.id = r.message_id JOIN party o ON o.oin = r.oin AND o.role = r.role \
     WHERE (r.state = 'waiting' OR (o.state = 'active' AND p.kind IN ('request', 'question') \
     AND r.state IN ('collected', 'acknowledged'))) AND p.state = 'open' AND p.expires > $1 AND NOT EXISTS \
     (SELECT 1 FROM message a WHERE a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role) \
     AND (o.state <> 'active' OR EXISTS (SELECT 1 FROM party_municipality m WHERE m.oin = r.oin AND m.role = r.role \
     AND m.valid_until > $2 AND m.valid_until <= $1 AND m.valid_until > p.created \
     AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.message_id = r.message_id AND n.about_oin = r.oin \
     AND n.about_role = r.role AND n.kind = 'mandate-ended' AND n.created >= m.valid_until))) \
     AND (o.state = 'active' OR NOT EXISTS (SELECT 1 FROM notice n WHERE n.message_id = r.message_id \
     AND n.about_oin = r.oin AND n.about_role = r.role AND n.kind = 'recipient-blocked' AND n.created >= o.since)) \
     ORDER BY r.message_id, r.position";
const USED: &str = "SELECT declaration_id FROM copy_declaration WHERE message_id = $1 AND oin = $2 AND role = $3 \
     ORDER BY declaration_id";
const ANSWER: &str = "SELECT outcome, created, created_index FROM message \
     WHERE reply_to = $1 AND sender_oin = $2 AND sender_role = $3";

impl Store {
    /// A message with its copies, without any body. A bare answer is read with what it answers.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn message(&self, id: PacketId) -> Result<Option<MessageRow>, StoreError> {
        let row = query(MESSAGE).bind(id.to_string()).fetch_optional(&self.read).await?;
        let Some(row) = row else { return Ok(None) };
        let copies = query(COPIES).bind(id.to_string()).fetch_all(&self.read).await?;
        let copies = copies.iter().map(copy_row).collect::<Result<Vec<_>, _>>()?;
        let columns = Columns(&row);
        if i64::try_from(copies.len()) != Ok(columns.integer("copies")?) {
            return Err(Sealed::Copy.broken());
        }
        Ok(Some(MessageRow {
            id,
            kind: columns.parse("kind")?,
            dataset: columns.parse("dataset")?,
            dataset_version: u32::try_from(columns.integer("dataset_version")?)
                .map_err(|_| StoreError::inconsistent("message.dataset_version"))?,
            purpose: columns.parse("purpose")?,
            sender: columns.party("sender_oin", "sender_role")?,
            person: columns.parse("person_id")?,
            created: columns.instant("created")?,
            created_index: columns.index("created_index")?,
            expires: columns.instant("expires")?,
            header: columns.maybe_bytes("header")?,
            rests_on: columns.maybe_parse("rests_on")?,
            reply: columns.maybe_parse("reply_to")?.zip(columns.maybe_parse("outcome")?),
            state: columns.parse("state")?,
            copies,
        }))
    }

    /// The copies that wait for a recipient or its answer, may wait in vain as things stand, and whose sender was not told
    /// since: those of recipients that are blocked (`true`), and of those that stopped to act for a college between the two
    /// instants.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn undelivered(
        &self,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<(PacketId, PartyId, bool)>, StoreError> {
        let rows = query(UNDELIVERED).bind(millis(now)).bind(millis(since)).fetch_all(&self.read).await?;
        let copy = |row| {
            let columns = Columns(row);
            Ok((columns.parse("message_id")?, columns.party("oin", "role")?, columns.flag("blocked")?))
        };
        rows.iter().map(copy).collect()
    }

    /// The declarations that the push to this recipient rested on.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn declarations_of(
        &self,
        packet: PacketId,
        recipient: &PartyId,
    ) -> Result<Vec<DeclarationId>, StoreError> {
        let used = query(USED)
            .bind(packet.to_string())
            .bind(recipient.oin.to_string())
            .bind(recipient.role.to_string());
        let rows = used.fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).parse("declaration_id")).collect()
    }

    /// What this recipient answered to a message that asks.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn answer(&self, asked: PacketId, party: &PartyId) -> Result<Option<Answered>, StoreError> {
        let answer =
            query(ANSWER).bind(asked.to_string()).bind(party.oin.to_string()).bind(party.role.to_string());
        let row = answer.fetch_optional(&self.read).await?;
        let answered = |row: &AnyRow| {
            let columns = Columns(row);
            Ok(Answered {
                outcome: columns.parse("outcome")?,
                at: columns.instant("created")?,
                index: columns.index("created_index")?,
                repeated: false,
            })
        };
        row.as_ref().map(answered).transpose()
    }
}

fn copy_row(row: &AnyRow) -> Result<CopyRow, StoreError> {
    let columns = Columns(row);
    Ok(CopyRow {
        party: columns.party("oin", "role")?,
        municipality: columns.maybe_parse("municipality")?,
        basis: columns.parse("basis")?,
        categories: columns.codes("categories")?,
        omitted: columns.codes("omitted")?,
        jwe_sha256: columns.parse("jwe_sha256")?,
        thumbprint: columns.text("thumbprint")?,
        state: columns.parse("state")?,
        pushed_index: columns.index("pushed_index")?,
        collected_at: columns.maybe_instant("collected_at")?,
        collected_index: columns.maybe_index("collected_index")?,
        acknowledged_at: columns.maybe_instant("acknowledged_at")?,
        acknowledged_index: columns.maybe_index("acknowledged_index")?,
        ended_index: columns.maybe_index("ended_index")?,
    })
}
