//! The bytes of request bodies that may be in memory at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::telemetry::metrics;

/// A budget of bytes, shared by all requests. Counts what has really arrived, so that an announced but unsent body
/// takes nothing from others.
#[derive(Debug, Clone)]
pub struct ByteBudget(Arc<Semaphore>);

/// Bytes taken from the budget; dropping gives them back.
#[derive(Debug)]
pub struct Reserved {
    permits: Option<OwnedSemaphorePermit>,
}

/// The budget is spent for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes of all bodies in memory have reached their limit")]
pub struct BudgetSpent;

impl ByteBudget {
    /// A budget of this many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.min(Semaphore::MAX_PERMITS))))
    }

    /// An empty reservation, to be raised as bytes arrive.
    #[must_use]
    pub const fn reserve() -> Reserved {
        Reserved { permits: None }
    }

    /// Adds bytes to a reservation. Never waits: waiting callers would hold what the others wait for.
    ///
    /// # Errors
    /// [`BudgetSpent`] when there are not that many left; the reservation keeps what it had.
    pub fn raise(&self, reserved: &mut Reserved, bytes: usize) -> Result<(), BudgetSpent> {
        let count = u32::try_from(bytes).map_err(|_| BudgetSpent)?;
        let more = Arc::clone(&self.0).try_acquire_many_owned(count).map_err(|_| BudgetSpent)?;
        metrics::bytes_in_flight(f64::from(count));
        match &mut reserved.permits {
            Some(permits) => permits.merge(more),
            none => *none = Some(more),
        }
        Ok(())
    }

    /// Bytes that are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.0.available_permits()
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let Some(permits) = &self.permits {
            metrics::bytes_in_flight(-f64::from(u32::try_from(permits.num_permits()).unwrap_or(u32::MAX)));
        }
    }
}
