//! Handing in a packet or a request.

mod answer;
pub(super) mod body;
mod rough;

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use zeroize::Zeroizing;

use self::{
    answer::{Checked, Stored},
    body::Submitted,
    rough::Rough,
};
use super::{
    answered::Created,
    params::{Check, Repeatable, StaffHeaders},
};
use crate::{
    domain::{assertion::Assertions, json::Wiped, plaintext::Plaintext, problem::Fault},
    exchange::{Exchange, heavy::Weight, push::Idempotency, submission::Submission},
    http::{
        caller::{Calling, Presenting},
        extract::{idempotency::IdempotencyKey, query::CheckOnly},
        json::{StrictValue, described},
        problem::{self, Problem},
        wire::{person::take_asserted, tell_also},
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
    presenting: Presenting,
    check: Result<CheckOnly, Problem>,
    key: Result<Option<IdempotencyKey>, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Response, Problem> {
    push(DatasetKind::Packet, presenting, (check, key), &exchange, body).await
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
    presenting: Presenting,
    check: Result<CheckOnly, Problem>,
    key: Result<Option<IdempotencyKey>, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Response, Problem> {
    push(DatasetKind::Request, presenting, (check, key), &exchange, body).await
}

/// Ask a question
///
/// As a packet, of a dataset that is a question: the recipient answers it, with an outcome or with a packet that replies to
/// it.
#[utoipa::path(
    post,
    path = "/questions",
    tag = "questions",
    operation_id = "askQuestion",
    params(
        Check,
        Repeatable,
        StaffHeaders,
    ),
    request_body = Submitted,
    responses(
        (status = 200, description = "What would be decided; nothing was stored.", body = Checked),
        (status = 201, description = "Stored.", body = Stored,
         headers(("Location" = String, description = "The question."))),
    )
)]
pub(super) async fn questions(
    presenting: Presenting,
    check: Result<CheckOnly, Problem>,
    key: Result<Option<IdempotencyKey>, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Response, Problem> {
    push(DatasetKind::Question, presenting, (check, key), &exchange, body).await
}

async fn push(
    kind: DatasetKind,
    Presenting { calling, mut faults }: Presenting,
    (check, key): (Result<CheckOnly, Problem>, Result<Option<IdempotencyKey>, Problem>),
    exchange: &Exchange,
    body: Result<StrictValue, Problem>,
) -> Result<Response, Problem> {
    // Only what is stored needs a key; one of another form is a mistake all the same.
    let key = match check {
        Ok(CheckOnly(false)) => key.and_then(IdempotencyKey::needed).map(Some),
        Ok(CheckOnly(true)) => key.map(|_| None),
        Err(problem) => Err(problem),
    };
    let key = key.map_err(|problem| faults.extend(problem.into_faults())).ok().flatten();
    let body = match body {
        Err(problem) if problem.status() == problem::INVALID.status() => {
            return Err(problem.with_faults(faults));
        }
        body => body?,
    };
    let (weight, is_stored) = (body.weight(), key.is_some());
    let handed =
        body.read(|body| handed(&calling, kind, exchange, body, (weight, is_stored), faults)).await?;
    let (submission, canonical) = handed?;
    if exchange.catalogue().dataset(&submission.header.dataset).is_some() {
        calling.visit.dataset(&submission.header.dataset);
    }
    let Some(key) = key else {
        let verdicts = exchange.check(&calling.caller, kind, submission).await;
        return Ok(Json(Checked::from(verdicts.map_err(|error| calling.problem(error))?)).into_response());
    };
    let idempotency = Idempotency { key: key.as_str().to_owned(), body: canonical };
    let pushed = exchange.push(&calling.caller, kind, submission, &idempotency).await;
    let pushed = pushed.map_err(|error| calling.problem(error))?;
    if let Some(first) = pushed.recipients.first() {
        calling.visit.permitted(first.basis.as_str());
        calling.visit.log_index(first.index);
    }
    let path = match kind {
        DatasetKind::Packet => format!("/packets/{}", pushed.id),
        DatasetKind::Request => format!("/requests/{}", pushed.id),
        DatasetKind::Question => format!("/questions/{}", pushed.id),
    };
    Ok(Created { path, body: Stored::from(pushed) }.into_response())
}

/// The submission that a body stands for, with the text of it where it is stored; or all that is wrong.
fn handed(
    calling: &Calling,
    kind: DatasetKind,
    exchange: &Exchange,
    mut body: Wiped,
    (weight, is_stored): (Weight, bool),
    mut faults: Vec<Fault>,
) -> Result<(Submission, Zeroizing<Vec<u8>>), Problem> {
    // From here on there is one content, which goes from hand to hand.
    let content = body.take("content").map(Plaintext::of);
    let mut asserted = Assertions::default();
    body.change(|body| {
        let (said, wrong) =
            take_asserted(body, exchange.catalogue().glossary(), Some(calling.caller.party().role));
        asserted = said;
        faults.extend(wrong);
    });
    let read = described::<Submitted>(body.expose())
        .and_then(|submitted| submitted.asserting(asserted).read(kind).map_err(Problem::into_faults));
    match (read, content) {
        (Ok(handed), Some(content)) if faults.is_empty() => {
            let canonical = if is_stored { handed.canonical(&content) } else { Zeroizing::default() };
            Ok((Submission { header: handed.header, content, weight }, canonical))
        }
        (read, content) => {
            faults.extend(read.err().unwrap_or_default());
            Err(wrong(calling, kind, exchange, (&body, content), faults))
        }
    }
}

/// All that is wrong: what was found already, and what the parts that can be read have wrong each by itself.
fn wrong(
    calling: &Calling,
    kind: DatasetKind,
    exchange: &Exchange,
    (body, content): (&Wiped, Option<Plaintext>),
    mut found: Vec<Fault>,
) -> Problem {
    let (mut rough, more) = Rough::of(body.expose(), content);
    let judged = exchange.wrong_with_parts(&calling.caller, kind, rough.parts());
    tell_also(&mut found, more.into_iter().chain(judged));
    problem::INVALID.code("submission").with_faults(found)
}
