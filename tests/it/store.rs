//! The store's contract, on SQLite always and on PostgreSQL when `TEST_POSTGRES_URL` is set.

#![expect(clippy::unwrap_in_result, reason = "a poisoned lock fails the test")]

mod batches;
mod believed;
mod beside;
mod clock;
mod commits;
mod declarations;
mod ends;
mod faults;
mod feeds;
pub(crate) mod frozen;
mod key_checks;
mod keys;
mod lists;
mod log;
mod missing;
mod opening;
mod packets;
mod parties;
mod races;
mod rewritten;
mod schema;
mod stale;
pub(crate) mod support;
mod terms;
