//! Days of a content that cannot be: in the future where something has happened, before the birth, or in the wrong order.

use jiff::civil::Date;
use serde_json::Value;

pub use super::texts::early_day;
use super::{Contents, MAX_FAULTS, ROOT};
use crate::{
    domain::problem::{Bilingual, Fault},
    policy::{dataset::Dataset, schema::Shape},
};

/// What is known of the person and of today when the days of a content are judged.
#[derive(Debug, Clone, Copy)]
pub struct KnownDays<'a> {
    /// Today in Amsterdam.
    pub today: Date,
    /// The first day on which the person may have been born.
    pub born: Option<Date>,
    /// Asserted days by the name that a schema gives them, such as `verlatenOp`.
    pub asserted: &'a [(&'a str, Date)],
}

impl Dataset {
    /// The days of a content that contradict today, the birth, an asserted day or each other. The schema says which days
    /// are past (`x-past`), come not after an asserted one (`x-not-after`) or not before a neighbour (`x-not-before`).
    #[must_use]
    pub fn contradicting_days(&self, contents: &Contents, known: KnownDays<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let root = self.shape.resolve(&self.shape.schema);
        for member in contents.members() {
            Shape::member(root, member, &mut ROOT.to_owned(), &mut |node, value, at| {
                self.shape.texts(node, value, at, &mut |at, text, node| {
                    if faults.len() < MAX_FAULTS {
                        faults.extend(day(at, text, node, known));
                    }
                });
                self.shape.out_of_order(node, value, at, &mut faults);
            });
        }
        faults.truncate(MAX_FAULTS);
        faults
    }
}

fn day(at: &str, text: &str, node: &Value, known: KnownDays<'_>) -> Option<Fault> {
    let is_day = node.get("format").and_then(Value::as_str) == Some("date");
    let day = text.parse::<Date>().ok().filter(|_| is_day)?;
    if day > known.today && node.get("x-past") == Some(&Value::Bool(true)) {
        return Some(future_day(at));
    }
    if known.born.is_some_and(|born| day < born) {
        return Some(before_birth(at));
    }
    let limit = node.get("x-not-after").and_then(Value::as_str)?;
    let (name, _) = known.asserted.iter().find(|(name, asserted)| *name == limit && day > *asserted)?;
    Some(wrong_order(
        at,
        format!("Deze dag ligt na /person/{name}. Kijk beide na."),
        format!("This day lies after /person/{name}. Look at both."),
    ))
}

impl Shape {
    fn out_of_order(&self, node: &Value, value: &Value, at: &mut String, faults: &mut Vec<Fault>) {
        let resolved = self.resolve(node);
        let properties = resolved.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let Some(earlier) = self.resolve(property).get("x-not-before").and_then(Value::as_str) else {
                continue;
            };
            let text = |name: &str| value.get(name).and_then(Value::as_str);
            if let (Some(first), Some(last)) = (text(earlier), text(name))
                && last < first
            {
                faults.push(wrong_order(
                    &format!("{at}/{name}"),
                    format!("Deze dag ligt voor `{earlier}`. Kijk beide na."),
                    format!("This day lies before `{earlier}`. Look at both."),
                ));
            }
        }
        Self::below(resolved, value, at, &mut |node, value, at| self.out_of_order(node, value, at, faults));
    }
}

/// A day that is yet to come of something that has happened.
#[must_use]
pub fn future_day(at: &str) -> Fault {
    Fault::at(
        at,
        "future-day",
        "Deze dag ligt in de toekomst, en hier hoort wat al gebeurd is.",
        "This day lies in the future, and what belongs here has happened already.",
    )
}

/// A day before the person was born.
#[must_use]
pub fn before_birth(at: &str) -> Fault {
    Fault::at(
        at,
        "before-birth",
        "Deze dag ligt voor de geboortedatum. Kijk beide na.",
        "This day lies before the date of birth. Look at both.",
    )
}

fn wrong_order(at: &str, nl: String, en: String) -> Fault {
    Fault { text: Bilingual { nl: nl.into(), en: en.into() }, ..Fault::at(at, "contradicting-days", "", "") }
}
