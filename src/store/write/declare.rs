//! What a person wants, given and taken back.

use jiff::{Timestamp, civil::Date};
use sqlx::query;

use super::{
    Applied, Effect, NewPerson,
    claim::{IdempotencyKey, Made},
    recipients::{Notice, Stopped, raise_packets, stopped_by, tell},
    sealed::Sealed,
};
use crate::{
    domain::{
        code::{DatasetCode, Municipality, Purpose},
        declaration::{Capacity, DeclarationKind, EvidenceKind},
        digest::Digest,
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

/// On what a declaration rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidenced {
    /// What sort of evidence.
    pub kind: EvidenceKind,
    /// The digest of the document, where the recorder keeps one.
    pub digest: Option<Digest>,
    /// The day on which it was recorded.
    pub recorded_on: Date,
}

/// Records a declaration.
#[derive(Debug, Clone)]
pub struct Declare {
    /// Its identifier.
    pub id: DeclarationId,
    /// About whom.
    pub person: NewPerson,
    /// What is declared.
    pub kind: DeclarationKind,
    /// About which dataset.
    pub dataset: DatasetCode,
    /// For which purpose; none is every purpose.
    pub purpose: Option<Purpose>,
    /// Towards whom; none is everyone.
    pub towards: Option<PartyId>,
    /// Towards which college, where the party acts for several.
    pub municipality: Option<Municipality>,
    /// Who declares.
    pub given_by: Capacity,
    /// When it was given.
    pub given_at: Timestamp,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// Whether consent was explicit (AVG 9(2)(a)).
    pub explicit: bool,
    /// On what it rests.
    pub evidence: Evidenced,
    /// What was asserted about the person, sealed under the at-rest key for this declaration's row.
    pub facts: Option<Vec<u8>>,
    /// Who recorded it.
    pub recorder: PartyId,
    /// The recorder's key for this call, if it chose one.
    pub idempotency: Option<IdempotencyKey>,
}

/// The declaration is recorded, now or by an earlier call with the same key and body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its identifier.
    pub id: DeclarationId,
    /// The person as the gateway knows one.
    pub person: PersonId,
    /// The index of the entry.
    pub index: u64,
}

const INSERT: &str = "INSERT INTO declaration (id, person_id, kind, dataset, purpose, towards_oin, towards_role, \
     given_by, given_at, until_at, explicit, evidence_kind, evidence_digest, evidence_on, facts, recorder_oin, \
     recorder_role, recorded_at, recorded_index, towards_municipality, state) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'given') \
     ON CONFLICT (id) DO NOTHING";

const EARLIER: &str = "SELECT person_id, recorded_index FROM declaration WHERE id = $1";

impl Sealed for Declare {}

impl Effect for Declare {
    type Outcome = Declared;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Declared>, Halt> {
        if let Some(earlier) = self.earlier(tx).await? {
            return Ok(Applied::repeated(earlier));
        }
        self.person.settle(tx).await?;
        let insert = query(INSERT)
            .bind(self.id.to_string())
            .bind(self.person.id.to_string())
            .bind(self.kind.as_str())
            .bind(self.dataset.to_string())
            .bind(self.purpose.as_ref().map(ToString::to_string))
            .bind(self.towards.map(|party| party.oin.to_string()))
            .bind(self.towards.map(|party| party.role.to_string()))
            .bind(self.given_by.as_str())
            .bind(millis(self.given_at))
            .bind(self.until.map(millis))
            .bind(i64::from(self.explicit))
            .bind(self.evidence.kind.as_str())
            .bind(self.evidence.digest.map(|digest| digest.to_string()))
            .bind(self.evidence.recorded_on.to_string())
            .bind(self.facts.clone())
            .bind(self.recorder.oin.to_string())
            .bind(self.recorder.role.to_string())
            .bind(millis(tx.time))
            .bind(signed(tx.next))
            .bind(self.municipality.as_ref().map(ToString::to_string));
        if tx.run(insert).await? == 0 {
            return Err(Conflict::Taken.into());
        }
        tx.raise(subject::person(self.person.id)).await?;
        Ok(Applied::done(Declared { id: self.id, person: self.person.id, index: tx.next }))
    }
}

