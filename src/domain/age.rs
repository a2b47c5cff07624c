//! Birth dates as the BRP knows them, and the ages that follow from them.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Unexpected},
};
use zeroize::Zeroize;

use super::{
    clock::amsterdam_date,
    day::{LONG_AGO, NoDay},
};

/// A date of birth of which the day, the month, or all may be unknown.
///
/// The text is that of the BRP with hyphens: `2008-05-17`, `2008-05-00`, `2008-00-00`, `0000-00-00`.
/// Wiped when dropped and never printed.
#[derive(Clone, PartialEq, Eq, Zeroize)]
#[zeroize(drop)]
pub struct BirthDate {
    year: i16,
    month: i8,
    day: i8,
}

/// The text is not a date of birth. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBirthDate {
    /// It is not written as one.
    #[error(
        "not a date of birth: YYYY-MM-DD on the calendar, with 00 for an unknown day or month, or 0000-00-00"
    )]
    Form,
    /// It is written as one, and the calendar has no such day.
    #[error("{}", NoDay::Absent)]
    Absent,
    /// It is written as one, of a year in which nobody alive was born.
    #[error("this date of birth is too long ago")]
    LongAgo,
}

/// Between which whole ages a person is. A rule holds only if it holds for both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgeRange {
    /// The age if the person was born on the last day that the date of birth allows.
    pub at_least: u16,
    /// The age if the person was born on the first day that the date of birth allows.
    pub at_most: u16,
}

impl AgeRange {
    /// Every age: of whom no date of birth is known.
    pub const UNKNOWN: Self = Self { at_least: 0, at_most: 150 };
}

/// July.
const LAST_MONTH_OF_SCHOOL_YEAR: i8 = 7;

impl BirthDate {
    /// The age on the calendar in Amsterdam at this instant.
    ///
    /// Born on 29 February, a person is a year older from 1 March in a common year (our reading).
    /// Born after the instant, a person is 0. A wholly unknown date gives every age: 0 to 150.
    #[must_use]
    pub fn age_at(&self, instant: Timestamp) -> AgeRange {
        self.age_on(amsterdam_date(instant))
    }

    /// The age on this day, counted as [`BirthDate::age_at`] does.
    #[must_use]
    pub fn age_on(&self, day: Date) -> AgeRange {
        if self.year == 0 {
            return AgeRange::UNKNOWN;
        }
        let (first, last) = match (self.month, self.day) {
            (0, _) => ((1, 1), (12, 31)),
            (month, 0) => ((month, 1), (month, self.last_day())),
            known => (known, known),
        };
        AgeRange { at_least: self.years_until(day, last), at_most: self.years_until(day, first) }
    }

    /// The last day of the school year in which the person turns 16 (LPW 3(1)(b)), for the first and for the last day of
    /// birth that the date allows; none when nothing is known of it. A school year runs from 1 August to 31 July.
    #[must_use]
    pub fn school_year_of_16_ends(&self) -> Option<(Date, Date)> {
        let (first, last) = if self.month == 0 { (1, 12) } else { (self.month, self.month) };
        let ends = |month: i8| {
            let years = if month <= LAST_MONTH_OF_SCHOOL_YEAR { 16 } else { 17 };
            Date::new(self.year.checked_add(years)?, LAST_MONTH_OF_SCHOOL_YEAR, 31).ok()
        };
        if self.year == 0 { None } else { ends(first).zip(ends(last)) }
    }

    /// The last day of the month of birth.
    fn last_day(&self) -> i8 {
        Date::new(self.year, self.month, 1).map_or(31, Date::days_in_month)
    }

    fn years_until(&self, day: Date, birthday: (i8, i8)) -> u16 {
        let had_birthday = (day.month(), day.day()) >= birthday;
        let years = i32::from(day.year()).saturating_sub(i32::from(self.year));
        let years = years.saturating_sub(i32::from(!had_birthday));
        u16::try_from(years.clamp(0, 150)).unwrap_or_default()
    }
}

impl FromStr for BirthDate {
    type Err = InvalidBirthDate;

    fn from_str(text: &str) -> Result<Self, InvalidBirthDate> {
        let bytes = text.as_bytes();
        let is_written = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
        if !is_written {
            return Err(InvalidBirthDate::Form);
        }
        let number =
            |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<i16>().ok());
        let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else {
            return Err(InvalidBirthDate::Form);
        };
        let month = i8::try_from(month).map_err(|_| InvalidBirthDate::Form)?;
        let day = i8::try_from(day).map_err(|_| InvalidBirthDate::Form)?;
        match (year, month, day) {
            (0, 0, 0) | (Self::FIRST_YEAR.., 0..=12, 0) => Ok(Self { year, month, day }),
            (Self::FIRST_YEAR.., ..) if Date::new(year, month, day).is_ok() => Ok(Self { year, month, day }),
            (Self::FIRST_YEAR.., ..) => Err(InvalidBirthDate::Absent),
            (1.., ..) => Err(InvalidBirthDate::LongAgo),
            _ => Err(InvalidBirthDate::Form),
        }
    }
}

