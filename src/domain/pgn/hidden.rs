//! A BSN that hides in a text, in whatever spelling; and what looks like one and is not.
//!
//! A text is read as groups of digits with something between them. Groups that lie side by side and have nine digits
//! together are a BSN when they pass the 11-test. One in eleven numbers does, so groups that are plainly something else
//! are set apart first: a date, a range of years, a week, a time, a telephone number. They are something else only while
//! what stands around them differs from what stands inside: `12-11-2010 3` is a date and a three, `12-11-2010-3` a number.
//! Nor do they go on into the next line or cell, or take along what is written as one number: `2025-2026.90.019`.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::remainder;
use crate::domain::text::is_invisible;

/// Whether a text holds a burgerservicenummer: nine digits that pass the 11-test, alone or in groups with at most two
/// marks between them, of whatever script, and zeros before them.
///
/// Used to refuse a BSN in a free field. One in eleven random numbers of nine digits passes. A number whose groups are a
/// date, a school year, a week, a time or a telephone number with something behind it is not taken for one. Of nine
/// digits in one piece, or joined by one and the same mark, only an international telephone number is something else.
#[must_use]
pub fn hides_a_bsn(text: &str) -> bool {
    let mut reader = Reader::default();
    for letter in text.chars() {
        decompose_compatible(letter, |part| reader.read(part));
    }
    reader.end();
    reader.found
}

/// The most marks between two groups of one number, and the most white space beside them.
const MOST_MARKS: usize = 2;
const MOST_SPACES: usize = 4;

/// What a tab or the end of a line is read as; all other white space is a space.
const BREAK: char = '\n';

/// The digit zero of every script whose digits do not decompose to ASCII (Unicode, general category Nd).
const ZEROS: [u32; 56] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50,
    0x11da0, 0x16a60, 0x16ac0, 0x1e140, 0x1e950,
];

/// A digit of any script as ASCII.
fn digit(letter: char) -> Option<u8> {
    let value = letter.to_digit(10).or_else(|| {
        let offsets = ZEROS.iter().filter_map(|zero| u32::from(letter).checked_sub(*zero));
        offsets.min().filter(|offset| *offset < 10)
    })?;
    u8::try_from(value).ok()?.checked_add(b'0')
}

/// Digits without anything between them, and what stands before them.
#[derive(Default)]
struct Group {
    digits: Vec<u8>,
    before: String,
}

impl Group {
    fn value(&self) -> Option<u32> {
        (self.digits.len() <= 4).then(|| {
            self.digits.iter().fold(0u32, |sum, digit| {
                sum.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
            })
        })
    }

    fn is(&self, lengths: std::ops::RangeInclusive<usize>, values: std::ops::RangeInclusive<u32>) -> bool {
        lengths.contains(&self.digits.len()) && self.value().is_some_and(|value| values.contains(&value))
    }

    fn is_year(&self) -> bool {
        self.is(4..=4, 1850..=2149)
    }

    fn mark(&self) -> &str {
        self.before.trim()
    }

    /// Whether another line or another cell begins here.
    fn begins_anew(&self) -> bool {
        self.before.contains(BREAK)
    }
}

/// Reads a text character by character into runs of groups.
#[derive(Default)]
struct Reader {
    groups: Vec<Group>,
    open: bool,
    between: String,
    /// The last word before the run, in lower case.
    word: String,
    word_ended: bool,
    found: bool,
}

impl Reader {
    fn read(&mut self, letter: char) {
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
            self.between.push(match letter {
                '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => BREAK,
                letter if letter.is_whitespace() => ' ',
                letter => letter,
            });
            let spaces = self.between.matches([' ', BREAK]).count();
            let marks = self.between.chars().count().saturating_sub(spaces);
            if !self.groups.is_empty() && (marks > MOST_MARKS || spaces > MOST_SPACES) {
                let between = std::mem::take(&mut self.between);
                self.end();
                self.word.clear();
                self.between = between;
            }
        }
    }

    /// Ends a run: looks for a number in it.
    fn end(&mut self) {
        let run = Run { groups: std::mem::take(&mut self.groups), after_week: is_week(&self.word) };
        self.found = self.found || run.holds_a_bsn();
        if !run.groups.is_empty() {
            self.word.clear();
        }
        self.open = false;
        self.between.clear();
    }
}

