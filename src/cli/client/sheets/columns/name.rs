//! What may be the name of a column.

use std::sync::LazyLock;

use super::{fact::likely_paths, header};

/// The facts that a sheet is likely to name.
static LIKELY: LazyLock<Vec<String>> = LazyLock::new(likely_paths);

/// Whether a text could be the name of a column of some dataset: a short name of the header, or parts with dots between.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let dotted = text.contains('.')
        && text.split('.').all(is_part)
        && (text.starts_with(|c: char| c.is_ascii_lowercase())
            || text.starts_with(|c: char| c.is_ascii_uppercase()) && text.split('.').all(is_whole));
    dotted || header::path_of(text, &LIKELY).is_some()
}

/// A spreadsheet may write its head in capitals, or begin a cell with one; initials are no names.
fn is_whole(part: &str) -> bool {
    part.len() > 1 || is_number(part)
}

pub(super) fn is_number(part: &str) -> bool {
    part.parse::<usize>().is_ok()
}
