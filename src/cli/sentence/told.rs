//! What an entry says to this party, all its parts together.

use serde_json::Value;

use crate::{
    accesslog::entry::{Outcome, Part},
    domain::age::AgeRange,
    policy::wording::Ages,
};

/// The parts of an entry that this party may read.
#[derive(Debug, Default)]
pub struct Told {
    pub(super) parts: Vec<Part>,
}

impl Told {
    /// The parts of an entry as the gateway gives it; a part in a form that this program does not know is left out.
    #[must_use]
    pub fn of(item: &Value) -> Self {
        let mut parts: Vec<&Value> =
            item.get("parts").and_then(Value::as_array).into_iter().flatten().collect();
        // What both parties know comes first; what one party alone knows says more.
        parts.sort_by_key(|part| part.get("part").and_then(Value::as_str) != Some("shared"));
        let bodies = parts.into_iter().filter_map(|part| part.get("body")?.as_str());
        Self { parts: bodies.filter_map(|body| Part::from_json(body.as_bytes()).ok()).collect() }
    }

    /// These parts, what both parties know first.
    #[must_use]
    pub fn parts(parts: impl IntoIterator<Item = Part>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.first(|part| part.outcome)
    }

    pub(super) fn first<T>(&self, of: impl Fn(&Part) -> Option<T>) -> Option<T> {
        self.parts.iter().find_map(of)
    }

    pub(super) fn all<T: Clone + PartialEq>(&self, of: impl Fn(&Part) -> &[T]) -> Vec<T> {
        let mut all: Vec<T> = Vec::new();
        for one in self.parts.iter().flat_map(|part| of(part).iter()) {
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
        all
    }
}

/// How old the person was, as far as the refusal said it.
pub(super) fn ages_of(part: &Part) -> Ages {
    let range = |[at_least, at_most]: [u16; 2]| AgeRange { at_least, at_most };
    part.ages.iter().map(|(place, age)| (place.clone(), range(*age))).collect()
}
