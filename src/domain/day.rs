//! A day on the calendar in the one notation of documents: `2026-07-17`.

use std::str::FromStr;

use jiff::civil::Date;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Unexpected},
};

use super::problem::Fault;

/// A day on the calendar: `2026-07-17` and no other notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Day(pub Date);

/// Why a text is no day. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    /// It is not written as a day.
    #[error("not a day as 2026-07-17")]
    Form,
    /// It is written as a day, and the calendar has no such day.
    #[error("this day does not exist: look at the day and the month")]
    Absent,
}

/// What a reader of a document finds where a day stands that no calendar has: the description of [`Unexpected::Other`], by
/// which a format tells such a day from a text that is none.
pub const ABSENT: &str = "a day that does not exist";

/// Likewise where a day stands that lies too long ago to be meant.
pub const LONG_AGO: &str = "a day too long ago";

impl NoDay {
    /// The same as a fault of the format that was read.
    #[must_use]
    pub fn found<E: de::Error>(self, expected: &'static str) -> E {
        E::invalid_value(Unexpected::Other(if self == Self::Absent { ABSENT } else { "a text" }), &expected)
    }
}

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let is_day = text.len() == "2026-07-17".len()
            && text
                .bytes()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
        if !is_day {
            return Err(NoDay::Form);
        }
        text.parse().map(Self).map_err(|_| NoDay::Absent)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|wrong: NoDay| wrong.found("a day as 2026-07-17"))
    }
}

/// What is said of a day that no calendar has.
#[must_use]
pub fn no_such_day(at: &str) -> Fault {
    Fault::at(
        at,
        "no-such-day",
        "Deze dag bestaat niet. Kijk de dag en de maand na.",
        "This day does not exist. Look at the day and the month.",
    )
}
