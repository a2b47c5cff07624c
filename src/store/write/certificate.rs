//! Certificates: which one speaks for which party.

use jiff::Timestamp;
use sqlx::query;

use super::{Applied, Effect, Once, party, sealed::Sealed};
use crate::{
    domain::{digest::Digest, party::PartyId},
    store::{
        row::{Columns, millis},
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Registers a certificate for a party. Once registered it never speaks for another.
#[derive(Debug, Clone)]
pub struct RegisterCertificate {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
    /// For whom it speaks.
    pub party: PartyId,
    /// Its serial number, as text.
    pub serial: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

const INSERT: &str = "INSERT INTO certificate \
     (registration, oin, role, serial, not_before, not_after, state, registered) \
     VALUES ($1, $2, $3, $4, $5, $6, 'active', $7) ON CONFLICT (registration) DO NOTHING";
const KNOWN: &str = "SELECT oin, role, state FROM certificate WHERE registration = $1";

impl Sealed for RegisterCertificate {}

impl Effect for RegisterCertificate {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        party::require(tx, self.party).await?;
        if let Some(row) = tx.find(query(KNOWN).bind(self.registration.to_string())).await? {
            let columns = Columns(&row);
            let same = columns.party("oin", "role")? == self.party && columns.text("state")? == "active";
            return if same { Ok(Once::Already.applied()) } else { Err(Conflict::Taken.into()) };
        }
        let insert = query(INSERT)
            .bind(self.registration.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.serial.clone())
            .bind(millis(self.not_before))
            .bind(millis(self.not_after))
            .bind(millis(tx.time));
        tx.run(insert).await?;
        tx.raise_party(&self.party).await?;
        Ok(Once::Now.applied())
    }
}

/// Revokes the registration of a certificate, whatever its issuer says of it.
#[derive(Debug, Clone, Copy)]
pub struct RevokeCertificate {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
}

const REVOKE: &str = "UPDATE certificate SET state = 'revoked', revoked_at = $2 WHERE registration = $1";

impl Sealed for RevokeCertificate {}

impl Effect for RevokeCertificate {
    type Outcome = Once;

    /// What stops a party must work whatever policies the operator's program has.
    fn needs_policy(&self) -> bool {
        false
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        let known = query(KNOWN).bind(self.registration.to_string());
        let row = tx.find(known).await?.ok_or(Conflict::NotFound)?;
        let columns = Columns(&row);
        if columns.text("state")? == "revoked" {
            return Ok(Once::Already.applied());
        }
        let party = columns.party("oin", "role")?;
        tx.run(query(REVOKE).bind(self.registration.to_string()).bind(millis(tx.time))).await?;
        tx.raise_party(&party).await?;
        Ok(Once::Now.applied())
    }
}
