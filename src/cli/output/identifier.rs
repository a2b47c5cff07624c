//! What `--ids` prints: by what a thing is known, and nothing that is not read back.

use serde_json::Value;

use crate::{
    cli::{Exit, Failure, language::both},
    domain::{code::DatasetCode, id::PacketId, party::PartyId},
};

/// By what a result is known; nothing where it has no identifier.
///
/// # Errors
/// When what stands in the place of an identifier is none.
pub(super) fn of(value: &Value) -> Result<Option<String>, Failure> {
    match value.get("id") {
        Some(id) => identifier(id).map(Some),
        None => other_identifier(value),
    }
}

/// What a thing without an `id` is known by: an entry by its index, a notice by its packet, a party by its OIN and role, a dataset
/// by its code.
fn other_identifier(value: &Value) -> Result<Option<String>, Failure> {
    if let Some(index) = value.get("index").and_then(Value::as_u64) {
        return Ok(Some(index.to_string()));
    }
    if let Some(packet) = value.get("packet") {
        return identifier(packet).map(Some);
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    // Each of these is read back, so that nothing else comes through.
    let party = text("oin").zip(text("role")).map(|(oin, role)| format!("{oin}/{role}"));
    let party = party.and_then(|party| party.parse::<PartyId>().ok()).map(|party| party.to_string());
    let dataset = text("code").and_then(|code| code.parse::<DatasetCode>().ok()).map(|code| code.to_string());
    Ok(party.or(dataset))
}

/// An identifier, which is a UUID and nothing else: a shell will take it for one word of a command.
fn identifier(value: &Value) -> Result<String, Failure> {
    /// So much of what is none is shown.
    const SHOWN: usize = 80;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if value.is_string() && text.parse::<PacketId>().is_ok() {
        return Ok(text);
    }
    let shown: String = text.chars().take(SHOWN).collect();
    let shown = shown.escape_debug();
    Err(Failure::new(
        Exit::Unavailable,
        both!(
            "een kenmerk in het antwoord is er geen: `{shown}`",
            "an identifier in the answer is none: `{shown}`"
        ),
    )
    .now((
        "gebruik niets van wat hier geprint is, en vertel het de beheerder van de gateway",
        "use nothing of what was printed here, and tell the gateway's operator",
    )))
}
