//! The command line.

mod batches;
mod calls;
mod journey;
mod live;
mod logs;
mod many;
mod operating;
mod policies;
mod printing;
mod program;
mod received;
mod sheets;
mod single;
mod stub;
mod tree;
