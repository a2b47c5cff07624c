//! From a value to a type, with every fault at once and no name of the caller in a pointer.
//!
//! Serde stops at the first fault. So the reading is repeated without the members that were found wrong until nothing new
//! turns up; of missing members each object names the first.

mod fault;
mod node;
mod place;

use std::{cell::RefCell, collections::BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::problem::Fault;

use self::{fault::Wrong, node::Node, place::Place};

/// How often the reading is repeated at most, and so how many wrong members are named.
const ROUNDS: usize = 50;

/// Reads a type from a value.
///
/// # Errors
/// Every fault that could be found, each with a pointer made of the type's own names and array indexes.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Vec<Fault>> {
    let reading = Reading::default();
    for _ in 0..ROUNDS {
        let root = Place::Root;
        match T::deserialize(Node::new(value, &root, &reading)) {
            Ok(read) if reading.is_clean() => return Ok(read),
            Ok(_) => break,
            Err(wrong) => {
                if !reading.note(wrong.at(&root)) {
                    break;
                }
            }
        }
    }
    Err(reading.faults.into_inner())
}

/// What was found so far.
#[derive(Default)]
struct Reading {
    faults: RefCell<Vec<Fault>>,
    /// Pointers of members and items that the next round leaves out.
    left_out: RefCell<BTreeSet<String>>,
}

impl Reading {
    fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    fn leaves_out(&self, place: &Place<'_>) -> bool {
        let left_out = self.left_out.borrow();
        !left_out.is_empty() && left_out.contains(&place.pointer())
    }

    /// Notes a fault and what the next round leaves out; false when there is nothing left to read.
    fn note(&self, wrong: Wrong) -> bool {
        let (pointer, unreadable) = wrong.place();
        let mut left_out = self.left_out.borrow_mut();
        // A member that was left out is missing as a consequence: not a fault of its own, but its object cannot be read.
        let consequence = left_out.contains(&pointer);
        let leave_out = if consequence { parent(&pointer) } else { unreadable.as_str() };
        let go_on = !leave_out.is_empty() && left_out.insert(leave_out.to_owned());
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
