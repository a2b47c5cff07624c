//! Declarations.

use jiff::{Timestamp, civil::Date};
use sqlx::{any::AnyRow, query};

use super::feeds::{Page, cursor};
use crate::{
    domain::{
        code::ReasonCode,
        declaration::{Towards, Verdict},
        id::{DeclarationId, PersonId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        model::{DeclarationRow, Evidenced, Said},
        row::Columns,
    },
};

/// A decision of the controller upon a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: ReasonCode,
    /// On which day.
    pub on: Date,
    /// When it was recorded.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
}

macro_rules! declaration {
    ($rest:literal) => {
        concat!(
            "SELECT id, person_id, kind, dataset, purpose, towards_oin, towards_role, towards_municipality, given_by, given_at, until_at, \
             explicit, evidence_kind, evidence_digest, evidence_on, facts, recorder_oin, recorder_role, recorded_at, \
             recorded_index, CASE WHEN state = 'given' AND EXISTS (SELECT 1 FROM declaration_decision e \
             WHERE e.declaration_id = declaration.id AND e.verdict IN ('ongegrond', 'opgeheven')) THEN 'ended' \
             ELSE state END AS state, withdrawn_by, withdrawn_at, withdrawn_index FROM declaration ",
            $rest
        )
    };
}

const DECLARATION: &str = declaration!("WHERE id = $1");
/// What a party recorded, by the index of its recording.
const RECORDED: &str = declaration!(
    "WHERE recorder_oin = $1 AND recorder_role = $2 AND recorded_index > $3 ORDER BY recorded_index LIMIT $4"
);
const RECORDED_ABOUT: &str =
    declaration!("WHERE recorder_oin = $1 AND recorder_role = $2 AND person_id = $3 ORDER BY recorded_index");
const DECISIONS: &str = "SELECT verdict, reason, decided_on, decided_at, idx FROM declaration_decision \
     WHERE declaration_id = $1 ORDER BY idx";

impl Store {
    /// What the controller decided upon a declaration, in that order.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn decisions(&self, id: DeclarationId) -> Result<Vec<DecisionRow>, StoreError> {
        let rows = query(DECISIONS).bind(id.to_string()).fetch_all(&self.read).await?;
        let read = |row| {
            let columns = Columns(row);
            Ok(DecisionRow {
                verdict: columns.parse("verdict")?,
                reason: columns.parse("reason")?,
                on: columns.parse("decided_on")?,
                at: columns.instant("decided_at")?,
                index: columns.index("idx")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// A declaration.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn declaration(&self, id: DeclarationId) -> Result<Option<DeclarationRow>, StoreError> {
        let row = query(DECLARATION).bind(id.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(declaration_row).transpose()
    }

    /// What a party recorded, after a cursor.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn recorded(
        &self,
        recorder: &PartyId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Page<DeclarationRow>, StoreError> {
        let rows = query(RECORDED)
            .bind(recorder.oin.to_string())
            .bind(recorder.role.to_string())
            .bind(cursor(after))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.read)
            .await?;
        let items = rows.iter().map(declaration_row).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Page::of(items, limit, |row| row.recorded_index))
    }

    /// What a party recorded about one person, the oldest first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn recorded_about(
        &self,
        recorder: &PartyId,
        person: PersonId,
    ) -> Result<Vec<DeclarationRow>, StoreError> {
        let rows = query(RECORDED_ABOUT)
            .bind(recorder.oin.to_string())
            .bind(recorder.role.to_string())
            .bind(person.to_string())
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(declaration_row).collect()
    }
}

fn declaration_row(row: &AnyRow) -> Result<DeclarationRow, StoreError> {
    let columns = Columns(row);
    let towards = match columns.maybe_parse("towards_role")? {
        Some(role) => {
            let (oin, place) =
                (columns.maybe_parse("towards_oin")?, columns.maybe_parse("towards_municipality")?);
            // Towards nobody must not read as towards everyone.
            let nobody = || StoreError::inconsistent("declaration.towards_role");
            Some(Towards::of(oin, role, place).ok_or_else(nobody)?)
        }
        None => None,
    };
    Ok(DeclarationRow {
        id: columns.parse("id")?,
        person: columns.parse("person_id")?,
        said: Said {
            kind: columns.parse("kind")?,
            dataset: columns.parse("dataset")?,
            purpose: columns.maybe_parse("purpose")?,
            towards,
            given_by: columns.parse("given_by")?,
            given_at: columns.instant("given_at")?,
            until: columns.maybe_instant("until_at")?,
            explicit: columns.flag("explicit")?,
        },
        evidence: Evidenced {
            kind: columns.parse("evidence_kind")?,
            digest: columns.maybe_parse("evidence_digest")?,
            recorded_on: columns.parse("evidence_on")?,
        },
        facts: columns.maybe_bytes("facts")?,
        recorder: columns.party("recorder_oin", "recorder_role")?,
        recorded_at: columns.instant("recorded_at")?,
        recorded_index: columns.index("recorded_index")?,
        state: columns.parse("state")?,
        withdrawn_by: columns.maybe_parse("withdrawn_by")?,
        withdrawn_at: columns.maybe_instant("withdrawn_at")?,
        withdrawn_index: columns.maybe_index("withdrawn_index")?,
    })
}
