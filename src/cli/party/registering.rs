//! What every change of the register begins and ends with.

use std::sync::Arc;

use serde_json::json;

use crate::{
    cli::{Context, Exit, Failure, compose::Composed},
    config::Config,
    domain::{digest::Digest, party::PartyId},
};

/// The gateway's use cases, for the operator.
pub(super) async fn open(config: &Config, at: &mut Context) -> Result<Composed, Failure> {
    Composed::for_operator(config, Arc::clone(&at.clock), Arc::clone(&at.entropy)).await
}

pub(super) fn say(
    at: &mut Context,
    action: &str,
    party: PartyId,
    registration: Option<Digest>,
    (nl, en): (&str, &str),
) -> Result<Exit, Failure> {
    let document = json!({ "done": action, "party": party.to_string(), "registration": registration });
    let words = at.out.language().pick(nl, en);
    at.out.show(&document, || {
        let registration = registration.map(|digest| format!("\n  {digest}")).unwrap_or_default();
        format!("{words}: {party}{registration}")
    })?;
    Ok(Exit::Done)
}