fn is_week(word: &str) -> bool {
    ["week", "weken", "weeknr", "weeknummer", "wk", "kw"].contains(&word)
}

struct Run {
    groups: Vec<Group>,
    after_week: bool,
}

impl Run {
    fn holds_a_bsn(&self) -> bool {
        let apart = self.set_apart();
        (0..self.groups.len()).any(|first| {
            self.nine_digits_from(first).any(|(number, zeros)| {
                let until = first.saturating_add(number.len());
                let kinds = apart.get(first..until).unwrap_or_default();
                let is_one_number =
                    is_joined_by_one_mark(number, self.groups.get(until)) && !joins_two_telephones(kinds);
                let is_free = kinds.iter().all(|kind| match kind {
                    Apart::No => true,
                    Apart::Likely => is_one_number,
                    // Ten digits from a zero on are dialled.
                    Apart::Telephone(_) => is_one_number && zeros == 0,
                    Apart::Surely => false,
                });
                let digits = number.iter().flat_map(|group| group.digits.iter().copied());
                let digits: Vec<u8> = digits.skip(zeros).collect();
                is_free && remainder(&digits) == Some(0)
            })
        })
    }

    /// The groups from this one on that have nine digits together, behind so many zeros that were put before the number.
    fn nine_digits_from(&self, first: usize) -> impl Iterator<Item = (&[Group], usize)> {
        let rest = self.groups.get(first..).unwrap_or_default();
        let begin = rest.first().map_or(&[][..], |group| &group.digits);
        let zeros = begin.iter().take_while(|digit| **digit == b'0').count();
        let (mut digits, within) = (0usize, begin.len());
        let ends = rest.iter().enumerate().map(move |(at, group)| {
            digits = digits.saturating_add(group.digits.len());
            (at, digits)
        });
        ends.filter_map(move |(at, digits)| {
            let number = rest.get(..=at)?;
            let put = digits.checked_sub(9)?;
            let own = zeros.checked_sub(put)?;
            // A number may begin with a zero of its own, and hardly with two; a zero before a month or an hour is no other number.
            let is_filled_up =
                put == 0 || (put < within && own <= 1 && (put > 1 || is_evenly_written(number)));
            is_filled_up.then_some((number, put))
        })
    }

    /// Which groups are plainly something else than a part of a number.
    fn set_apart(&self) -> Vec<Apart> {
        let mut apart = Vec::new();
        while apart.len() < self.groups.len() {
            let at = apart.len();
            let rest = self.groups.get(at..).unwrap_or_default();
            let line = rest
                .iter()
                .skip(1)
                .position(Group::begins_anew)
                .map_or(rest.len(), |more| more.saturating_add(1));
            let rest = rest.get(..line).unwrap_or_default();
            let likely = [
                if at == 0 && self.after_week { week(rest) } else { 0 },
                alone(rest, date(rest)),
                alone(rest, years(rest)),
                alone(rest, time(rest)),
                alone(rest, times(rest)),
            ];
            let likely = likely.into_iter().max().unwrap_or_default();
            let (kind, length) = match (international(rest), telephone(rest)) {
                (0, 0) => (Apart::Likely, likely),
                (0, length) => (Apart::Telephone(at), length),
                (length, _) => (Apart::Surely, length),
            };
            match length {
                0 => apart.push(Apart::No),
                length => apart.extend(std::iter::repeat_n(kind, length)),
            }
        }
        apart
    }
}

