//! Days that cannot be, and what is said of them: a slip of a hand or of a spreadsheet must not decide.

use jiff::{ToSpan as _, civil::Date};

use crate::domain::{
    age::BirthDate,
    problem::{Bilingual, Fault},
};

/// The first year of which a day about a pupil can be meant: spreadsheets write nothing as a day of 1899, 1900 or 1904.
const FIRST_YEAR: i16 = 1950;
/// How many years ahead a day can be meant: nobody is promised anything for later, and 9999 stands for nothing.
const YEARS_AHEAD: i64 = 10;
/// The age from which a child is admitted to a school (WPO 39).
const SCHOOL_AGE: u16 = 4;

/// Why a day about this person's course at school cannot be, whichever day it is. Not of the day of birth itself.
#[must_use]
pub fn impossible_day(at: &str, day: Date, birth: Option<&BirthDate>, today: Date) -> Option<Fault> {
    if is_long_ago(day) {
        return Some(long_ago(at));
    }
    if birth.and_then(BirthDate::first_day).is_some_and(|born| day < born) {
        return Some(before_birth(at));
    }
    if birth.is_some_and(|birth| birth.age_on(day).at_most < SCHOOL_AGE) {
        return Some(before_school(at));
    }
    is_far_ahead(day, today).then(|| far_ahead(at))
}

/// Whether only a spreadsheet can mean it.
pub(in crate::policy) fn is_long_ago(day: Date) -> bool {
    day.year() < FIRST_YEAR
}

/// Whether nobody can mean it yet.
#[must_use]
pub fn is_far_ahead(day: Date, today: Date) -> bool {
    today.checked_add(YEARS_AHEAD.years()).is_ok_and(|last| day > last)
}

/// A day so long ago that only a spreadsheet can mean it.
#[must_use]
pub fn long_ago(at: &str) -> Fault {
    Fault::at(
        at,
        "implausible-day",
        "Deze dag ligt te lang geleden. Een rekenblad maakt van een lege cel of een nul een dag in 1899 of 1900: kijk de cel na.",
        "This day is too long ago. A spreadsheet turns an empty cell or a zero into a day of 1899 or 1900: look at the cell.",
    )
}

/// A day so far ahead that nobody can mean it.
#[must_use]
pub fn far_ahead(at: &str) -> Fault {
    Fault::at(
        at,
        "implausible-day",
        "Deze dag ligt meer dan tien jaar vooruit. Kijk het jaar na; is de dag niet bekend, laat hem dan weg.",
        "This day lies more than ten years ahead. Look at the year; leave the day out if it is not known.",
    )
}

/// A day that is yet to come of something that has happened.
#[must_use]
pub fn future_day(at: &str) -> Fault {
    Fault::at(
        at,
        "future-day",
        "Deze dag ligt in de toekomst, en hier hoort wat al gebeurd is.",
        "This day lies in the future, and what belongs here has happened already.",
    )
}

/// A day before the person was born.
#[must_use]
pub fn before_birth(at: &str) -> Fault {
    Fault::at(
        at,
        "before-birth",
        "Deze dag ligt voor de geboortedatum. Kijk beide na.",
        "This day lies before the date of birth. Look at both.",
    )
}

/// A day of which the person was too young for a school.
fn before_school(at: &str) -> Fault {
    Fault::at(
        at,
        "before-school-age",
        "Op deze dag was de leerling jonger dan 4 jaar, en ging hij nog niet naar school. Kijk deze dag en de geboortedatum na.",
        "On this day the pupil was younger than 4, and did not go to school yet. Look at this day and the date of birth.",
    )
}

/// A day that stands in the wrong order with another.
pub(in crate::policy) fn wrong_order(at: &str, nl: String, en: String) -> Fault {
    Fault { text: Bilingual { nl: nl.into(), en: en.into() }, ..Fault::at(at, "contradicting-days", "", "") }
}
