//! Which columns of which table are sealed, by their names: one list for who writes rows, who decides by them, and who holds
//! them against the log.

use std::sync::Arc;

use super::{Fixed, Sealed, Values};
use crate::{domain::digest::Digest, store::error::StoreError};

/// Names of columns: texts, and numbers.
type Names = (&'static [&'static str], &'static [&'static str]);

/// How the rows of one table are sealed.
#[derive(Debug)]
pub(in crate::store) struct Layout {
    pub(in crate::store) sealed: Sealed,
    pub(in crate::store) table: &'static str,
    /// By which the table is read in order.
    pub(in crate::store) key: &'static [&'static str],
    /// What names a row for the entries that wrote it.
    name: &'static [&'static str],
    /// What never changes and is read with each row; of bytes the hexadecimal digits, behind the texts.
    fixed: Names,
    bytes: &'static [&'static str],
    /// What never changes either, and is not read to change the others.
    rest: Names,
    moving: Names,
}

const NOTHING: Names = (&[], &[]);

pub(in crate::store) const MESSAGE: Layout = Layout {
    sealed: Sealed::Message,
    table: "message",
    key: &["id"],
    // With its sender, so that who asks for one that is gone is known by it or not.
    name: &["id", "sender_oin", "sender_role"],
    fixed: (
        &["id", "kind", "sender_oin", "sender_role", "reply_to", "outcome"],
        &["created", "created_index", "expires"],
    ),
    bytes: &[],
    rest: (&["dataset", "purpose", "person_id", "rests_on"], &["dataset_version", "copies"]),
    moving: (&["state"], &["ended_index"]),
};

/// A message that says an outcome and no more. By its name any answer is missed, also one that has content and is a message.
pub(in crate::store) const ANSWER: Layout =
    Layout { sealed: Sealed::Answer, name: &["reply_to", "sender_oin", "sender_role"], ..MESSAGE };

pub(in crate::store) const COPY: Layout = Layout {
    sealed: Sealed::Copy,
    table: "copy",
    key: &["message_id", "oin", "role"],
    name: &["message_id", "oin", "role"],
    fixed: (&["message_id", "oin", "role", "basis", "jwe_sha256", "thumbprint"], &[]),
    bytes: &[],
    rest: (&["municipality", "categories", "omitted"], &["position", "pushed_index"]),
    moving: (
        &["state", "recipient_person_id"],
        &["collected_at", "collected_index", "acknowledged_at", "acknowledged_index", "ended_index"],
    ),
};

pub(in crate::store) const RESTS: Layout = Layout {
    sealed: Sealed::Rests,
    table: "copy_declaration",
    key: &["message_id", "oin", "role", "declaration_id"],
    name: &["message_id", "oin", "role", "declaration_id"],
    fixed: (&["message_id", "oin", "role", "declaration_id"], &[]),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const DECLARATION: Layout = Layout {
    sealed: Sealed::Declaration,
    table: "declaration",
    key: &["id"],
    name: &["id"],
    fixed: (&["id", "person_id", "recorder_oin", "recorder_role"], &["recorded_index"]),
    bytes: &[],
    rest: (
        &[
            "kind",
            "dataset",
            "purpose",
            "towards_oin",
            "towards_role",
            "towards_municipality",
            "given_by",
            "evidence_kind",
            "evidence_digest",
            "evidence_on",
        ],
        &["given_at", "until_at", "explicit", "recorded_at"],
    ),
    moving: (&["state", "withdrawn_by"], &["withdrawn_at", "withdrawn_index"]),
};

pub(in crate::store) const DECISION: Layout = Layout {
    sealed: Sealed::Decision,
    table: "declaration_decision",
    key: &["declaration_id", "idx"],
    name: &["declaration_id", "idx"],
    fixed: (&["declaration_id", "verdict", "reason", "decided_on"], &["idx", "decided_at"]),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

/// It may lead to somebody else once it was forgotten, so that it is named by whom it leads to.
pub(in crate::store) const PSEUDONYM: Layout = Layout {
    sealed: Sealed::Pseudonym,
    table: "pseudonym",
    key: &["person_id", "key_version"],
    name: &["person_id", "key_version"],
    fixed: (&["person_id"], &["key_version"]),
    bytes: &["pseudonym"],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const MADE: Layout = Layout {
    sealed: Sealed::Made,
    table: "idempotency",
    key: &["oin", "role", "key"],
    name: &["oin", "role", "key"],
    fixed: (&["oin", "role", "key", "message_id", "declaration_id"], &[]),
    bytes: &["body_hmac"],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const NOTICE: Layout = Layout {
    sealed: Sealed::Notice,
    table: "notice",
    key: &["oin", "role", "idx", "message_id", "about_oin", "about_role"],
    name: &["oin", "role", "idx", "message_id", "about_oin", "about_role"],
    fixed: (
        &["oin", "role", "message_id", "about_oin", "about_role", "kind", "declaration_id"],
        &["idx", "created"],
    ),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

/// Each says how many there are for its copy, so that none of them goes unseen while one is left.
pub(in crate::store) const SEARCH: Layout = Layout {
    sealed: Sealed::Search,
    table: "search_key",
    key: &["message_id", "oin", "role", "digest"],
    name: &["message_id", "oin", "role"],
    fixed: (&["message_id", "oin", "role"], &["digests"]),
    bytes: &["digest"],
    rest: NOTHING,
    moving: NOTHING,
};

/// Its seal ends in the sum of the seals of what is about it, which changes as `entry` does.
pub(in crate::store) const SUBJECT: Layout = Layout {
    sealed: Sealed::Subject,
    table: "subject_change",
    key: &["subject"],
    name: &["subject"],
    fixed: (&["subject"], &[]),
    bytes: &[],
    rest: NOTHING,
    moving: (&[], &["entry"]),
};

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

/// Stands for the digest where nothing is left out.
pub(super) const WHOLE: Digest = Digest([0; 32]);

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

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&Layout; 11] = [
        &MESSAGE,
        &ANSWER,
        &COPY,
        &RESTS,
        &DECLARATION,
        &DECISION,
        &PSEUDONYM,
        &SUBJECT,
        &MADE,
        &NOTICE,
        &SEARCH,
    ];

    #[test]
    fn every_part_of_a_name_is_sealed_and_no_column_twice() {
        for layout in ALL {
            let sealed = |(texts, numbers): Names| texts.iter().chain(numbers).copied();
            let groups = [layout.fixed, layout.rest, layout.moving].into_iter().flat_map(sealed);
            let all: Vec<_> = groups.chain(layout.bytes.iter().copied()).collect();
            for name in layout.name {
                assert!(all.contains(name), "{name} of {}", layout.table);
            }
            for (at, name) in all.iter().enumerate() {
                assert!(!all[..at].contains(name), "{name} of {}", layout.table);
            }
        }
    }
}
