//! Packets as a sheet (CSV): read from a file, held against the columns of a dataset, made into bodies.

pub mod columns;
pub mod faulty;
pub mod rows;
pub mod sheet;
