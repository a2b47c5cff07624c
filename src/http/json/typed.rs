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
mod reading;

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::problem::Fault;

use self::{needs::Needs, node::Node, place::Place, reading::Reading};

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
    read(&Reading::default(), value)
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
        _ => read(&Reading { needs: Needs::of::<T>(), ..Reading::default() }, value),
    }
}

fn read<T: DeserializeOwned>(reading: &Reading, value: &Value) -> Result<T, Vec<Fault>> {
    for _ in 0..ROUNDS {
        let root = Place::Root;
        match T::deserialize(Node::new(value, &root, reading)) {
            Ok(read) if reading.is_clean() => return Ok(read),
            Ok(_) => break,
            Err(wrong) => {
                if !reading.note(wrong.at(&root)) || reading.looks.get() > LOOKS {
                    break;
                }
            }
        }
    }
    Err(reading.faults.take())
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
        let read = read::<Body>(&reading, &json!({ "numbers": numbers, "content": content }));
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
        let read = read::<Body>(&reading, &json!({ "numbers": numbers, "content": null }));
        let faults = read.map_err(|faults| faults.len()).unwrap_err();
        assert_eq!(faults, 40, "each of them is named");
        assert!(reading.looks.get() < 2 * 800, "{} looks at 800 items", reading.looks.get());
    }
}
