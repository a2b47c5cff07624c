//! Shows what is decided and why: by questions that someone puts, by cases, and as a table.

pub mod cases;
pub mod check;
pub mod explain;
pub mod matrix;
