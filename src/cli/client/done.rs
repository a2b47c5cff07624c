//! A call that was done, told.

use serde_json::Value;

use super::{gateway::Call, session::Session, words::member};
use crate::cli::{Context, Exit, Failure, Language};

/// Makes a call that has one answer, and tells it.
///
/// # Errors
/// As any call.
pub(super) async fn done(
    call: Call,
    session: &Session,
    at: &mut Context,
    text: impl FnOnce(&Value, Language) -> String,
) -> Result<Exit, Failure> {
    let answer: Value = session.gateway.json(call).await?;
    let language = at.out.language();
    at.out.show(&answer, || text(&answer, language))?;
    Ok(Exit::Done)
}

/// What was done, with the identifier of it and its place in the log.
pub(super) fn told(text: &str, answer: &Value) -> String {
    let of = |pointer| member(answer, pointer);
    let log = of("/logIndex");
    let log = if log.is_empty() { log } else { format!("  log {log}") };
    format!("{text}: {}{log}", of("/id"))
}
