//! Cases as questions that a reader can put again: one that is permitted and one that is refused.

use serde::Serialize;
use serde_json::{Map, Value};

use super::written::{Expect, cases, moment, question};
use crate::{
    domain::code::DatasetCode,
    policy::{
        decide::engine::Engine,
        load::{
            finding::Finding,
            glossary::camel_case,
            whatif::{Moment, WhatIf},
        },
    },
};

/// A case of a dataset, as the question that it puts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// The name of the case.
    pub name: String,
    /// Its English name.
    #[serde(rename = "nameEn", skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// The facts of the case, with the instant at which it plays.
    #[serde(serialize_with = "as_written")]
    pub facts: WhatIf,
}

impl Example {
    /// The facts as a person writes them in JSON: what is left at its default is left out.
    #[must_use]
    pub fn facts_json(&self) -> Value {
        written(&self.facts)
    }
}

/// A permitted and a refused case of a dataset: the first that is permitted, and the refused one that lies nearest to
/// it, so that a reader sees which fact makes the difference. `None` for a dataset that is unknown or has no such cases.
///
/// # Errors
/// What is wrong with the file of cases.
pub fn examples(engine: &Engine, dataset: &DatasetCode) -> Result<Option<[Example; 2]>, Vec<Finding>> {
    let Some(text) = engine.catalogue().cases.get(dataset.as_str()) else { return Ok(None) };
    let file = format!("datasets/{dataset}/cases.toml");
    let (mut permitted, mut refused) = (None, Vec::new());
    for (expected, mut facts) in cases(&file, text, |facts| question(facts, engine))? {
        facts.dataset = Some(dataset.clone());
        facts.at = facts.at.or(Some(Moment(moment())));
        let example = Example { name: expected.name, name_en: expected.name_en, facts };
        match expected.expect {
            // A case that no condition decides, such as another purpose, teaches little.
            Expect::Refuse if expected.because.iter().any(|reason| reason.contains('.')) => {
                refused.push(example);
            }
            Expect::Permit if permitted.is_none() => permitted = Some(example),
            Expect::Permit | Expect::Refuse => {}
        }
    }
    let Some(permitted) = permitted else { return Ok(None) };
    let yes = written(&permitted.facts);
    let nearest = refused.into_iter().min_by_key(|no| distance(&yes, &written(&no.facts)));
    Ok(nearest.map(|refused| [refused, permitted]))
}

/// In how many facts two questions differ.
fn distance(one: &Value, other: &Value) -> usize {
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return usize::MAX };
    let changed = one.iter().filter(|(name, value)| other.get(*name) != Some(value)).count();
    let added = other.keys().filter(|name| !one.contains_key(*name)).count();
    changed.saturating_add(added)
}

fn written(facts: &WhatIf) -> Value {
    let object = |facts: &WhatIf| match serde_json::to_value(facts) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let usual = object(&WhatIf::default());
    let said = object(facts).into_iter().filter(|(name, value)| usual.get(name) != Some(value));
    let asserted = facts
        .asserted
        .iter()
        .filter_map(|(code, value)| Some((code.to_owned(), serde_json::to_value(value).ok()?)));
    said.map(|(name, value)| (camel_case(&name), value)).chain(asserted).collect()
}

fn as_written<S: serde::Serializer>(facts: &WhatIf, serializer: S) -> Result<S::Ok, S::Error> {
    written(facts).serialize(serializer)
}

#[cfg(test)]
mod tests {

    use jiff::Timestamp;

    use super::*;
    use crate::policy::{load::catalogue::Catalogue, show::explain::explain};

    #[test]
    fn every_dataset_has_a_permitted_and_a_refused_example_that_can_be_asked_again() {
        let engine = Engine::new(Catalogue::embedded().unwrap()).unwrap();
        for dataset in engine.catalogue().datasets() {
            let [refused, permitted] = examples(&engine, &dataset.code).unwrap().unwrap();
            for (example, expected) in [(refused, false), (permitted, true)] {
                assert!(example.name_en.is_some(), "{}: `{}` has no name_en", dataset.code, example.name);
                let again = WhatIf::read(example.facts_json(), engine.catalogue().glossary()).unwrap();
                assert_eq!(again, example.facts, "{}", dataset.code);
                let explained = explain(&engine, &again, Timestamp::UNIX_EPOCH).unwrap();
                assert_eq!(explained.permitted, expected, "{}: {}", dataset.code, example.name);
            }
        }
    }
}
