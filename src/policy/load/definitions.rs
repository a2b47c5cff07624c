//! What all datasets share: the definitions of name, address and the like in `policies/definitions`. A dataset's schema
//! refers to them by their `$id`; here each reference is replaced by what it names, so that whoever reads the schema
//! (a validator, the columns of a sheet, a recipient) has it whole.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::finding::{Notes, said};

/// References within references: more is a circle.
const MAX_DEPTH: usize = 24;

/// The files of definitions by their `$id`.
#[derive(Debug, Default)]
pub(in crate::policy) struct Definitions(BTreeMap<String, Value>);

impl Definitions {
    /// Takes up one file.
    pub(in crate::policy) fn add(&mut self, file: Value, notes: &mut Notes<'_>) {
        let id = file.get("$id").and_then(Value::as_str).map(str::to_owned);
        match id {
            Some(id) if file.get("$defs").is_some_and(Value::is_object) => {
                if self.0.insert(id.clone(), file).is_some() {
                    notes.add(
                        said!(
                            "`{id}` is de \"$id\" van twee bestanden",
                            "`{id}` is the \"$id\" of two files"
                        ),
                        ("Geef elk een eigen.", "Give each its own."),
                    );
                }
            }
            _ => notes.add(
                ("geen \"$id\" of geen \"$defs\"", "no \"$id\" or no \"$defs\""),
                ("Schrijf beide: gegevenssets verwijzen ernaar.", "Write both: datasets refer to them."),
            ),
        }
    }

    /// The schema with every reference to a definition replaced by it. What stands beside a reference (a title, a
    /// category) stays, and wins.
    pub(in crate::policy) fn inline(&self, schema: &Value, notes: &mut Notes<'_>) -> Value {
        self.replaced(schema, None, 0, notes)
    }

    fn replaced(&self, node: &Value, home: Option<&Value>, depth: usize, notes: &mut Notes<'_>) -> Value {
        match node {
            Value::Object(members) => match members.get("$ref").and_then(Value::as_str) {
                Some(target) if home.is_some() || !target.starts_with('#') => {
                    self.followed(target, members, home, depth, notes).unwrap_or_else(|| node.clone())
                }
                _ => Value::Object(self.members(members, home, depth, notes)),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.replaced(item, home, depth, notes)).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => node.clone(),
        }
    }

    fn members(
        &self,
        members: &Map<String, Value>,
        home: Option<&Value>,
        depth: usize,
        notes: &mut Notes<'_>,
    ) -> Map<String, Value> {
        let one = |(name, value): (&String, &Value)| (name.clone(), self.replaced(value, home, depth, notes));
        members.iter().map(one).collect()
    }

    fn followed(
        &self,
        target: &str,
        beside: &Map<String, Value>,
        home: Option<&Value>,
        depth: usize,
        notes: &mut Notes<'_>,
    ) -> Option<Value> {
        let (id, pointer) = target.split_once('#')?;
        let file = if id.is_empty() { home } else { self.0.get(id) };
        let Some((file, definition)) = file.and_then(|file| Some((file, file.pointer(pointer)?))) else {
            notes.add(
                said!("`{target}` is geen definitie", "`{target}` is no definition"),
                (
                    "Verbeter de verwijzing, of schrijf de definitie.",
                    "Correct the reference, or write the definition.",
                ),
            );
            return None;
        };
        if depth >= MAX_DEPTH {
            notes.add(
                said!("`{target}` verwijst naar zichzelf", "`{target}` refers to itself"),
                ("Haal de kring eruit.", "Take the circle out."),
            );
            return None;
        }
        let mut whole = self.replaced(definition, Some(file), depth.saturating_add(1), notes);
        if let Value::Object(whole) = &mut whole {
            let beside = beside.iter().filter(|(name, _)| *name != "$ref");
            whole.extend(beside.map(|(name, value)| (name.clone(), value.clone())));
        }
        Some(whole)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inlined(schema: &Value) -> (Value, usize) {
        let mut findings = Vec::new();
        let mut notes = Notes { file: "test", all: &mut findings };
        let mut definitions = Definitions::default();
        let file = json!({ "$id": "urn:test:1", "$defs": {
            "plaats": { "type": "string", "maxLength": 80, "title": "Plaats" },
            "adres": { "type": "object", "properties": { "plaats": { "$ref": "#/$defs/plaats" } } },
            "rond": { "type": "array", "items": { "$ref": "#/$defs/rond" } },
        } });
        definitions.add(file, &mut notes);
        let schema = definitions.inline(schema, &mut notes);
        (schema, findings.len())
    }

    #[test]
    fn a_reference_becomes_what_it_names_and_what_stands_beside_it_wins() {
        let schema = json!({ "$ref": "urn:test:1#/$defs/adres", "x-category": "persoon" });
        let whole = json!({ "type": "object", "x-category": "persoon", "properties": {
            "plaats": { "type": "string", "maxLength": 80, "title": "Plaats" },
        } });
        assert_eq!(inlined(&schema), (whole, 0));
        let titled = json!({ "$ref": "urn:test:1#/$defs/plaats", "title": "Woonplaats" });
        assert_eq!(inlined(&titled).0["title"], "Woonplaats");
        let local = json!({ "$ref": "#/$defs/eigen" });
        assert_eq!(
            inlined(&local),
            (local.clone(), 0),
            "a reference within the dataset's own schema is left alone"
        );
    }

    #[test]
    fn what_is_not_there_or_goes_round_is_noted() {
        for wrong in ["urn:test:1#/$defs/niets", "urn:other:1#/$defs/plaats", "urn:test:1#/$defs/rond"] {
            assert_eq!(inlined(&json!({ "$ref": wrong })).1, 1, "{wrong}");
        }
    }
}
