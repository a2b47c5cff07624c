//! Releasing a body to its recipient, and the recipient's word that it has it.

use jiff::Timestamp;
use sqlx::query;

use super::{Applied, Effect, NewPerson, recipients::conflict_of, sealed::Sealed};
use crate::{
    domain::{digest::Digest, id::PacketId, party::PartyId},
    policy::permit::Permit,
    store::{
        row::{Columns, millis, signed},
        subject,
        writer::{
            error::{Conflict, Halt, WriteError},
            tx::Tx,
        },
    },
};

/// Reads the sealed body that the permit is for and marks it collected, in the write that appends its entry.
///
/// May be repeated while the packet waits for its acknowledgement; each release has its own entry.
#[derive(Debug)]
pub struct Deliver {
    /// Spent by this write.
    pub permit: Permit,
}

/// A body that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The packet.
    pub packet: PacketId,
    /// Whose copy.
    pub party: PartyId,
    /// The compact JWE.
    pub jwe: String,
    /// The SHA-256 of the JWE.
    pub sha256: Digest,
    /// The thumbprint of the key that it is sealed to.
    pub thumbprint: String,
    /// The index of the entry that accounts for this release.
    pub index: u64,
}

const COLLECT: &str = "UPDATE packet_recipient SET state = 'collected', \
     collected_at = COALESCE(collected_at, $1), collected_index = COALESCE(collected_index, $2) \
     WHERE packet_id = $3 AND oin = $4 AND role = $5 AND basis = $6 AND state IN ('waiting', 'collected') \
     AND jwe IS NOT NULL AND EXISTS (SELECT 1 FROM packet WHERE id = $3 AND state = 'open' AND expires > $7) \
     RETURNING jwe, jwe_sha256, thumbprint";
const STATE: &str = "SELECT r.state AS state, r.acknowledged_at AS acknowledged_at, \
     r.acknowledged_index AS acknowledged_index, p.state AS packet_state, p.expires AS expires \
     FROM packet_recipient r JOIN packet p ON p.id = r.packet_id \
     WHERE r.packet_id = $1 AND r.oin = $2 AND r.role = $3";

impl Sealed for Deliver {}

impl Effect for Deliver {
    type Outcome = Delivery;

    fn permits(&self) -> Vec<&Permit> {
        vec![&self.permit]
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Delivery>, Halt> {
        let packet = self.permit.packet().ok_or(WriteError::Mismatch("a permit that names no packet"))?;
        let party = self.permit.party();
        let index = tx.next;
        let collect = query(COLLECT)
            .bind(millis(tx.time))
            .bind(signed(index))
            .bind(packet.to_string())
            .bind(party.oin.to_string())
            .bind(party.role.to_string())
            .bind(self.permit.basis().to_string())
            .bind(millis(tx.now));
        let rows = tx.change(collect).await?;
        let Some(row) = rows.first() else { return Err(why_not(tx, packet, party).await) };
        let columns = Columns(row);
        Ok(Applied::done(Delivery {
            packet,
            party,
            jwe: columns.text("jwe")?,
            sha256: columns.parse("jwe_sha256")?,
            thumbprint: columns.text("thumbprint")?,
            index,
        }))
    }
}

async fn why_not(tx: &mut Tx<'_>, packet: PacketId, party: PartyId) -> Halt {
    match state_of(tx, packet, party).await {
        Ok(copy) if copy.expired => Conflict::Expired.into(),
        Ok(copy) => conflict_of(&copy.state).into(),
        Err(halt) => halt,
    }
}

struct Copy {
    state: String,
    expired: bool,
    acknowledged: Option<(Timestamp, u64)>,
}

async fn state_of(tx: &mut Tx<'_>, packet: PacketId, party: PartyId) -> Result<Copy, Halt> {
    let state =
        query(STATE).bind(packet.to_string()).bind(party.oin.to_string()).bind(party.role.to_string());
    let row = tx.find(state).await?.ok_or(Conflict::NotFound)?;
    let columns = Columns(&row);
    let acknowledged =
        columns.maybe_instant("acknowledged_at")?.zip(columns.maybe_index("acknowledged_index")?);
    let state = columns.text("state")?;
    let expired = matches!(state.as_str(), "waiting" | "collected") && columns.instant("expires")? <= tx.now;
    Ok(Copy { state, expired, acknowledged })
}

/// The recipient has the packet: its ciphertext is erased here.
#[derive(Debug, Clone)]
pub struct Acknowledge {
    /// The packet.
    pub packet: PacketId,
    /// Who has it.
    pub party: PartyId,
    /// The person under the recipient's own reference, by which it finds the packet again.
    pub person: Option<NewPerson>,
}

/// When the packet was acknowledged, the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledged {
    /// When.
    pub at: Timestamp,
    /// The index of the entry.
    pub index: u64,
    /// Whether this was a repetition.
    pub repeated: bool,
}

const ACKNOWLEDGE: &str = "UPDATE packet_recipient SET state = 'acknowledged', acknowledged_at = $1, \
     acknowledged_index = $2, jwe = NULL, recipient_person_id = COALESCE($3, recipient_person_id) \
     WHERE packet_id = $4 AND oin = $5 AND role = $6 AND state = 'collected'";

impl Sealed for Acknowledge {}

impl Effect for Acknowledge {
    type Outcome = Acknowledged;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Acknowledged>, Halt> {
        let copy = state_of(tx, self.packet, self.party).await?;
        if let Some((at, index)) = copy.acknowledged {
            return Ok(Applied::repeated(Acknowledged { at, index, repeated: true }));
        }
        match copy.state.as_str() {
            // What was collected in time may be acknowledged late: the recipient has it.
            "collected" => {}
            "waiting" if copy.expired => return Err(Conflict::Expired.into()),
            "waiting" => return Err(Conflict::NotCollected.into()),
            other => return Err(conflict_of(other).into()),
        }
        if let Some(person) = &self.person {
            person.settle(tx).await?;
        }
        let acknowledge = query(ACKNOWLEDGE)
            .bind(millis(tx.time))
            .bind(signed(tx.next))
            .bind(self.person.as_ref().map(|person| person.id.to_string()))
            .bind(self.packet.to_string())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string());
        tx.run(acknowledge).await?;
        tx.raise(subject::packet(self.packet)).await?;
        Ok(Applied::done(Acknowledged { at: tx.time, index: tx.next, repeated: false }))
    }
}
