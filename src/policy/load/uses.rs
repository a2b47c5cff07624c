//! Which roles and purposes a permit names.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

use crate::domain::{code::Purpose, party::Role};

/// Which roles and purposes a permit names, read from its JSON form: for the matrix, not for deciding.
#[derive(Default)]
pub(in crate::policy) struct Uses {
    pub(in crate::policy) recipients: BTreeSet<Role>,
    pub(in crate::policy) senders: BTreeSet<Role>,
    pub(in crate::policy) purposes: BTreeSet<Purpose>,
}

impl Uses {
    pub(in crate::policy) fn of(policy: &Policy) -> Self {
        let mut uses = Self::default();
        if let Ok(json) = policy.to_json() {
            let scope = json.pointer("/principal");
            uses.recipients.extend(
                scope.map(entities).unwrap_or_default().iter().filter_map(|id| id.parse::<Role>().ok()),
            );
            uses.walk(json.get("conditions").unwrap_or(&Value::Null));
        }
        uses
    }

    fn walk(&mut self, node: &Value) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(members) => {
                for (operator, operands) in members {
                    if operator == "in" || operator == "==" {
                        let left = operands.get("left").unwrap_or(&Value::Null);
                        let right = operands.get("right").map(entities).unwrap_or_default();
                        let named = right.iter().map(String::as_str);
                        if left.pointer("/Var").is_some_and(|var| var == "principal") {
                            self.recipients.extend(named.filter_map(|id| id.parse::<Role>().ok()));
                        } else if left.pointer("/./attr").is_some_and(|attr| attr == "sender") {
                            self.senders.extend(named.filter_map(|id| id.parse::<Role>().ok()));
                        } else if left.pointer("/./attr").is_some_and(|attr| attr == "purpose") {
                            self.purposes.extend(named.filter_map(|id| id.parse().ok()));
                        }
                    }
                    self.walk(operands);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn entities(node: &Value) -> Vec<String> {
    match node {
        Value::Array(items) => items.iter().flat_map(entities).collect(),
        Value::Object(members) => match (members.get("type"), members.get("id")) {
            (Some(Value::String(_)), Some(Value::String(id))) => vec![id.clone()],
            _ => members.values().flat_map(entities).collect(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
