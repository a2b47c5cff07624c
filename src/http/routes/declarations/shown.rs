//! A declaration as it is read back.

use serde::Serialize;
use utoipa::ToSchema;

use super::{super::decision::Taken, body::Evidence};
use crate::{
    domain::{
        clock::amsterdam_date,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind},
        id::{DeclarationId, PersonId},
    },
    exchange::declare::RecordedWish,
    http::wire::{Day, Instant, Towards, shape},
};

/// A declaration as its recorder sees it. By what the recorder calls the person is not kept in a form that can be shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http::routes) struct Declaration {
    /// Its identifier.
    #[schema(value_type = shape::Id)]
    id: DeclarationId,
    /// About whom: the random name of the person within this party, as its entries call the person.
    #[schema(value_type = shape::Id)]
    person: PersonId,
    /// What was declared.
    #[schema(value_type = shape::DeclarationKind)]
    kind: DeclarationKind,
    /// About which dataset.
    #[schema(value_type = shape::DatasetCode)]
    dataset: DatasetCode,
    /// For which purpose; absent for every purpose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::PurposeCode, required = false)]
    purpose: Option<Purpose>,
    /// Towards whom; absent for everyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    towards: Option<Towards>,
    /// Who declared.
    #[schema(value_type = shape::Capacity)]
    given_by: Capacity,
    /// On which day.
    #[schema(value_type = shape::Date)]
    given_at: Day,
    /// Until which day, that day not included; absent without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Date, required = false)]
    until: Option<Day>,
    /// Whether it was explicit.
    explicit: bool,
    /// On what it rests.
    evidence: Evidence,
    /// `given`, `withdrawn`, or `ended`: by a decision of the controller, or because `until` has come.
    #[schema(value_type = shape::DeclarationState, example = "given")]
    state: &'static str,
    /// When it was recorded.
    #[schema(value_type = shape::DateTime)]
    recorded_at: Instant,
    /// The index of the entry of its recording.
    log_index: u64,
    /// Who withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Capacity, required = false)]
    withdrawn_by: Option<Capacity>,
    /// Since when it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DateTime, required = false)]
    withdrawn_at: Option<Instant>,
    /// The index of the entry of its withdrawal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    withdrawal_log_index: Option<u64>,
    /// What the controller decided upon an objection or a restriction, the last one last; absent without a decision.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    decisions: Vec<Taken>,
}

impl From<RecordedWish> for Declaration {
    fn from(RecordedWish { row, decisions }: RecordedWish) -> Self {
        let said = row.said;
        Self {
            id: row.id,
            person: row.person,
            kind: said.kind,
            dataset: said.dataset,
            purpose: said.purpose,
            towards: said.towards.map(|towards| Towards {
                oin: towards.party().map(|party| party.oin),
                role: towards.role(),
                municipality: towards.municipality().cloned(),
            }),
            given_by: said.given_by,
            given_at: Day(amsterdam_date(said.given_at)),
            until: said.until.map(|until| Day(amsterdam_date(until))),
            explicit: said.explicit,
            evidence: Evidence {
                kind: row.evidence.kind,
                digest: row.evidence.digest,
                recorded_on: Day(row.evidence.recorded_on),
            },
            state: row.state.as_str(),
            recorded_at: row.recorded_at.into(),
            log_index: row.recorded_index,
            withdrawn_by: row.withdrawn_by,
            withdrawn_at: row.withdrawn_at.map(Instant::from),
            withdrawal_log_index: row.withdrawn_index,
            decisions: decisions.into_iter().map(Taken::from).collect(),
        }
    }
}
