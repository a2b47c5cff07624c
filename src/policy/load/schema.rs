//! A dataset's JSON Schema: only constructs that a projection can see through.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::{Map, Value};

use super::finding::{Notes, said};
use crate::domain::code::Category;

/// A schema that was inspected: its validator, and what projection and checking need to know of it.
pub(in crate::policy) struct Shape {
    pub(in crate::policy) schema: Value,
    pub(in crate::policy) validator: Validator,
    /// The category of each top-level member.
    pub(in crate::policy) members: BTreeMap<String, Category>,
    /// Every property name that the schema knows: only these may stand in a pointer.
    pub(in crate::policy) names: BTreeSet<String>,
}

/// Keywords that say nothing about the value.
const NOTES: [&str; 9] =
    ["$schema", "$id", "$comment", "$defs", "title", "description", "default", "examples", "deprecated"];

/// The names of the members of an object that are read as one text when a number is looked for in it.
pub(in crate::policy) const TOGETHER: &str = "x-together";

/// The first number of nine digits: a number that large could be a BSN.
const NINE_DIGITS: f64 = 100_000_000.0;

/// How deep a schema may nest; content is read to 32 levels.
const MAX_DEPTH: usize = 24;

impl Shape {
    /// Inspects the schema; what is wrong goes to the notes. `None` when no validator can be made of it.
    pub(in crate::policy) fn inspect(schema: Value, notes: &mut Notes<'_>) -> Option<Self> {
        let mut walk = Walk { root: &schema, names: BTreeSet::new(), notes };
        walk.node(&schema, "#", 0);
        let names = walk.names;
        let members = members(&schema, notes);
        let built = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&schema);
        match built {
            Ok(validator) => Some(Self { schema, validator, members, names }),
            Err(error) => {
                notes.add(
                    said!(
                        "dit is geen JSON Schema 2020-12: {}",
                        "not a JSON Schema 2020-12: {}",
                        error.masked()
                    ),
                    (
                        "Verbeter het schema; alleen bekende vormen (format) mogen.",
                        "Correct the schema; formats must be known ones.",
                    ),
                );
                None
            }
        }
    }

    /// The schema below a reference, if the node is one.
    pub(in crate::policy) fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        follow(&self.schema, node).unwrap_or(node)
    }
}

/// In words, which form a text must have: what the schema says, or what its format is.
pub(in crate::policy) fn form(node: &Value) -> Option<(&str, &str)> {
    if let Some(form) = node.get("x-form") {
        return Some((form.get("nl")?.as_str()?, form.get("en")?.as_str()?));
    }
    match node.get("format")?.as_str()? {
        "date" => {
            Some(("een datum als jjjj-mm-dd, zoals 2026-07-17", "a date as yyyy-mm-dd, such as 2026-07-17"))
        }
        "time" => Some(("een tijd als uu:mm:ss, zoals 14:30:00", "a time as hh:mm:ss, such as 14:30:00")),
        "date-time" => Some((
            "een tijdstip met tijdzone, zoals 2026-07-17T14:30:00Z",
            "an instant with its offset, such as 2026-07-17T14:30:00Z",
        )),
        "uuid" => Some(("een UUID", "a UUID")),
        _ => None,
    }
}

fn follow<'a>(root: &'a Value, node: &'a Value) -> Option<&'a Value> {
    let target = node.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(target)
}

fn members(schema: &Value, notes: &mut Notes<'_>) -> BTreeMap<String, Category> {
    let mut members = BTreeMap::new();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        notes.add(
            ("de inhoud heeft geen velden (properties)", "the content has no properties"),
            (
                "Maak er één object van, met de onderdelen als leden.",
                "Make it one object whose members are the sections.",
            ),
        );
        return members;
    };
    for (name, node) in properties {
        let category = node.get("x-category").and_then(Value::as_str).and_then(|code| code.parse().ok());
        match category {
            Some(category) => drop(members.insert(name.clone(), category)),
            None => notes.add(
                said!("`{name}` hoort bij geen categorie", "`{name}` belongs to no category"),
                (
                    "Geef elk veld op het hoogste niveau een \"x-category\", ook naast een \"$ref\".",
                    "Give every top-level property its \"x-category\", beside a \"$ref\" too.",
                ),
            ),
        }
    }
    members
}

