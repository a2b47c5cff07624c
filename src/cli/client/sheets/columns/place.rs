//! Where in a push a value goes.

use serde_json::{Map, Value};

/// One step of a path in a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The member of this name.
    Member(String),
    /// The item at this index, counted from 0.
    Item(usize),
}

/// Puts a value at a place, making what is above it. Answers whether it could: a list grows by one item at a time.
#[must_use]
pub fn put(root: &mut Value, path: &[Place], value: Value) -> bool {
    let Some((first, rest)) = path.split_first() else {
        *root = value;
        return true;
    };
    match first {
        Place::Member(name) => {
            if root.is_null() {
                *root = Value::Object(Map::new());
            }
            root.as_object_mut()
                .is_some_and(|members| put(members.entry(name.clone()).or_insert(Value::Null), rest, value))
        }
        Place::Item(index) => {
            if root.is_null() {
                *root = Value::Array(Vec::new());
            }
            let Some(items) = root.as_array_mut() else { return false };
            if items.len() == *index {
                items.push(Value::Null);
            }
            items.get_mut(*index).is_some_and(|item| put(item, rest, value))
        }
    }
}

/// A place as a JSON pointer writes it.
#[must_use]
pub fn pointer(path: &[Place]) -> String {
    let part = |place: &Place| match place {
        Place::Member(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Place::Item(index) => format!("/{index}"),
    };
    path.iter().map(part).collect()
}

/// The numbers of items on a path: by them lists fill up in order.
#[must_use]
pub fn indexes(path: &[Place]) -> Vec<usize> {
    path.iter().filter_map(|place| if let Place::Item(index) = place { Some(*index) } else { None }).collect()
}
