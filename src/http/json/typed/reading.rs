//! What is known of a body after so many readings.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    fault::Wrong,
    needs::Needs,
    place::{Place, step},
};
use crate::domain::problem::Fault;

/// What was found so far.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) faults: RefCell<Vec<Fault>>,
    /// Pointers of members that the next round leaves out.
    pub(super) left_out: RefCell<BTreeSet<String>>,
    /// With which item of a list the next round begins: those before it were read, or found wrong.
    pub(super) begins: RefCell<BTreeMap<String, usize>>,
    /// Which members must be there.
    pub(super) needs: Arc<Needs>,
    /// How many values were looked at.
    pub(super) looks: Cell<usize>,
}

impl Reading {
    pub(super) fn look(&self) {
        self.looks.set(self.looks.get().saturating_add(1));
    }

    pub(super) fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// Whether anything is left out, so that it is worth to ask where.
    pub(super) fn is_repeated(&self) -> bool {
        !self.left_out.borrow().is_empty() || !self.begins.borrow().is_empty()
    }

    /// The known names that are left out of the object at a place.
    pub(super) fn left_out_of(&self, place: &Place<'_>, names: &'static [&'static str]) -> Vec<&'static str> {
        if !self.is_repeated() {
            return Vec::new();
        }
        let here = place.pointer();
        let left_out = self.left_out.borrow();
        let below = left_out.iter().filter_map(|pointer| pointer.strip_prefix(&here)?.strip_prefix('/'));
        below.filter_map(|left| names.iter().find(|name| step(name) == left).copied()).collect()
    }

    /// With which item the list at a place begins.
    pub(super) fn begin_of(&self, place: &Place<'_>) -> usize {
        if !self.is_repeated() {
            return 0;
        }
        self.begins.borrow().get(&place.pointer()).copied().unwrap_or_default()
    }

    /// Notes a fault and what the next round leaves out; false when there is nothing left to read.
    pub(super) fn note(&self, wrong: Wrong) -> bool {
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

    pub(super) fn add(&self, fault: Fault) {
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
