//! What is wrong in `facts.toml`, and where.

use toml::Spanned;

use crate::{domain::problem::Bilingual, policy::load::finding::Finding};

/// The file of the facts.
const FILE: &str = "facts.toml";

/// A place in the file, for what is wrong there.
pub(super) struct Notes<'a> {
    pub(super) text: &'a str,
    pub(super) all: &'a mut Vec<Finding>,
}

impl Notes<'_> {
    pub(super) fn line(&self, code: &Spanned<String>) -> usize {
        self.text.get(..code.span().start).unwrap_or_default().matches('\n').count().saturating_add(1)
    }

    pub(super) fn add(&mut self, line: Option<usize>, what: Bilingual, fix: impl Into<Bilingual>) {
        self.all.push(Finding { line, ..Finding::new(FILE, what, fix) });
    }
}
