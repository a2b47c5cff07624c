//! The command line.

mod batches;
mod calls;
mod sheets;
mod stub;
mod tree;
