//! How the columns of a table are named that are sealed, and where they stand in a row that was read.

use std::sync::Arc;

use super::{
    row::{Fixed, WHOLE},
    table::Sealed,
    values::Values,
};
use crate::{domain::digest::Digest, store::error::StoreError};

/// Names of columns: texts, and numbers.
pub(super) type Names = (&'static [&'static str], &'static [&'static str]);

/// How the rows of one table are sealed.
#[derive(Debug)]
pub(in crate::store) struct Layout {
    pub(in crate::store) sealed: Sealed,
    pub(in crate::store) table: &'static str,
    /// By which the table is read in order.
    pub(in crate::store) key: &'static [&'static str],
    /// What names a row for the entries that wrote it.
    pub(super) name: &'static [&'static str],
    /// What never changes and is read with each row; of bytes the hexadecimal digits, behind the texts.
    pub(super) fixed: Names,
    pub(super) bytes: &'static [&'static str],
    /// What never changes either, and is not read to change the others.
    pub(super) rest: Names,
    pub(super) moving: Names,
}

/// A row whose values are known by their places.
pub(in crate::store) trait Placed {
    fn text_at(&self, place: usize) -> Result<Option<&str>, StoreError>;
    fn number_at(&self, place: usize) -> Result<Option<i64>, StoreError>;
    fn bytes_at(&self, place: usize) -> Result<Option<&[u8]>, StoreError>;
}

/// Where a statement has the values that are sealed.
#[derive(Debug)]
pub(in crate::store) struct Places {
    pub(in crate::store) sealed: Sealed,
    name: Vec<Place>,
    fixed: Group,
    rest: Group,
    moving: Group,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Text(usize),
    Number(usize),
}

#[derive(Debug)]
struct Group {
    texts: Vec<usize>,
    bytes: Vec<usize>,
    numbers: Vec<usize>,
}

/// The place of a column that a statement does not have: nothing is there.
const NOWHERE: usize = usize::MAX / 2;

impl Layout {
    /// Every column that is sealed, each once.
    pub(in crate::store) fn columns(&self) -> Vec<&'static str> {
        let names =
            [self.fixed, self.rest, self.moving].into_iter().flat_map(|(texts, numbers)| [texts, numbers]);
        let mut all: Vec<&'static str> = Vec::new();
        for name in names.chain([self.name, self.key, self.bytes]).flatten() {
            if !all.contains(name) {
                all.push(*name);
            }
        }
        all
    }

    pub(in crate::store) fn is_bytes(&self, column: &str) -> bool {
        self.bytes.contains(&column)
    }

    pub(in crate::store) fn is_number(&self, column: &str) -> bool {
        [self.fixed, self.rest, self.moving].iter().any(|(_, numbers)| numbers.contains(&column))
    }

    /// For a statement with these columns, each with or without its table before it.
    pub(in crate::store) fn places(&self, texts: &[&str], numbers: &[&str], bytes: &[&str]) -> Places {
        let place = |columns: &[&str], name: &str| {
            let is_it = |column: &&str| column.rsplit('.').next() == Some(name);
            columns.iter().position(is_it).unwrap_or(NOWHERE)
        };
        let group = |(of_texts, of_numbers): Names, of_bytes: &[&str]| Group {
            texts: of_texts.iter().map(|name| place(texts, name)).collect(),
            bytes: of_bytes.iter().map(|name| place(bytes, name)).collect(),
            numbers: of_numbers.iter().map(|name| place(numbers, name)).collect(),
        };
        let named = |name: &&str| {
            if self.is_number(name) {
                Place::Number(place(numbers, name))
            } else {
                Place::Text(place(texts, name))
            }
        };
        Places {
            sealed: self.sealed,
            name: self.name.iter().map(named).collect(),
            fixed: group(self.fixed, self.bytes),
            rest: group(self.rest, &[]),
            moving: group(self.moving, &[]),
        }
    }
}

impl Places {
    /// The name of a row.
    pub(in crate::store) fn name_of(&self, row: &(impl Placed + ?Sized)) -> Result<String, StoreError> {
        let mut id = Vec::with_capacity(self.name.len());
        for place in &self.name {
            id.push(match place {
                Place::Text(place) => row.text_at(*place)?.unwrap_or_default().to_owned(),
                Place::Number(place) => row.number_at(*place)?.unwrap_or_default().to_string(),
            });
        }
        Ok(self.sealed.name(&id.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    /// What of a row never changes.
    pub(in crate::store) fn fixed_of(&self, row: &(impl Placed + ?Sized)) -> Result<Fixed, StoreError> {
        let rest = if self.rest.is_empty() { WHOLE } else { self.rest.values(row)?.digest() };
        self.fixed_with(rest, row)
    }

    /// The same, where the rest is not read and believed as its digest.
    pub(in crate::store) fn fixed_with(
        &self,
        rest: Digest,
        row: &(impl Placed + ?Sized),
    ) -> Result<Fixed, StoreError> {
        Ok(Fixed { table: self.sealed, values: Arc::new(self.fixed.values(row)?), rest })
    }

    /// What of it does.
    pub(in crate::store) fn moving_of(&self, row: &(impl Placed + ?Sized)) -> Result<Values, StoreError> {
        self.moving.values(row)
    }
}

impl Group {
    const fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.bytes.is_empty() && self.numbers.is_empty()
    }

    fn values(&self, row: &(impl Placed + ?Sized)) -> Result<Values, StoreError> {
        let mut values = Values::default();
        for place in &self.texts {
            values.text(row.text_at(*place)?);
        }
        for place in &self.bytes {
            values.text(row.bytes_at(*place)?.map(hex::encode).as_deref());
        }
        for place in &self.numbers {
            values.number(row.number_at(*place)?);
        }
        Ok(values)
    }
}
