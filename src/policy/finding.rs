//! What is wrong with a policy file, and what to do about it.

use std::fmt;

use serde::Serialize;

/// One thing that is wrong in `policies/`. All findings are reported at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, relative to the folder of the policies.
    pub file: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
}

impl Finding {
    pub(super) fn new(file: &str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { file: file.to_owned(), what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}. {}", self.file, self.what, self.fix)
    }
}

/// Collects the findings about one file.
pub(super) struct Notes<'a> {
    pub(super) file: &'a str,
    pub(super) all: &'a mut Vec<Finding>,
}

impl Notes<'_> {
    pub(super) fn add(&mut self, what: impl Into<String>, fix: impl Into<String>) {
        self.all.push(Finding::new(self.file, what, fix));
    }
}
