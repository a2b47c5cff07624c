//! A text as groups of digits, and what stands between them.

/// The most marks between two groups that lie near, and the most white space beside them.
const MOST_MARKS: usize = 2;
const MOST_SPACES: usize = 4;
/// What is longer lies between two numbers.
pub(super) const LONGEST_GAP: usize = 16;

/// What a tab or the end of a line is read as; all other white space is a space.
pub(super) const BREAK: char = '\n';

/// The digit zero of every script whose digits do not decompose to ASCII (Unicode, general category Nd).
const ZEROS: [u32; 56] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
    0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50,
    0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
    0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50,
    0x11da0, 0x16a60, 0x16ac0, 0x1e140, 0x1e950,
];

/// The sign for one of every row of ten from one to ten that does not decompose: digits in a circle.
const ONES: [u32; 4] = [0x2776, 0x2780, 0x278a, 0x24f5];

/// A digit of any script as ASCII.
pub(super) fn digit(letter: char) -> Option<u8> {
    if letter.is_ascii() {
        return u8::try_from(letter).ok().filter(u8::is_ascii_digit);
    }
    let within = |begins: &[u32], most: u32| {
        let offsets = begins.iter().filter_map(|begin| u32::from(letter).checked_sub(*begin));
        offsets.min().filter(|offset| *offset < most)
    };
    let value = within(&ZEROS, 10)
        .or_else(|| within(&ONES, 9).map(|offset| offset.saturating_add(1)))
        .or_else(|| numeral(letter))?;
    u8::try_from(value).ok()?.checked_add(b'0')
}

/// A digit outside every row: the zeros in a circle, the numerals of Chinese and of its market places.
const fn numeral(letter: char) -> Option<u32> {
    Some(match letter {
        '\u{24ff}' | '\u{1f10b}' | '\u{1f10c}' | '〇' | '零' => 0,
        '一' | '〡' => 1,
        '二' | '〢' => 2,
        '三' | '〣' => 3,
        '四' | '〤' => 4,
        '五' | '〥' => 5,
        '六' | '〦' => 6,
        '七' | '〧' => 7,
        '八' | '〨' => 8,
        '九' | '〩' => 9,
        _ => return None,
    })
}

/// Whether a sign is a ten in a circle: two digits in one.
pub(super) fn is_ten(letter: char) -> bool {
    ONES.iter().any(|one| u32::from(letter).checked_sub(*one) == Some(9))
}

/// What a group of four digits may be as a year.
pub(super) const YEARS: std::ops::RangeInclusive<u32> = 1850..=2149;

/// Digits without anything between them, and what stands before them.
#[derive(Default)]
pub(super) struct Group {
    pub(super) digits: Vec<u8>,
    pub(super) before: String,
}

impl Group {
    pub(super) fn value(&self) -> Option<u32> {
        (self.digits.len() <= 4).then(|| {
            self.digits.iter().fold(0u32, |sum, digit| {
                sum.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0')))
            })
        })
    }

    pub(super) fn is(
        &self,
        lengths: std::ops::RangeInclusive<usize>,
        values: std::ops::RangeInclusive<u32>,
    ) -> bool {
        lengths.contains(&self.digits.len()) && self.value().is_some_and(|value| values.contains(&value))
    }

    pub(super) fn is_year(&self) -> bool {
        self.is(4..=4, YEARS)
    }

    pub(super) fn mark(&self) -> &str {
        self.before.trim()
    }

    /// `'16`
    pub(super) fn is_shortened_year(&self) -> bool {
        self.digits.len() == 2 && self.before.ends_with('\'')
    }

    /// The mark before it, without the apostrophe that shortens a year.
    pub(super) fn joint(&self) -> &str {
        match self.mark().strip_suffix('\'') {
            Some(joint) if self.is_shortened_year() => joint.trim(),
            _ => self.mark(),
        }
    }

    /// Whether what stands before it may stand within a number of whatever spelling.
    pub(super) fn is_near(&self) -> bool {
        let spaces = self.before.matches([' ', BREAK]).count();
        let marks = self.before.chars().count().saturating_sub(spaces);
        marks <= MOST_MARKS && spaces <= MOST_SPACES
    }

    /// Whether another line or another cell begins here.
    pub(super) fn begins_anew(&self) -> bool {
        self.before.contains(BREAK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
