//! What a spreadsheet turned a text into: `1-3` became `1-mrt`, a long number `6,12E+08`.

/// The names of the months as people and spreadsheets shorten them: Dutch, then English.
const MONTHS: [[&str; 2]; 12] = [
    ["januari", "january"],
    ["februari", "february"],
    ["maart", "march"],
    ["april", "april"],
    ["mei", "may"],
    ["juni", "june"],
    ["juli", "july"],
    ["augustus", "august"],
    ["september", "september"],
    ["oktober", "october"],
    ["november", "november"],
    ["december", "december"],
];

/// The number of a month, from its name or the short form of it.
#[must_use]
pub fn month_of(text: &str) -> Option<i16> {
    let text = text.trim_end_matches('.').to_lowercase();
    let is_short = |name: &str| text.len() >= 3 && name.starts_with(&text);
    let is_it = |[nl, en]: &[&str; 2]| is_short(nl) || is_short(en) || (*nl == "maart" && text == "mrt");
    let place = MONTHS.iter().position(is_it)?;
    i16::try_from(place).ok()?.checked_add(1)
}

/// Whether the whole text is a day as spreadsheets show one: `1-3-2026`, `2026-03-01`, `1-mrt`, `mrt-26`, `1-mrt-26`, also
/// with slashes.
#[must_use]
pub fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.trim().split(['-', '/']).collect();
    let is_number =
        |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let is_month = |part: &str| part.chars().any(char::is_alphabetic) && month_of(part).is_some();
    match parts.as_slice() {
        [day, month] | [month, day] if is_month(month) => is_number(day),
        [first, month, last] => {
            (is_number(month) || is_month(month))
                && is_number(first)
                && is_number(last)
                && (first.len() == 4 || last.len() == 4 || is_month(month))
        }
        _ => false,
    }
}

/// The names of the months in German and French, in small letters, where they differ from the Dutch and English ones.
const OTHER_MONTHS: [&str; 21] = [
    "januar",
    "februar",
    "märz",
    "mrz",
    "mai",
    "august",
    "dezember",
    "janvier",
    "février",
    "fevrier",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "decembre",
];
/// The days of the week in Dutch, English, German and French.
const WEEKDAYS: [&str; 28] = [
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
];

/// Whether the whole text is a day as spreadsheets and people write one with the month as a word, in four languages and with
/// any marks between the parts, or in figures with the day of the week: `3 maart 2026 0:00`, `di 3-3-2026`, `March 3, 2026`.
#[must_use]
pub fn is_written_day(text: &str) -> bool {
    let lower = apart(&text.to_lowercase());
    let mut parts: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || "-–/.,'’".contains(c))
        .filter(|part| !part.is_empty() && !part.contains(':'))
        .collect();
    if parts.len() > 2 && parts.first().is_some_and(|first| is_weekday(first)) {
        parts.remove(0);
        // With the day of the week, a day in figures is as plain.
        if parts.len() == 3 && parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
            return true;
        }
    }
    let is_number = |part: &&&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let is_month = |part: &&&str| {
        let is_other = |name: &&str| part.chars().count() >= 3 && name.starts_with(**part);
        part.chars().all(char::is_alphabetic)
            && (month_of(part).is_some() || OTHER_MONTHS.iter().any(is_other))
    };
    let (numbers, months) = (parts.iter().filter(is_number).count(), parts.iter().filter(is_month).count());
    months == 1 && (1..=2).contains(&numbers) && months.saturating_add(numbers) == parts.len()
}

/// With a blank between a digit and a letter: `3mrt2026`.
fn apart(text: &str) -> String {
    let mut apart = String::with_capacity(text.len());
    let mut before = None;
    for letter in text.chars() {
        let is_seam = |before: char| {
            (before.is_ascii_digit() && letter.is_alphabetic())
                || (before.is_alphabetic() && letter.is_ascii_digit())
        };
        if before.is_some_and(is_seam) {
            apart.push(' ');
        }
        apart.push(letter);
        before = Some(letter);
    }
    apart
}

/// Whether a day of the week comes first: no street has the name of such a day.
#[must_use]
pub fn begins_with_weekday(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.split(|c: char| c.is_whitespace() || ".,".contains(c)).next().is_some_and(is_weekday)
}

fn is_weekday(part: &str) -> bool {
    part.chars().count() >= 2 && WEEKDAYS.iter().any(|name| name.starts_with(part))
}

/// Whether the whole text is a number that a spreadsheet shortened: `6,12E+08`.
#[must_use]
pub fn is_shortened_number(text: &str) -> bool {
    let Some((number, power)) = text.trim().split_once("E+") else { return false };
    let mantissa = number.split_once([',', '.']).unwrap_or((number, "0"));
    is_digits(mantissa.0) && is_digits(mantissa.1) && is_digits(power)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_a_shortened_number_are_told_from_a_name() {
        for text in ["1-mrt", "mrt-26", "1-3-2026", "2026/03/01", "7-jan", " jan-07 "] {
            assert!(is_day(text), "{text}");
        }
        for text in ["1-3", "12-14", "Mei", "Jan-Peter", "1e", "3 mei straat", "A-1"] {
            assert!(!is_day(text), "{text}");
        }
        for text in [
            "3 mrt 2026",
            "1 mrt",
            "3 maart 2026",
            "dinsdag 3 maart 2026",
            "di 3 mrt 2026",
            "Mrt 2026",
            "03. Mrz",
            "3. März 2026",
            "3-mars",
            "March 3, 2026",
            "Tuesday, March 3, 2026",
            "3-mrt-2026 00:00:00",
            "dinsdag 3-3-2026",
            "mrt '26",
            "3mrt2026",
            "1er 3 mai",
        ] {
            assert_eq!(is_written_day(text), !text.starts_with("1er"), "{text}");
        }
        for text in [
            "Mei",
            "Jan-Peter",
            "Jan 2e",
            "A2",
            "2-hoog",
            "3 mei straat",
            "May",
            "Mars 3 A",
            "2 3",
            "Dieter 3",
            "Augustus",
        ] {
            assert!(!is_written_day(text), "{text}");
        }
        assert!(begins_with_weekday("di 3 mrt 2026") && !begins_with_weekday("2 oktober 2026"));
        assert!(is_shortened_number("1,23E+08") && is_shortened_number("6E+8"));
        assert!(!is_shortened_number("E+8") && !is_shortened_number("3E"));
    }
}
