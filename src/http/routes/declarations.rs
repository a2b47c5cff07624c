//! Recording what the person wants, and reading it back.

pub(super) mod body;
mod rough;
mod shown;

use std::{fmt, sync::Arc};

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use self::{body::Declared, rough::Rough, shown::Declaration};
use super::{
    answered::{Created, Items},
    params::{Further, Page, RepeatableDeclaration, StaffHeaders},
};
use crate::{
    domain::{
        assertion::Assertions, code::Purpose, declaration::DeclarationKind, id::DeclarationId, json::Wiped,
        person::Protection, problem::Fault,
    },
    exchange::{
        Exchange,
        declare::{Whose, Wish},
        push::Idempotency,
    },
    http::{
        caller::{Calling, Presenting},
        extract::{
            idempotency::IdempotencyKey,
            path::InPath,
            query::{NoQuery, Paging},
        },
        json::{StrictJson, StrictValue, described},
        openapi::FaultDocument,
        problem::{self, Problem},
        wire::{Reader, Reference, person::take_of_declarant, shape, tell_also},
    },
    policy::{canonical, glossary::Glossary},
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
    /// What the recorder should know of it, with the provisions and what to do: that it does not stop the transfer against which
    /// it is (code `stops-nothing`), that nobody acted for the college when it was recorded (`nobody-acts`), or
    /// that it may carry none, since who may give it hangs on an age that is not known (`age-unknown`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<FaultDocument>, required = false)]
    notes: Vec<Fault>,
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
        RepeatableDeclaration,
        StaffHeaders,
    ),
    request_body(content = Declared, example = json!({
        "kind": "instemming",
        "person": { "reference": { "kind": "own", "value": "L-2031" }, "birthDate": "2007-11-03" },
        "dataset": "verzoek-voortzetting",
        "towards": { "municipality": "0361", "role": "werk-en-inkomen" },
        "givenBy": "persoon", "givenAt": "2026-05-20", "until": "2027-05-20",
        "evidence": { "kind": "formulier", "recordedOn": "2026-05-20" }
    })),
    responses((status = 201, description = "Recorded.", body = Recorded,
        headers(("Location" = String, description = "The declaration."))))
)]
pub(super) async fn declare(
    Presenting { calling, mut faults }: Presenting,
    query: Result<NoQuery, Problem>,
    key: Result<Option<IdempotencyKey>, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictValue, Problem>,
) -> Result<Created<Recorded>, Problem> {
    if let Err(problem) = query {
        faults.extend(problem.into_faults());
    }
    let key = key.map_err(|problem| faults.extend(problem.into_faults())).ok().flatten();
    let body = match body {
        Err(problem) if problem.status() == problem::INVALID.status() => {
            return Err(problem.with_faults(faults));
        }
        body => body?,
    };
    let read = body.read(|body| match read(&body, exchange.catalogue().glossary()) {
        Ok(wish) if faults.is_empty() => Ok((wish, canonical_of(body.expose()))),
        read => {
            faults.extend(read.err().unwrap_or_default());
            Err(wrong(&calling, &exchange, &body, faults))
        }
    });
    let (wish, body) = read.await??;
    let idempotency = key.map(|key| Idempotency { key: key.as_str().to_owned(), body });
    let recorded = exchange.declare(&calling.caller, &wish, idempotency.as_ref()).await;
    let recorded = recorded.map_err(|error| calling.problem(error))?;
    calling.visit.dataset(&wish.dataset);
    calling.visit.log_index(recorded.index);
    let body = Recorded {
        id: recorded.id,
        kind: wish.kind,
        state: "given",
        log_index: recorded.index,
        notes: recorded.notes,
    };
    Ok(Created { path: format!("/declarations/{}", recorded.id), body })
}

/// One text for all bodies that mean the same: whitespace and the order of names do not matter.
fn canonical_of(body: &Value) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(canonical::room(body).saturating_add(KIND.len())));
    bytes.extend_from_slice(KIND);
    canonical::write(body, &mut bytes);
    bytes
}

