//! The command line.

mod batches;
mod calls;
mod cells;
mod checked;
mod document;
mod generated;
mod help;
mod inputs;
mod journey;
mod keyring;
mod lists;
mod live;
mod logs;
mod many;
mod operating;
mod outsider;
mod policies;
mod printing;
pub(crate) mod program;
mod received;
mod sheets;
mod single;
mod spoken;
mod stub;
mod templates;
mod tree;
mod trusted;