/// Whether a group belongs to something else than a number of a person.
#[derive(Clone, Copy)]
enum Apart {
    No,
    /// Unless it is a part of what is written as one number.
    Likely,
    /// Likely, and beginning at this group.
    Telephone(usize),
    Surely,
}

/// The end of one telephone number and the beginning of another: `072-5550108/06-12345678`.
fn joins_two_telephones(kinds: &[Apart]) -> bool {
    matches!((kinds.first(), kinds.last()), (Some(Apart::Telephone(one)), Some(Apart::Telephone(other))) if one != other)
}

/// The same between all groups.
fn is_evenly_written(number: &[Group]) -> bool {
    let second = number.get(1).map(|group| &group.before);
    number.iter().skip(1).all(|group| Some(&group.before) == second)
}

/// One group, or groups with one and the same mark between them, no blanks, and another around them.
fn is_joined_by_one_mark(number: &[Group], behind: Option<&Group>) -> bool {
    let [first, rest @ ..] = number else { return false };
    let Some(second) = rest.first() else { return true };
    let is_inside = |group: &Group| group.before == second.before;
    !second.mark().is_empty()
        && rest.iter().all(is_inside)
        && !is_inside(first)
        && !behind.is_some_and(is_inside)
}

/// The length, if what stands before and after differs from what stands inside.
fn alone(groups: &[Group], length: usize) -> usize {
    let inside = groups.get(1).map(Group::mark);
    let around = [groups.first(), groups.get(length)].map(|group| group.map(Group::mark));
    if around.iter().any(|mark| mark.is_some() && *mark == inside) { 0 } else { length }
}

/// `05-02-2026`, `2026-02-05`, `5/2/26`.
fn date(groups: &[Group]) -> usize {
    let [first, second, third, ..] = groups else { return 0 };
    let same = second.mark() == third.mark() && ["-", "/", "."].contains(&second.mark());
    let is_day = |group: &Group| group.is(1..=2, 0..=31);
    let is_month = |group: &Group| group.is(1..=2, 0..=12);
    let written = is_day(first) && is_month(second) && (third.is_year() || third.digits.len() == 2);
    let sorted = first.is_year() && is_month(second) && is_day(third);
    if same && (written || sorted) { 3 } else { 0 }
}

/// `2025-2026`, `2025/26`.
fn years(groups: &[Group]) -> usize {
    let [first, second, ..] = groups else { return 0 };
    let (Some(from), Some(until)) = (first.value(), second.value()) else { return 0 };
    let joined = ["-", "/", "\u{2013}"].contains(&second.mark());
    let long = second.is_year() && (from..=from.saturating_add(20)).contains(&until);
    let short = second.digits.len() == 2 && from.saturating_add(1).checked_rem(100) == Some(until);
    if joined && first.is_year() && (long || short) { 2 } else { 0 }
}

fn is_clock(hours: &Group, minutes: &Group) -> bool {
    hours.is(1..=2, 0..=24) && minutes.is(2..=2, 0..=59)
}

/// `10:30`, `10:30:15`.
fn time(groups: &[Group]) -> usize {
    let [hours, minutes, rest @ ..] = groups else { return 0 };
    if !is_clock(hours, minutes) || minutes.mark() != ":" {
        return 0;
    }
    let with_seconds = rest.first().is_some_and(|group| group.mark() == ":" && group.is(2..=2, 0..=60));
    if with_seconds { 3 } else { 2 }
}

/// `14.30-16.00`.
fn times(groups: &[Group]) -> usize {
    let [hours, minutes, until_hours, until_minutes, ..] = groups else { return 0 };
    let clocks = is_clock(hours, minutes) && is_clock(until_hours, until_minutes);
    let marked = minutes.mark() == "." && until_minutes.mark() == "." && until_hours.mark() != ".";
    if clocks && marked { 4 } else { 0 }
}

