//! Groups of digits that are plainly something else than a number of a person.

use super::groups::{Group, YEARS};

/// Whether a group belongs to something else than a number of a person.
#[derive(Clone, Copy)]
pub(super) enum Apart {
    No,
    /// Unless it is a part of what is written as one number.
    Likely,
    /// Likely, and beginning at this group.
    Telephone(usize),
    Surely,
}

/// Nothing that is told apart has more groups: thirteen digits, the one behind them, and one for a country.
const MOST_GROUPS: usize = 16;

/// Which groups are plainly something else than a part of a number.
pub(super) fn set_apart(groups: &[Group], after_week: bool, after_school_year: bool) -> Vec<Apart> {
    let mut apart = Vec::new();
    while apart.len() < groups.len() {
        let at = apart.len();
        let rest = groups.get(at..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(MOST_GROUPS)).unwrap_or_default();
        let line = rest
            .iter()
            .skip(1)
            .position(Group::begins_anew)
            .map_or(rest.len(), |more| more.saturating_add(1));
        let rest = rest.get(..line).unwrap_or_default();
        let likely = [
            if at == 0 && after_week { week(rest) } else { 0 },
            if at == 0 && after_school_year { short_years(rest) } else { 0 },
            alone(rest, weeks_of_a_year(rest)),
            alone(rest, date(rest)),
            alone(rest, years(rest)),
            alone(rest, month_of_a_year(rest)),
            alone(rest, time(rest)),
            alone(rest, times(rest)),
        ];
        let likely = likely.into_iter().max().unwrap_or_default();
        let counted = if at == 0 { numbered_school_year(rest) } else { 0 };
        let (kind, length) = match (international(rest).max(counted), telephone(rest)) {
            (0, 0) => (Apart::Likely, likely),
            (0, length) => (Apart::Telephone(at), length),
            (length, _) => (Apart::Surely, length),
        };
        match length {
            0 => apart.push(Apart::No),
            length => apart.extend(std::iter::repeat_n(kind, length)),
        }
    }
    apart
}

/// The length, if what stands before and after differs from what stands inside. Blanks inside are no mark of anything.
fn alone(groups: &[Group], length: usize) -> usize {
    let inside = groups.get(1).filter(|_| length > 1).map(|group| &group.before);
    let around = [groups.first(), groups.get(length)].map(|group| group.map(|group| &group.before));
    let is_marked = inside.is_some_and(|inside| !inside.trim().is_empty());
    if is_marked && around.contains(&inside) { 0 } else { length }
}

/// `05-02-2026`, `2026-02-05`, `5/2/26`, `5-2-'26`, `5 2 2026`, `05-02 2026`, `20260205`, `05022026`.
fn date(groups: &[Group]) -> usize {
    let [first, rest @ ..] = groups else { return 0 };
    if is_day_in_one_piece(&first.digits) {
        return 1;
    }
    let [second, third, ..] = rest else { return 0 };
    let inside = [second.mark(), third.joint()];
    let is_held_together = inside.iter().all(|mark| ["-", "/", ".", ""].contains(mark));
    // Two marks in one date are a slip of the hand where the year is written in full, and a number where it is not.
    let same = inside[0] == inside[1];
    let is_day = |group: &Group| group.is(1..=2, 0..=31);
    let is_month = |group: &Group| group.is(1..=2, 0..=12);
    // Two digits with blanks around them are no year: `12 34 56 782` is how people write a BSN.
    let is_short =
        |group: &Group| group.is_shortened_year() || (group.digits.len() == 2 && !second.mark().is_empty());
    let is_year = |group: &Group| group.is_year() || (same && is_short(group));
    let written = is_day(first) && is_month(second) && is_year(third);
    let sorted = first.is_year() && is_month(second) && is_day(third);
    if is_held_together && (written || sorted) { 3 } else { 0 }
}

fn number(part: Option<&[u8]>) -> u32 {
    let part = part.unwrap_or_default().iter();
    part.fold(0, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit.saturating_sub(b'0'))))
}

