//! The one statement, in widths of 1 to 64 things that are looked for.
//!
//! Each row says for which of them it is, what it is, and has its values in columns of their types.

use std::sync::LazyLock;

use super::branches::BRANCHES;
use crate::store::marks::Texts;

/// The widths for which there is a text, narrowest first.
const WIDTHS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// How many values each thing that is looked for has.
const VALUES: usize = 6;

/// What is looked for.
pub(super) mod look {
    pub(crate) const KEY: &str = "key";
    pub(crate) const PSEUDONYM: &str = "pseudonym";
    pub(crate) const MESSAGE: &str = "message";
    pub(crate) const DECLARATION: &str = "declaration";
    /// Fills up the width.
    pub(crate) const NOTHING: &str = "nothing";
}

fn statement(width: usize, bytes: &str, mark: &dyn Fn(usize) -> String) -> String {
    let row = |row: usize| {
        let marks: Vec<_> = (1..=VALUES).map(|value| mark(row * VALUES + value)).collect();
        format!("({}, {})", row, marks.join(", "))
    };
    let looks: Vec<_> = (0..width).map(row).collect();
    let branches: Vec<_> = BRANCHES.iter().map(|branch| branch.text(bytes)).collect();
    format!(
        "WITH w(slot, look, a, b, c, n, d) AS (VALUES {}) {}",
        looks.join(", "),
        branches.join(" UNION ALL ")
    )
}

/// The statement in each of [`WIDTHS`].
pub(super) static STATEMENTS: LazyLock<Vec<(usize, Texts)>> = LazyLock::new(|| {
    let texts = |width| Texts::new(|bytes, mark| statement(width, bytes, mark));
    WIDTHS.into_iter().map(|width| (width, texts(width))).collect()
});
