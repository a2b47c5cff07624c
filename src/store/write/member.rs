//! A party that joins with its first certificate, or leaves: one step or none.

use sqlx::query;

use super::{Applied, Effect, Once, certificate::RegisterCertificate, party::RegisterParty, sealed::Sealed};
use crate::{
    domain::party::PartyId,
    store::{
        row::{Columns, millis},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Registers a party and the certificate that speaks for it.
#[derive(Debug, Clone)]
pub struct AddParty {
    /// The party.
    pub party: RegisterParty,
    /// Its first certificate.
    pub certificate: RegisterCertificate,
}

impl Sealed for AddParty {}

impl Effect for AddParty {
    type Outcome = ();

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<()>, Halt> {
        self.party.apply(tx).await?;
        self.certificate.apply(tx).await?;
        Ok(Applied::done(()))
    }
}

/// Takes a party out: its certificates and keys are revoked for ever, it acts for nobody, and nothing can be sent to it.
/// Refused while anything waits for it, or for others from it. What the log says of it stays.
#[derive(Debug, Clone, Copy)]
pub struct RemoveParty {
    /// Who.
    pub party: PartyId,
}

const STATE: &str = "SELECT state FROM party WHERE oin = $1 AND role = $2";
/// A request that was answered waits for nothing.
pub(in crate::store) const WAITING: &str = "SELECT \
     COALESCE(SUM(CASE WHEN r.oin = $1 AND r.role = $2 THEN 1 ELSE 0 END), 0) AS incoming, \
     COALESCE(SUM(CASE WHEN p.sender_oin = $1 AND p.sender_role = $2 THEN 1 ELSE 0 END), 0) AS outgoing \
     FROM packet p JOIN packet_recipient r ON r.packet_id = p.id \
     WHERE p.state = 'open' AND r.state IN ('waiting', 'collected') AND p.expires > $3 \
     AND ((r.oin = $1 AND r.role = $2) OR (p.sender_oin = $1 AND p.sender_role = $2)) AND NOT EXISTS \
     (SELECT 1 FROM answer a WHERE a.request_id = r.packet_id AND a.oin = r.oin AND a.role = r.role)";
const REVOKE_CERTIFICATES: &str = "UPDATE certificate SET state = 'revoked', revoked_at = $3 \
     WHERE oin = $1 AND role = $2 AND state = 'active'";
const REVOKE_KEYS: &str = "UPDATE party_key SET state = 'revoked' WHERE oin = $1 AND role = $2 \
     AND state <> 'revoked' RETURNING thumbprint";
const END_MANDATES: &str = "UPDATE party_municipality SET valid_until = $3 WHERE oin = $1 AND role = $2 \
     AND (valid_until IS NULL OR valid_until > $3)";
const REMOVE: &str = "UPDATE party SET state = 'removed' WHERE oin = $1 AND role = $2";

impl Sealed for RemoveParty {}

impl Effect for RemoveParty {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        let own = |text: &'static str| {
            query(text).bind(self.party.oin.to_string()).bind(self.party.role.to_string())
        };
        let row = tx.find(own(STATE)).await?.ok_or(Conflict::NotFound)?;
        if Columns(&row).text("state")? == "removed" {
            return Ok(Once::Already.applied());
        }
        let now = millis(tx.now);
        if let Some(row) = tx.find(own(WAITING).bind(now)).await? {
            let columns = Columns(&row);
            if columns.integer("incoming")? + columns.integer("outgoing")? > 0 {
                return Err(Conflict::State.into());
            }
        }
        tx.run(own(REVOKE_CERTIFICATES).bind(now)).await?;
        for row in tx.change(own(REVOKE_KEYS)).await? {
            tx.raise(subject::key(&Columns(&row).text("thumbprint")?)).await?;
        }
        tx.run(own(END_MANDATES).bind(now)).await?;
        tx.run(own(REMOVE)).await?;
        tx.raise_party(&self.party).await?;
        Ok(Once::Now.applied())
    }
}
