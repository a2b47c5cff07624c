//! One packet, with its receipts.

use std::path::Path;

use bytes::Bytes;
use serde_json::Value;

use super::{
    arguments::Push,
    does::{Does, route_of},
    replies::{Accepted, CheckAnswer},
    told,
};
use crate::{
    cli::{
        Context, Exit, Failure,
        client::{
            gateway::{Call, CallError},
            input::read_json,
            names,
            pending::{Pending, unaccepted},
            receipts::{Checked, ReceiptKeys, keep_unproven, kept},
            route::Route,
            session::Session,
        },
        files,
        names::Names,
    },
    domain::json,
};

const PACKET_FORM: (&str, &str) = (
    "docs/api-design.md laat de vorm zien; gebruik voor veel pakketten --batch of --csv",
    "docs/api-design.md shows the form; for many packets use --batch or --csv",
);

/// Sends it, or asks what would become of it.
pub(super) async fn one(
    asked: &Push,
    file: &Path,
    does: Does,
    session: &Session,
    at: &mut Context,
) -> Result<Exit, Failure> {
    let body = read_json(file, PACKET_FORM)?;
    let route = match does {
        Does::Push => Route::Packets,
        Does::Ask => route_of([&body], does, session).await?,
    };
    if asked.check {
        check(route, body, session, at).await
    } else {
        send(asked, file, route, body, session, at).await
    }
}

/// That it is a request or a question that was pushed: the gateway knows no packets of that dataset.
async fn elsewhere(error: &CallError, body: &Bytes, session: &Session) -> Option<Failure> {
    let CallError::Problem(problem) = error else { return None };
    let unknown = problem.has("unknown-dataset");
    if unknown { route_of([body], Does::Push, session).await.err() } else { None }
}

async fn check(route: Route, body: Bytes, session: &Session, at: &mut Context) -> Result<Exit, Failure> {
    let call = Call::post_bytes(route.path(), body.clone()).with("check", &true).repeatable();
    let answer = match session.gateway.call(call).await {
        Ok(answer) => answer,
        Err(error) => {
            return Err(elsewhere(&error, &body, session).await.unwrap_or_else(|| error.into()));
        }
    };
    let answer: Value = json::typed(&answer.body).map_err(|_| CallError::OTHER_FORM)?;
    let checked: CheckAnswer = serde_json::from_value(answer.clone()).map_err(|_| CallError::OTHER_FORM)?;
    let allowed = checked.allowed;
    let language = at.out.language();
    at.out.show(&answer, || told::of_check(checked, language))?;
    Ok(if allowed { Exit::Done } else { Exit::Refused })
}

async fn send(
    asked: &Push,
    file: &Path,
    route: Route,
    body: Bytes,
    session: &Session,
    at: &mut Context,
) -> Result<Exit, Failure> {
    if let Some(path) = &asked.receipt {
        files::prove_replaceable(path)?;
    }
    let pending = match &asked.idempotency_key {
        Some(key) => Pending::under(key.clone()),
        None => Pending::begin(file, route.path(), &body, asked.changed, &*at.entropy)?,
    };
    if pending.is_resumed() {
        at.out.note((
            "Een eerdere poging bleef zonder antwoord; dit is dezelfde.",
            "An earlier try had no answer; this is the same one.",
        ));
    }
    let call = Call::post_bytes(route.path(), body.clone()).idempotent(pending.key());
    let answer = match session.gateway.call(call).await {
        Ok(answer) => answer,
        Err(error) => {
            let elsewhere = elsewhere(&error, &body, session).await;
            let failure = unaccepted(error, &pending);
            return Err(elsewhere.unwrap_or(failure));
        }
    };
    let not_understood = |_| CallError::OTHER_FORM;
    let accepted: Accepted = json::typed(&answer.body).map_err(not_understood)?;
    let mut document: Value = json::typed(&answer.body).map_err(not_understood)?;
    let receipts: Vec<_> = accepted.receipts().collect();
    if let Some(path) = &asked.receipt {
        files::replace_private(path, receipts.join("\n").as_bytes())?;
    }
    let keys = ReceiptKeys::of(session)?;
    let checked: Vec<_> = receipts.iter().map(|receipt| keys.check(receipt, Some(&accepted.id))).collect();
    let holds = checked.iter().all(Checked::holds);
    let file = match &asked.receipt {
        _ if holds => None,
        Some(path) => {
            kept(path, &mut at.out);
            Some(path.display().to_string())
        }
        None => keep_unproven(&accepted.id, &receipts, session, &mut at.out),
    };
    let faults: Vec<_> = checked.iter().filter_map(Checked::fault).collect();
    if let Some(members) = document.as_object_mut() {
        members.insert("checked".to_owned(), checked.iter().map(Checked::depth).collect());
        if !faults.is_empty() {
            members.insert("receiptFaults".to_owned(), Value::Array(faults));
        }
        if let Some(file) = file {
            members.insert("receiptFile".to_owned(), Value::from(file));
        }
    }
    let names = if at.out.is_json() { Names::default() } else { names::of(session).await };
    let language = at.out.language();
    at.out.show(&document, || told::of_accepted(&accepted, &names, language))?;
    // From here on the same command is another packet.
    pending.end()?;
    for checked in &checked {
        checked.tell(&mut at.out);
    }
    Ok(if holds { Exit::Done } else { Exit::Unproven })
}
