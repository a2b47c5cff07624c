//! The persoonsgebonden nummer (PGN): a BSN or, for who has none, an onderwijsnummer.

use std::{fmt, str::FromStr};

use zeroize::Zeroize;

/// A PGN of nine digits. It is wiped when dropped, never printed and never serialised.
///
/// A BSN passes the 11-test; an onderwijsnummer leaves 5 (Besluit register onderwijsdeelnemers).
///
/// The digits are on the heap: a value that is moved would leave them on the stack, where nobody wipes them.
#[derive(Clone, PartialEq, Eq, Zeroize)]
#[zeroize(drop)]
pub struct Pgn(Box<str>);

/// The text is not a PGN. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a burgerservicenummer or onderwijsnummer: nine digits that pass the 11-test")]
pub struct InvalidPgn;

const WEIGHTS: [i32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// What the 11-test leaves of nine digits that are not all zero; none of anything else.
fn remainder(digits: &[u8]) -> Option<i32> {
    let is_number = digits.len() == WEIGHTS.len()
        && digits.iter().all(u8::is_ascii_digit)
        && digits.iter().any(|digit| *digit != b'0');
    let weighed = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| i32::from(digit.saturating_sub(b'0')).saturating_mul(weight));
    is_number.then(|| weighed.sum::<i32>().rem_euclid(11))
}

impl Pgn {
    /// The nine digits. Every use of this function is a use of the number: keep them few.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Pgn {
    type Err = InvalidPgn;

    fn from_str(text: &str) -> Result<Self, InvalidPgn> {
        match remainder(text.as_bytes()) {
            Some(0 | 5) => Ok(Self(text.into())),
            _ => Err(InvalidPgn),
        }
    }
}

impl fmt::Debug for Pgn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pgn(redacted)")
    }
}

/// Whether a text holds nine digits in a row, perhaps separated by dots, spaces or hyphens, that pass the BSN's 11-test.
/// Spaces and hyphens of every width count, invisible characters do not, and a full-width digit is a digit.
///
/// Used to refuse a BSN that hides in a free field. One in eleven random numbers of nine digits passes.
#[must_use]
pub fn hides_a_bsn(text: &str) -> bool {
    let mut run: Vec<u8> = Vec::new();
    let mut ended = false;
    let is_bsn = |run: &[u8]| remainder(run) == Some(0);
    for letter in text.chars().filter(|letter| !is_invisible(*letter)).chain(['|']) {
        if let Some(digit) = digit(letter) {
            run.push(digit);
            ended = false;
        } else if is_separator(letter) && !run.is_empty() && !ended {
            ended = true;
        } else {
            if is_bsn(&run) {
                return true;
            }
            run.clear();
            ended = false;
        }
    }
    false
}

/// A digit as ASCII, also of the full-width form.
fn digit(letter: char) -> Option<u8> {
    let number = match letter {
        '0'..='9' => letter.to_digit(10)?,
        '\u{ff10}'..='\u{ff19}' => u32::from(letter).checked_sub(0xff10)?,
        _ => return None,
    };
    u8::try_from(number).ok()?.checked_add(b'0')
}

/// What people put between the digits of a number: dots, spaces and hyphens.
const fn is_separator(letter: char) -> bool {
    matches!(
        letter,
        '.' | ' ' | '-' | '\t' | '\u{a0}' | '\u{b7}' | '\u{2000}'..='\u{200a}' | '\u{2010}'..='\u{2015}' | '\u{202f}'
            | '\u{205f}' | '\u{2212}' | '\u{3000}' | '\u{ff0d}' | '\u{ff0e}'
    )
}

/// Characters without a width, which hide between others.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bsn_passes_the_eleven_test_and_an_onderwijsnummer_leaves_five() {
        assert!("999990019".parse::<Pgn>().is_ok(), "a number of the test range");
        for wrong in ["", "123456789", "12345678", "000000000", "99999001x"] {
            assert_eq!(wrong.parse::<Pgn>(), Err(InvalidPgn), "{wrong}");
        }
    }

    #[test]
    fn a_pgn_is_never_printed() {
        let pgn: Pgn = "999990019".parse().unwrap();
        assert_eq!(format!("{pgn:?}"), "Pgn(redacted)");
    }

    #[test]
    fn a_bsn_in_a_free_field_is_seen() {
        assert!(hides_a_bsn("zijn nummer is 9999.90.019, bel mij"));
        assert!(hides_a_bsn("999990019"));
        for disguised in ["９９９９９００１９", "999\u{a0}990\u{2011}019", "9999\u{200b}90019", "9\t99990019"]
        {
            assert!(hides_a_bsn(disguised), "{disguised}");
        }
        assert!(!hides_a_bsn("bel 0612345678 of 072-1234567"));
        assert!(!hides_a_bsn("stage van 2025-01-01 tot 2026-01-01"));
    }
}
