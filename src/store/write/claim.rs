//! What a party made under a key of its own choice: a repetition makes nothing new.

use sqlx::query;

use crate::{
    domain::{
        digest::Digest,
        id::{DeclarationId, PacketId},
        party::PartyId,
    },
    store::{
        error::StoreError,
        row::Columns,
        writer::{
            error::{Conflict, Halt, WriteError},
            tx::Tx,
        },
    },
};

/// A caller's own key for one call, and the HMAC of its body.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The keyed digest of what the caller sent.
    pub key: String,
    /// The HMAC of the request's body under a key of the gateway; never a plain digest.
    pub body: Digest,
}

/// What was made under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// A packet or a request.
    Packet(PacketId),
    /// A declaration.
    Declaration(DeclarationId),
}

const CLAIM: &str = "INSERT INTO idempotency (oin, role, key, body_hmac, packet_id, declaration_id) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (oin, role, key) DO NOTHING";
/// What a party made under a key.
pub(in crate::store) const KNOWN: &str = "SELECT body_hmac, packet_id, declaration_id FROM idempotency \
     WHERE oin = $1 AND role = $2 AND key = $3";

impl Made {
    /// What a row of [`KNOWN`] names.
    pub(in crate::store) fn of(columns: &Columns<'_>) -> Result<Self, StoreError> {
        match (columns.maybe_parse("packet_id")?, columns.maybe_parse("declaration_id")?) {
            (Some(packet), None) => Ok(Self::Packet(packet)),
            (None, Some(declaration)) => Ok(Self::Declaration(declaration)),
            _ => Err(StoreError::inconsistent("idempotency")),
        }
    }
}

impl IdempotencyKey {
    /// Takes the key for what is to be made; answers what the same body made under it before, if anything.
    pub(super) async fn claim(
        &self,
        tx: &mut Tx<'_>,
        party: &PartyId,
        made: Made,
    ) -> Result<Option<Made>, Halt> {
        let (packet, declaration) = match made {
            Made::Packet(id) => (Some(id.to_string()), None),
            Made::Declaration(id) => (None, Some(id.to_string())),
        };
        let insert = query(CLAIM)
            .bind(party.oin.to_string())
            .bind(party.role.to_string())
            .bind(self.key.clone())
            .bind(self.body.0.to_vec())
            .bind(packet)
            .bind(declaration);
        if tx.run(insert).await? == 1 {
            return Ok(None);
        }
        let known =
            query(KNOWN).bind(party.oin.to_string()).bind(party.role.to_string()).bind(self.key.clone());
        let row = tx.find(known).await?.ok_or(WriteError::StaleFacts)?;
        let columns = Columns(&row);
        if columns.hash("body_hmac")? != self.body {
            return Err(Conflict::KeyReused.into());
        }
        Ok(Some(Made::of(&columns)?))
    }
}
