//! A table for people: heads, and columns that stand under each other.

use unicode_width::UnicodeWidthStr;

use super::printable::one_line;

/// What stands between two columns.
const GAP: &str = "  ";
/// Terminal codes (ECMA-48) of a head: bold, and back.
const BOLD: (&str, &str) = ("\u{1b}[1m", "\u{1b}[0m");

/// A table. A column in which nothing stands is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new<const N: usize>(heads: [&str; N]) -> Self {
        Self { heads: heads.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row, with as many cells as there are heads. Text from elsewhere loses its control characters.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The text: the heads, bold where the terminal shows it, and a line for each row.
    #[must_use]
    pub fn text(&self, styled: bool) -> String {
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let widest = self.cells(column).map(UnicodeWidthStr::width).max().unwrap_or_default();
                let head = self.heads.get(column).map_or(0, |head| head.width());
                if widest == 0 { 0 } else { widest.max(head) }
            })
            .collect();
        let heads = line(&self.heads, &widths);
        let heads = if styled { format!("{}{heads}{}", BOLD.0, BOLD.1) } else { heads };
        let rows = self.rows.iter().map(|row| line(row, &widths));
        std::iter::once(heads).chain(rows).collect::<Vec<_>>().join("\n")
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(column)).map(String::as_str)
    }
}

/// One line; a column of no width is left out, and nothing stands behind the last cell.
fn line(cells: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, width) in cells.iter().zip(widths).filter(|(_, width)| **width > 0) {
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width())));
        text.push_str(GAP);
    }
    text.trim_end().to_owned()
}
