//! What nobody should send, said by people who would: each gets a problem that names every fault and repeats nothing,
//! and changes nothing but the log.

mod bodies;
mod calls;
mod clock;
mod connections;
mod content;
mod keys;
mod matrix;
mod quotas;
mod rows;
mod rules;
mod secrecy;
mod strings;
mod succession;
pub(crate) mod support;
