//! Looking for a person in the calling party's own inbox. A person is never in a URL.

use std::{fmt, sync::Arc};

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    answered::Items,
    params::{Further, StaffHeaders},
};
use crate::{
    domain::{age::BirthDate, code::Purpose, person::PersonReference, problem::Fault},
    exchange::{
        Exchange,
        search::{Query, Sought},
    },
    http::{
        caller::Presenting,
        extract::query::Paging,
        json::StrictJson,
        problem::Problem,
        wire::{Packet, Reader, Reference, person::Name, shape},
    },
};

/// By what is looked for: the recipient's own `reference`; a `reference` that is a PGN with a `purpose`; or `name`,
/// `birthDate` and `purpose`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Search)]
pub(super) struct Wanted {
    /// The number.
    #[serde(default)]
    #[schema(nullable = false)]
    reference: Option<Reference>,
    /// The name. Capitals, accents, apostrophes, hyphens and spaces do not matter, and the first given names are enough, one or more of them.
    #[serde(default)]
    #[schema(nullable = false)]
    name: Option<Name>,
    /// The date of birth.
    #[serde(default)]
    #[schema(value_type = shape::BirthDate, required = false)]
    birth_date: Option<BirthDate>,
    /// For which purpose the packets were sent.
    #[serde(default)]
    #[schema(value_type = shape::PurposeCode, required = false)]
    purpose: Option<Purpose>,
}

impl fmt::Debug for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wanted(redacted)")
    }
}

impl Wanted {
    pub(super) fn read(self) -> Result<Query, Problem> {
        let mut reader = Reader::default();
        let query = match self {
            Self { reference: Some(reference), name: None, birth_date: None, purpose } => {
                match (reader.take(reference.read("/reference")), purpose) {
                    (None, _) => None,
                    (Some(PersonReference::Own(own)), None) => Some(Query::Own(own)),
                    (Some(PersonReference::Pgn(pgn)), Some(purpose)) => {
                        Some(Query::Sought(purpose, vec![Sought::pgn(&pgn)]))
                    }
                    (Some(PersonReference::Own(_) | PersonReference::Pgn(_)), _) => unclear(&mut reader),
                }
            }
            Self { reference: None, name: Some(name), birth_date: Some(born), purpose: Some(purpose) } => {
                if name.is_empty() {
                    reader.fault(no_name());
                }
                name.faults().into_iter().for_each(|fault| reader.fault(fault));
                Some(Query::Sought(purpose, Sought::asked(&name.given, &name.family, &born)))
            }
            _ => unclear(&mut reader),
        };
        reader.finish(query)
    }
}

fn no_name() -> Fault {
    Fault::at(
        "/name",
        "missing",
        "Geef een voornaam of een achternaam.",
        "Give a given name or a family name.",
    )
}

fn unclear<T>(reader: &mut Reader) -> Option<T> {
    reader.fault(Fault::at(
        "",
        "invalid-search",
        "Zoek met een eigen nummer (reference), met een persoonsgebonden nummer en een doel (reference, purpose), of met naam, geboortedatum en doel (name, birthDate, purpose).",
        "Search by an own reference, by a PGN and a purpose, or by name, birthDate and purpose.",
    ));
    None
}

/// Search the inbox
///
/// Finds packets in the calling party's own inbox. Every search is an entry in the access log.
#[utoipa::path(
    post,
    path = "/inbox/searches",
    tag = "inbox",
    operation_id = "searchInbox",
    params(
        Further,
        StaffHeaders,
    ),
    request_body(content = Wanted, example = json!({ "reference": { "kind": "own", "value": "L-2031" } })),
    responses((status = 200, description = "A page of what was found; perhaps nothing.", body = inline(Items<Packet>)))
)]
pub(super) async fn search(
    presenting: Presenting,
    query: Result<Paging, Problem>,
    State(exchange): State<Arc<Exchange>>,
    body: Result<StrictJson<Wanted>, Problem>,
) -> Result<Json<Items<Packet>>, Problem> {
    let (calling, paging, wanted) = presenting.with(query, body)?;
    let found = exchange.search(&calling.caller, &wanted.read()?, paging.into()).await;
    let found = found.map_err(|error| calling.problem(error))?;
    let caller = calling.caller.party();
    let items = found.items.into_iter().map(|seen| Packet::seen_by(caller, seen)).collect();
    Ok(Json(Items { items, next: found.next }))
}
