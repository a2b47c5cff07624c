//! What lasts for a time, and what happens to it next.

use jiff::Timestamp;
use sqlx::{any::AnyRow, query};

use crate::{
    domain::{
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        model::Stage,
        row::{Columns, millis},
    },
};

/// What lasts for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// A message.
    Message(PacketId),
    /// A declaration.
    Declaration(DeclarationId),
    /// A person, as this party knows one.
    Person(PersonId, PartyId),
}

/// Something whose next moment has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What it is.
    pub what: Lasting,
    /// What happens to it.
    pub stage: Stage,
    /// Since when, and its name: a cursor.
    pub place: (Timestamp, String),
}

/// A message on which another rests, of which something is kept, waits for that one.
const DUE: &str = "SELECT t.subject AS subject, t.stage AS stage, t.due AS due, p.oin AS oin, p.role AS role \
     FROM term t LEFT JOIN person p ON t.subject LIKE 'person:%' AND p.person_id = SUBSTR(t.subject, 8) \
     WHERE t.due <= $1 AND (t.due > $2 OR (t.due = $2 AND t.subject > $3)) \
     AND NOT (t.stage = 'forget' AND t.subject LIKE 'message:%' AND EXISTS (SELECT 1 FROM message m \
     WHERE m.header IS NOT NULL AND (m.rests_on = SUBSTR(t.subject, 9) OR m.reply_to = SUBSTR(t.subject, 9)))) \
     ORDER BY t.due, t.subject LIMIT $4";

impl Store {
    /// What is due at this instant, after a cursor, the oldest first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn due(
        &self,
        now: Timestamp,
        after: Option<&(Timestamp, String)>,
        limit: u32,
    ) -> Result<Vec<Due>, StoreError> {
        let (since, subject) = after.map_or((i64::MIN, ""), |(since, subject)| (millis(*since), subject));
        let rows = query(DUE)
            .bind(millis(now))
            .bind(since)
            .bind(subject.to_owned())
            .bind(i64::from(limit))
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(due).collect()
    }
}

fn due(row: &AnyRow) -> Result<Due, StoreError> {
    let columns = Columns(row);
    let subject = columns.text("subject")?;
    let wrong = || StoreError::inconsistent("term.subject");
    let (kind, id) = subject.split_once(':').ok_or_else(wrong)?;
    let what = match kind {
        "message" => Lasting::Message(id.parse().map_err(|_| wrong())?),
        "declaration" => Lasting::Declaration(id.parse().map_err(|_| wrong())?),
        "person" => Lasting::Person(id.parse().map_err(|_| wrong())?, columns.party("oin", "role")?),
        _ => return Err(wrong()),
    };
    Ok(Due { what, stage: columns.parse("stage")?, place: (columns.instant("due")?, subject) })
}
