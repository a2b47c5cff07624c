//! The facts as Cedar reads them: the types of `context.person`, `context.indiening` and `context.verwijdering`, the values
//! of what is asserted, and which of them a policy asks for.

use std::collections::BTreeSet;

use cedar_policy::RestrictedExpression as Value;
use jiff::civil::Date;

use super::{
    AssertedFact, DerivedType, Glossary, Unsaid,
    reads::{Moment, Reads},
};
use crate::{
    domain::assertion::{Assertions, FactType},
    policy::load::facts::{months_between, number},
};

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