/// What follows the word week: `36`, `35-42`, `36-2026`, `2026-36`.
fn week(groups: &[Group]) -> usize {
    let is_week = |group: &Group| group.is(1..=2, 1..=53);
    match groups {
        [first, second, ..]
            if ["-", "/", "\u{2013}"].contains(&second.mark())
                && ((is_week(first) && (is_week(second) || second.is_year()))
                    || (first.is_year() && is_week(second))) =>
        {
            2
        }
        [first, ..] if is_week(first) => 1,
        _ => 0,
    }
}

/// `072 5550100`: ten digits from a zero on.
fn telephone(groups: &[Group]) -> usize {
    let starts = groups.first().is_some_and(|first| {
        first.digits.len() >= 2 && first.digits.starts_with(b"0") && !first.digits.starts_with(b"00")
    });
    if starts { dialled(groups, 10..=10) } else { 0 }
}

/// `+31 6 12345678` (a plus, and 10 to 13 digits), `0031 6 12345678`.
fn international(groups: &[Group]) -> usize {
    let Some(first) = groups.first() else { return 0 };
    if first.before.ends_with('+') && first.digits.len() <= 3 {
        match dialled(groups, 11..=13) {
            0 => dialled(groups, 10..=10),
            length => length,
        }
    } else if first.digits.starts_with(b"00") && first.digits.len() <= 5 {
        dialled(groups, 13..=13)
    } else {
        0
    }
}

