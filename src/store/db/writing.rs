//! The connection that writes, lent for one transaction.

use std::time::Duration;

use sqlx::{Any, AnyConnection, AnyPool, Executor as _, pool::PoolConnection};
use tokio::time::timeout;

use crate::store::error::StoreError;

/// A transaction that has begun. One that is dropped before its end closes its connection: whoever waited for it went
/// away or lost patience, and what still comes over that connection is nobody's answer.
#[derive(Debug)]
pub(in crate::store) struct Writing {
    connection: PoolConnection<Any>,
    ended: bool,
}

impl Writing {
    /// Begins, or gives up when the database does not answer within twice this patience.
    pub(super) async fn begin(
        pool: &AnyPool,
        patience: Duration,
        statement: &'static str,
    ) -> Result<Self, StoreError> {
        let mut begun = Self { connection: pool.acquire().await?, ended: false };
        timeout(patience.saturating_mul(2), begun.connection().execute(statement))
            .await
            .map_err(|_elapsed| StoreError::unavailable("the database did not answer in time"))??;
        Ok(begun)
    }

    pub(in crate::store) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }

    /// Whoever does not hear that it was done does not know whether it was.
    pub(in crate::store) async fn commit(mut self) -> Result<(), StoreError> {
        self.connection.execute("COMMIT").await?;
        self.ended = true;
        Ok(())
    }

    pub(in crate::store) async fn rollback(mut self) -> Result<(), StoreError> {
        self.connection.execute("ROLLBACK").await?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.close_on_drop();
        }
    }
}
