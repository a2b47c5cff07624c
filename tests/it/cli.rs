//! The command line.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of a test that cannot go on fails the test"
)]

mod batches;
mod calls;
mod printing;
mod received;
mod sheets;
mod stub;
mod tree;
