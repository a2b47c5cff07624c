//! How a database is opened.

use std::time::Duration;

use crate::store::memory::MOST;

/// How many connections to keep, and how long to wait.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Connections that read. The writer has one of its own.
    pub readers: u32,
    /// How long a statement waits for another gateway that holds the lock, and a read for a free connection. A write
    /// that has not come to its end in twice that time is given up.
    pub patience: Duration,
    /// Of how many rows it is remembered by which entry each changed last, at some twenty bytes each.
    pub remembers: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { readers: 8, patience: Duration::from_secs(5), remembers: MOST }
    }
}
