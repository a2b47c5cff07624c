//! What a decision looked at, and until when what it found holds.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::id::DeclarationId;

/// What was read so far.
#[derive(Debug, Default)]
pub(in crate::exchange) struct Reading {
    pub(super) subjects: BTreeSet<String>,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) declarations: BTreeSet<DeclarationId>,
}

impl Reading {
    pub(super) fn lapses(&mut self, at: Option<Timestamp>) {
        self.valid_until = [self.valid_until, at].into_iter().flatten().min();
    }

    /// What was looked at, for a write that rests on it.
    pub(in crate::exchange) fn into_subjects(self) -> BTreeSet<String> {
        self.subjects
    }
}
