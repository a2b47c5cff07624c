//! JSON of callers.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use sluis::{
    accesslog::own::OwnEntry,
    domain::{
        assertion::Assertions,
        json::DEPTH,
        person::{OwnReference, PersonFacts},
        problem::Fault,
    },
    http::{
        json::parse_strict,
        problem::Problem,
        routes,
        wire::{Person, Reader, Recipient, person::take_asserted},
    },
};

use super::{assert_silent, fixed::CATALOGUE, text};

/// The strict reader takes exactly the JSON that has one meaning, and reads it as everybody does. It passes over one byte
/// order mark before it (RFC 8259, section 8.1).
pub(super) fn strict(bytes: &[u8]) -> bool {
    let unmarked = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let plain = serde_json::from_slice::<Value>(unmarked).ok();
    let one_meaning = plain.as_ref().is_some_and(|value| {
        let written: Count = serde_json::from_slice(unmarked).unwrap();
        // Two members of one name are two in the bytes and one in the value.
        written == count(value) && depth(value) <= usize::from(DEPTH) && !has_odd_text(value)
    });
    match parse_strict(bytes) {
        Ok(value) => {
            assert!(one_meaning, "took what can be read in two ways");
            assert_eq!(Some(&value), plain.as_ref());
            assert_eq!(parse_strict(&serde_json::to_vec(&value).unwrap()).unwrap(), value);
            true
        }
        Err(faults) => {
            assert!(!one_meaning, "refused sound JSON: {faults:?}");
            assert_eq!(faults.len(), 1);
            assert_silent(&faults);
            false
        }
    }
}

/// How many values there are, counted as they stand in the bytes.
#[derive(Debug, PartialEq, Eq)]
struct Count(usize);

fn count(value: &Value) -> Count {
    Count(match value {
        Value::Array(items) => items.iter().map(|item| count(item).0).sum::<usize>() + 1,
        Value::Object(members) => members.values().map(|member| count(member).0).sum::<usize>() + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    })
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counting;
        impl<'de> Visitor<'de> for Counting {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_u64<E>(self, _: u64) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_f64<E>(self, _: f64) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_str<E>(self, _: &str) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_unit<E>(self) -> Result<Count, E> {
                Ok(Count(1))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
                let mut sum = 1;
                while let Some(Count(item)) = items.next_element()? {
                    sum += item;
                }
                Ok(Count(sum))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Count, A::Error> {
                let mut sum = 1;
                while let Some((IgnoredAny, Count(member))) = members.next_entry()? {
                    sum += member;
                }
                Ok(Count(sum))
            }
        }
        deserializer.deserialize_any(Counting)
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0) + 1,
        Value::Object(members) => members.values().map(depth).max().unwrap_or(0) + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// U+0000, or a name by which `serde_json` means something else.
fn has_odd_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_odd_text),
        Value::Object(members) => members.iter().any(|(name, member)| {
            name.contains('\0') || name.starts_with("$serde_json::private::") || has_odd_text(member)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A line with the name of an operation, then its body.
pub(super) fn bodies(bytes: &[u8]) -> bool {
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (operation, body) = bytes.split_at(line);
    let Some(operation) = text(operation) else { return false };
    let Ok(body) = parse_strict(body) else { return false };
    match routes::bodies::read(operation, &body, CATALOGUE.glossary()) {
        Some(Ok(())) => true,
        Some(Err(problem)) => {
            assert!(!problem.faults().is_empty(), "refused without saying why");
            assert_silent(&problem);
            false
        }
        None => false,
    }
}

/// Bodies as types: what serde takes is taken alike, and a fault stands at a place that the type knows.
pub(super) fn typed(bytes: &[u8]) -> bool {
    let Ok(value) = parse_strict(bytes) else { return false };
    let mut about = serde_json::json!({ "person": value });
    let (asserted, faults) = take_asserted(&mut about, CATALOGUE.glossary(), None);
    let known = if faults.is_empty() { Some(asserted) } else { told::<Assertions>(Err(faults)) };
    let person = known.zip(read::<Person>(&about["person"])).is_some_and(|(asserted, person)| {
        let person = Person { asserted, ..person };
        let (reference, birth_date) = (person.reference.value.clone(), person.birth_date.clone());
        let mut reader = Reader::default();
        let read = person.read("/person", &mut reader);
        let read = reader.finish(read).map_err(|problem| faults_of(&problem));
        told(read).is_some_and(|(read, facts)| {
            // An own reference is one person however it is typed.
            let known = OwnReference::new(&reference).map_or(reference, |own| own.expose().to_owned());
            assert_eq!((&*read.expose(), &facts.birth_date), (&known, &birth_date));
            let written = serde_json::to_value(&facts).unwrap();
            assert_eq!(serde_json::from_value::<PersonFacts>(written).unwrap(), facts);
            true
        })
    });
    let recipient = read::<Recipient>(&value).is_some_and(|recipient| {
        told(recipient.read("/recipients/0").map_err(|fault| vec![fault])).is_some()
    });
    read::<OwnEntry>(&value).is_some() | person | recipient
}

fn faults_of(problem: &Problem) -> Vec<Fault> {
    problem.faults().iter().map(|told| told.fault.clone()).collect()
}

fn read<T: DeserializeOwned + Serialize>(value: &Value) -> Option<T> {
    let plain = serde_json::from_value::<T>(value.clone());
    match sluis::http::json::typed::<T>(value) {
        Ok(read) => {
            let plain = plain.expect("took what serde refuses");
            assert_eq!(serde_json::to_value(&read).unwrap(), serde_json::to_value(plain).unwrap());
            Some(read)
        }
        Err(faults) => {
            // Serde fills a struct from an array as well; nothing else is refused beyond it.
            assert!(plain.is_err() || value.is_array() || has_array(value), "refused what serde takes");
            told::<()>(Err(faults));
            None
        }
    }
}

fn has_array(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.values().any(Value::is_array))
}

/// Faults are told without a word of the caller's.
fn told<T>(read: Result<T, Vec<Fault>>) -> Option<T> {
    let known: BTreeSet<&str> =
        "person recipients reference kind value birthDate verblijf handelingsbekwaam maatregel onbevoegdVoorDeze profiel \
         ingeschreven verlatenOp verwijderdOp contactgemeenteGevraagdOp gediplomeerd gediplomeerdOp leerplichtig twaalfSchooljaren startkwalificatie reden municipality oin role desk index leaf parts part \
         salt body path proof"
            .split(' ')
            .collect();
    let faults = match read {
        Ok(value) => return Some(value),
        Err(faults) => faults,
    };
    assert!(!faults.is_empty(), "refused without saying why");
    assert_silent(&faults);
    for step in faults.iter().flat_map(|fault| fault.pointer.split('/').skip(1)) {
        assert!(known.contains(step) || step.parse::<usize>().is_ok(), "{step} is not of the type");
    }
    None
}
