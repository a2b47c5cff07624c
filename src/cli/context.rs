//! What a command works with.

use std::sync::Arc;

use super::Output;
use crate::domain::{clock::Clock, id::Entropy};

/// What a command works with: where it prints, what the time is, where randomness comes from.
#[derive(Debug)]
pub struct Context {
    /// Where everything is printed.
    pub out: Output,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
}
