//! Which declarations a rule asks for, read from its JSON form.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value;

use crate::{
    domain::declaration::{Capacity, DeclarationKind},
    policy::load::reply::EXPLICIT,
};

/// What a rule reads of declarations.
#[derive(Debug, Clone, Default)]
pub(in crate::policy) struct Read {
    /// Whether someone declared it in this capacity.
    given: BTreeSet<(DeclarationKind, Capacity)>,
    /// Whether it stands, whoever declared it.
    standing: BTreeSet<DeclarationKind>,
}

impl Read {
    /// Read from the JSON form of a rule: what it looks for in `context.wishes`, and members such as `context.bezwaar`.
    pub(in crate::policy) fn by(policy: &Policy) -> Self {
        let mut read = Self::default();
        if let Ok(json) = policy.to_json() {
            read.walk(json.get("conditions").unwrap_or(&Value::Null));
        }
        read
    }

    fn walk(&mut self, node: &Value) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Object(members) => {
                self.standing.extend(of_context(node).and_then(standing));
                let asked = members.get("left").and_then(|left| of_context(left.get(".")?));
                if asked == Some("wishes") {
                    members.get("right").into_iter().for_each(|right| self.named(right));
                }
                members.values().for_each(|member| self.walk(member));
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn named(&mut self, node: &Value) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.named(item)),
            Value::Object(members) => members.values().for_each(|member| self.named(member)),
            Value::String(text) => self.given.extend(given(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    pub(in crate::policy) fn has(&self, kind: DeclarationKind, by: Option<Capacity>) -> bool {
        let given = self.given.iter().any(|one| one.0 == kind && by.is_none_or(|by| one.1 == by));
        given || self.standing.contains(&kind)
    }
}

/// The member of the context that is read here, and not one of a message before it.
fn of_context(access: &Value) -> Option<&str> {
    let is_context = access.pointer("/left/Var").is_some_and(|var| var == "context");
    access.get("attr").and_then(Value::as_str).filter(|_| is_context)
}

fn given(text: &str) -> Option<(DeclarationKind, Capacity)> {
    let (kind, by) = text.split_once(':')?;
    let kind = if kind == EXPLICIT { DeclarationKind::Toestemming } else { kind.parse().ok()? };
    Some((kind, by.parse().ok()?))
}

fn standing(member: &str) -> Option<DeclarationKind> {
    DeclarationKind::ALL.into_iter().find(|kind| member.strip_prefix(kind.as_str()).is_some_and(ends_well))
}

/// `bezwaar` and `bezwaarGegrond` are of one kind.
fn ends_well(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(char::is_uppercase)
}
