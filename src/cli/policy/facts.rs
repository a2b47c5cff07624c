//! Facts from JSON, with everything that is wrong at once and no value of a person in what is said about it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, error::Category};

use crate::{
    cli::{Failure, faults::found_in_files, language::both},
    policy::whatif::WhatIf,
};

/// Reads the facts.
pub(super) fn read(text: &str) -> Result<WhatIf, Failure> {
    let members: Map<String, Value> = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    let mut faults = Vec::new();
    for (name, value) in &members {
        let alone = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        if let Err(error) = serde_json::from_value::<WhatIf>(alone) {
            faults.push(format!("`{name}`: {}", expected(&error.to_string())));
        }
    }
    if !faults.is_empty() {
        faults.dedup();
        return Err(Failure::usage(found_in_files(
            ("de feiten zijn niet te begrijpen", "the facts cannot be understood"),
            &faults,
        ))
        .now((
            "`sluis policy explain --help` laat een voorbeeld zien",
            "`sluis policy explain --help` shows an example",
        )));
    }
    // Each member is in order, so that only a fact under two names is left.
    serde_json::from_value(Value::Object(members)).map_err(|_| {
        Failure::usage(("een feit staat er twee keer in", "the facts name one fact twice")).now((
            "schrijf elk feit een keer, in camelCase of in snake_case",
            "write each fact once, in camelCase or in snake_case",
        ))
    })
}

fn syntax(error: &serde_json::Error) -> Failure {
    let what = match error.classify() {
        Category::Data => ("de feiten zijn niet één JSON-object", "the facts are not one JSON object"),
        Category::Io | Category::Syntax | Category::Eof => {
            ("de feiten zijn geen JSON", "the facts are not JSON")
        }
    };
    let place =
        both!("kijk naar regel {}, kolom {}", "look at line {}, column {}", error.line(), error.column());
    Failure::usage(what).now(place)
}

/// What was expected, out of a message that may also hold what was found.
fn expected(message: &str) -> String {
    if message.starts_with("unknown field") {
        return format!("not a fact; known are {}", known().into_iter().collect::<Vec<_>>().join(", "));
    }
    match message.rsplit_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        // The messages of our own types never repeat the text that they refuse.
        None => message.to_owned(),
    }
}

fn known() -> BTreeSet<String> {
    let all = serde_json::to_value(WhatIf::default());
    all.ok().and_then(|all| all.as_object().map(|all| all.keys().cloned().collect())).unwrap_or_default()
}
