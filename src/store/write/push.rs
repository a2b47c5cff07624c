//! Storing a packet for its recipients.

use sqlx::query;

use super::{
    Applied, Effect, NewPacket, NewPerson,
    claim::{IdempotencyKey, Made},
    sealed::Sealed as InRoom,
};
use crate::{
    crypto::seal::Sealed,
    domain::{
        code::{Category, Municipality},
        digest::Digest,
        id::{DeclarationId, PacketId},
    },
    policy::permit::Permit,
    store::{
        row::{joined, millis, signed},
        writer::{
            error::{Conflict, Halt, WriteError},
            tx::Tx,
        },
    },
};

/// One recipient of a packet, with the permit for it and the body that was sealed under that permit.
#[derive(Debug)]
pub struct NewRecipient {
    /// The municipality whose college was named.
    pub municipality: Option<Municipality>,
    /// The decision.
    pub permit: Permit,
    /// The body, of the same packet, party and basis.
    pub sealed: Sealed,
    /// The declarations that the decision rested on: when one is withdrawn, this copy is stopped.
    pub declarations: Vec<DeclarationId>,
    /// The keyed digests by which this recipient can find the person.
    pub search: Vec<Digest>,
}

/// Stores a packet with a body per recipient, all or none.
#[derive(Debug)]
pub struct Push {
    /// The packet.
    pub packet: NewPacket,
    /// Whom it is about.
    pub person: NewPerson,
    /// For whom. The first entries of the write are theirs, in this order.
    pub recipients: Vec<NewRecipient>,
    /// The sender's key.
    pub idempotency: Option<IdempotencyKey>,
}

/// What a push came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// Stored. `indexes` are those of the recipients' entries, in their order.
    Stored {
        /// The log index per recipient.
        indexes: Vec<u64>,
    },
    /// The same key and body were sent before: this is the packet that they made.
    Replayed {
        /// The earlier packet.
        packet: PacketId,
    },
}

const INSERT_PACKET: &str = "INSERT INTO packet (id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, \
     person_id, created, created_index, expires, header, request_id, state) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'open') ON CONFLICT (id) DO NOTHING";
/// A key that was revoked after the body was sealed to it takes no body.
const INSERT_RECIPIENT: &str = "INSERT INTO packet_recipient (packet_id, oin, role, position, basis, categories, \
     omitted, jwe, jwe_sha256, thumbprint, state, pushed_index, municipality) \
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12 \
     WHERE NOT EXISTS (SELECT 1 FROM party_key WHERE thumbprint = $13 AND state = 'revoked')";
const INSERT_USED: &str = "INSERT INTO packet_declaration (packet_id, oin, role, declaration_id) \
     SELECT $1, $2, $3, id FROM declaration WHERE id = $4 AND state = 'given'";
const INSERT_SEARCH: &str = "INSERT INTO search_key (oin, role, digest, packet_id) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (oin, role, digest, packet_id) DO NOTHING";

impl InRoom for Push {}

impl Effect for Push {
    type Outcome = Pushed;

    fn permits(&self) -> Vec<&Permit> {
        self.recipients.iter().map(|recipient| &recipient.permit).collect()
    }

    fn least_entries(&self) -> usize {
        self.recipients.len().max(1)
    }

    async fn apply(&self, tx: &mut Tx<'_>) -> Result<Applied<Pushed>, Halt> {
        self.belongs_together()?;
        if let Some(earlier) = self.claim_key(tx).await? {
            return Ok(Applied::repeated(earlier));
        }
        self.person.settle(tx).await?;
        self.insert_packet(tx).await?;
        let mut indexes = Vec::new();
        for (position, (recipient, index)) in (0_i64..).zip(self.recipients.iter().zip(tx.next..)) {
            self.insert_recipient(tx, recipient, position, index).await?;
            indexes.push(index);
        }
        Ok(Applied::done(Pushed::Stored { indexes }))
    }
}

impl Push {
    fn belongs_together(&self) -> Result<(), WriteError> {
        if self.recipients.is_empty() {
            return Err(WriteError::Mismatch("a packet without recipients"));
        }
        let fits = |recipient: &NewRecipient| {
            let (permit, sealed) = (&recipient.permit, &recipient.sealed);
            permit.packet() == Some(self.packet.id)
                && sealed.packet() == self.packet.id
                && sealed.party() == permit.party()
                && sealed.basis() == permit.basis()
        };
        if self.recipients.iter().all(fits) {
            Ok(())
        } else {
            Err(WriteError::Mismatch("a permit and a body of another packet, party or basis"))
        }
    }

    async fn claim_key(&self, tx: &mut Tx<'_>) -> Result<Option<Pushed>, Halt> {
        let Some(key) = &self.idempotency else { return Ok(None) };
        match key.claim(tx, &self.packet.sender, Made::Packet(self.packet.id)).await? {
            None => Ok(None),
            Some(Made::Packet(packet)) => Ok(Some(Pushed::Replayed { packet })),
            Some(Made::Declaration(_)) => Err(Conflict::KeyReused.into()),
        }
    }

    async fn insert_packet(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let packet = &self.packet;
        let insert = query(INSERT_PACKET)
            .bind(packet.id.to_string())
            .bind(packet.kind.as_str())
            .bind(packet.dataset.to_string())
            .bind(i64::from(packet.dataset_version))
            .bind(packet.purpose.to_string())
            .bind(packet.sender.oin.to_string())
            .bind(packet.sender.role.to_string())
            .bind(self.person.id.to_string())
            .bind(millis(tx.time))
            .bind(signed(tx.next))
            .bind(millis(packet.expires))
            .bind(packet.header.clone())
            .bind(packet.request.map(|request| request.to_string()));
        if tx.run(insert).await? == 1 { Ok(()) } else { Err(Conflict::Taken.into()) }
    }

    async fn insert_recipient(
        &self,
        tx: &mut Tx<'_>,
        recipient: &NewRecipient,
        position: i64,
        index: u64,
    ) -> Result<(), Halt> {
        let (packet, party, sealed) = (self.packet.id, recipient.sealed.party(), &recipient.sealed);
        let insert = query(INSERT_RECIPIENT)
            .bind(packet.to_string())
            .bind(party.oin.to_string())
            .bind(party.role.to_string())
            .bind(position)
            .bind(sealed.basis().to_string())
            .bind(joined(sealed.categories().iter().map(Category::as_str)))
            .bind(joined(sealed.omitted().iter().map(Category::as_str)))
            .bind(sealed.jwe().to_owned())
            .bind(sealed.sha256().to_string())
            .bind(sealed.thumbprint().to_owned())
            .bind(signed(index))
            .bind(recipient.municipality.as_ref().map(ToString::to_string))
            .bind(sealed.thumbprint().to_owned());
        if tx.run(insert).await? == 0 {
            return Err(WriteError::StaleFacts.into());
        }
        for declaration in &recipient.declarations {
            let used = query(INSERT_USED)
                .bind(packet.to_string())
                .bind(party.oin.to_string())
                .bind(party.role.to_string())
                .bind(declaration.to_string());
            if tx.run(used).await? == 0 {
                return Err(WriteError::StaleFacts.into());
            }
        }
        for digest in &recipient.search {
            let search = query(INSERT_SEARCH)
                .bind(party.oin.to_string())
                .bind(party.role.to_string())
                .bind(digest.0.to_vec())
                .bind(packet.to_string());
            tx.run(search).await?;
        }
        Ok(())
    }
}
