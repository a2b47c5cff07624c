//! The store's contract, on SQLite always and on PostgreSQL when `TEST_POSTGRES_URL` is set.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_in_result,
    reason = "helpers of tests may fail the test; clippy knows test functions only"
)]

mod declarations;
mod faults;
mod feeds;
mod keys;
mod log;
mod opening;
mod packets;
mod parties;
mod races;
mod schema;
mod support;
