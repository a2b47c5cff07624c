//! The facts as Cedar reads them: the types of `context.person`, `context.indiening` and `context.verwijdering`, the values
//! of what is asserted, and which of them a policy asks for.

use std::collections::BTreeSet;

use cedar_policy::{Policy, RestrictedExpression as Value};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::{AssertedFact, DerivedType, Glossary, Unsaid};
use crate::{
    domain::assertion::{Assertions, FactType},
    policy::facts::{months_between, number},
};

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

    const fn type_name(self) -> &'static str {
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

    fn has(&self, moment: Moment, attribute: &str) -> bool {
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

impl Glossary {
    /// The types, in the notation of `schema.cedarschema`, to stand below what that file says.
    pub(in crate::policy) fn types(&self) -> String {
        let types = Moment::ALL.map(|moment| {
            let asserted = self.attributes().filter(|_| moment == Moment::Person).map(|fact| {
                let kind = match fact.kind {
                    FactType::Bool => "Bool",
                    FactType::Date => r#"{ "bekend": Bool, "datum": Long, "maandenGeleden": Long }"#,
                    FactType::Code | FactType::Set => "Set<String>",
                };
                format!("  \"{}\": {kind},\n", fact.code)
            });
            let derived = self.derived.iter().filter(|derived| derived.at.contains(&moment)).map(|derived| {
                let kind = match derived.kind {
                    DerivedType::Bool => "Bool",
                    DerivedType::Number => "Long",
                    DerivedType::Code => "String",
                    DerivedType::Set => "Set<String>",
                    DerivedType::Loopbaan => "Loopbaan",
                };
                format!("  \"{}\": {kind},\n", derived.code)
            });
            let members: String = asserted.chain(derived).collect();
            format!("\ntype {} = {{\n{members}}};\n", moment.type_name())
        });
        types.concat()
    }

    /// The asserted facts that are attributes of the person: not those whose silence a derived fact explains, nor those in
    /// whose place a derived one stands.
    fn attributes(&self) -> impl Iterator<Item = &AssertedFact> {
        let is_replaced = |fact: &AssertedFact| {
            self.derived.iter().any(|one| one.code == fact.code && one.at.contains(&Moment::Person))
        };
        self.facts.iter().filter(move |fact| fact.default != Unsaid::Third && !is_replaced(fact))
    }

    /// The values of the attributes that some policy reads. They are total: what is not said is the default.
    pub(in crate::policy) fn values(&self, asserted: &Assertions, today: Date) -> Vec<(String, Value)> {
        let read = self.attributes().filter(|fact| self.reads.has(Moment::Person, &fact.code));
        read.filter_map(|fact| Some((fact.code.clone(), fact.value(asserted, today)?))).collect()
    }

    /// With what the policies read.
    pub(in crate::policy) fn read_by(mut self, reads: Reads) -> Self {
        self.reads = reads;
        self
    }

    /// The facts that no policy uses, neither by themselves nor by what is derived from them: code, and line of the file.
    pub(in crate::policy) fn unused(&self) -> impl Iterator<Item = (&str, usize)> {
        let uses = |derived: &&super::DerivedFact| {
            derived.at.iter().any(|moment| self.reads.has(*moment, &derived.code))
        };
        let sources: BTreeSet<&str> =
            self.derived.iter().filter(uses).flat_map(|derived| &derived.from).map(String::as_str).collect();
        let asserted = self.facts.iter().filter(move |fact| {
            let by_itself = self.attributes().any(|one| one.code == fact.code)
                && self.reads.has(Moment::Person, &fact.code);
            !by_itself && !sources.contains(fact.code.as_str())
        });
        let derived = self.derived.iter().filter(move |derived| !uses(derived));
        asserted
            .map(|fact| (fact.code.as_str(), fact.line))
            .chain(derived.map(|derived| (derived.code.as_str(), derived.line)))
    }
}

impl AssertedFact {
    fn value(&self, asserted: &Assertions, today: Date) -> Option<Value> {
        Some(match self.kind {
            FactType::Bool => {
                let default = self.default == Unsaid::Flag(true);
                Value::new_bool(asserted.flag(&self.code).unwrap_or(default))
            }
            FactType::Code | FactType::Set => {
                Value::new_set(asserted.codes(&self.code).map(|code| Value::new_string(code.to_owned())))
            }
            FactType::Date => {
                let day = asserted.day(&self.code);
                let ago = day.filter(|day| *day <= today).map_or(0, |day| months_between(day, today));
                let members = [
                    ("bekend".to_owned(), Value::new_bool(day.is_some())),
                    ("datum".to_owned(), Value::new_long(day.map_or(0, number))),
                    ("maandenGeleden".to_owned(), Value::new_long(ago)),
                ];
                Value::new_record(members).ok()?
            }
        })
    }
}