fn is_day_in_one_piece(digits: &[u8]) -> bool {
    let is = |year, month, day| {
        YEARS.contains(&number(year)) && (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
    };
    digits.len() == 8
        && (is(digits.get(..4), digits.get(4..6), digits.get(6..))
            || is(digits.get(4..), digits.get(2..4), digits.get(..2)))
}

/// `20252026`: two years in a row.
fn is_school_year_in_one_piece(digits: &[u8]) -> bool {
    let (from, until) = (number(digits.get(..4)), number(digits.get(4..)));
    digits.len() == 8 && YEARS.contains(&from) && until == from.saturating_add(1)
}

/// `2025-2026`, `2025/26`, `2025-'26`, `'25-'26`, `2025 2026`, `20252026`.
fn years(groups: &[Group]) -> usize {
    let [first, rest @ ..] = groups else { return 0 };
    if is_school_year_in_one_piece(&first.digits) {
        return 1;
    }
    let Some(second) = rest.first() else { return 0 };
    if first.is_shortened_year() && second.is_shortened_year() {
        return short_years(groups);
    }
    let (Some(from), Some(until)) = (first.value(), second.value()) else { return 0 };
    let joined = ["-", "/"].contains(&second.joint());
    let long = second.is_year() && (from..=from.saturating_add(20)).contains(&until);
    let short = second.digits.len() == 2 && from.saturating_add(1).checked_rem(100) == Some(until);
    let is_range = (joined && (long || short)) || (second.mark().is_empty() && long);
    if first.is_year() && is_range { 2 } else { 0 }
}

/// `10-2026`, `10/2026`, `10-'26`: an onderwijsnummer begins as October does.
fn month_of_a_year(groups: &[Group]) -> usize {
    let [month, year, ..] = groups else { return 0 };
    let is_marked = ["-", "/"].contains(&year.joint());
    let is_year = year.is_year() || year.is_shortened_year();
    if is_marked && month.is(1..=2, 1..=12) && is_year { 2 } else { 0 }
}

/// `2025-2026-2`, `20252026-2`: something that is counted within a school year. Nobody parts a number of a person between two
/// years in a row, or before its last digit.
fn numbered_school_year(groups: &[Group]) -> usize {
    let is_counted = |number: &Group| ["-", "/"].contains(&number.mark()) && number.digits.len() == 1;
    if let [years, number, rest @ ..] = groups
        && is_school_year_in_one_piece(&years.digits)
    {
        let ends = rest.first().is_none_or(|next| next.before != number.before);
        return if is_counted(number) && ends { 2 } else { 0 };
    }
    let [first, second, third, rest @ ..] = groups else { return 0 };
    let is_next = first.value().map(|from| from.saturating_add(1)) == second.value();
    let is_school_year = first.is_year() && second.is_year() && is_next;
    let is_joined = second.before == third.before;
    let ends = rest.first().is_none_or(|next| next.before != third.before);
    if is_school_year && is_joined && is_counted(third) && ends { 3 } else { 0 }
}

/// What follows the word school year: `24-25`, `24/25`, `'24-'25`, `24 25`, `2425`, `202425`.
fn short_years(groups: &[Group]) -> usize {
    let [first, rest @ ..] = groups else { return 0 };
    let is_next = |from: Option<&[u8]>, until: Option<&[u8]>| {
        let ends_in = number(from).saturating_add(1).checked_rem(100);
        until.is_some_and(|until| until.len() == 2) && ends_in == Some(number(until))
    };
    let digits = &first.digits;
    let is_long = digits.len() == 6 && YEARS.contains(&number(digits.get(..4)));
    if is_long && is_next(digits.get(..4), digits.get(4..))
        || digits.len() == 4 && is_next(digits.get(..2), digits.get(2..))
    {
        return 1;
    }
    let Some(second) = rest.first() else { return 0 };
    let is_joined = ["-", "/", ""].contains(&second.joint());
    if is_joined && digits.len() == 2 && is_next(Some(digits), Some(&second.digits)) { 2 } else { 0 }
}

/// `38-40-2023`, `38-40 2023`: from one week until another of a year, without the word.
fn weeks_of_a_year(groups: &[Group]) -> usize {
    let [first, second, third, ..] = groups else { return 0 };
    let is_week = |group: &Group| group.is(2..=2, 1..=53);
    let is_marked = ["-", "/"].contains(&second.mark()) && ["-", "/", ""].contains(&third.mark());
    let is_onward = first.value() < second.value();
    if is_week(first) && is_week(second) && is_onward && third.is_year() && is_marked { 3 } else { 0 }
}

fn is_clock(hours: &Group, minutes: &Group) -> bool {
    hours.is(1..=2, 0..=24) && minutes.is(2..=2, 0..=59)
}

/// `10:30`, `10:30:15`.
fn time(groups: &[Group]) -> usize {
    let [hours, minutes, rest @ ..] = groups else { return 0 };
    if !is_clock(hours, minutes) || minutes.before != ":" {
        return 0;
    }
    let with_seconds = rest.first().is_some_and(|group| group.before == ":" && group.is(2..=2, 0..=60));
    if with_seconds { 3 } else { 2 }
}

/// `14.30-16.00`.
fn times(groups: &[Group]) -> usize {
    let [hours, minutes, until_hours, until_minutes, ..] = groups else { return 0 };
    let clocks = is_clock(hours, minutes) && is_clock(until_hours, until_minutes);
    let marked = minutes.mark() == "." && until_minutes.mark() == "." && until_hours.mark() != ".";
    if clocks && marked { 4 } else { 0 }
}

/// What follows the word week: `36`, `35-42`, `36-2026`, `2026-36`.
fn week(groups: &[Group]) -> usize {
    let is_week = |group: &Group| group.is(1..=2, 1..=53);
    match groups {
        [first, second, ..]
            if ["-", "/"].contains(&second.mark())
                && ((is_week(first) && (is_week(second) || second.is_year()))
                    || (first.is_year() && is_week(second))) =>
        {
            2
        }
        [first, ..] if is_week(first) => 1,
        _ => 0,
    }
}

/// `072 5550100`: ten digits from a zero on, with a beginning that the Dutch numbering plan has given out.
fn telephone(groups: &[Group]) -> usize {
    let is_long = groups.first().is_some_and(|first| first.digits.len() >= 2);
    let mut digits = groups.iter().flat_map(|group| group.digits.iter().copied());
    let is_given_out = match (digits.next(), digits.next(), digits.next()) {
        (Some(b'0'), Some(b'1'..=b'7'), _) => true,
        (Some(b'0'), Some(b'8'), Some(third)) => b"024578".contains(&third),
        (Some(b'0'), Some(b'9'), Some(third)) => b"017".contains(&third),
        _ => false,
    };
    if is_long && is_given_out { dialled(groups, 10..=10) } else { 0 }
}

/// `+31 6 12345678` (a plus, and 10 to 13 digits), `0031 6 12345678`.
fn international(groups: &[Group]) -> usize {
    let Some(first) = groups.first() else { return 0 };
    if first.before.ends_with('+') && first.digits.len() <= 3 {
        match dialled(groups, 11..=13) {
            0 => dialled(groups, 10..=10),
            length => length,
        }
    } else if first.digits.starts_with(b"00") && first.digits.len() <= 5 {
        dialled(groups, 13..=13)
    } else {
        0
    }
}

/// How many groups make so many digits, with nothing between them but what telephone numbers have there.
fn dialled(groups: &[Group], digits: std::ops::RangeInclusive<usize>) -> usize {
    let mut count = 0usize;
    for (at, group) in groups.iter().enumerate() {
        let is_mark = |mark: char| matches!(mark, ' ' | '-' | '.' | '/' | '(' | ')');
        if at > 0 && !group.before.chars().all(is_mark) {
            return 0;
        }
        count = count.saturating_add(group.digits.len());
        if digits.contains(&count) {
            return at.saturating_add(1);
        }
    }
    0
}
