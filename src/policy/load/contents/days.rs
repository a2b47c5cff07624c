//! What a content says that cannot be: days that contradict today, the birth, an asserted fact or each other, and what holds
//! only below an age or beside another answer.

use jiff::{ToSpan as _, civil::Date};
use serde_json::Value;

use super::{Contents, MAX_FAULTS, ROOT, same::is_of_before};
use crate::{
    domain::{
        age::BirthDate,
        assertion::Assertions,
        problem::{Bilingual, Fault},
    },
    policy::load::{
        dataset::Dataset,
        days::{future_day, impossible_day, wrong_order},
        schema::Shape,
    },
};

/// The day has been: `true`.
const PAST: &str = "x-past";
/// The day comes not after that of a fact: its name.
const NOT_AFTER: &str = "x-not-after";
/// A day that is yet to come comes not after that of a fact: its name. What has been may have come later.
const NOT_TO_COME_AFTER: &str = "x-not-to-come-after";
/// The day comes not before another: the name of a neighbour, or a path from the whole content on (`/profiel/vastgesteldOp`).
const NOT_BEFORE: &str = "x-not-before";
/// On the day ends what a neighbour says yes or no to: its name.
const ENDS: &str = "x-ends";
/// It stands beside a yes of a neighbour only: its name.
const ONLY_IF: &str = "x-only-if";
/// It must be there of whom this fact does not say yes: its name.
const NEEDED_UNLESS: &str = "x-needed-unless";
/// It holds below this age only (`years`, and what is said otherwise: `nl`, `en`): a yes, or every day before this one.
const BELOW_AGE: &str = "x-below-age";

/// What is known of the person and of today when a content is judged.
#[derive(Debug, Clone, Copy)]
pub struct KnownOfPerson<'a> {
    /// Today in Amsterdam.
    pub today: Date,
    /// The date of birth.
    pub birth: &'a BirthDate,
    /// What is asserted of the person.
    pub asserted: &'a Assertions,
}

impl Dataset {
    /// What the content says and cannot be. Each field says in the schema what is asked of it.
    #[must_use]
    pub fn impossible(&self, contents: &Contents, known: KnownOfPerson<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let root = self.shape.resolve(&self.shape.schema);
        for member in contents.members() {
            Shape::member(root, member, &mut ROOT.to_owned(), &mut |node, value, at| {
                self.shape.impossible(node, value, at, (known, contents), &mut faults);
            });
        }
        faults.truncate(MAX_FAULTS);
        faults
    }
}

impl Shape {
    fn impossible(
        &self,
        node: &Value,
        value: &Value,
        at: &mut String,
        (known, contents): (KnownOfPerson<'_>, &Contents),
        faults: &mut Vec<Fault>,
    ) {
        if faults.len() >= MAX_FAULTS {
            return;
        }
        let resolved = self.resolve(node);
        faults.extend(day_in(resolved, value).and_then(|day| judge_day(at, day, resolved, known)));
        faults.extend(too_old(at, value, resolved, known));
        let properties = resolved.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let (at, node) = (format!("{at}/{name}"), self.resolve(property));
            faults.extend(match value.get(name) {
                Some(member) => not_before(&at, member, node, value, contents)
                    .or_else(|| beside(&at, member, node, value, known)),
                None if value.is_object() => lacking(&at, node, known),
                None => None,
            });
        }
        Self::below(resolved, value, at, &mut |node, value, at| {
            self.impossible(node, value, at, (known, contents), faults);
        });
    }
}

fn day_in(node: &Value, value: &Value) -> Option<Date> {
    let is_day = node.get("format").and_then(Value::as_str) == Some("date");
    value.as_str().filter(|_| is_day)?.parse().ok()
}

fn name<'a>(node: &'a Value, mark: &str) -> Option<&'a str> {
    node.get(mark)?.as_str()
}

fn judge_day(at: &str, day: Date, node: &Value, known: KnownOfPerson<'_>) -> Option<Fault> {
    if day > known.today && node.get(PAST) == Some(&Value::Bool(true)) {
        return Some(future_day(at));
    }
    if let Some(fault) = impossible_day(at, day, Some(known.birth), known.today) {
        return Some(fault);
    }
    let is_to_come = |_: &&str| day > known.today;
    let fact = name(node, NOT_AFTER).or_else(|| name(node, NOT_TO_COME_AFTER).filter(is_to_come))?;
    let last = known.asserted.day(fact)?;
    (day > last && !is_of_before(known.asserted, fact, last, known.today)).then(|| {
        wrong_order(
            at,
            format!("Deze dag ligt na /person/{fact}. Kijk beide na."),
            format!("This day lies after /person/{fact}. Look at both."),
        )
    })
}

fn too_old(at: &str, value: &Value, node: &Value, known: KnownOfPerson<'_>) -> Option<Fault> {
    let rule = node.get(BELOW_AGE)?;
    // What lasts until a day holds on the day before.
    let holds_today = value.as_bool() == Some(true);
    let day = if holds_today { known.today } else { day_in(node, value)?.checked_sub(1.day()).ok()? };
    let years = rule.get("years")?.as_u64()?;
    let text = |language: &str| name(rule, language).unwrap_or_default().to_owned();
    (u64::from(known.birth.age_on(day).at_least) >= years).then(|| Fault {
        text: Bilingual { nl: text("nl").into(), en: text("en").into() },
        ..Fault::at(at, "contradicts-age", "", "")
    })
}

/// A field that is not there, and must be of this person.
fn lacking(at: &str, node: &Value, known: KnownOfPerson<'_>) -> Option<Fault> {
    let fact = name(node, NEEDED_UNLESS).filter(|fact| !known.asserted.is(fact))?;
    Some(Fault {
        text: Bilingual::of(
            format!("Dit veld ontbreekt. Het mag alleen weg als /person/{fact} ja is."),
            format!("This field is missing. It may be left out only if /person/{fact} is true."),
        ),
        ..Fault::at(at, "missing-field", "", "")
    })
}

/// A day before another that it may not come before.
fn not_before(at: &str, value: &Value, node: &Value, all: &Value, contents: &Contents) -> Option<Fault> {
    let earlier = name(node, NOT_BEFORE)?;
    let (place, first) = if earlier.starts_with('/') {
        (format!("{ROOT}{earlier}"), contents.text(earlier))
    } else {
        (format!("`{earlier}`"), all.get(earlier).and_then(Value::as_str))
    };
    (value.as_str()? < first?).then(|| {
        wrong_order(
            at,
            format!("Deze dag ligt voor {place}. Kijk beide na."),
            format!("This day lies before {place}. Look at both."),
        )
    })
}

/// What a field says that its neighbours contradict.
fn beside(at: &str, value: &Value, node: &Value, all: &Value, known: KnownOfPerson<'_>) -> Option<Fault> {
    let contradicts = |neighbour: &str| {
        wrong_order(
            at,
            format!("Dit spreekt `{neighbour}` tegen. Kijk beide na."),
            format!("This contradicts `{neighbour}`. Look at both."),
        )
    };
    if let Some(other) = name(node, ENDS)
        && let (Some(holds), Some(day)) = (all.get(other).and_then(Value::as_bool), day_in(node, value))
        && (if holds { day < known.today } else { day > known.today })
    {
        return Some(contradicts(other));
    }
    let other = name(node, ONLY_IF)?;
    let says_no = value == &Value::Bool(false);
    (!says_no && all.get(other) == Some(&Value::Bool(false))).then(|| contradicts(other))
}
