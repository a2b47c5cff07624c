//! The command line.

mod batches;
mod calls;
mod printing;
mod received;
mod sheets;
mod stub;
mod tree;
