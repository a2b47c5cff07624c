//! Groups of digits that lie side by side, and the number that they may be.

use super::{
    super::eleven_test::is_plainly_a_pgn,
    apart::{Apart, set_apart},
    groups::Group,
};

/// Groups of digits that lie side by side.
pub(super) struct Run {
    pub(super) groups: Vec<Group>,
    pub(super) after_week: bool,
    pub(super) after_school_year: bool,
}

impl Run {
    pub(super) fn holds_a_pgn(&self) -> bool {
        let apart = set_apart(&self.groups, self.after_week, self.after_school_year);
        (0..self.groups.len()).any(|first| {
            self.nine_digits_from(first).any(|(number, zeros)| {
                let until = first.saturating_add(number.len());
                let kinds = apart.get(first..until).unwrap_or_default();
                let is_one_number =
                    is_joined_by_one_mark(number, self.groups.get(until)) && !joins_two_telephones(kinds);
                let is_free = kinds.iter().all(|kind| match kind {
                    Apart::No => true,
                    Apart::Likely => is_one_number,
                    // Ten digits from a zero on are dialled.
                    Apart::Telephone(_) => is_one_number && zeros == 0,
                    Apart::Surely => false,
                });
                let digits = number.iter().flat_map(|group| group.digits.iter().copied());
                let digits: Vec<u8> = digits.skip(zeros).collect();
                is_free && is_held_together(number) && is_plainly_a_pgn(&digits)
            })
        })
    }

    /// The groups from this one on that have nine digits together, behind so many zeros that were put before the number.
    fn nine_digits_from(&self, first: usize) -> impl Iterator<Item = (&[Group], usize)> {
        let rest = self.groups.get(first..).unwrap_or_default();
        let begin = rest.first().map_or(&[][..], |group| &group.digits);
        let zeros = begin.iter().take_while(|digit| **digit == b'0').count();
        let (mut digits, within) = (0usize, begin.len());
        let ends = rest.iter().enumerate().map(move |(at, group)| {
            digits = digits.saturating_add(group.digits.len());
            (at, digits)
        });
        // More than nine digits are one number only by zeros of the first group: what lies further off is not asked about.
        let near = ends.take_while(move |(_, digits)| *digits <= within.saturating_add(9));
        near.filter_map(move |(at, digits)| {
            let number = rest.get(..=at)?;
            let put = digits.checked_sub(9)?;
            let own = zeros.checked_sub(put)?;
            // A number may begin with a zero of its own, and hardly with two; a zero before a month or an hour is no other number.
            let is_filled_up =
                put == 0 || (put < within && own <= 1 && (put > 1 || is_evenly_written(number)));
            is_filled_up.then_some((number, put))
        })
    }
}

/// The end of one telephone number and the beginning of another: `072-5550108/06-12345678`.
fn joins_two_telephones(kinds: &[Apart]) -> bool {
    matches!((kinds.first(), kinds.last()), (Some(Apart::Telephone(one)), Some(Apart::Telephone(other))) if one != other)
}

/// Whether what stands between the groups may stand within one number.
fn is_held_together(number: &[Group]) -> bool {
    number.iter().skip(1).all(Group::is_near) || is_evenly_written(number)
}

/// The same between all groups.
fn is_evenly_written(number: &[Group]) -> bool {
    let second = number.get(1).map(|group| &group.before);
    number.iter().skip(1).all(|group| Some(&group.before) == second)
}

/// One group, or groups with one and the same mark between them, no blanks, and another around them.
fn is_joined_by_one_mark(number: &[Group], behind: Option<&Group>) -> bool {
    let [first, rest @ ..] = number else { return false };
    let Some(second) = rest.first() else { return true };
    let is_inside = |group: &Group| group.before == second.before;
    !second.before.contains(char::is_whitespace)
        && rest.iter().all(is_inside)
        && !is_inside(first)
        && !behind.is_some_and(is_inside)
}
