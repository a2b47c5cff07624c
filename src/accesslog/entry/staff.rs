//! Who acted for a party.

use serde::{Deserialize, Serialize};

use crate::domain::{
    pgn::hides_a_pgn,
    text::{Lines, NoData, no_data},
};

/// Who acted, as the acting party itself calls the member of staff or the system. Stands only in that party's own part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenStaff")]
pub struct Staff {
    /// The party's own reference: 1 to 64 characters. Not a name, not a BSN.
    reference: String,
    /// The function, such as `trajectbegeleider`: 1 to 64 characters.
    function: String,
}

/// A reference or function of staff was not accepted. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStaff {
    /// Empty, too long, or with control characters.
    #[error("a staff reference and a function have 1 to 64 characters without control characters")]
    Form,
    /// It holds what looks like a BSN or an onderwijsnummer.
    #[error("the staff reference or function holds what looks like a burgerservicenummer or onderwijsnummer")]
    LooksLikePgn,
}

impl Staff {
    /// Checks both texts and takes them over.
    ///
    /// # Errors
    /// [`InvalidStaff`] when one has another form or could hold a number of a person.
    pub fn new(reference: &str, function: &str) -> Result<Self, InvalidStaff> {
        for text in [reference, function] {
            if text.chars().count() > 64
                || no_data(text, Lines::One).is_some_and(|why| why < NoData::SpreadsheetError)
            {
                return Err(InvalidStaff::Form);
            }
            if hides_a_pgn(text) {
                return Err(InvalidStaff::LooksLikePgn);
            }
        }
        Ok(Self { reference: reference.to_owned(), function: function.to_owned() })
    }

    /// The party's own reference.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The function.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStaff {
    reference: String,
    function: String,
}

impl TryFrom<WrittenStaff> for Staff {
    type Error = InvalidStaff;

    fn try_from(written: WrittenStaff) -> Result<Self, InvalidStaff> {
        Self::new(&written.reference, &written.function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_has_a_form_and_no_bsn() {
        assert!(Staff::new("m.devries", "leerplichtambtenaar").is_ok());
        assert_eq!(Staff::new("", "x"), Err(InvalidStaff::Form));
        assert_eq!(Staff::new("x", "a\nb"), Err(InvalidStaff::Form));
        assert_eq!(Staff::new("x", "a\u{202e}b"), Err(InvalidStaff::Form));
        assert_eq!(Staff::new("\u{200b}", "x"), Err(InvalidStaff::Form));
        assert_eq!(Staff::new(&"x".repeat(65), "x"), Err(InvalidStaff::Form));
        assert_eq!(Staff::new("999990019", "x"), Err(InvalidStaff::LooksLikePgn));
    }
}
