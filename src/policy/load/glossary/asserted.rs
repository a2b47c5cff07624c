//! What a caller asserts, read by the glossary: every fault at once, and none of them repeats a value.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{AssertedFact, Glossary, camel_case};
use crate::domain::{
    assertion::{Assertion, Assertions, FactType},
    day::{Day, NoDay, no_such_day},
    party::Role,
    problem::{Bilingual, Fault},
};

impl Glossary {
    /// Takes what is asserted out of an object, and leaves its other members. `at` is the object's pointer.
    pub fn take(&self, members: &mut Map<String, Value>, at: &str) -> (Assertions, Vec<Fault>) {
        self.take_named(members, at, str::to_owned)
    }

    /// The same, of facts whose names may be written in `snake_case` too.
    pub fn take_spelled(&self, members: &mut Map<String, Value>) -> (Assertions, Vec<Fault>) {
        self.take_named(members, "", camel_case)
    }

    fn take_named(
        &self,
        members: &mut Map<String, Value>,
        at: &str,
        code_of: fn(&str) -> String,
    ) -> (Assertions, Vec<Fault>) {
        let (mut asserted, mut faults, mut seen) = (Assertions::default(), Vec::new(), BTreeSet::new());
        let names: Vec<String> =
            members.keys().filter(|name| self.fact(&code_of(name)).is_some()).cloned().collect();
        for name in names {
            let Some((fact, value)) = self.fact(&code_of(&name)).zip(members.remove(&name)) else { continue };
            if !seen.insert(fact.code.as_str()) {
                faults.push(Fault::at(at, "twice", "Een feit staat er twee keer.", "A fact stands twice."));
                continue;
            }
            match fact.read(&value, &format!("{at}/{}", fact.code)) {
                Ok(value) if fact.is_default(&value) => {}
                Ok(value) => asserted.assert(&fact.code, value),
                Err(fault) => faults.push(fault),
            }
        }
        (asserted, faults)
    }

    /// The facts that must be said by who may assert them, and are not among these members. `at` is the pointer of the object,
    /// `by` who asserts; none is everyone.
    #[must_use]
    pub fn missing(&self, members: &Map<String, Value>, at: &str, by: Option<Role>) -> Vec<Fault> {
        let missing = |fact: &&AssertedFact| {
            fact.required && by.is_none_or(|by| fact.by.contains(&by)) && !members.contains_key(&fact.code)
        };
        let fault = |fact: &AssertedFact| {
            Fault::at(
                format!("{at}/{}", fact.code),
                "missing",
                "Dit veld ontbreekt.",
                "This member is missing.",
            )
        };
        self.facts.iter().filter(missing).map(fault).collect()
    }
}

impl AssertedFact {
    fn read(&self, value: &Value, at: &str) -> Result<Assertion, Fault> {
        match (self.kind, value) {
            (_, Value::Null) => Err(Fault::at(
                at,
                "null",
                "Dit veld is leeg (null): laat het weg als er niets is.",
                "No null is expected here: leave the member out where there is nothing.",
            )),
            (FactType::Bool, Value::Bool(is)) => Ok(Assertion::Flag(*is)),
            (FactType::Date, Value::String(text)) => match text.parse::<Day>() {
                Ok(day) => Ok(Assertion::Day(day)),
                Err(NoDay::Absent) => Err(no_such_day(at)),
                Err(NoDay::Form) => Err(Fault::at(
                    at,
                    "invalid-value",
                    "Verwacht: een datum als jjjj-mm-dd, zoals 2026-07-17.",
                    "Expected: a date as yyyy-mm-dd, such as 2026-07-17.",
                )),
            },
            (FactType::Code, Value::String(code)) => self.known(code, at).map(Assertion::Code),
            (FactType::Set, Value::Array(items)) => self.set(items, at),
            (kind, _) => Err(wrong_type(kind, at)),
        }
    }

    fn set(&self, items: &[Value], at: &str) -> Result<Assertion, Fault> {
        let mut codes = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let at_item = format!("{at}/{index}");
            let Value::String(code) = item else { return Err(wrong_type(FactType::Code, &at_item)) };
            if !codes.insert(self.known(code, &at_item)?) {
                return Err(Fault::at(
                    at,
                    "not-unique",
                    "Iets staat hier twee keer.",
                    "Something stands here twice.",
                ));
            }
        }
        Ok(Assertion::Codes(codes))
    }

    fn known(&self, code: &str, at: &str) -> Result<String, Fault> {
        let values = || self.values.join(", ");
        self.values.iter().find(|known| *known == code).cloned().ok_or_else(|| Fault {
            text: Bilingual::of(
                format!("Deze waarde is hier niet bekend. Bekend zijn: {}.", values()),
                format!("This value is not known here. Known are: {}.", values()),
            ),
            ..Fault::at(at, "unknown-value", "", "")
        })
    }
}

fn wrong_type(kind: FactType, at: &str) -> Fault {
    let (nl, en) = match kind {
        FactType::Bool => (
            "Hier staat een ander soort waarde dan er hoort. Verwacht: true of false.",
            "Another type of value is expected here: true or false.",
        ),
        FactType::Date => (
            "Hier staat een ander soort waarde dan er hoort. Verwacht: een datum als tekst, zoals \"2026-07-17\".",
            "Another type of value is expected here: a date as a text, such as \"2026-07-17\".",
        ),
        FactType::Code => (
            "Hier staat een ander soort waarde dan er hoort. Verwacht: een code als tekst.",
            "Another type of value is expected here: a code as a text.",
        ),
        FactType::Set => (
            "Hier staat een ander soort waarde dan er hoort. Verwacht: een lijst van codes.",
            "Another type of value is expected here: a list of codes.",
        ),
    };
    Fault::at(at, "wrong-type", nl, en)
}