/// How many groups make so many digits, with nothing between them but what telephone numbers have there.
fn dialled(groups: &[Group], digits: std::ops::RangeInclusive<usize>) -> usize {
    let mut count = 0usize;
    for (at, group) in groups.iter().enumerate() {
        let is_mark =
            |mark: char| matches!(mark, ' ' | '-' | '\u{2011}' | '\u{2013}' | '.' | '/' | '(' | ')');
        if at > 0 && !group.before.chars().all(is_mark) {
            return 0;
        }
        count = count.saturating_add(group.digits.len());
        if digits.contains(&count) {
            return at.saturating_add(1);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bsn_is_seen_in_any_spelling() {
        for text in [
            "999990019",
            "zijn nummer is 9999.90.019, bel mij",
            "９９９９９００１９",
            "٩٩٩٩٩٠٠١٩",
            "९९९९९००१९",
            "⁹⁹⁹⁹⁹⁰⁰¹⁹",
            "₉₉₉₉₉₀₀₁₉",
            "𝟗𝟗𝟗𝟗𝟗𝟎𝟎𝟏𝟗",
            "999\u{a0}990\u{2011}019",
            "9999\u{200b}90019",
            "9999\u{202e}90019",
            "9\t99990019",
            "999/990/019",
            "999,990,019",
            "999_990_019",
            "999+990+019",
            "999:990:019",
            "999'990'019",
            "(999) 990 019",
            "999\n990\r\n019",
            "999 - 990 - 019",
            "9 9 9 9 9 0 0 1 9",
            "kamer 12, 999990019",
            "12-11-2010 999990019",
            "2025-2026: 999990019",
            "week 36 999990019",
            "0612345678 / 999990019",
            "+31 6 12345678, 999990019",
            "2026}-02-30\t9999.90.019",
            "02-30 9999.90.019",
            "0 999990019",
            "0 999 990 019",
            "2025/9999.90.019",
            "05-02-2026\n999 990 019",
            "06 12345\t999 990 019",
        ] {
            assert!(hides_a_bsn(text), "{text}");
        }
    }

    #[test]
    fn zeros_before_a_number_do_not_hide_it() {
        for text in [
            "00123456782",
            "00999990019",
            "000000999990019",
            "nr. 00999990019",
            "nr00999990019",
            "٠٠٩٩٩٩٩٠٠١٩",
            "00999.990.019",
            "00999 990 019",
            "000-9999-90-019",
            "0012345672",
            "00012345672",
            "0-00999990019",
            "12-11-2010 00999990019",
        ] {
            assert!(hides_a_bsn(text), "{text}");
        }
        // Ten digits from one zero on are a telephone number, seven behind zeros an account, thirteen a number of another kind.
        for last in 0..=9 {
            for text in [
                format!("061234567{last}"),
                format!("06-1234567{last}"),
                format!("072 555010{last}"),
                format!("000123456{last}"),
                format!("0000000{last}"),
                format!("000000990000010000{last}0"),
                format!("003161234567{last}"),
                format!("09-2026 1234{last}"),
                format!("om 09:30 12345{last}"),
                format!("05-02-2026 1{last}"),
            ] {
                assert!(!hides_a_bsn(&text), "{text}");
            }
        }
    }

    /// One in eleven of them would pass with a zero before it: the decision stands in `docs/threat-model.md`.
    #[test]
    fn a_number_of_eight_digits_is_a_pupils_own() {
        for number in 10_000_000..10_000_500_u32 {
            assert!(!hides_a_bsn(&number.to_string()), "{number}");
            assert!(!hides_a_bsn(&format!("jv-{number}")), "{number}");
        }
        for text in ["jv-4123456782", "OTk5OTkwMDE5", "x4123456782"] {
            assert!(!hides_a_bsn(text), "{text}");
        }
    }

    /// Each of them passes the 11-test when its digits are joined.
    #[test]
    fn a_date_a_year_a_week_a_time_and_a_telephone_number_are_none() {
        for text in [
            "Stage vanaf 05-02-2026 3 uur per dag.",
            "schooljaar 2025-2026 2",
            "5/2/2026 10 uur",
            "2026-02-05 3",
            "week 35-42 2026 3",
            "week 2026-36 123",
            "van 14.30-16.00 3 dagen",
            "om 10:30 12345",
            "bel 0612345678 of 072-1234567",
            "072-5550100, 06-12345678",
            "+31 6 12345678",
            "+31 (0)6 12345678",
            "0031 6 12345678",
            "stage van 2025-01-01 tot 2026-01-01",
            "+31-6-12345678",
            "+31-6 12345678",
            "0031-6 12345678",
        ] {
            assert!(!hides_a_bsn(text), "{text}");
        }
        // The rule, not the luck of the 11-test: every digit behind them.
        for behind in 0..=9 {
            for text in [
                format!("05-02-2026 {behind} uur"),
                format!("05/02/2026, {behind}"),
                format!("schooljaar 2025-2026 {behind}"),
                format!("schooljaar 2025/26 {behind}{behind}{behind}"),
                format!("week 35-42 2026 {behind}"),
                format!("van 14.30-16.00 {behind}"),
                format!("+31 6 1234567{behind}"),
                format!("+31 (0)6 1234567{behind}"),
                format!("0031 6 1234567{behind}"),
                format!("072-555010{behind}, 06-12345678"),
                format!("072-555010{behind}/06-12345678"),
            ] {
                assert!(!hides_a_bsn(&text), "{text}");
            }
        }
    }

    #[test]
    fn what_is_a_date_only_by_its_first_groups_is_a_number() {
        // 121120103, 202520261 and 103012346 pass the 11-test or are made to.
        let passes = |digits: &str| remainder(digits.as_bytes()) == Some(0);
        let made = (0..=9)
            .map(|last| format!("1211201{last}"))
            .flat_map(|head| (0..=9).map(move |last| format!("{head}{last}")));
        for number in made.filter(|number| passes(number)) {
            let (day, rest) = number.split_at(2);
            let (month, rest) = rest.split_at(2);
            let (year, last) = rest.split_at(4);
            assert!(hides_a_bsn(&format!("{day}-{month}-{year}-{last}")), "{number}");
        }
    }

    #[test]
    fn every_zero_begins_ten_digits() {
        for zero in ZEROS {
            for value in 0..10u32 {
                let letter = char::from_u32(zero + value).unwrap();
                assert_eq!(digit(letter).map(|digit| u32::from(digit - b'0')), Some(value), "{zero:x}");
                assert!(letter.is_numeric());
            }
        }
    }
}
