//! Lists in which nothing may stand twice.

use std::{collections::BTreeSet, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Unexpected, Visitor},
};

/// What a reader of a document finds where something stands twice: the description of [`Unexpected::Other`], by which a
/// format tells it from a value of another form.
pub(super) const TWICE: &str = "the same twice";

/// Reads a list of at most so many items, each of which stands there once: a set by itself takes the second silently.
///
/// # Errors
/// What a list of this type has, an item that stands there twice, and more items.
pub fn distinct<'de, const MOST: usize, T, D>(deserializer: D) -> Result<BTreeSet<T>, D::Error>
where
    T: Deserialize<'de> + Ord,
    D: Deserializer<'de>,
{
    deserializer.deserialize_seq(Distinct::<MOST, T>(PhantomData))
}

struct Distinct<const MOST: usize, T>(PhantomData<T>);

impl<'de, const MOST: usize, T: Deserialize<'de> + Ord> Visitor<'de> for Distinct<MOST, T> {
    type Value = BTreeSet<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MOST} different items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<BTreeSet<T>, A::Error> {
        let mut read = BTreeSet::new();
        while let Some(item) = items.next_element()? {
            if !read.insert(item) {
                return Err(de::Error::invalid_value(Unexpected::Other(TWICE), &self));
            }
            if read.len() > MOST {
                return Err(de::Error::invalid_length(read.len(), &self));
            }
        }
        Ok(read)
    }
}
