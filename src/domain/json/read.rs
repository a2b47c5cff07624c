//! From bytes to a value that every reader reads alike.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::wiped::wipe;
use crate::domain::problem::{Bilingual, Fault};

/// How deep objects and arrays may be nested.
pub const DEPTH: u8 = 32;

/// `serde_json` gives this name a meaning of its own when it reads a value; the caller may not.
const RESERVED: &str = "$serde_json::private::";

#[derive(Clone, Copy)]
enum Reason {
    Syntax,
    Duplicate,
    Depth,
    Reserved,
    Nul,
}

/// Reads one JSON document. Names that stand twice in an object, nesting beyond [`DEPTH`], bytes after the value, U+0000
/// and what is not UTF-8 are refused; numbers stay as they are. No panic, whatever the bytes.
///
/// # Errors
/// A fault that says what is wrong and at which line and column; it repeats nothing of the bytes.
pub fn read(bytes: &[u8]) -> Result<Value, Box<Fault>> {
    let reason = Cell::new(Reason::Syntax);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict { left: DEPTH, reason: &reason };
    let read = seed.deserialize(&mut reader).and_then(|mut value| match reader.end() {
        Ok(()) => Ok(value),
        Err(error) => {
            wipe(&mut value);
            Err(error)
        }
    });
    read.map_err(|error| Box::new(fault(reason.get(), error.line(), error.column())))
}

fn fault(reason: Reason, line: usize, column: usize) -> Fault {
    let (code, nl, en) = match reason {
        Reason::Syntax => {
            ("not-json", "Dit is geen geldige JSON in UTF-8", "This is not valid JSON in UTF-8")
        }
        Reason::Duplicate => (
            "duplicate-name",
            "Een veld staat er twee keer, onder dezelfde naam",
            "A name stands twice in one object",
        ),
        Reason::Depth => {
            ("too-deep", "Er zitten te veel lagen in elkaar", "Objects and arrays are nested too deeply")
        }
        Reason::Reserved => {
            ("reserved-name", "Deze naam mag niet worden gebruikt", "This name may not be used")
        }
        Reason::Nul => (
            "nul-character",
            "In een tekst staat een onzichtbaar teken (U+0000)",
            "A text holds the character U+0000",
        ),
    };
    Fault {
        text: Bilingual {
            nl: Cow::Owned(format!("{nl} (regel {line}, kolom {column}).")),
            en: Cow::Owned(format!("{en} (line {line}, column {column}).")),
        },
        ..Fault::at("", code, "", "")
    }
}

#[derive(Clone, Copy)]
struct Strict<'r> {
    left: u8,
    reason: &'r Cell<Reason>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(self, reason: Reason) -> E {
        self.reason.set(reason);
        E::custom("refused")
    }

    /// For what is inside one more object or array.
    fn inside<E: de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(self.refuse(Reason::Depth)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| self.refuse(Reason::Syntax))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        if value.contains('\0') { Err(self.refuse(Reason::Nul)) } else { Ok(Value::String(value.to_owned())) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut array = Value::Array(Vec::new());
        let read = (|| {
            while let Some(item) = items.next_element_seed(inside)? {
                if let Value::Array(list) = &mut array {
                    list.push(item);
                }
            }
            Ok(())
        })();
        finish(array, read)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut object = Map::new();
        let read = (|| {
            while let Some(name) = members.next_key::<String>()? {
                if object.contains_key(&name) {
                    return Err(self.refuse(Reason::Duplicate));
                }
                if name.starts_with(RESERVED) {
                    return Err(self.refuse(Reason::Reserved));
                }
                if name.contains('\0') {
                    return Err(self.refuse(Reason::Nul));
                }
                let value = members.next_value_seed(inside)?;
                object.insert(name, value);
            }
            Ok(())
        })();
        finish(Value::Object(object), read)
    }
}

/// The value, or the fault with the half-read value wiped.
fn finish<E>(mut value: Value, read: Result<(), E>) -> Result<Value, E> {
    match read {
        Ok(()) => Ok(value),
        Err(error) => {
            wipe(&mut value);
            Err(error)
        }
    }
}
