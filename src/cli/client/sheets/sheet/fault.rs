//! What is wrong on which line of a sheet.

use crate::cli::client::problem::Reason;

/// What is wrong on which line.
#[derive(Debug, Clone)]
pub struct LineFault {
    /// The line: the row as a spreadsheet numbers it.
    pub line: u64,
    /// What is wrong there.
    pub reason: Reason,
}

/// What is wrong there, under a stable code, in both languages.
pub(super) fn fault(line: u64, code: &str, nl: &str, en: &str) -> LineFault {
    LineFault { line, reason: Reason::found(code, nl, en) }
}
