//! All SQL, and the one writer.
//!
//! From the ground up:
//!
//! * `model`: the words and rows that whoever reads and whoever writes both speak of.
//! * `seal` and `memory`: by what a row that is read is believed.
//! * [`db`]: opening, migrating and beginning a database, SQLite or PostgreSQL, from one text of SQL.
//! * [`register`]: who takes part, in memory. [`snapshot`]: everything else that a decision reads, in one statement.
//! * [`read`]: what can be read for lists, proofs and the operator. No read takes the lock.
//! * [`writer::look`] and [`writer::state`]: the rows that a write is judged by, as they were found and as those before it leave
//!   them.
//! * [`mod@write`]: what can be written: plain data, one file per effect, each with its conditions and what it changes.
//! * [`writer`]: the one thread that writes. It judges a whole batch under the lock of the log's head before it changes
//!   anything, appends the entries in the same transaction, and makes [`Committed`] values after the commit, and nowhere else.
//! * [`relocate`]: a whole database copied into another one.
//!
//! To add an effect: a file in `write/` with a struct, its outcome and `impl Effect`: what it looks for, and what it would
//! change, with every subject that becomes another. A table that no effect has written before has its statements in
//! `writer/tables/texts.rs`. Add the effect to the contract suite in `tests/it/store`.

mod backup;
pub mod db;
pub mod error;
mod marks;
mod memory;
mod model;
mod presence;
pub mod read;
pub mod register;
pub mod relocate;
mod row;
mod seal;
pub mod snapshot;
pub mod subject;
mod traces;
pub mod write;
pub mod writer;

pub use db::{OpenOptions, Store};
pub use error::{StoreError, StoreErrorKind};
pub use seal::SealsRows;
pub use writer::committed::Committed;
