//! The two statements that look: what every push and pull is judged by, and what only an operator or the end of something is.
//!
//! Each row says what it is, and has its values in columns of their types.

use std::{iter, sync::LazyLock};

use super::{
    branches::{self, Branch},
    kinds::{NUMBERS, TEXTS, kind},
};
use crate::store::marks::Texts;

/// How many values a look has.
pub(super) const VALUES: usize = 6;
/// A statement that looks for so many things.
pub(super) type Width = (usize, Texts);
/// One statement in all its widths, narrowest first.
pub(super) type Union = Vec<Width>;

const WIDTHS: [usize; 5] = [1, 4, 16, 64, 256];

const ANSWER: &str =
    "LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role";

/// Both databases want the same types in every branch; only PostgreSQL asks for the type of a NULL, and it calls bytes
/// otherwise.
fn branch((kind, from, when): &Branch, bytes: &str) -> String {
    let columns = |own: &[&str], all: usize, null: &str| -> Vec<String> {
        let own = own.iter().map(|column| (*column).to_owned());
        own.chain(iter::repeat(null.to_owned())).take(all).collect()
    };
    let mut all = vec![kind.number.to_string()];
    all.extend(columns(kind.texts, TEXTS, "CAST(NULL AS TEXT)"));
    all.extend(columns(kind.numbers, NUMBERS, "CAST(NULL AS BIGINT)"));
    for column in [kind.bytes, kind.seal] {
        all.push(if column.is_empty() { format!("CAST(NULL AS {bytes})") } else { column.to_owned() });
    }
    let answer = if kind.number == kind::COPY { ANSWER } else { "" };
    format!("SELECT {} FROM w CROSS JOIN {from} {answer} WHERE {when}", all.join(", "))
}

fn statement(branches: &[Branch], width: usize, bytes: &str, mark: &dyn Fn(usize) -> String) -> String {
    let row = |row: usize| {
        let marks: Vec<_> = (1..=VALUES).map(|value| mark(row * VALUES + value)).collect();
        format!("({})", marks.join(", "))
    };
    let looks: Vec<_> = (0..width).map(row).collect();
    let branches: Vec<_> = branches.iter().map(|one| branch(one, bytes)).collect();
    format!("WITH w(look, a, b, c, n, d) AS (VALUES {}) {}", looks.join(", "), branches.join(" UNION ALL "))
}

fn union(branches: &[Branch]) -> Union {
    let texts = |width| Texts::new(|bytes, mark| statement(branches, width, bytes, mark));
    WIDTHS.into_iter().map(|width| (width, texts(width))).collect()
}

/// What every push and pull is judged by.
pub(super) static OFTEN: LazyLock<Union> = LazyLock::new(|| union(branches::OFTEN));
/// What the rest is judged by.
pub(super) static SELDOM: LazyLock<Union> = LazyLock::new(|| union(branches::SELDOM));
