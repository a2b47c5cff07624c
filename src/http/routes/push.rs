//! Handing in a packet or a request.

mod answer;
pub(super) mod body;

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};

use self::{
    answer::{Checked, Stored},
    body::{Handed, Submitted},
};
use super::{
    answered::Created,
    params::{Check, Repeatable, StaffHeaders},
};
use crate::{
    exchange::{Exchange, push::Idempotency},
    http::{
        caller::Acting,
        extract::{idempotency::IdempotencyKey, query::CheckOnly},
        json::StrictJson,
        problem::Problem,
    },
    policy::dataset::DatasetKind,
};

/// Push a packet
///
/// Decided, projected and sealed for each recipient, or refused for all with the reasons per recipient. The content exists
/// here only until it is sealed. With `check=true` it is decided, and nothing is stored: the answer is 200 and says for
/// each recipient what would be decided. The same Idempotency-Key with the same body gives the same answer; with another
/// body it is a 409.
#[utoipa::path(
    post,
    path = "/packets",
    tag = "packets",
    operation_id = "pushPacket",
    params(
        Check,
        Repeatable,
        StaffHeaders,
    ),
    request_body = Submitted,
    responses(
        (status = 200, description = "What would be decided; nothing was stored.", body = Checked),
        (status = 201, description = "Stored.", body = Stored,
         headers(("Location" = String, description = "The packet."))),
    )
)]
pub(super) async fn packets(
    acting: Acting,
    check: CheckOnly,
    key: Result<IdempotencyKey, Problem>,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(submitted): StrictJson<Submitted>,
) -> Result<Response, Problem> {
    push(DatasetKind::Packet, acting, check, key, &exchange, submitted).await
}

/// Make a request
///
/// As a packet, of a dataset that is a request: the recipient answers it.
#[utoipa::path(
    post,
    path = "/requests",
    tag = "requests",
    operation_id = "makeRequest",
    params(
        Check,
        Repeatable,
        StaffHeaders,
    ),
    request_body = Submitted,
    responses(
        (status = 200, description = "What would be decided; nothing was stored.", body = Checked),
        (status = 201, description = "Stored.", body = Stored,
         headers(("Location" = String, description = "The request."))),
    )
)]
pub(super) async fn requests(
    acting: Acting,
    check: CheckOnly,
    key: Result<IdempotencyKey, Problem>,
    State(exchange): State<Arc<Exchange>>,
    StrictJson(submitted): StrictJson<Submitted>,
) -> Result<Response, Problem> {
    push(DatasetKind::Request, acting, check, key, &exchange, submitted).await
}

async fn push(
    kind: DatasetKind,
    Acting(calling): Acting,
    CheckOnly(check): CheckOnly,
    key: Result<IdempotencyKey, Problem>,
    exchange: &Exchange,
    submitted: Submitted,
) -> Result<Response, Problem> {
    // Only what is stored needs a key.
    let key = if check { None } else { Some(key?) };
    let Handed { submission, canonical } = submitted.read(kind)?;
    if exchange.catalogue().dataset(&submission.header.dataset).is_some() {
        calling.visit.dataset(&submission.header.dataset);
    }
    let Some(key) = key else {
        let verdicts = exchange.check(&calling.caller, kind, &submission).await;
        return Ok(Json(Checked::from(verdicts.map_err(|error| calling.problem(error))?)).into_response());
    };
    let idempotency = Idempotency { key: key.as_str().to_owned(), body: canonical };
    let pushed = exchange.push(&calling.caller, kind, &submission, &idempotency).await;
    let pushed = pushed.map_err(|error| calling.problem(error))?;
    if let Some(first) = pushed.recipients.first() {
        calling.visit.permitted(first.basis.as_str());
        calling.visit.log_index(first.index);
    }
    let path = match kind {
        DatasetKind::Packet => format!("/packets/{}", pushed.id),
        DatasetKind::Request => format!("/requests/{}", pushed.id),
    };
    Ok(Created { path, body: Stored::from(pushed) }.into_response())
}
