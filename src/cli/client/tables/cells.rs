//! What the cells of several tables hold.

use serde_json::Value;

use crate::cli::{Language, client::words::member, names::Names};

/// Each recipient of what was sent.
pub(super) fn recipients(item: &Value) -> impl Iterator<Item = &Value> {
    item.get("recipients").and_then(Value::as_array).into_iter().flatten()
}

/// A party in an item, by its name.
pub(super) fn party(item: &Value, pointer: &str, names: &Names, language: Language) -> String {
    item.pointer(pointer).map(|party| names.party(party, language)).unwrap_or_default()
}

/// The municipality whose college was named, with its CBS code: a party may act for several.
pub(super) fn municipality(named: &Value, names: &Names) -> String {
    names.place(&member(named, "/municipality"))
}

/// The texts of a list in an item.
pub(super) fn texts(item: &Value, pointer: &str) -> Vec<String> {
    let texts = item.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}
