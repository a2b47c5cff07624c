//! What is wrong with a policy file, and what to do about it.

use std::fmt;

use serde::Serialize;

use crate::domain::problem::Bilingual;

/// One thing that is wrong in `policies/`. All findings are reported at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, relative to the folder of the policies.
    pub file: String,
    /// The line on which the rule begins that is named, counted from 1; none where no rule of a Cedar file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong.
    pub what: Bilingual,
    /// What to do.
    pub fix: Bilingual,
}

/// A text of two formats that take the same arguments.
macro_rules! said {
    ($nl:literal, $en:literal $(, $($arguments:tt)*)?) => {
        $crate::domain::problem::Bilingual::of(
            format!($nl $(, $($arguments)*)?),
            format!($en $(, $($arguments)*)?),
        )
    };
}

pub(in crate::policy) use said;

impl Finding {
    pub(in crate::policy) fn new(file: &str, what: impl Into<Bilingual>, fix: impl Into<Bilingual>) -> Self {
        Self { file: file.to_owned(), line: None, what: what.into(), fix: fix.into() }
    }
}

impl Finding {
    /// The file, and the line of it where one is known.
    #[must_use]
    pub fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.clone(),
        }
    }

    /// Place, what is wrong and what to do, on one line in each language.
    #[must_use]
    pub fn told(&self) -> Bilingual {
        let Self { what, fix, .. } = self;
        let place = self.place();
        Bilingual::of(
            format!("{place}: {}. {}", what.nl, fix.nl),
            format!("{place}: {}. {}", what.en, fix.en),
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told().en)
    }
}

/// Collects the findings about one file.
pub(in crate::policy) struct Notes<'a> {
    pub(in crate::policy) file: &'a str,
    pub(in crate::policy) all: &'a mut Vec<Finding>,
}

impl Notes<'_> {
    pub(in crate::policy) fn add(&mut self, what: impl Into<Bilingual>, fix: impl Into<Bilingual>) {
        self.all.push(Finding::new(self.file, what, fix));
    }
}
