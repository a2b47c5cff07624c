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
        assert!(is_shortened_number("1,23E+08") && is_shortened_number("6E+8"));
        assert!(!is_shortened_number("E+8") && !is_shortened_number("3E"));
    }
}
