//! The command line.

mod batches;
mod calls;
mod received;
mod sheets;
mod stub;
mod tree;
