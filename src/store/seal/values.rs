//! The bytes over which a seal is made.

use crate::domain::digest::Digest;

/// Values one after the other, each with its length before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct Values(Vec<u8>);

impl Values {
    pub(in crate::store) fn of(texts: &[Option<&str>], numbers: &[Option<i64>]) -> Self {
        let mut values = Self(Vec::with_capacity(256));
        for text in texts {
            values.text(*text);
        }
        for number in numbers {
            values.number(*number);
        }
        values
    }

    /// The same with these bytes behind them.
    pub(in crate::store) fn before(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }

    pub(in crate::store) const fn bytes(&self) -> &Vec<u8> {
        &self.0
    }

    pub(in crate::store) fn text(&mut self, text: Option<&str>) {
        put(&mut self.0, text.map(str::as_bytes));
    }

    pub(in crate::store) fn number(&mut self, number: Option<i64>) {
        put(&mut self.0, number.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
    }

    /// Their digest, where they never change and need not be read to change the others.
    pub(in crate::store) fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

/// A value with its length before it; one that is absent has a length that no value has.
pub(in crate::store) fn put(bytes: &mut Vec<u8>, value: Option<impl AsRef<[u8]>>) {
    match value {
        None => bytes.extend(u64::MAX.to_be_bytes()),
        Some(value) => {
            bytes.extend(length(value.as_ref().len()));
            bytes.extend(value.as_ref());
        }
    }
}

pub(in crate::store) fn length(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_is_no_empty_one_and_none_runs_into_the_next() {
        let of = |texts: &[Option<&str>]| Values::of(texts, &[]);
        assert_ne!(of(&[None, Some("")]), of(&[Some(""), None]));
        assert_ne!(of(&[Some("ab"), Some("c")]), of(&[Some("a"), Some("bc")]));
    }
}