struct Walk<'a, 'n, 'f> {
    root: &'a Value,
    names: BTreeSet<String>,
    notes: &'n mut Notes<'f>,
}

impl Walk<'_, '_, '_> {
    fn node(&mut self, node: &Value, at: &str, depth: usize) {
        let Some(keywords) = node.as_object() else {
            self.notes.add(
                said!("`{at}` is geen object", "`{at}` is not an object"),
                ("Schrijf uit wat daar mag.", "Write out what is allowed there."),
            );
            return;
        };
        if depth > MAX_DEPTH {
            self.notes.add(
                said!(
                    "`{at}` gaat te diep, of verwijst naar zichzelf",
                    "`{at}` nests too deep, or refers to itself"
                ),
                ("Blijf binnen 24 niveaus.", "Keep to 24 levels."),
            );
            return;
        }
        if let Some(target) = keywords.get("$ref") {
            self.only(keywords, at, &["$ref"]);
            let local = target.as_str().is_some_and(|target| target.starts_with("#/$defs/"));
            match (local, follow(self.root, node)) {
                (true, Some(target)) => self.node(target, at, depth.saturating_add(1)),
                _ => self.notes.add(
                    said!(
                        "`{at}` verwijst buiten dit schema, of naar niets",
                        "`{at}` refers outside this schema, or to nothing"
                    ),
                    (
                        "Verwijs alleen naar \"#/$defs/…\" van hetzelfde bestand.",
                        "Refer only to \"#/$defs/…\" of the same file.",
                    ),
                ),
            }
            return;
        }
        match keywords.get("type").and_then(Value::as_str) {
            Some("object") => self.object(keywords, at, depth),
            Some("array") => self.array(keywords, at, depth),
            Some("string") => self.string(keywords, at),
            Some("integer") => self.number(keywords, at, &["minimum", "maximum"]),
            Some("number") => self.number(keywords, at, &["minimum", "maximum", "multipleOf"]),
            Some("boolean") => self.only(keywords, at, &["type", "const"]),
            None if keywords.contains_key("enum") || keywords.contains_key("const") => {
                self.only(keywords, at, &["enum", "const"]);
            }
            _ => self.notes.add(
                said!("`{at}` heeft niet één soort (type)", "`{at}` does not have one type"),
                (
                    "Schrijf \"type\" als een van object, array, string, integer, number, boolean.",
                    "Write \"type\" as one of object, array, string, integer, number, boolean.",
                ),
            ),
        }
    }

    fn object(&mut self, keywords: &Map<String, Value>, at: &str, depth: usize) {
        self.only(
            keywords,
            at,
            &[
                "type",
                "properties",
                "required",
                "additionalProperties",
                "minProperties",
                "dependentRequired",
                "anyOf",
            ],
        );
        if keywords.get("additionalProperties") != Some(&Value::Bool(false)) {
            self.notes.add(
                said!("`{at}` laat onbekende velden toe", "`{at}` allows unknown fields"),
                ("Schrijf \"additionalProperties\": false.", "Write \"additionalProperties\": false."),
            );
        }
        let Some(properties) = keywords.get("properties").and_then(Value::as_object) else {
            self.notes.add(
                said!("`{at}` noemt geen velden", "`{at}` names no fields"),
                ("Schrijf de \"properties\".", "Write its \"properties\"."),
            );
            return;
        };
        for (name, property) in properties {
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                self.notes.add(
                    said!(
                        "`{at}/{name}` heeft een naam met vreemde tekens",
                        "`{at}/{name}` has a name that is not plain"
                    ),
                    ("Gebruik letters en cijfers.", "Use letters and digits."),
                );
            }
            self.names.insert(name.clone());
            let below = format!("{at}/{name}");
            if depth > 0 && property.get("x-category").is_some() {
                self.notes.add(
                    said!("`{below}` heeft een eigen categorie", "`{below}` has a category of its own"),
                    (
                        "Categorieën horen bij velden op het hoogste niveau; verplaats het veld.",
                        "Categories belong to top-level properties; move the field.",
                    ),
                );
            }
            self.node(property, &below, depth.saturating_add(1));
        }
        let choices = keywords.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        for choice in choices.clone().filter_map(Value::as_object) {
            self.only(choice, &format!("{at}/anyOf"), &["required"]);
        }
        let required = choices.filter_map(|choice| choice.get("required"));
        let required = required.chain(keywords.get("required")).chain(keywords.get(TOGETHER));
        for name in required.filter_map(Value::as_array).flatten() {
            if name.as_str().is_none_or(|name| !properties.contains_key(name)) {
                self.notes.add(
                    said!(
                        "`{at}` eist {name}, en kent dat niet",
                        "`{at}` requires {name}, which it does not know"
                    ),
                    ("Verbeter de naam.", "Correct the name."),
                );
            }
        }
    }

    fn array(&mut self, keywords: &Map<String, Value>, at: &str, depth: usize) {
        self.only(keywords, at, &["type", "items", "minItems", "maxItems", "uniqueItems"]);
        self.bounded(keywords, at, "maxItems");
        match keywords.get("items") {
            Some(items) => self.node(items, &format!("{at}/*"), depth.saturating_add(1)),
            None => self.notes.add(
                said!("`{at}` zegt niet wat erin zit", "`{at}` does not say what it holds"),
                ("Schrijf de \"items\".", "Write its \"items\"."),
            ),
        }
    }

    fn string(&mut self, keywords: &Map<String, Value>, at: &str) {
        self.only(keywords, at, &["type", "minLength", "maxLength", "pattern", "format", "enum", "const"]);
        let short = ["enum", "const"].iter().any(|word| keywords.contains_key(*word))
            || keywords
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| ["date", "time", "date-time", "uuid"].contains(&format));
        if !short {
            self.bounded(keywords, at, "maxLength");
        }
        let has_form = keywords.contains_key("pattern") || keywords.contains_key("format");
        if has_form && form(&Value::Object(keywords.clone())).is_none() {
            self.notes.add(
                said!("`{at}` vraagt om een vorm en zegt niet welke", "`{at}` asks for a form and does not say which"),
                ("Schrijf \"x-form\": { \"nl\": \"…\", \"en\": \"…\" }: wat iemand leest die een andere schreef.", "Write \"x-form\": { \"nl\": \"…\", \"en\": \"…\" }: what a person reads who wrote another."),
            );
        }
    }

    fn number(&mut self, keywords: &Map<String, Value>, at: &str, allowed: &[&str]) {
        let all: Vec<&str> = allowed.iter().copied().chain(["type"]).collect();
        self.only(keywords, at, &all);
        for word in allowed {
            self.bounded(keywords, at, word);
        }
        let largest = keywords.get("maximum").and_then(Value::as_f64).unwrap_or_default();
        if largest >= NINE_DIGITS {
            self.notes.add(
                said!(
                    "`{at}` kan een getal van negen cijfers zijn, zoals een BSN",
                    "`{at}` may be a number of nine digits, such as a BSN"
                ),
                (
                    "Verlaag de \"maximum\", of maak er tekst met een patroon van.",
                    "Lower its \"maximum\", or make it a string with a pattern.",
                ),
            );
        }
    }

    fn bounded(&mut self, keywords: &Map<String, Value>, at: &str, word: &str) {
        if keywords.get(word).and_then(Value::as_f64).is_none() {
            self.notes.add(
                said!("`{at}` heeft geen \"{word}\"", "`{at}` has no \"{word}\""),
                said!("Schrijf de \"{word}\".", "Write its \"{word}\"."),
            );
        }
    }

    fn only(&mut self, keywords: &Map<String, Value>, at: &str, allowed: &[&str]) {
        for word in keywords.keys() {
            let known = allowed.contains(&word.as_str()) || NOTES.contains(&word.as_str());
            if !known && !word.starts_with("x-") {
                self.notes.add(
                    said!(
                        "`{at}` gebruikt \"{word}\", en daar kan een projectie niet doorheen kijken",
                        "`{at}` uses \"{word}\", which a projection cannot see through"
                    ),
                    ("Schrijf het schema zonder.", "Write the schema without it."),
                );
            }
        }
    }
}
