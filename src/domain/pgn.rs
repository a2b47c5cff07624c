//! The persoonsgebonden nummer (PGN): a BSN or, for who has none, an onderwijsnummer.

mod eleven_test;
mod hidden;

use std::{fmt, str::FromStr};

use zeroize::Zeroize;

use self::eleven_test::may_be_a_pgn;
pub use self::hidden::hides_a_pgn;

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
        if may_be_a_pgn(text.as_bytes()) { Ok(Self(text.into())) } else { Err(InvalidPgn) }
    }
}

impl fmt::Debug for Pgn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pgn(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bsn_passes_the_eleven_test_and_an_onderwijsnummer_leaves_five() {
        assert!("999990019".parse::<Pgn>().is_ok(), "a number of the test range");
        for number in ["100000004", "123456764"] {
            assert!(number.parse::<Pgn>().is_ok(), "{number}: an onderwijsnummer, whatever it begins with");
        }
        for wrong in ["", "123456789", "12345678", "000000000", "99999001x"] {
            assert_eq!(wrong.parse::<Pgn>(), Err(InvalidPgn), "{wrong}");
        }
    }

    #[test]
    fn a_pgn_is_never_printed() {
        let pgn: Pgn = "999990019".parse().unwrap();
        assert_eq!(format!("{pgn:?}"), "Pgn(redacted)");
    }
}
