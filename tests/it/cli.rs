//! The command line.

mod batches;
mod calls;
mod logs;
mod operating;
mod policies;
mod printing;
mod program;
mod received;
mod sheets;
mod stub;
mod tree;
