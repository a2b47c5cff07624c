//! Days and instants as people read them: in Amsterdam, to the minute.

use jiff::{Timestamp, civil::Date};

use super::language::Language;
use crate::domain::clock::amsterdam;

const MONTHS: [[&str; 2]; 12] = [
    ["januari", "January"],
    ["februari", "February"],
    ["maart", "March"],
    ["april", "April"],
    ["mei", "May"],
    ["juni", "June"],
    ["juli", "July"],
    ["augustus", "August"],
    ["september", "September"],
    ["oktober", "October"],
    ["november", "November"],
    ["december", "December"],
];

/// For tables, short and of one width: `27-11-2026 14:03`, in English `2026-11-27 14:03`.
#[must_use]
pub fn short(instant: Timestamp, language: Language) -> String {
    let local = instant.to_zoned(amsterdam());
    format!("{} {:02}:{:02}", short_day(local.date(), language), local.hour(), local.minute())
}

/// For tables: `27-11-2026`, in English `2026-11-27`.
#[must_use]
pub fn short_day(day: Date, language: Language) -> String {
    match language {
        Language::Nl => format!("{:02}-{:02}-{:04}", day.day(), day.month(), day.year()),
        Language::En => day.to_string(),
    }
}

/// For sentences: `27 november 2026 14:03`.
#[must_use]
pub fn long(instant: Timestamp, language: Language) -> String {
    let local = instant.to_zoned(amsterdam());
    format!("{} {:02}:{:02}", long_day(local.date(), language), local.hour(), local.minute())
}

/// For sentences: `27 november 2026`.
#[must_use]
pub fn long_day(day: Date, language: Language) -> String {
    let month = usize::try_from(day.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    let [nl, en] = month.copied().unwrap_or_default();
    format!("{} {} {}", day.day(), language.pick(nl, en), day.year())
}

/// An instant as a document writes it, for a sentence: a time with its zone, a day without.
#[must_use]
pub fn zoned_of(text: &str, language: Language) -> String {
    let short = short_of(text, language);
    if text.parse::<Timestamp>().is_err() { short } else { zoned(&short, language) }
}

/// A time in a sentence, with its zone.
#[must_use]
pub fn zoned(time: &str, language: Language) -> String {
    format!("{time} ({})", language.pick("Nederlandse tijd", "Amsterdam time"))
}

/// An instant as a document writes it (RFC 3339) for a table; what is none stays as it is.
#[must_use]
pub fn short_of(text: &str, language: Language) -> String {
    let instant = text.parse::<Timestamp>().map(|instant| short(instant, language));
    let day = || text.parse::<Date>().map(|day| short_day(day, language));
    instant.or_else(|_| day()).unwrap_or_else(|_| text.to_owned())
}
