//! The transaction of a batch, under the lock of the head.

use std::fmt;

use sqlx::AnyConnection;

use super::{
    fault::{FaultPoint, Step},
    rows::{Many, Prepared, Value},
};
use crate::store::{db::Backend, error::StoreError};

/// The connection on which a transaction has begun, with what was done on it.
pub(super) struct Tx<'c> {
    connection: &'c mut AnyConnection,
    backend: Backend,
    faults: &'c dyn FaultPoint,
    has_changed: bool,
}

impl<'c> Tx<'c> {
    pub(super) const fn on(
        connection: &'c mut AnyConnection,
        backend: Backend,
        faults: &'c dyn FaultPoint,
    ) -> Self {
        Self { connection, backend, faults, has_changed: false }
    }

    /// Writes rows of a table; none is no statement.
    pub(super) async fn rows<const N: usize>(
        &mut self,
        many: &'static Many<N>,
        rows: impl Iterator<Item = [Value; N]>,
    ) -> Result<(), StoreError> {
        self.whole_rows(many, rows.map(Some)).await
    }

    /// Likewise. A row that lacks what it must say is a fault in the program.
    pub(super) async fn whole_rows<const N: usize>(
        &mut self,
        many: &'static Many<N>,
        rows: impl Iterator<Item = Option<[Value; N]>>,
    ) -> Result<(), StoreError> {
        let rows: Option<Vec<_>> = rows.collect();
        let rows = rows.ok_or_else(|| StoreError::inconsistent("a row without its content"))?;
        if rows.is_empty() {
            return Ok(());
        }
        self.step(Step::Table)?;
        self.has_changed = true;
        many.run(self.connection, self.backend, rows).await
    }

    /// Carries out a statement that writes.
    pub(super) async fn run(&mut self, statement: Prepared) -> Result<(), StoreError> {
        self.step(Step::Table)?;
        self.has_changed = true;
        statement.execute(&mut *self.connection).await?;
        Ok(())
    }

    /// Writes rows of the log itself, at a step of their own.
    pub(super) async fn log_rows<const N: usize>(
        &mut self,
        step: Step,
        many: &'static Many<N>,
        rows: Vec<[Value; N]>,
    ) -> Result<(), StoreError> {
        self.step(step)?;
        self.has_changed = true;
        many.run(self.connection, self.backend, rows).await
    }

    pub(super) const fn has_changed(&self) -> bool {
        self.has_changed
    }

    pub(super) const fn connection(&mut self) -> &mut AnyConnection {
        self.connection
    }

    pub(super) const fn backend(&self) -> Backend {
        self.backend
    }

    pub(super) fn step(&self, step: Step) -> Result<(), StoreError> {
        self.faults.at(step).map_err(|_| StoreError::unavailable("a fault was injected"))
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("has_changed", &self.has_changed).finish_non_exhaustive()
    }
}
