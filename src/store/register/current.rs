//! The register under a number: from memory, or read anew.

use std::sync::Arc;

use sqlx::query;

use super::{Register, rows::RegisterRows};
use crate::store::{Store, error::StoreError, row::Columns, seal::SealsRows};

const NUMBER: &str = "SELECT register FROM log_head WHERE id = 1";
const SEAL: &str = "SELECT register, register_seal FROM log_head WHERE id = 1";

/// How often it is read anew because it changed while it was read.
const READINGS: u32 = 16;

impl Store {
    /// The register under this number or a later one.
    pub(in crate::store) async fn register_at(&self, number: i64) -> Result<Arc<Register>, StoreError> {
        if let Some(register) = self.kept.register.load_full().filter(|kept| kept.number == number) {
            return Ok(register);
        }
        let loading = self.kept.loading.lock().await;
        let mut number = self.register_number().await?;
        if let Some(kept) = self.kept.register.load_full() {
            if kept.number == number {
                return Ok(kept);
            }
            // It is raised and never lowered: this one was put back.
            if kept.number > number {
                return Err(StoreError::inconsistent("log_head.register"));
            }
        }
        for _ in 0..READINGS {
            let read = self.read_register(number).await?;
            let after = self.register_number().await?;
            if let Some(read) = read.filter(|_| after == number) {
                let register = Arc::new(read);
                self.kept.register.store(Some(Arc::clone(&register)));
                drop(loading);
                return Ok(register);
            }
            number = after;
        }
        Err(StoreError::unavailable("the register of parties changes faster than it can be read"))
    }

    async fn register_number(&self) -> Result<i64, StoreError> {
        // Before the log is begun nobody takes part.
        let row = query(NUMBER).fetch_optional(&self.read).await?;
        row.map_or(Ok(0), |row| Columns(&row).integer("register"))
    }

    /// By whom the register is sealed, for this gateway: nobody is believed to take part before it is known. The first that is
    /// named counts.
    pub fn seals_with(&self, seals: Arc<dyn SealsRows>) {
        drop(self.kept.seals.set(seals));
    }

    /// None when it changed meanwhile.
    async fn read_register(&self, number: i64) -> Result<Option<Register>, StoreError> {
        let mut connection = self.read.acquire().await?;
        let seal = query(SEAL).fetch_optional(&mut *connection).await?;
        let rows = RegisterRows::read(&mut connection).await?;
        let seal = seal.map(|row| Columns(&row).maybe_bytes("register_seal")).transpose()?.flatten();
        match rows.judge(number, seal.as_deref(), self.kept.seals()?) {
            Ok(()) => Register::of_rows(number, &rows).map(Some),
            // While it changes, rows and seal are not of one moment.
            Err(_) if self.register_number().await? != number => Ok(None),
            Err(error) => Err(error),
        }
    }
}
