//! Words that no decision can meet: a condition that waits for one holds always, or never.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

use super::{Catalogue, Finding, said};
use crate::policy::load::reply::{Reply, Standing, Wish};

/// The sets of words that rules read, by the names of their attributes.
const REPLIES: &str = "replies";
const WISHES: &str = "wishes";

/// What rules look for in `context.replies`, in wishes and in the codes of facts, and that is never there.
pub(super) fn unmet(catalogue: &Catalogue) -> Vec<Finding> {
    let replies = replies(catalogue);
    let own = catalogue.datasets().flat_map(|dataset| {
        let file = format!("datasets/{}/policy.cedar", dataset.code);
        let bases = dataset.bases.values().map(|basis| (basis.id.to_string(), &basis.policy));
        let conditions = dataset.conditions.values().map(|one| (one.id.clone(), &one.policy));
        bases.chain(conditions).map(move |(id, policy)| (file.clone(), id, policy))
    });
    let guards = catalogue.guards().map(|guard| ("guards.cedar".to_owned(), guard.id.clone(), &guard.policy));
    let mut findings = Vec::new();
    for (file, id, policy) in own.chain(guards) {
        for (set, word) in looked_for(policy) {
            if is_met(catalogue, &replies, &set, &word) {
                continue;
            }
            findings.push(Finding::new(
                &file,
                said!(
                    "`{id}` zoekt `{word}` in `{set}`, en dat staat daar nooit",
                    "`{id}` looks for `{word}` in `{set}`, which is never there"
                ),
                (
                    "Schrijf een antwoord van een gegevensset (naam:uitkomst), een verklaring (soort:hoedanigheid) of een code van het feit.",
                    "Write an answer to a dataset (name:outcome), a declaration (kind:capacity) or a code of the fact.",
                ),
            ));
        }
    }
    findings
}

fn is_met(catalogue: &Catalogue, replies: &BTreeSet<String>, set: &str, word: &str) -> bool {
    match set {
        REPLIES => replies.contains(word),
        WISHES => word.parse::<Wish>().is_ok(),
        fact => {
            let fact = catalogue.glossary().facts().iter().find(|one| one.code == fact);
            fact.is_none_or(|fact| fact.values.is_empty() || fact.values.iter().any(|value| value == word))
        }
    }
}

/// How it can stand with what was asked, in all datasets.
fn replies(catalogue: &Catalogue) -> BTreeSet<String> {
    let mut known = BTreeSet::from([Reply::none().to_string(), Reply::unknown().to_string()]);
    for dataset in catalogue.datasets().filter(|dataset| dataset.kind.asks()) {
        let outcomes = dataset.outcomes.iter().map(|one| Reply::of(&dataset.code, &one.code));
        let standing = [Standing::Open, Standing::Ended].map(|one| Reply::standing(&dataset.code, one));
        known.extend(outcomes.chain(standing).map(|reply| reply.to_string()));
    }
    known
}

/// Each word that a policy looks for in a set, with the name of the set.
fn looked_for(policy: &Policy) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    if let Ok(json) = policy.to_json() {
        walk(json.get("conditions").unwrap_or(&Value::Null), &mut found);
    }
    found
}

fn walk(node: &Value, found: &mut BTreeSet<(String, String)>) {
    match node {
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Object(members) => {
            for (operator, operands) in members {
                if let "contains" | "containsAny" | "containsAll" = operator.as_str()
                    && let Some(set) = operands.pointer("/left/./attr").and_then(Value::as_str)
                {
                    let right = operands.get("right").unwrap_or(&Value::Null);
                    found.extend(texts(right).into_iter().map(|word| (set.to_owned(), word)));
                }
                walk(operands, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The texts among values: `{"Value": "x"}`, alone or in a set.
fn texts(node: &Value) -> Vec<String> {
    match node {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => match members.get("Value") {
            Some(Value::String(text)) => vec![text.clone()],
            _ => members.values().flat_map(texts).collect(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
