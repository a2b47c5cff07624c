//! One packet with a dataset's invented example.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::example;
use crate::cli::client::dataset::{Basis, Dataset, PERSON};

/// The day on which the person of an example left the school.
pub(super) const LEFT: &str = "/traject/uitstroomdatum";

/// The recipient who may receive the most of the example, for which purpose, and what that is.
fn widest(dataset: &Dataset, today: Date) -> (Option<&String>, Option<&String>, Value) {
    let category = |member: &str| {
        let property = dataset.schema.get("properties").and_then(|known| known.get(member));
        property.and_then(|node| node.get("x-category")).and_then(Value::as_str)
    };
    let whole = example::of_today(&dataset.example, today);
    let left = |basis: &Basis| {
        let mut example = whole.clone();
        if let Some(members) = example.as_object_mut() {
            members.retain(|member, _| category(member).is_none_or(|category| basis.allows(category)));
        }
        example
    };
    let size = |example: &Value| example.as_object().map_or(0, serde_json::Map::len);
    let mut widest: Option<(&String, &Basis, Value)> = None;
    for basis in dataset.bases() {
        let example = left(basis);
        for role in basis.recipients.iter().filter(|role| *role != PERSON) {
            let is_wider = |(known, _, most): &(&String, &Basis, Value)| {
                (size(&example), std::cmp::Reverse(role)) > (size(most), std::cmp::Reverse(*known))
            };
            if widest.as_ref().is_none_or(is_wider) {
                widest = Some((role, basis, example.clone()));
            }
        }
    }
    match widest {
        Some((role, basis, example)) => (Some(role), basis.purposes.first(), example),
        None => (None, None, whole),
    }
}

/// A packet with the dataset's invented example, to start from today: for the recipient who may receive the most of it.
pub(super) fn packet(dataset: &Dataset, today: Date) -> Value {
    let (recipient, purpose, mut example) = widest(dataset, today);
    // The example is of a school for praktijkonderwijs; another sender is of another kind, for which an mbo has no word everywhere.
    if let Some(school) = example.pointer_mut("/school").and_then(Value::as_object_mut) {
        match dataset.sender.as_deref() {
            Some("vso-school") => {
                school.insert("soort".to_owned(), Value::from("voortgezet-speciaal-onderwijs"));
            }
            Some("mbo-school") => drop(school.remove("soort")),
            _ => {}
        }
    }
    let of = |pointers: &[&str]| pointers.iter().find_map(|pointer| example.pointer(pointer));
    let mut person = json!({
        "reference": { "kind": "own", "value": "L-2031" },
        "birthDate": of(&["/persoon/geboortedatum"]),
        "verblijf": "0361",
        "profiel": of(&["/traject/profiel", "/profiel/profiel"]),
        "verlatenOp": of(&[LEFT]),
        "verwijderdOp": of(&["/verwijdering/datum"]),
    });
    if let Some(members) = person.as_object_mut() {
        members.retain(|_, value| !value.is_null());
        // An mbo hands over about who holds its diploma (WEB 9.2.13).
        let left =
            members.get("verlatenOp").filter(|_| dataset.sender.as_deref() == Some("mbo-school")).cloned();
        if let Some(left) = left {
            members.insert("gediplomeerd".to_owned(), Value::Bool(true));
            members.insert("gediplomeerdOp".to_owned(), left);
        }
        members.insert("ingeschreven".to_owned(), Value::Bool(!members.contains_key("verlatenOp")));
        if let Some(sender) = dataset.sender.as_deref() {
            let not_by =
                |name: &str| dataset.facts.iter().any(|fact| fact.code() == name && !fact.is_by(sender));
            members.retain(|name, _| !not_by(name));
        }
    }
    json!({
        "dataset": dataset.code,
        "purpose": purpose,
        "recipients": [{ "municipality": "0361", "role": recipient }],
        "person": person,
        "content": example,
    })
}
