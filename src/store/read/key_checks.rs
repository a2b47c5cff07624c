//! Which of a gateway's own keys belong to the database.

use sqlx::{Row as _, query};

use crate::{
    crypto::gateway_keys::KeyPrints,
    store::{Store, error::StoreError, row::Columns},
};

/// A row without a key where there is a log that has none.
const CHECKS: &str = "SELECT k.kind, k.version, k.print FROM log_head LEFT JOIN key_check k ON k.version > 0 \
     WHERE log_head.id = 1";

impl Store {
    /// The keys that the database knows; none before the log was begun.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn key_prints(&self) -> Result<Option<KeyPrints>, StoreError> {
        let rows = query(CHECKS).fetch_all(&self.read).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let known = rows.iter().filter(|row| !matches!(row.try_get::<Option<String>, _>("kind"), Ok(None)));
        let checks = known.map(|row| {
            let columns = Columns(row);
            let version = u32::try_from(columns.index("version")?);
            let version = version.map_err(|_| StoreError::inconsistent("key_check.version"))?;
            Ok((columns.parse("kind")?, version, columns.parse("print")?))
        });
        checks.collect::<Result<KeyPrints, StoreError>>().map(Some)
    }
}
