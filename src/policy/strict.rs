//! JSON as strict as a gateway should read it: one meaning per text.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::domain::problem::Fault;

/// How deep arrays and objects may nest.
pub(super) const MAX_DEPTH: usize = 32;

const DUPLICATE: &str = "duplicate name";
const TOO_DEEP: &str = "too deep";

/// Reads one JSON value. Names that stand twice in an object, nesting beyond 32 levels, bytes after the value and what
/// is not UTF-8 are refused. A fault repeats nothing of the text.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, Box<Fault>> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| Box::new(judge(&error)))
}

fn judge(error: &serde_json::Error) -> Fault {
    // The message is judged, never shown: it may hold what was sent.
    let message = error.to_string();
    if message.starts_with(DUPLICATE) {
        Fault::at(
            "",
            "duplicate-name",
            "Een veld staat er twee keer, onder dezelfde naam.",
            "A name stands twice in the same object.",
        )
    } else if message.starts_with(TOO_DEEP) || message.starts_with("recursion limit") {
        Fault::at(
            "",
            "too-deep",
            "De JSON is dieper dan 32 niveaus.",
            "The JSON is nested deeper than 32 levels.",
        )
    } else {
        Fault::at("", "not-json", "Dit is geen JSON in UTF-8.", "This is not JSON in UTF-8.")
    }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn below<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.saturating_add(1);
        if depth > MAX_DEPTH { Err(E::custom(TOO_DEEP)) } else { Ok(Self { depth }) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(below)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom(DUPLICATE));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_has_one_meaning() {
        let code = |text: &str| read(text.as_bytes()).map_err(|fault| fault.code.into_owned());
        assert_eq!(
            code(r#"{"a":[1,2.5,"x",null,true]}"#),
            Ok(serde_json::json!({"a":[1,2.5,"x",null,true]}))
        );
        assert_eq!(code(r#"{"a":1,"a":2}"#), Err("duplicate-name".to_owned()));
        assert_eq!(code(r#"{"a":{"b":1,"\u0062":2}}"#), Err("duplicate-name".to_owned()));
        for wrong in ["", "{", "{}x", "{}{}", "NaN", "{'a':1}", "[1,]", "\"\\ud800\""] {
            assert_eq!(code(wrong), Err("not-json".to_owned()), "{wrong}");
        }
        assert_eq!(
            read(&[b'"', 0xff, b'"']).map_err(|fault| fault.code.into_owned()),
            Err("not-json".to_owned())
        );
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(code(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(code(&nested(MAX_DEPTH + 1)), Err("too-deep".to_owned()));
        assert_eq!(code(&nested(100_000)), Err("too-deep".to_owned()));
    }

    #[test]
    fn a_fault_repeats_nothing_of_the_text() {
        let fault = read(br#"{"geheim": geheim}"#).unwrap_err();
        assert!(!serde_json::to_string(&fault).unwrap().contains("geheim"));
    }
}
