//! Values and codes of the gateway in words for people.

use serde_json::Value;

use crate::cli::{Language, moment, printable::one_line};

/// A value as people read it: texts without quotes and on one line, nothing for nothing.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => one_line(text),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A member of a document as people read it; nothing where it is absent.
#[must_use]
pub fn member(document: &Value, pointer: &str) -> String {
    document.pointer(pointer).map(shown).unwrap_or_default()
}

/// An instant or a day in a document, for a table; nothing where it is absent.
#[must_use]
pub fn when(document: &Value, pointer: &str, language: Language) -> String {
    let text = document.pointer(pointer).and_then(Value::as_str);
    text.map(|text| moment::short_of(text, language)).unwrap_or_default()
}

/// A code of a state, a kind or a capacity in words; what has none stays a code.
#[must_use]
pub fn word(code: &str, language: Language) -> String {
    let words = WORDS.iter().find(|(known, ..)| *known == code);
    words.map_or_else(|| code.to_owned(), |(_, nl, en)| language.pick(*nl, *en).to_owned())
}

const WORDS: [(&str, &str, &str); 25] = [
    ("waiting", "wacht", "waiting"),
    ("collected", "opgehaald", "collected"),
    ("acknowledged", "bevestigd", "acknowledged"),
    ("withdrawn", "ingetrokken", "withdrawn"),
    ("withheld", "tegengehouden", "withheld"),
    ("expired", "verlopen", "expired"),
    ("open", "loopt", "open"),
    ("given", "geldt", "given"),
    ("ended", "beëindigd", "ended"),
    ("lapsed", "verlopen", "lapsed"),
    ("active", "actief", "active"),
    ("retired", "buiten gebruik", "retired"),
    ("revoked", "ingetrokken", "revoked"),
    ("packet", "pakket", "packet"),
    ("request", "verzoek", "request"),
    ("question", "vraag", "question"),
    ("packet-withdrawn", "ingetrokken door de afzender", "withdrawn by its sender"),
    ("declaration-withdrawn", "verklaring ingetrokken", "declaration withdrawn"),
    ("key-revoked", "sleutel ingetrokken", "key revoked"),
    ("categories-narrowed", "mag minder bevatten dan erin zit", "may hold less than it does"),
    (
        "mandate-ended",
        "ontvanger handelt niet meer voor de gemeente",
        "recipient acts for the college no more",
    ),
    ("recipient-blocked", "ontvanger werd geblokkeerd", "recipient was blocked"),
    ("expires-soon", "verloopt binnenkort", "expires soon"),
    ("retirement", "buiten gebruik gesteld", "retired"),
    ("revocation", "ingetrokken", "revoked"),
];
