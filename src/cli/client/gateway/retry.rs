//! How often to try again, and how long to wait: exponential, with jitter, bounded.

use std::time::Duration;

use crate::domain::id::Entropy;

/// The bounds within which a call is repeated.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How many times a call is made at most, the first included.
    pub attempts: u32,
    /// The longest wait before the second attempt; each further one doubles it.
    pub first: Duration,
    /// No wait is longer, unless the gateway asks for it.
    pub longest: Duration,
    /// When the gateway asks for more patience than this, the user hears it instead.
    pub patience: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(10),
            patience: Duration::from_mins(1),
        }
    }
}

impl Retry {
    /// How long to wait after so many attempts; nothing when it must not be tried again.
    ///
    /// `asked` is the gateway's `Retry-After`: it is honoured in full, with jitter on top, so that those who were
    /// sent away together do not come back together.
    #[must_use]
    pub fn wait(&self, made: u32, asked: Option<Duration>, entropy: &dyn Entropy) -> Option<Duration> {
        if made >= self.attempts || asked.is_some_and(|asked| asked > self.patience) {
            return None;
        }
        let doublings = made.saturating_sub(1).min(16);
        let ceiling = self.first.saturating_mul(1 << doublings).min(self.longest);
        let jitter = ceiling.mul_f64(fraction(entropy));
        Some(asked.unwrap_or_default().saturating_add(jitter))
    }
}

/// A number from 0 to 1. Without randomness it is one half: a wait that is not random is still a wait.
fn fraction(entropy: &dyn Entropy) -> f64 {
    let mut bytes = [0; 4];
    match entropy.fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
