//! Members of a content that say again what is asserted beside it: they may not say something else.

use jiff::civil::Date;
use serde_json::Value;

use super::{Contents, ROOT};
use crate::{
    domain::{
        assertion::{Assertion, Assertions, INGESCHREVEN, PROFIEL, VERLATEN_OP},
        day::Day,
        party::Role,
        person::PersonFacts,
        problem::{Bilingual, Fault},
    },
    policy::load::{dataset::Dataset, schema::Shape},
};

/// The mark of a member that repeats a fact, with the name of the fact.
const SAME_AS: &str = "x-same-as";
/// The mark of a list in which one item has the day of a fact: `fact`, `day` (the item's member), `kind` (likewise) and `of`
/// (the kinds that count).
const HOLDS: &str = "x-holds";
/// What the kind of school is compared with: no member of the submission, but the role of who sends.
const SCHOOL: &str = "school";

/// Whether the day of a fact is that of an earlier time: who is enrolled again left once before, and a content speaks of the
/// next time.
pub(super) fn is_of_before(asserted: &Assertions, fact: &str, day: Date, today: Date) -> bool {
    fact == VERLATEN_OP && asserted.is(INGESCHREVEN) && day <= today
}

/// The facts that a content may repeat, each with every way in which it may be written there.
fn facts(person: &PersonFacts, sender: Role, today: Date) -> Vec<(String, Vec<Value>)> {
    let asserted = &person.asserted;
    let said = asserted.iter().filter_map(|(code, value)| match value {
        Assertion::Flag(is) => Some((code.to_owned(), vec![Value::Bool(*is)])),
        Assertion::Day(Day(day)) => (!is_of_before(asserted, code, *day, today))
            .then(|| (code.to_owned(), vec![day.to_string().into()])),
        Assertion::Code(one) => {
            // What some schools call learning in practice prepares for work.
            let other = (code == PROFIEL && one == "arbeid").then(|| "praktijkleren".into());
            Some((code.to_owned(), std::iter::once(one.as_str().into()).chain(other).collect()))
        }
        // A content repeats one value.
        Assertion::Codes(_) => None,
    });
    let school = match sender {
        Role::ProSchool => Some("praktijkonderwijs"),
        Role::VsoSchool => Some("voortgezet-speciaal-onderwijs"),
        Role::MboSchool => Some("mbo"),
        Role::Doorstroompunt
        | Role::Leerplicht
        | Role::WerkEnInkomen
        | Role::Verwerker
        | Role::Betrokkene => None,
    };
    let school = school.map(|kind| (SCHOOL.to_owned(), vec![kind.into()]));
    said.chain(school).collect()
}

impl Dataset {
    /// Where the content says something else than what is asserted of the person, or of the kind of school that sends: both
    /// places of each, the member of the content first. The schema marks what repeats a fact (`x-same-as`, `x-holds`); a fact
    /// that is not asserted contradicts nothing.
    #[must_use]
    pub fn contradicted_facts(
        &self,
        contents: &Contents,
        person: &PersonFacts,
        sender: Role,
        today: Date,
    ) -> Vec<Fault> {
        let facts = facts(person, sender, today);
        let mut faults = Vec::new();
        let root = self.shape.resolve(&self.shape.schema);
        for member in contents.members() {
            Shape::member(root, member, &mut ROOT.to_owned(), &mut |node, value, at| {
                self.shape.repeated(node, value, at, &facts, &mut faults);
            });
        }
        faults
    }
}

impl Shape {
    fn repeated(
        &self,
        node: &Value,
        value: &Value,
        at: &mut String,
        facts: &[(String, Vec<Value>)],
        faults: &mut Vec<Fault>,
    ) {
        let resolved = self.resolve(node);
        let known = |name: &Value| facts.iter().find(|(fact, _)| name == fact.as_str());
        if let Some((name, said)) = resolved.get(SAME_AS).and_then(known)
            && !said.contains(value)
        {
            faults.extend(contradiction(at, name));
        }
        if let Some(about) = resolved.get(HOLDS)
            && let Some((name, said)) = about.get("fact").and_then(known)
            && lacks(about, value, said)
        {
            faults.extend(contradiction(at, name));
        }
        Self::below(resolved, value, at, &mut |node, value, at| {
            self.repeated(node, value, at, facts, faults);
        });
    }
}

/// Whether a list has items of the kind, each with its day, and none of them on the day that is said.
fn lacks(about: &Value, items: &Value, said: &[Value]) -> bool {
    let name = |key: &str| about.get(key).and_then(Value::as_str).unwrap_or_default();
    let kinds = about.get("of").and_then(Value::as_array);
    let counts = |item: &&Value| {
        let kind = item.get(name("kind"));
        kind.zip(kinds).is_some_and(|(kind, kinds)| kinds.contains(kind))
    };
    let mut days = items.as_array().into_iter().flatten().filter(counts).map(|item| item.get(name("day")));
    let mut found = false;
    days.all(|day| {
        found = true;
        day.is_some_and(|day| !said.contains(day))
    }) && found
}

/// The two places that contradict each other.
fn contradiction(at: &str, name: &str) -> Vec<Fault> {
    let fault = |at: &str, nl: String, en: String| Fault {
        text: Bilingual { nl: nl.into(), en: en.into() },
        ..Fault::at(at, "contradicts-fact", "", "")
    };
    if name == SCHOOL {
        return vec![fault(
            at,
            "Dit is een ander soort school dan waarvoor u bent aangesloten.".to_owned(),
            "This is another kind of school than the one that you are connected as.".to_owned(),
        )];
    }
    let person = format!("/person/{name}");
    [(at, person.as_str()), (person.as_str(), at)]
        .map(|(here, there)| {
            fault(
                here,
                format!("Dit zegt iets anders dan {there}. Kijk beide na."),
                format!("This says something else than {there}. Look at both."),
            )
        })
        .into()
}
