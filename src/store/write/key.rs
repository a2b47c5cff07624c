//! The encryption keys of parties: waiting, active, retired, revoked; never back.

use jiff::Timestamp;
use sqlx::query;

use super::{
    Applied, Effect, Once, party,
    recipients::{Notice, Stopped, raise_packets, stopped_by, tell},
    sealed::Sealed,
};
use crate::{
    domain::party::PartyId,
    store::{
        row::{Columns, millis, signed},
        subject,
        writer::{
            error::{Conflict, Halt},
            tx::Tx,
        },
    },
};

/// Publishes a key of a party. A thumbprint belongs to one party, for ever.
#[derive(Debug, Clone)]
pub struct PublishKey {
    /// The thumbprint of the key (RFC 7638).
    pub thumbprint: String,
    /// Whose it is.
    pub party: PartyId,
    /// The name that the party gave it.
    pub kid: String,
    /// The public JWK, as JSON.
    pub jwk: String,
    /// From when senders may use it.
    pub valid_from: Timestamp,
    /// Until when senders may use it.
    pub valid_until: Option<Timestamp>,
    /// Whether it is active at once; otherwise it waits for [`ActivateKey`].
    pub active: bool,
}

const INSERT: &str = "INSERT INTO party_key \
     (thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (thumbprint) DO NOTHING";
const KNOWN: &str = "SELECT oin, role, state FROM party_key WHERE thumbprint = $1";
const SET_STATE: &str = "UPDATE party_key SET state = $1 WHERE thumbprint = $2";

impl Sealed for PublishKey {}

impl Effect for PublishKey {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        party::require(tx, self.party).await?;
        if let Some(known) = known(tx, &self.thumbprint).await? {
            let same = known.party == self.party && matches!(known.state.as_str(), "waiting" | "active");
            return if same { Ok(Once::Already.applied()) } else { Err(Conflict::Taken.into()) };
        }
        let insert = query(INSERT)
            .bind(self.thumbprint.clone())
            .bind(self.party.oin.to_string())
            .bind(self.party.role.to_string())
            .bind(self.kid.clone())
            .bind(self.jwk.clone())
            .bind(if self.active { "active" } else { "waiting" })
            .bind(millis(self.valid_from))
            .bind(self.valid_until.map(millis))
            .bind(millis(tx.time));
        tx.run(insert).await?;
        tx.raise(subject::key(&self.thumbprint)).await?;
        tx.raise_party(&self.party).await?;
        Ok(Once::Now.applied())
    }
}

struct Known {
    party: PartyId,
    state: String,
}

async fn known(tx: &mut Tx<'_>, thumbprint: &str) -> Result<Option<Known>, Halt> {
    let row = tx.find(query(KNOWN).bind(thumbprint.to_owned())).await?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns(&row);
    Ok(Some(Known { party: columns.party("oin", "role")?, state: columns.text("state")? }))
}

async fn change(
    tx: &mut Tx<'_>,
    thumbprint: &str,
    owner: Option<PartyId>,
    from: &[&str],
    to: &'static str,
) -> Result<Once, Halt> {
    let known = known(tx, thumbprint).await?.ok_or(Conflict::NotFound)?;
    if owner.is_some_and(|owner| owner != known.party) {
        return Err(Conflict::NotFound.into());
    }
    if known.state == to {
        return Ok(Once::Already);
    }
    if !from.contains(&known.state.as_str()) {
        return Err(Conflict::State.into());
    }
    tx.run(query(SET_STATE).bind(to).bind(thumbprint.to_owned())).await?;
    tx.raise(subject::key(thumbprint)).await?;
    tx.raise_party(&known.party).await?;
    Ok(Once::Now)
}

/// Lets senders use a key that waited: the operator has seen it, or the delay has passed.
#[derive(Debug, Clone)]
pub struct ActivateKey {
    /// The thumbprint.
    pub thumbprint: String,
}

impl Sealed for ActivateKey {}

impl Effect for ActivateKey {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        Ok(change(tx, &self.thumbprint, None, &["waiting"], "active").await?.applied())
    }
}

/// Takes a key out of use. What was sealed to it is still delivered.
#[derive(Debug, Clone)]
pub struct RetireKey {
    /// The thumbprint.
    pub thumbprint: String,
    /// Whose it must be.
    pub party: PartyId,
}

impl Sealed for RetireKey {}

impl Effect for RetireKey {
    type Outcome = Once;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Once>, Halt> {
        Ok(change(tx, &self.thumbprint, Some(self.party), &["waiting", "active"], "retired").await?.applied())
    }
}

/// Declares a key lost: what was sealed to it and not acknowledged is withheld and erased, and its senders are told
/// to push again.
#[derive(Debug, Clone)]
pub struct RevokeKey {
    /// The thumbprint.
    pub thumbprint: String,
    /// Whose it must be; none when the operator revokes.
    pub party: Option<PartyId>,
}

const WITHHOLD: &str = "UPDATE packet_recipient SET state = 'withheld', ended_index = $1, jwe = NULL \
     WHERE thumbprint = $2 AND state IN ('waiting', 'collected') RETURNING packet_id, oin, role, collected_index";
const SENDER: &str = "SELECT sender_oin, sender_role FROM packet WHERE id = $1";

impl Sealed for RevokeKey {}

impl Effect for RevokeKey {
    /// The copies that are withheld; none when the key had been revoked before.
    type Outcome = Vec<Stopped>;

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Vec<Stopped>>, Halt> {
        let from = ["waiting", "active", "retired"];
        if change(tx, &self.thumbprint, self.party, &from, "revoked").await? == Once::Already {
            return Ok(Applied::repeated(Vec::new()));
        }
        let withhold = query(WITHHOLD).bind(signed(tx.next)).bind(self.thumbprint.clone());
        let copies = stopped_by(tx, withhold).await?;
        for copy in &copies {
            let row =
                tx.find(query(SENDER).bind(copy.packet.to_string())).await?.ok_or(Conflict::NotFound)?;
            let sender = Columns(&row).party("sender_oin", "sender_role")?;
            let notice = Notice {
                to: sender,
                packet: copy.packet,
                about: copy.party,
                kind: "key-revoked",
                declaration: None,
            };
            tell(tx, notice).await?;
        }
        raise_packets(tx, &copies).await?;
        Ok(Applied::done(copies))
    }
}
