//! The bodies of all routes, read as the routes read them, and let go: what `fuzz/` feeds.

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    acknowledgement::Having,
    answer::NewAnswer,
    certificates::NewCertificate,
    decision::Decision,
    declarations::body::Declared,
    evaluation,
    keys::{self, NewKey},
    push::body::Submitted,
    searches::Wanted,
    withdrawal::{self, By},
};
use crate::{
    domain::person::Protection,
    http::{
        json::described,
        problem::{self, Problem},
        wire::person::{take_asserted, take_of_declarant},
    },
    policy::{dataset::DatasetKind, glossary::Glossary},
};

/// Whether the body is one that the operation takes, before any person, party or packet is looked up; `None` when there is
/// no such operation with a body.
///
/// # Errors
/// What the caller would be told.
pub fn read(operation: &str, body: &Value, glossary: &Glossary) -> Option<Result<(), Problem>> {
    let read = match operation {
        "pushPacket" => submitted(body, glossary, DatasetKind::Packet),
        "makeRequest" => submitted(body, glossary, DatasetKind::Request),
        "askQuestion" => submitted(body, glossary, DatasetKind::Question),
        "answerRequest" => of(body, |_: NewAnswer| Ok(())),
        "acknowledgePacket" => of(body, |body: Having| body.read()),
        "withdrawPacket" => of(body, |_: withdrawal::Nothing| Ok(())),
        "recordDeclaration" => declared(body, glossary),
        "decideDeclaration" => of(body, |_: Decision| Ok(())),
        "withdrawDeclaration" => of(body, |_: By| Ok(())),
        "searchInbox" => of(body, Wanted::read),
        "publishKey" => NewKey::read(body).map(drop),
        "retireKey" | "revokeKey" => of(body, |_: keys::Nothing| Ok(())),
        "registerCertificate" => NewCertificate::read(body).map(drop),
        "evaluate" => evaluation::question::read(body, glossary).map(drop),
        _ => return None,
    };
    Some(read)
}

fn submitted(body: &Value, glossary: &Glossary, kind: DatasetKind) -> Result<(), Problem> {
    let mut body = body.clone();
    let (asserted, faults) = take_asserted(&mut body, glossary, None);
    if !faults.is_empty() {
        return Err(problem::INVALID.code("not-as-described").with_faults(faults));
    }
    of(&body, |body: Submitted| body.asserting(asserted).read(kind))
}

fn declared(body: &Value, glossary: &Glossary) -> Result<(), Problem> {
    let mut body = body.clone();
    let (asserted, faults) = take_of_declarant(&mut body, glossary);
    if !faults.is_empty() {
        return Err(problem::INVALID.code("not-as-described").with_faults(faults));
    }
    of(&body, |body: Declared| body.read(Protection::of(&asserted)))
}

fn of<T: DeserializeOwned + ToSchema + 'static, R>(
    body: &Value,
    read: impl FnOnce(T) -> Result<R, Problem>,
) -> Result<(), Problem> {
    let invalid = |faults| problem::INVALID.code("not-as-described").with_faults(faults);
    read(described(body).map_err(invalid)?).map(drop)
}
