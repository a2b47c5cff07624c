//! A value being read: serde's side of [`typed`](super::typed).

use serde::{
    de::{
        DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
        value::{BorrowedStrDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use super::{
    fault::{Kind, Wrong},
    place::Place,
    reading::Reading,
};

#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    value: &'a Value,
    place: &'a Place<'a>,
    reading: &'a Reading,
}

impl<'a> Node<'a> {
    pub(super) const fn new(value: &'a Value, place: &'a Place<'a>, reading: &'a Reading) -> Self {
        Self { value, place, reading }
    }

    fn wrong_type(self, visitor: &impl serde::de::Expected) -> Wrong {
        <Wrong as serde::de::Error>::invalid_type(Unexpected::Other(""), visitor).at(self.place)
    }

    fn seq<'de, V: Visitor<'de>>(self, items: &[Value], visitor: V) -> Result<V::Value, Wrong> {
        let begin = self.reading.begin_of(self.place);
        let mut all = items.iter().enumerate();
        // What was read in another round is not looked at again.
        if let Some(last) = begin.checked_sub(1) {
            all.nth(last);
        }
        let mut left = Items { left: all, parent: self.place, reading: self.reading };
        let read = visitor.visit_seq(&mut left).map_err(|wrong| wrong.at(self.place))?;
        // A type of so many items stops after the last that it wants.
        if left.left.next().is_some() {
            let longer = <Wrong as serde::de::Error>::invalid_length(items.len(), &"fewer items");
            return Err(longer.at(self.place));
        }
        Ok(read)
    }

    fn map<'de, V: Visitor<'de>>(
        self,
        members: &Map<String, Value>,
        names: Names,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let left_out = match names {
            Names::Known(known) => self.reading.left_out_of(self.place, known),
            Names::Any => Vec::new(),
        };
        let (parent, reading) = (self.place, self.reading);
        let members = Members { left: members.iter(), names, left_out, waiting: None, parent, reading };
        visitor.visit_map(members).map_err(|wrong| wrong.at(self.place))
    }
}

/// Which names an object may have.
#[derive(Clone, Copy)]
enum Names {
    Known(&'static [&'static str]),
    Any,
}

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let read = match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), _, _) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(Wrong::new(Kind::Value)),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(items) => self.seq(items, visitor),
            Value::Object(members) => self.map(members, Names::Any, visitor),
        };
        read.map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.value.is_null() {
            return Err(Wrong::new(Kind::Null).at(self.place));
        }
        visitor.visit_some(self).map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self).map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        // An array would fill the members in order: refused, as it says less than it seems to.
        let Value::Object(members) = self.value else { return Err(self.wrong_type(&visitor)) };
        if members.keys().any(|name| !names.contains(&name.as_str())) {
            self.reading.add(Wrong::new(Kind::Unknown(names)).at(self.place).into_fault());
        }
        for name in self.reading.needs.missing(names, members) {
            self.reading.add(Wrong::new(Kind::Missing(name)).at(self.place).into_fault());
        }
        self.map(members, Names::Known(names), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let (variant, content) = match self.value {
            Value::String(text) => (text, None),
            Value::Object(members) => {
                let mut members = members.iter();
                match (members.next(), members.next()) {
                    (Some((name, content)), None) => (name, Some(content)),
                    _ => return Err(self.wrong_type(&visitor)),
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                return Err(self.wrong_type(&visitor));
            }
        };
        let inside = Place::Unnamed(self.place);
        let content = content.map(|value| Node { value, place: &inside, ..self });
        visitor.visit_enum(Variant { variant, content }).map_err(|wrong| wrong.at(self.place))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

struct Items<'a> {
    left: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    parent: &'a Place<'a>,
    reading: &'a Reading,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some((index, value)) = self.left.next() else { return Ok(None) };
        self.reading.look();
        let place = Place::Item(self.parent, index);
        let node = Node { value, place: &place, reading: self.reading };
        seed.deserialize(node).map(Some).map_err(|wrong| wrong.at(&place))
    }
}

struct Members<'a> {
    left: serde_json::map::Iter<'a>,
    names: Names,
    left_out: Vec<&'static str>,
    waiting: Option<(Option<&'static str>, &'a Value)>,
    parent: &'a Place<'a>,
    reading: &'a Reading,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        for (name, value) in self.left.by_ref() {
            self.reading.look();
            match self.names {
                Names::Any => {
                    self.waiting = Some((None, value));
                    return seed.deserialize(StrDeserializer::new(name)).map(Some);
                }
                Names::Known(names) => {
                    let Some(known) = names.iter().find(|known| **known == name.as_str()) else { continue };
                    if self.left_out.contains(known) {
                        continue;
                    }
                    self.waiting = Some((Some(known), value));
                    return seed.deserialize(BorrowedStrDeserializer::new(known)).map(Some);
                }
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let Some((name, value)) = self.waiting.take() else { return Err(Wrong::new(Kind::Value)) };
        let place = name.map_or(Place::Unnamed(self.parent), |name| Place::Member(self.parent, name));
        let node = Node { value, place: &place, reading: self.reading };
        seed.deserialize(node).map_err(|wrong| wrong.at(&place))
    }
}

struct Variant<'a> {
    variant: &'a str,
    content: Option<Node<'a>>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Wrong;
    type Variant = Content<'a>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'a>), Wrong> {
        let variant = seed.deserialize(StrDeserializer::new(self.variant))?;
        Ok((variant, Content(self.content)))
    }
}

struct Content<'a>(Option<Node<'a>>);

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        if self.0.is_none() { Ok(()) } else { Err(Wrong::new(Kind::Type)) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        seed.deserialize(self.0.ok_or(Wrong::new(Kind::Type))?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.0.ok_or(Wrong::new(Kind::Type))?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        self.0.ok_or(Wrong::new(Kind::Type))?.deserialize_struct("", names, visitor)
    }
}
