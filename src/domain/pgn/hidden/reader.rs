//! Reads a text as groups of digits, and looks for a number in each run of them.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::{
    groups::{BREAK, Group, LONGEST_GAP, digit, is_ten},
    run::Run,
};
use crate::domain::text::{character_reference, is_invisible};

/// Reads a text character by character into runs of groups.
#[derive(Default)]
pub(super) struct Reader {
    groups: Vec<Group>,
    open: bool,
    between: String,
    /// The last word before the run, in lower case.
    word: String,
    word_ended: bool,
    found: bool,
}

impl Reader {
    /// Whether a number hides in a text.
    pub(super) fn finds_in(text: &str) -> bool {
        let mut reader = Self::default();
        let mut rest = text.chars();
        while let Some(letter) = rest.next() {
            match character_reference(letter, rest.as_str()) {
                Some((meant, behind)) => {
                    reader.read(meant.unwrap_or(' '));
                    rest = behind.chars();
                }
                None => reader.read(letter),
            }
        }
        reader.end();
        reader.found
    }

    /// Reads one character. What stands for several, such as an ellipsis, is one mark, unless it holds letters or digits.
    fn read(&mut self, letter: char) {
        let (mut count, mut last, mut is_data) = (0_usize, letter, false);
        decompose_compatible(letter, |part| {
            count = count.saturating_add(1);
            last = part;
            is_data |= part.is_alphanumeric();
        });
        if is_ten(letter) {
            self.take('1');
            self.take('0');
        } else if is_data {
            decompose_compatible(letter, |part| self.take(part));
        } else {
            self.take(if count == 1 { last } else { letter });
        }
    }

    fn take(&mut self, letter: char) {
        if is_invisible(letter) || is_combining_mark(letter) {
            return;
        }
        if let Some(digit) = digit(letter) {
            if !self.open {
                let before = std::mem::take(&mut self.between);
                self.groups.push(Group { digits: Vec::new(), before });
                self.open = true;
            }
            if let Some(group) = self.groups.last_mut() {
                group.digits.push(digit);
            }
        } else if letter.is_alphanumeric() {
            self.end();
            if std::mem::take(&mut self.word_ended) {
                self.word.clear();
            }
            self.word.extend(letter.to_lowercase());
        } else {
            self.open = false;
            self.word_ended = true;
            self.between.push(mark(letter));
            if !self.groups.is_empty() && self.between.chars().count() > LONGEST_GAP {
                let between = std::mem::take(&mut self.between);
                self.end();
                self.word.clear();
                self.between = between;
            }
        }
    }

    /// Ends a run: looks for a number in it.
    fn end(&mut self) {
        let run = Run {
            groups: std::mem::take(&mut self.groups),
            after_week: is_week(&self.word),
            after_school_year: is_school_year(&self.word),
        };
        self.found = self.found || run.holds_a_pgn();
        if !run.groups.is_empty() {
            self.word.clear();
        }
        self.open = false;
        self.between.clear();
    }
}

/// White space as a space or a break, and a dash, a slash or an apostrophe of any length or weight as the one on a keyboard.
const fn mark(letter: char) -> char {
    match letter {
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => BREAK,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{2018}' | '\u{2019}' | '\u{2032}' | '\u{b4}' | '`' => '\'',
        letter if letter.is_whitespace() => ' ',
        letter => letter,
    }
}

fn is_week(word: &str) -> bool {
    ["week", "weken", "weeknr", "weeknummer", "wk", "kw", "w"].contains(&word)
}

fn is_school_year(word: &str) -> bool {
    ["schooljaar", "schooljaren", "cursusjaar", "studiejaar", "cohort", "sj"].contains(&word)
}
