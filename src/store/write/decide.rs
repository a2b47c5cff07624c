//! The controller's decision upon an objection or a restriction.

use jiff::{Timestamp, civil::Date};
use sqlx::query;

use super::{Applied, Effect, sealed::Sealed};
use crate::{
    domain::{
        code::ReasonCode,
        declaration::Verdict,
        id::{DeclarationId, PersonId},
        party::PartyId,
    },
    store::{
        row::{Columns, millis, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Decides upon a declaration. One that was upheld may be ended by a later decision; one that ended stays ended.
///
/// Who may decide what is decided before; here only `recorder` is compared.
#[derive(Debug, Clone)]
pub struct DecideDeclaration {
    /// The declaration.
    pub id: DeclarationId,
    /// The party that recorded it: the controller.
    pub recorder: PartyId,
    /// What is decided.
    pub verdict: Verdict,
    /// Why, in the controller's own code.
    pub reason: ReasonCode,
    /// On which day.
    pub on: Date,
}

/// The decision that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Why.
    pub reason: ReasonCode,
    /// On which day it was taken.
    pub on: Date,
    /// When it was recorded.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

const DECLARATION: &str = "SELECT person_id, state FROM declaration \
     WHERE id = $1 AND recorder_oin = $2 AND recorder_role = $3";
const LAST: &str = "SELECT verdict, reason, decided_on, decided_at, idx FROM declaration_decision \
     WHERE declaration_id = $1 ORDER BY idx DESC LIMIT 1";
const INSERT: &str = "INSERT INTO declaration_decision (declaration_id, idx, verdict, reason, decided_on, decided_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";

impl Sealed for DecideDeclaration {}

impl Effect for DecideDeclaration {
    type Outcome = Decided;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Decided>, Halt> {
        let declaration = query(DECLARATION)
            .bind(self.id.to_string())
            .bind(self.recorder.oin.to_string())
            .bind(self.recorder.role.to_string());
        let row = tx.find(declaration).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        let person: PersonId = columns.parse("person_id")?;
        if columns.text("state")? != "given" {
            return Err(Conflict::Withdrawn.into());
        }
        if let Some(last) = tx.find(query(LAST).bind(self.id.to_string())).await? {
            let columns = Columns(&last);
            let verdict: Verdict = columns.parse("verdict")?;
            let decided = Decided {
                reason: columns.parse("reason")?,
                on: columns.parse("decided_on")?,
                at: columns.instant("decided_at")?,
                index: columns.index("idx")?,
            };
            if verdict == self.verdict && decided.reason == self.reason && decided.on == self.on {
                return Ok(Applied::repeated(decided));
            }
            if verdict.ends() || self.verdict != Verdict::Opgeheven {
                return Err(Conflict::State.into());
            }
        }
        let insert = query(INSERT)
            .bind(self.id.to_string())
            .bind(signed(tx.next))
            .bind(self.verdict.as_str())
            .bind(self.reason.to_string())
            .bind(self.on.to_string())
            .bind(millis(tx.time));
        tx.run(insert).await?;
        tx.raise(subject::person(person)).await?;
        let (reason, on) = (self.reason.clone(), self.on);
        Ok(Applied::done(Decided { reason, on, at: tx.time, index: tx.next }))
    }
}
