//! Text without what a terminal would obey.

use std::{borrow::Cow, fmt};

use crate::domain::text::steers;

/// Text from elsewhere must not move the cursor, hide lines, set a title or turn the direction of reading: what steers becomes
/// `�`.
#[must_use]
pub fn without_controls(text: &str) -> String {
    let harmless = |c: char| if moves(c) { '\u{FFFD}' } else { c };
    text.chars().map(harmless).collect()
}

/// The same for a text that must stay in its place: ends of lines and tabs become spaces.
#[must_use]
pub fn one_line(text: &str) -> String {
    without_controls(text).replace(['\n', '\t'], " ")
}

fn moves(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t') || steers(c)
}

/// The same JSON without a character that a terminal obeys: they can only stand in texts, where they may be escaped.
pub fn escaped(line: &str) -> Cow<'_, str> {
    if !line.contains(moves) {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    for letter in line.chars() {
        if moves(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // A String takes whatever is written.
                fmt::Write::write_fmt(&mut text, format_args!("\\u{unit:04x}")).ok();
            }
        } else {
            text.push(letter);
        }
    }
    Cow::Owned(text)
}
