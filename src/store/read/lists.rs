//! The revocation lists that gateways on this database have used.

use sqlx::query;

use crate::{
    identity::revocations::KeptList,
    store::{
        Store, StoreError,
        row::{Columns, millis},
    },
};

const KNOWN: &str = "SELECT der FROM revocation_list ORDER BY scope";
// Neither the number may fall nor, where that does not tell, the date: of two gateways that write at once, the newer list stays.
const KEEP: &str = "INSERT INTO revocation_list (scope, number, this_update, der) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (scope) DO UPDATE SET number = $2, this_update = $3, der = $4 \
     WHERE CASE WHEN length(revocation_list.number) = 0 OR length($2) = 0 OR revocation_list.number = $2 \
     THEN revocation_list.this_update <= $3 ELSE revocation_list.number < $2 END";

impl Store {
    /// The newest list of each authority and scope, in DER. Whoever takes one checks its signature again.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn revocation_lists(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = query(KNOWN).fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).bytes("der")).collect()
    }

    /// Keeps a list, unless a newer one is kept; the log is not concerned.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn keep_revocation_list(&self, list: KeptList) -> Result<(), StoreError> {
        let KeptList { scope, number, this_update, der } = list;
        let keep = query(KEEP).bind(scope.to_string()).bind(number).bind(millis(this_update)).bind(der);
        keep.execute(&self.write).await?;
        Ok(())
    }
}
