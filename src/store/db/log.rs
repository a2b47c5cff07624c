//! Beginning the log.

use jiff::Timestamp;
use sqlx::Row as _;

use super::Store;
use crate::{
    crypto::gateway_keys::KeyPrints,
    domain::digest::Digest,
    merkle::frontier::Frontier,
    store::{error::StoreError, row::millis},
};

const BEGIN_LOG: &str = "INSERT INTO log_head (id, origin, size, last_time, frontier, policy_digest, checkpoint) \
     VALUES (1, $1, 0, $2, $3, $4, '') ON CONFLICT (id) DO NOTHING";
const ORIGIN: &str = "SELECT origin FROM log_head WHERE id = 1";
const KNOW_KEY: &str = "INSERT INTO key_check (kind, version, print) VALUES ($1, $2, $3)";

impl Store {
    /// Begins the log: its name, the policy by which this database decides and the keys that belong to it, all at once.
    /// Repeating it changes nothing, also with other keys: see [`Store::key_prints`].
    ///
    /// # Errors
    /// `Settings` when the log was begun under another origin: a log does not change its name.
    pub async fn begin_log(
        &self,
        origin: &str,
        policy: Digest,
        keys: &KeyPrints,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.begin_write().await?;
        let begun = sqlx::query(BEGIN_LOG)
            .bind(origin.to_owned())
            .bind(millis(now))
            .bind(Frontier::new().to_bytes())
            .bind(policy.to_string())
            .execute(writing.connection())
            .await?;
        if begun.rows_affected() == 0 {
            writing.rollback().await?;
            return same_origin(&self.origin().await?.unwrap_or_default(), origin);
        }
        for (kind, version, print) in keys.iter() {
            sqlx::query(KNOW_KEY)
                .bind(kind.as_str())
                .bind(i64::from(version))
                .bind(print.to_string())
                .execute(writing.connection())
                .await?;
        }
        writing.commit().await
    }

    /// The name of the log; none before it was begun.
    async fn origin(&self) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(ORIGIN).fetch_optional(&self.read).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

fn same_origin(known: &str, origin: &str) -> Result<(), StoreError> {
    if known == origin {
        return Ok(());
    }
    Err(StoreError::settings(format!(
        "the log in this database is `{known}`; a log does not change its name: open it under that name"
    )))
}