impl Declare {
    async fn earlier(&self, tx: &mut Tx<'_>) -> Result<Option<Declared>, Halt> {
        let Some(key) = &self.idempotency else { return Ok(None) };
        let id = match key.claim(tx, &self.recorder, Made::Declaration(self.id)).await? {
            None => return Ok(None),
            Some(Made::Declaration(id)) => id,
            Some(Made::Packet(_)) => return Err(Conflict::KeyReused.into()),
        };
        let row = tx.find(query(EARLIER).bind(id.to_string())).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        Ok(Some(Declared {
            id,
            person: columns.parse("person_id")?,
            index: columns.index("recorded_index")?,
        }))
    }
}

/// Ends a declaration: every copy that rests on it and may still be collected is stopped and erased, and every
/// recipient that has collected one is told.
///
/// Who may withdraw is decided before; here only `recorder` is compared.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawDeclaration {
    /// The declaration.
    pub id: DeclarationId,
    /// The party that recorded it, and now records its end.
    pub recorder: PartyId,
    /// Who withdraws.
    pub by: Capacity,
}

/// The declaration is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Since when.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// The copies that it concerned; none in a repetition.
    pub copies: Vec<Stopped>,
    /// Whether this was a repetition.
    pub repeated: bool,
}

const STANDING: &str = "SELECT person_id, state, withdrawn_at, withdrawn_index FROM declaration \
     WHERE id = $1 AND recorder_oin = $2 AND recorder_role = $3";
const WITHDRAW: &str = "UPDATE declaration SET state = 'withdrawn', withdrawn_by = $1, withdrawn_at = $2, \
     withdrawn_index = $3 WHERE id = $4 AND state = 'given'";
const STOP: &str = "UPDATE packet_recipient SET ended_index = $1, jwe = NULL, \
     state = CASE WHEN state = 'acknowledged' THEN state ELSE 'withdrawn' END \
     WHERE state IN ('waiting', 'collected', 'acknowledged', 'withheld') AND EXISTS (\
       SELECT 1 FROM packet_declaration d WHERE d.declaration_id = $2 AND d.packet_id = packet_recipient.packet_id \
       AND d.oin = packet_recipient.oin AND d.role = packet_recipient.role) \
     RETURNING packet_id, oin, role, collected_index";

impl Sealed for WithdrawDeclaration {}

impl Effect for WithdrawDeclaration {
    type Outcome = Withdrawn;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Withdrawn>, Halt> {
        let standing = query(STANDING)
            .bind(self.id.to_string())
            .bind(self.recorder.oin.to_string())
            .bind(self.recorder.role.to_string());
        let row = tx.find(standing).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        if let Some((at, index)) =
            columns.maybe_instant("withdrawn_at")?.zip(columns.maybe_index("withdrawn_index")?)
        {
            return Ok(Applied::repeated(Withdrawn { at, index, copies: Vec::new(), repeated: true }));
        }
        let person: PersonId = columns.parse("person_id")?;
        let withdraw = query(WITHDRAW)
            .bind(self.by.as_str())
            .bind(millis(tx.time))
            .bind(signed(tx.next))
            .bind(self.id.to_string());
        tx.run(withdraw).await?;
        let copies = stopped_by(tx, query(STOP).bind(signed(tx.next)).bind(self.id.to_string())).await?;
        for copy in copies.iter().filter(|copy| copy.collected) {
            let notice = Notice {
                to: copy.party,
                packet: copy.packet,
                about: copy.party,
                kind: "declaration-withdrawn",
                declaration: Some(self.id),
            };
            tell(tx, notice).await?;
        }
        tx.raise(subject::person(person)).await?;
        raise_packets(tx, &copies).await?;
        Ok(Applied::done(Withdrawn { at: tx.time, index: tx.next, copies, repeated: false }))
    }
}
