//! Which attributes of the person policies read.

use std::collections::BTreeSet;

use cedar_policy::Policy;
use serde_json::Value as Json;

/// A moment of which rules may ask a derived fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::policy) enum Moment {
    /// Today.
    Person,
    /// The day of handing in.
    Indiening,
    /// The day of the decision to remove the pupil.
    Verwijdering,
}

impl Moment {
    pub(super) const ALL: [Self; 3] = [Self::Person, Self::Indiening, Self::Verwijdering];

    /// The member of the context.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Indiening => "indiening",
            Self::Verwijdering => "verwijdering",
        }
    }

    pub(super) const fn type_name(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Indiening => "Indiening",
            Self::Verwijdering => "Verwijdering",
        }
    }
}

/// Which attributes of the person policies read, at which moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::policy) struct Reads {
    attributes: BTreeSet<(Moment, String)>,
    /// A moment is read as a whole.
    whole: bool,
}

impl Reads {
    /// What these policies read.
    pub(in crate::policy) fn of<'a>(policies: impl Iterator<Item = &'a Policy>) -> Self {
        let mut reads = Self::default();
        for json in policies.map(Policy::to_json) {
            match json {
                Ok(json) => reads.walk(json.get("conditions").unwrap_or(&Json::Null)),
                // What cannot be looked into may read everything.
                Err(_) => reads.whole = true,
            }
        }
        reads
    }

    /// Whether none of them reads anything.
    pub(in crate::policy) fn is_empty(&self) -> bool {
        self.attributes.is_empty() && !self.whole
    }

    fn walk(&mut self, node: &Json) {
        let object = match node {
            Json::Array(items) => return items.iter().for_each(|item| self.walk(item)),
            Json::Object(members) => members,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return,
        };
        for (operator, operands) in object {
            if operator == "." || operator == "has" {
                let attribute = operands.get("attr").and_then(Json::as_str);
                let moment = operands.get("left").and_then(moment);
                if let (Some(moment), Some(attribute)) = (moment, attribute) {
                    self.attributes.insert((moment, attribute.to_owned()));
                    continue;
                }
            }
            self.whole |= operator == "." && moment(node).is_some();
            self.walk(operands);
        }
    }

    pub(super) fn has(&self, moment: Moment, attribute: &str) -> bool {
        self.whole || self.attributes.iter().any(|(at, name)| *at == moment && name == attribute)
    }
}

/// Whether a policy looks at anything of the context, or at a party.
pub(in crate::policy) fn reads_context(policy: &Policy) -> bool {
    fn has_variable(node: &Json) -> bool {
        match node {
            Json::Array(items) => items.iter().any(has_variable),
            Json::Object(members) => members.contains_key("Var") || members.values().any(has_variable),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
        }
    }
    policy.to_json().is_ok_and(|json| has_variable(json.get("conditions").unwrap_or(&Json::Null)))
}

/// The moment that `context.person` and its like stand for.
fn moment(node: &Json) -> Option<Moment> {
    let member = node.get(".")?;
    let name = member.get("attr")?.as_str()?;
    let is_context = member.pointer("/left/Var").is_some_and(|variable| variable == "context");
    Moment::ALL.into_iter().find(|moment| is_context && moment.as_str() == name)
}
