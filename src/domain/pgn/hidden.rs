//! A BSN or an onderwijsnummer that hides in a text, in whatever spelling; and what looks like one and is not.
//!
//! A text is read as groups of digits with something between them. Groups that lie side by side and have nine digits
//! together are a number of a person when the 11-test says so. It does of one in eleven numbers, so groups that are plainly something else
//! are set apart first: a date, a range of years, a week, a time, a telephone number. They are something else only while
//! what stands around them differs from what stands inside: `12-11-2010 3` is a date and a three, `12-11-2010-3` a number.
//! Two years in a row and one digit are a school year however they are joined: `2025-2026-2`.
//! Only of a date and of years with blanks inside that cannot be asked: `12 11 2010 3` is a date and a three too.
//! Nor do they go on into the next line or cell, or take along what is written as one number: `2025-2026.90.019`.
//!
//! What is looked for and what is not, with the reasons, stands in `docs/threat-model.md`.

mod apart;
mod groups;
mod reader;
mod run;

use self::reader::Reader;

/// Whether a text holds a burgerservicenummer or an onderwijsnummer: nine digits that pass the 11-test, or that begin with `10`
/// and leave 5, alone or in groups, of whatever script, and zeros before them. Between the groups may stand whatever is no letter and no digit: at most two marks, or one and
/// the same text each time.
///
/// Used to refuse a number of a person in a free field. One in eleven random numbers of nine digits passes. A number whose groups are a
/// date, a school year, a week, a time or a telephone number with something behind it is not taken for one. Of nine
/// digits in one piece, or joined by one and the same mark, only an international telephone number is something else.
#[must_use]
pub fn hides_a_pgn(text: &str) -> bool {
    Reader::finds_in(text)
}

#[cfg(test)]
mod tests;