/// Keeps a key that was used for a packet from standing for a declaration.
const KIND: &[u8] = b"declaration\n";

fn read(body: &Wiped, glossary: &Glossary) -> Result<Wish, Vec<Fault>> {
    // The body stays as it came: under its key the same one is compared with it, and what is wrong is looked for in it.
    let mut rest = Wiped::new(body.expose().clone());
    let (mut asserted, mut faults) = (Assertions::default(), Vec::new());
    rest.change(|rest| (asserted, faults) = take_of_declarant(rest, glossary));
    let declared = described::<Declared>(rest.expose());
    let read = declared.and_then(|one| one.read(Protection::of(&asserted)).map_err(Problem::into_faults));
    match read {
        Ok(wish) if faults.is_empty() => Ok(wish),
        read => {
            faults.extend(read.err().unwrap_or_default());
            Err(faults)
        }
    }
}

/// All that is wrong: what was found already, and what the parts that can be read have wrong each by itself.
fn wrong(calling: &Calling, exchange: &Exchange, body: &Wiped, mut found: Vec<Fault>) -> Problem {
    let (rough, more) = Rough::of(body.expose());
    let judged = exchange.wrong_with_declaration(&calling.caller, &rough.parts());
    tell_also(&mut found, more.into_iter().chain(judged));
    problem::INVALID.code("declaration").with_faults(found)
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
    Ok(Json(found.map_err(|error| calling.problem(error))?.into()))
}

/// List declarations
///
/// What the calling party recorded, withdrawn and ended ones included. To all others it does not exist.
#[utoipa::path(
    get,
    path = "/declarations",
    tag = "declarations",
    operation_id = "listDeclarations",
    params(Page),
    responses((status = 200, description = "A page.", body = inline(Items<Declaration>)))
)]
pub(super) async fn list(
    calling: Calling,
    paging: Paging,
    State(exchange): State<Arc<Exchange>>,
) -> Result<Json<Items<Declaration>>, Problem> {
    let page = exchange.declarations(&calling.caller, paging.after, paging.limit.into()).await;
    let page = page.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: page.items.into_iter().map(Declaration::from).collect(), next: page.next }))
}

/// About whom declarations are looked for: a reference as declarations name one. A persoonsgebonden nummer comes with the
/// purpose.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DeclarationSearch)]
pub(super) struct Wanted {
    /// The number.
    reference: Reference,
    /// For which purpose, where the number is a persoonsgebonden nummer.
    #[serde(default)]
    #[schema(value_type = shape::PurposeCode, required = false)]
    purpose: Option<Purpose>,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted(redacted)")
    }
}

/// Search declarations
///
/// Finds what the calling party recorded about one person. Every search is an entry in the access log.
#[utoipa::path(
    post,
    path = "/declarations/searches",
    tag = "declarations",
    operation_id = "searchDeclarations",
    params(Further, StaffHeaders),
    request_body(content = Wanted, example = json!({ "reference": { "kind": "own", "value": "L-2031" } })),
    responses((status = 200, description = "A page of what was found; perhaps nothing.", body = inline(Items<Declaration>)))
)]
pub(super) async fn search(
    presenting: Presenting,
    query: Result<Paging, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<Wanted>, Problem>,
) -> Result<Json<Items<Declaration>>, Problem> {
    let (calling, paging, wanted) = presenting.with(query, body)?;
    let mut reader = Reader::default();
    let reference = reader.take(wanted.reference.read("/reference"));
    let whose = Whose { reference: reader.finish(reference)?, purpose: wanted.purpose };
    let found = exchange.declarations_about(&calling.caller, &whose, paging.into()).await;
    let found = found.map_err(|error| calling.problem(error))?;
    Ok(Json(Items { items: found.items.into_iter().map(Declaration::from).collect(), next: found.next }))
}
