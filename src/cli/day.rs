//! Days and instants as people in the Netherlands write them, on the command line and in a sheet.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use crate::domain::{clock::amsterdam, text::turned::month_of};

/// Why a text is no day or no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADay {
    /// It is not written as a day.
    #[error("write a day as 1-8-2026, 1 augustus 2026 or 2026-08-01")]
    Form,
    /// It is written as a day and an hour.
    #[error("write a moment as 1-8-2026, 1-8-2026 12:00 (Amsterdam time) or 2026-08-01T10:00:00Z")]
    Moment,
    /// The calendar has no such day.
    #[error("this day does not exist: look at the day and the month")]
    Absent,
}

/// A day: `1-8-2026`, `1 augustus 2026`, `1 aug 2026` or `2026-08-01`.
///
/// # Errors
/// When it is written otherwise, or when the calendar does not have it.
pub fn day(text: &str) -> Result<Date, NotADay> {
    let parts: Vec<&str> = text.split(['-', ' ']).filter(|part| !part.is_empty()).collect();
    let [first, month, last] = parts.as_slice() else { return Err(NotADay::Form) };
    let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
    let month = number(month, 2).or_else(|| month_of(month)).ok_or(NotADay::Form)?;
    let (Some(day), Some(year)) = (number(day, 2), number(year, 4).filter(|_| year.len() == 4)) else {
        return Err(NotADay::Form);
    };
    let (day, month) = (i8::try_from(day).ok(), i8::try_from(month).ok());
    let date = day.zip(month).and_then(|(day, month)| Date::new(year, month, day).ok());
    date.ok_or(NotADay::Absent)
}

/// An instant: a day, which is its first moment in Amsterdam; a day with an hour there, as `1-8-2026 12:00`; or as documents
/// write it (RFC 3339).
///
/// # Errors
/// When it is written otherwise, or when the calendar does not have the day.
pub fn instant(text: &str) -> Result<Timestamp, NotADay> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let (date, time) = match text.rsplit_once([' ', 'T']).filter(|(_, time)| time.contains(':')) {
        Some((date, time)) => (date, time_of(time).ok_or(NotADay::Moment)?),
        None => (text, Time::midnight()),
    };
    let date = day(date.trim_end_matches(',')).map_err(|error| match error {
        NotADay::Absent => error,
        NotADay::Form | NotADay::Moment => NotADay::Moment,
    })?;
    let zoned = date.to_datetime(time).to_zoned(amsterdam());
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| NotADay::Absent)
}

fn time_of(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| number(part, 2).and_then(|number| i8::try_from(number).ok()));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

fn number(text: &str, most: usize) -> Option<i16> {
    let is_number = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_dutch_people_write_it() {
        for text in ["1-8-2026", "01-08-2026", "2026-08-01", "1 augustus 2026", "1 aug. 2026", "1-aug-2026"] {
            assert_eq!(day(text), Ok(jiff::civil::date(2026, 8, 1)), "{text}");
        }
        for text in ["31-2-2026", "2026-00-11", "1-13-2026"] {
            assert_eq!(day(text), Err(NotADay::Absent), "{text}");
        }
        for text in ["", "morgen", "1/8/2026", "1-8-26", "20260801", "1-8-2026-1", "1 a 2026"] {
            assert_eq!(day(text), Err(NotADay::Form), "{text}");
        }
    }

    #[test]
    fn an_instant_is_read_in_amsterdam_unless_it_says_otherwise() {
        for (text, expected) in [
            ("5-12-2026", "2026-12-04T23:00:00Z"),
            ("2026-07-05", "2026-07-04T22:00:00Z"),
            ("5-12-2026 12:00", "2026-12-05T11:00:00Z"),
            ("5 december 2026, 9:05", "2026-12-05T08:05:00Z"),
            ("2026-12-05 12:00:30", "2026-12-05T11:00:30Z"),
            ("2026-12-05T12:00", "2026-12-05T11:00:00Z"),
            ("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
        ] {
            assert_eq!(instant(text).map(|instant| instant.to_string()), Ok(expected.to_owned()), "{text}");
        }
        assert_eq!(instant("31-2-2026 12:00"), Err(NotADay::Absent));
        for text in ["5-12-2026 25:00", "5-12-2026 12", "gauw", "5-12-2026 1:2:3:4"] {
            assert_eq!(instant(text), Err(NotADay::Moment), "{text}");
        }
    }
}
