//! What somebody who can write in the database, and has no key, cannot make: the seal of a row.
//!
//! A seal is a keyed digest over every value on which a decision may rest, and over the index of the entry that wrote the row
//! last. So a row that was changed or made past the gateway has none, and one that was put back to an older state has an older
//! index than the log names: see [`super::memory`]. What is sealed itself (`header`, `facts`) or compared with a digest that
//! is in the seal (`jwe`) is left out.

pub(super) mod columns;
pub(super) mod layout;
mod row;
mod seals_rows;
mod sum;
mod table;
mod values;

pub use self::seals_rows::SealsRows;
pub(super) use self::{
    row::{Fixed, RowSeal, of_subject, remembered},
    sum::Sum,
    table::Sealed,
    values::{Values, length, put},
};
