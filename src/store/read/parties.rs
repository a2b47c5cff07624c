//! Parties and their certificates.

use jiff::Timestamp;
use sqlx::query;

use crate::{
    domain::party::PartyId,
    store::{
        Store,
        error::StoreError,
        row::{Columns, millis},
    },
};

/// A request that was answered waits for nothing.
const WAITING: &str = "SELECT \
     COALESCE(SUM(CASE WHEN r.oin = $1 AND r.role = $2 THEN 1 ELSE 0 END), 0) AS incoming, \
     COALESCE(SUM(CASE WHEN p.sender_oin = $1 AND p.sender_role = $2 THEN 1 ELSE 0 END), 0) AS outgoing \
     FROM message p JOIN copy r ON r.message_id = p.id \
     WHERE p.state = 'open' AND r.state IN ('waiting', 'collected') AND p.expires > $3 \
     AND ((r.oin = $1 AND r.role = $2) OR (p.sender_oin = $1 AND p.sender_role = $2)) AND NOT EXISTS \
     (SELECT 1 FROM message a WHERE a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role)";

impl Store {
    /// How many copies may still be collected of what was sent to a party, and of what it sent.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn waiting_on(&self, party: &PartyId, now: Timestamp) -> Result<(u64, u64), StoreError> {
        let waiting =
            query(WAITING).bind(party.oin.to_string()).bind(party.role.to_string()).bind(millis(now));
        let row = waiting.fetch_one(&self.read).await?;
        Ok((Columns(&row).index("incoming")?, Columns(&row).index("outgoing")?))
    }
}
