//! The command line.

mod batches;
mod calls;
mod stub;
mod tree;
