//! The answer to a request.

use jiff::Timestamp;
use sqlx::query;

use super::{Applied, Effect, recipients::conflict_of, sealed::Sealed};
use crate::{
    domain::{id::PacketId, party::PartyId},
    store::{
        row::{Columns, millis, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Answers a request, once.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The request.
    pub request: PacketId,
    /// The recipient that answers.
    pub party: PartyId,
    /// Whether it continues what the request asks for.
    pub continues: bool,
}

/// The request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// What was answered.
    pub continues: bool,
    /// When.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// Whether this was a repetition of the same answer.
    pub repeated: bool,
}

const REQUEST: &str = "SELECT r.state AS state, p.expires AS expires, a.continues AS continues, \
     a.answered_at AS answered_at, a.idx AS idx \
     FROM packet_recipient r JOIN packet p ON p.id = r.packet_id \
     LEFT JOIN answer a ON a.request_id = r.packet_id AND a.oin = r.oin AND a.role = r.role \
     WHERE r.packet_id = $1 AND r.oin = $2 AND r.role = $3 AND p.kind = 'request'";
const INSERT: &str = "INSERT INTO answer (request_id, oin, role, continues, answered_at, idx) \
     VALUES ($1, $2, $3, $4, $5, $6)";

impl Sealed for Answer {}

impl Effect for Answer {
    type Outcome = Answered;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Answered>, Halt> {
        let request = query(REQUEST)
            .bind(self.request.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string());
        let row = tx.find(request).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        if let Some(continues) = columns.maybe_integer("continues")? {
            if (continues != 0) != self.continues {
                return Err(Conflict::AlreadyAnswered.into());
            }
            let (at, index) = (columns.instant("answered_at")?, columns.index("idx")?);
            let first = Answered { continues: self.continues, at, index, repeated: true };
            return Ok(Applied::repeated(first));
        }
        match columns.text("state")?.as_str() {
            // Who acknowledged the request in time may answer until its term ends.
            "waiting" | "collected" | "acknowledged" if columns.instant("expires")? > tx.now => {}
            "waiting" | "collected" | "acknowledged" => return Err(Conflict::Expired.into()),
            other => return Err(conflict_of(other).into()),
        }
        let insert = query(INSERT)
            .bind(self.request.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(i64::from(self.continues))
            .bind(millis(tx.time))
            .bind(signed(tx.next));
        tx.run(insert).await?;
        tx.raise(subject::packet(self.request)).await?;
        let answered = Answered { continues: self.continues, at: tx.time, index: tx.next, repeated: false };
        Ok(Applied::done(answered))
    }
}
