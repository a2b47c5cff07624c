//! From a value to a type, with every fault at once and no name of the caller in a pointer.
//!
//! Serde stops at the first fault. So the reading is repeated without the members that were found wrong until nothing new
//! turns up, or the repetitions have looked at as much as a body may cost. Of missing members serde names the first of each object; all of them are named where a description says
//! which must be there.

mod fault;
mod form;
mod needs;
mod node;
mod place;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::problem::Fault;

use self::{
    fault::Wrong,
    needs::Needs,
    node::Node,
    place::{Place, step},
};

/// How often the reading is repeated at most, and so how many wrong members are named.
const ROUNDS: usize = 50;
/// How many values all readings of a body look at before no other is begun: what a header of the usual size has some twenty
/// times over, and a fraction of what it costs to take a body that is right.
const LOOKS: usize = 3_000;

/// Reads a type from a value.
///
/// # Errors
/// Every fault that could be found, each with a pointer made of the type's own names and array indexes; of missing
/// members the first of each object.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<Fault>> {
    Reading::default().read(value)
}

/// Reads a type that the interface describes from a value.
///
/// # Errors
/// As [`typed`], and every missing member.
pub fn described<T: DeserializeOwned + ToSchema + 'static>(value: &Value) -> Result<T, Vec<Fault>> {
    // Most bodies are in order: the description is asked about the others only.
    let once = Reading::default();
    match T::deserialize(Node::new(value, &Place::Root, &once)) {
        Ok(read) if once.is_clean() => Ok(read),
        _ => Reading { needs: Needs::of::<T>(), ..Reading::default() }.read(value),
    }
}

/// What was found so far.
#[derive(Default)]
struct Reading {
    faults: RefCell<Vec<Fault>>,
    /// Pointers of members that the next round leaves out.
    left_out: RefCell<BTreeSet<String>>,
    /// With which item of a list the next round begins: those before it were read, or found wrong.
    begins: RefCell<BTreeMap<String, usize>>,
    /// Which members must be there.
    needs: Arc<Needs>,
    /// How many values were looked at.
    looks: Cell<usize>,
}

impl Reading {
    fn read<T: DeserializeOwned>(&self, value: &Value) -> Result<T, Vec<Fault>> {
        for _ in 0..ROUNDS {
            let root = Place::Root;
            match T::deserialize(Node::new(value, &root, self)) {
                Ok(read) if self.is_clean() => return Ok(read),
                Ok(_) => break,
                Err(wrong) => {
                    if !self.note(wrong.at(&root)) || self.looks.get() > LOOKS {
                        break;
                    }
                }
            }
        }
        Err(self.faults.take())
    }

    fn look(&self) {
        self.looks.set(self.looks.get().saturating_add(1));
    }

    fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// Whether anything is left out, so that it is worth to ask where.
    fn is_repeated(&self) -> bool {
        !self.left_out.borrow().is_empty() || !self.begins.borrow().is_empty()
    }

    /// The known names that are left out of the object at a place.
    fn left_out_of(&self, place: &Place<'_>, names: &'static [&'static str]) -> Vec<&'static str> {
        if !self.is_repeated() {
            return Vec::new();
        }
        let here = place.pointer();
        let left_out = self.left_out.borrow();
        let below = left_out.iter().filter_map(|pointer| pointer.strip_prefix(&here)?.strip_prefix('/'));
        below.filter_map(|left| names.iter().find(|name| step(name) == left).copied()).collect()
    }

    /// With which item the list at a place begins.
    fn begin_of(&self, place: &Place<'_>) -> usize {
        if !self.is_repeated() {
            return 0;
        }
        self.begins.borrow().get(&place.pointer()).copied().unwrap_or_default()
    }

    /// Notes a fault and what the next round leaves out; false when there is nothing left to read.
    fn note(&self, wrong: Wrong) -> bool {
        let (pointer, unreadable) = wrong.place();
        let mut left_out = self.left_out.borrow_mut();
        // A member that was left out is missing as a consequence: not a fault of its own, but its object cannot be read.
        let consequence = left_out.contains(&pointer);
        let leave_out = if consequence { parent(&pointer) } else { unreadable.as_str() };
        let go_on = match item(leave_out) {
            Some((list, index)) => {
                let mut begins = self.begins.borrow_mut();
                let begin = begins.entry(list.to_owned()).or_default();
                let is_further = *begin <= index;
                *begin = index.saturating_add(1);
                is_further
            }
            None => !leave_out.is_empty() && left_out.insert(leave_out.to_owned()),
        };
        drop(left_out);
        if !consequence {
            self.add(wrong.into_fault());
        }
        go_on
    }

    fn add(&self, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        if !faults.iter().any(|known| known.pointer == fault.pointer && known.code == fault.code) {
            faults.push(fault);
        }
    }
}

fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A pointer that ends in the index of an item, as its list and that. No name is a number.
fn item(pointer: &str) -> Option<(&str, usize)> {
    let (list, index) = pointer.rsplit_once('/')?;
    Some((list, index.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::IgnoredAny};
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[serde(rename = "numbers")]
        _numbers: Vec<u8>,
        #[serde(rename = "content")]
        _content: IgnoredAny,
    }

    /// How many values are looked at, and how many faults are named.
    fn looks(numbers: usize, wrong: usize) -> (usize, usize) {
        let number = |at| if at < wrong { json!("x") } else { json!(1) };
        let numbers: Vec<Value> = (0..numbers).map(number).collect();
        let content: Vec<usize> = (0..100_000).collect();
        let reading = Reading::default();
        let read = reading.read::<Body>(&json!({ "numbers": numbers, "content": content }));
        (reading.looks.get(), read.err().map_or(0, |faults| faults.len()))
    }

    #[test]
    fn a_faulty_body_is_not_read_as_often_as_it_has_faults() {
        assert_eq!(looks(30, 20).1, 20, "a body of usual size is told of all its faults");
        assert!(looks(30, 20).0 < 200, "what stays elsewhere is not looked at");
        let (right, _) = looks(20_000, 0);
        let (faulty, named) = looks(20_000, 20_000);
        assert!(named > 0 && faulty <= 2 * right, "{faulty} for a faulty one, {right} for a right one");
    }

    #[test]
    fn an_item_that_was_read_is_not_read_again_for_the_faults_of_others() {
        let item = |at: usize| if at % 20 == 19 { json!("x") } else { json!(at % 200) };
        let numbers: Vec<Value> = (0..800).map(item).collect();
        let reading = Reading::default();
        let read = reading.read::<Body>(&json!({ "numbers": numbers, "content": null }));
        let faults = read.map_err(|faults| faults.len()).unwrap_err();
        assert_eq!(faults, 40, "each of them is named");
        assert!(reading.looks.get() < 2 * 800, "{} looks at 800 items", reading.looks.get());
    }
}
