//! Recording what the person wants, and reading it back.

pub(super) mod body;
mod rough;

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use self::{
    body::{Declared, Evidence},
    rough::Rough,
};
use super::{answered::Created, decision::Taken, params::StaffHeaders};
use crate::{
    domain::{
        clock::amsterdam_date,
        code::{DatasetCode, Purpose},
        declaration::{Capacity, DeclarationKind},
        id::DeclarationId,
        problem::Fault,
    },
    exchange::{Exchange, declare::Wish},
    http::{
        caller::{Calling, Presenting},
        extract::{path::InPath, query::NoQuery},
        json::{StrictValue, Wiped, described},
        problem::{self, Problem},
        wire::{Day, Instant, Towards, shape, tell_also},
    },
};

/// A recorded declaration.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Recorded {
    /// Its identifier.
    #[schema(value_type = shape::Id)]
    id: DeclarationId,
    /// What was declared.
    #[schema(value_type = shape::DeclarationKind)]
    kind: DeclarationKind,
    /// Always `given`.
    #[schema(value_type = shape::DeclarationState, example = "given")]
    state: &'static str,
    /// The index of the entry in the access log.
    log_index: u64,
}

/// Record a declaration
///
/// Who may declare what at which age is decided by the policies. The person's number and date of birth are not kept in a
/// form that can be read back.
#[utoipa::path(
    post,
    path = "/declarations",
    tag = "declarations",
    operation_id = "recordDeclaration",
    params(
        StaffHeaders,
    ),
    request_body(content = Declared, example = json!({
        "kind": "instemming",
        "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03" },
        "dataset": "verzoek-voortzetting",
        "towards": { "municipality": "0361", "role": "werk-en-inkomen" },
        "givenBy": "ouder", "givenAt": "2026-05-20", "until": "2027-05-20",
        "evidence": { "kind": "formulier", "recordedOn": "2026-05-20" }
    })),
    responses((status = 201, description = "Recorded.", body = Recorded,
        headers(("Location" = String, description = "The declaration."))))
)]
pub(super) async fn declare(
    Presenting { calling, mut faults }: Presenting,
    query: Result<NoQuery, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Created<Recorded>, Problem> {
    if let Err(problem) = query {
        faults.extend(problem.into_faults());
    }
    let StrictValue(body) = match body {
        Err(problem) if problem.status() == problem::INVALID.status() => {
            return Err(problem.with_faults(faults));
        }
        body => body?,
    };
    let wish = match read(&body) {
        Ok(wish) if faults.is_empty() => wish,
        read => {
            faults.extend(read.err().unwrap_or_default());
            return Err(wrong(&calling, &exchange, &body, faults).await);
        }
    };
    let recorded = exchange.declare(&calling.caller, &wish).await;
    let recorded = recorded.map_err(|error| calling.problem(error))?;
    calling.visit.dataset(&wish.dataset);
    calling.visit.log_index(recorded.index);
    let body = Recorded { id: recorded.id, kind: wish.kind, state: "given", log_index: recorded.index };
    Ok(Created { path: format!("/declarations/{}", recorded.id), body })
}

fn read(body: &Wiped) -> Result<Wish, Vec<Fault>> {
    described::<Declared>(body.expose())?.read().map_err(Problem::into_faults)
}

/// All that is wrong: what was found already, and what the parts that can be read have wrong each by itself.
async fn wrong(calling: &Calling, exchange: &Exchange, body: &Wiped, mut found: Vec<Fault>) -> Problem {
    let (rough, more) = Rough::of(body.expose());
    match exchange.wrong_with_declaration(&calling.caller, &rough.parts()).await {
        Ok(judged) => {
            tell_also(&mut found, more.into_iter().chain(judged));
            problem::INVALID.code("declaration").with_faults(found)
        }
        Err(trouble) => calling.problem(trouble),
    }
}

/// A declaration as its recorder sees it. The person is not shown: the recorder knows about whom it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Declaration {
    /// Its identifier.
    #[schema(value_type = shape::Id)]
    id: DeclarationId,
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
    /// `given`, `withdrawn`, or `ended` by a decision of the controller.
    #[schema(value_type = shape::DeclarationState, example = "given")]
    state: &'static str,
    /// When it was recorded.
    #[schema(value_type = shape::DateTime)]
    recorded_at: Instant,
    /// The index of the entry of its recording.
    log_index: u64,
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

/// Read a declaration
///
/// For the party that recorded it; to all others it does not exist.
#[utoipa::path(
    get,
    path = "/declarations/{id}",
    tag = "declarations",
    operation_id = "readDeclaration",
    params(("id" = inline(shape::Id), Path, description = "The declaration.")),
    responses((status = 200, description = "The declaration.", body = Declaration))
)]
pub(super) async fn show(
    calling: Calling,
    InPath(id): InPath<DeclarationId>,
    _: NoQuery,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Declaration>, Problem> {
    let found = exchange.declaration(&calling.caller, id).await;
    let (row, decisions) = found.map_err(|error| calling.problem(error))?;
    Ok(Json(Declaration {
        id,
        kind: row.kind,
        dataset: row.dataset,
        purpose: row.purpose,
        towards: row.towards.map(|party| Towards {
            oin: party.oin,
            role: party.role,
            municipality: row.municipality,
        }),
        given_by: row.given_by,
        given_at: Day(amsterdam_date(row.given_at)),
        until: row.until.map(|until| Day(amsterdam_date(until))),
        explicit: row.explicit,
        evidence: Evidence {
            kind: row.evidence.kind,
            digest: row.evidence.digest,
            recorded_on: Day(row.evidence.recorded_on),
        },
        state: row.state.as_str(),
        recorded_at: row.recorded_at.into(),
        log_index: row.recorded_index,
        withdrawn_at: row.withdrawn_at.map(Instant::from),
        withdrawal_log_index: row.withdrawn_index,
        decisions: decisions.into_iter().map(Taken::from).collect(),
    }))
}