impl BirthDate {
    /// The first year that is taken: nobody who is alive was born earlier, and spreadsheets write nothing as a day of 1899
    /// or 1900.
    pub const FIRST_YEAR: i16 = 1901;

    /// The coarser dates that the same birth may stand under elsewhere: with its day, its month, and all unknown.
    #[must_use]
    pub fn coarser(&self) -> Vec<Self> {
        let mut coarser = vec![
            Self { year: self.year, month: self.month, day: 0 },
            Self { year: self.year, month: 0, day: 0 },
            Self { year: 0, month: 0, day: 0 },
        ];
        coarser.retain(|one| one != self);
        coarser.dedup();
        coarser
    }

    /// Whether both can be of one person: they are alike as far as both are known.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self == other || self.coarser().contains(other) || other.coarser().contains(self)
    }

    /// The first day on which the person may have been born; none when nothing is known.
    #[must_use]
    pub fn first_day(&self) -> Option<Date> {
        (self.year > 0).then(|| Date::new(self.year, self.month.max(1), self.day.max(1)).ok()).flatten()
    }

    /// The text of the date. Every use of this function is a use of a person's data: keep them few.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(redacted)")
    }
}

impl Serialize for BirthDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.expose())
    }
}

impl<'de> Deserialize<'de> for BirthDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(deserializer)?;
        let parsed = text.parse().map_err(|wrong| match wrong {
            InvalidBirthDate::Form => D::Error::custom(wrong),
            InvalidBirthDate::Absent => NoDay::Absent.found("a date of birth as 2008-05-17"),
            InvalidBirthDate::LongAgo => {
                D::Error::invalid_value(Unexpected::Other(LONG_AGO), &"a date of birth as 2008-05-17")
            }
        });
        text.zeroize();
        parsed
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::clock::amsterdam_midnight;

    fn ages(birth: &str, instant: &str) -> (u16, u16) {
        let age = birth.parse::<BirthDate>().unwrap().age_at(instant.parse().unwrap());
        (age.at_least, age.at_most)
    }

    #[test]
    fn a_birthday_begins_at_midnight_in_amsterdam() {
        // Summer time: midnight in Amsterdam is 22:00 UTC the evening before.
        assert_eq!(ages("2010-07-15", "2026-07-14T21:59:59Z"), (15, 15));
        assert_eq!(ages("2010-07-15", "2026-07-14T22:00:00Z"), (16, 16));
        // Winter time: 23:00 UTC.
        assert_eq!(ages("2008-01-10", "2026-01-09T22:59:59Z"), (17, 17));
        assert_eq!(ages("2008-01-10", "2026-01-09T23:00:00Z"), (18, 18));
    }

    #[test]
    fn a_leap_day_counts_from_the_first_of_march_in_a_common_year() {
        assert_eq!(ages("2008-02-29", "2026-02-28T12:00:00Z"), (17, 17));
        assert_eq!(ages("2008-02-29", "2026-03-01T12:00:00Z"), (18, 18));
        assert_eq!(ages("2008-02-29", "2028-02-29T12:00:00Z"), (20, 20));
    }

    #[test]
    fn an_incomplete_date_gives_a_range() {
        assert_eq!(ages("2008-00-00", "2026-06-01T12:00:00Z"), (17, 18));
        assert_eq!(ages("2008-06-00", "2026-06-15T12:00:00Z"), (17, 18));
        assert_eq!(ages("2008-06-00", "2026-05-31T12:00:00Z"), (17, 17));
        assert_eq!(ages("2008-06-00", "2026-07-01T12:00:00Z"), (18, 18));
        assert_eq!(ages("0000-00-00", "2026-06-01T12:00:00Z"), (0, 150));
    }

    #[test]
    fn an_unknown_day_is_a_day_that_its_month_has() {
        // April has no 31st, so that on the 30th whoever was born in it has had the birthday.
        assert_eq!(ages("2008-04-00", "2026-04-29T12:00:00Z"), (17, 18));
        assert_eq!(ages("2008-04-00", "2026-04-30T12:00:00Z"), (18, 18));
        assert_eq!(ages("2007-02-00", "2026-02-27T12:00:00Z"), (18, 19));
        assert_eq!(ages("2007-02-00", "2026-02-28T12:00:00Z"), (19, 19));
        // The February of a leap year has a 29th, whose birthday is 1 March in a common year.
        assert_eq!(ages("2008-02-00", "2026-02-28T12:00:00Z"), (17, 18));
        assert_eq!(ages("2008-02-00", "2026-03-01T12:00:00Z"), (18, 18));
    }

    #[test]
    fn the_school_year_of_the_16th_birthday_ends_on_the_last_day_of_july() {
        let ends = |birth: &str| {
            birth
                .parse::<BirthDate>()
                .unwrap()
                .school_year_of_16_ends()
                .map(|(first, last)| (first.to_string(), last.to_string()))
        };
        let both = |day: &str| Some((day.to_owned(), day.to_owned()));
        // On the last day of one school year, and on the first of the next.
        assert_eq!(ends("2009-07-31"), both("2025-07-31"));
        assert_eq!(ends("2009-08-01"), both("2026-07-31"));
        assert_eq!(ends("2009-12-31"), both("2026-07-31"));
        assert_eq!(ends("2010-01-01"), both("2026-07-31"));
        assert_eq!(ends("2008-02-29"), both("2024-07-31"));
        // The month is enough.
        assert_eq!(ends("2009-07-00"), both("2025-07-31"));
        assert_eq!(ends("2009-08-00"), both("2026-07-31"));
        assert_eq!(ends("2009-00-00"), Some(("2025-07-31".to_owned(), "2026-07-31".to_owned())));
        assert_eq!(ends("0000-00-00"), None);
    }

    #[test]
    fn impossible_dates_are_refused() {
        for wrong in ["2026-02-30", "2025-02-29", "2026-13-01", "2026-13-00", "2026-00-12"] {
            assert_eq!(wrong.parse::<BirthDate>(), Err(InvalidBirthDate::Absent), "{wrong}");
        }
        for wrong in ["1007-01-01", "1899-12-30", "1900-01-00", "1900-01-01"] {
            assert_eq!(wrong.parse::<BirthDate>(), Err(InvalidBirthDate::LongAgo), "{wrong}");
        }
        for wrong in ["0000-05-00", "2008-5-17", "20080517", "2008-05-1é"] {
            assert_eq!(wrong.parse::<BirthDate>(), Err(InvalidBirthDate::Form), "{wrong}");
        }
    }

    #[test]
    fn a_birth_has_coarser_dates() {
        let coarser = |birth: &str| -> Vec<String> {
            birth.parse::<BirthDate>().unwrap().coarser().iter().map(BirthDate::expose).collect()
        };
        assert_eq!(coarser("2008-05-17"), ["2008-05-00", "2008-00-00", "0000-00-00"]);
        assert_eq!(coarser("2008-05-00"), ["2008-00-00", "0000-00-00"]);
        assert_eq!(coarser("2008-00-00"), ["0000-00-00"]);
        assert!(coarser("0000-00-00").is_empty());
    }

    proptest! {
        #[test]
        fn the_age_rises_exactly_on_the_birthday(year in 1950i16..2020, month in 1i8..=12, day in 1i8..=28, turns in 1i16..80) {
            let birth: BirthDate = format!("{year:04}-{month:02}-{day:02}").parse().unwrap();
            let midnight = amsterdam_midnight(Date::new(year + turns, month, day).unwrap());
            let before = birth.age_at(midnight - jiff::SignedDuration::from_millis(1));
            let after = birth.age_at(midnight);
            prop_assert_eq!(before.at_least + 1, after.at_least);
            prop_assert_eq!(i32::from(after.at_least), i32::from(turns));
            prop_assert_eq!(after.at_least, after.at_most);
        }

        #[test]
        fn a_complete_date_lies_within_the_range_of_an_incomplete_one(year in 1950i16..2020, month in 1i8..=12, day in 1i8..=28, seconds in 0i64..2_000_000_000) {
            let now = Timestamp::from_second(seconds).unwrap();
            let exact = format!("{year:04}-{month:02}-{day:02}").parse::<BirthDate>().unwrap().age_at(now);
            for vague in [format!("{year:04}-{month:02}-00"), format!("{year:04}-00-00"), "0000-00-00".to_owned()] {
                let range = vague.parse::<BirthDate>().unwrap().age_at(now);
                prop_assert!(range.at_least <= exact.at_least && exact.at_most <= range.at_most);
            }
        }
    }
}
