//! Packets and requests: the header and who received it, never a body.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::{any::AnyRow, query};

use super::words;
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Purpose},
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        row::{Columns, millis},
        write::{Answered, Made, PacketKind, claim::KNOWN},
    },
};

words! {
    /// Where a packet stands as a whole.
    PacketState {
        /// Copies may be collected.
        Open = "open",
        /// The sender took it back.
        Withdrawn = "withdrawn",
        /// Its term has passed.
        Expired = "expired",
    }
}

words! {
    /// Where a recipient's copy stands.
    CopyState {
        /// It waits.
        Waiting = "waiting",
        /// It was released at least once; the ciphertext is kept for a repetition.
        Collected = "collected",
        /// The recipient has it; the ciphertext is erased.
        Acknowledged = "acknowledged",
        /// The sender or the person took it back.
        Withdrawn = "withdrawn",
        /// The key that it was sealed to was revoked.
        Withheld = "withheld",
        /// Its term passed before it was collected.
        Expired = "expired",
    }
}

/// A packet without its bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketRow {
    /// Its identifier.
    pub id: PacketId,
    /// What it is.
    pub kind: PacketKind,
    /// Of which dataset.
    pub dataset: DatasetCode,
    /// In which version.
    pub dataset_version: u32,
    /// For what.
    pub purpose: Purpose,
    /// From whom.
    pub sender: PartyId,
    /// About whom, as the sender knows the person.
    pub person: PersonId,
    /// When it was pushed.
    pub created: Timestamp,
    /// The index of its first entry: its place in the sender's outbox.
    pub created_index: u64,
    /// When it ends.
    pub expires: Timestamp,
    /// The facts that a later decision needs, sealed under the at-rest key.
    pub header: Vec<u8>,
    /// The request that it rests on.
    pub request: Option<PacketId>,
    /// Where it stands.
    pub state: PacketState,
    /// Its copies, in the order of the push.
    pub recipients: Vec<RecipientRow>,
}

/// A recipient's copy without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientRow {
    /// Whose.
    pub party: PartyId,
    /// On which basis.
    pub basis: Grondslag,
    /// The categories that it holds.
    pub categories: BTreeSet<Category>,
    /// The categories that were left out on request.
    pub omitted: BTreeSet<Category>,
    /// The SHA-256 of the JWE.
    pub jwe_sha256: Digest,
    /// The thumbprint of the key that it is sealed to.
    pub thumbprint: String,
    /// Where it stands.
    pub state: CopyState,
    /// The index of the entry of the push: its place in the inbox.
    pub pushed_index: u64,
    /// When it was first released.
    pub collected_at: Option<Timestamp>,
    /// The index of the entry of the first release.
    pub collected_index: Option<u64>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// The index of the entry of the acknowledgement.
    pub acknowledged_index: Option<u64>,
    /// The index of the entry by which it was stopped.
    pub ended_index: Option<u64>,
}

const PACKET: &str = "SELECT id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, person_id, \
     created, created_index, expires, header, request_id, state FROM packet WHERE id = $1";
const RECIPIENTS: &str = "SELECT oin, role, basis, categories, omitted, jwe_sha256, thumbprint, state, pushed_index, \
     collected_at, collected_index, acknowledged_at, acknowledged_index, ended_index \
     FROM packet_recipient WHERE packet_id = $1 ORDER BY position";
const USED: &str = "SELECT declaration_id FROM packet_declaration WHERE packet_id = $1 AND oin = $2 AND role = $3 \
     ORDER BY declaration_id";
const ANSWER: &str = "SELECT continues, answered_at, idx FROM answer \
     WHERE request_id = $1 AND oin = $2 AND role = $3";
const DUE: &str =
    "SELECT id FROM packet WHERE state = 'open' AND expires <= $1 ORDER BY expires, id LIMIT $2";

impl Store {
    /// A packet or request with its copies, without any body.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn packet(&self, id: PacketId) -> Result<Option<PacketRow>, StoreError> {
        let row = query(PACKET).bind(id.to_string()).fetch_optional(&self.read).await?;
        let Some(row) = row else { return Ok(None) };
        let recipients = query(RECIPIENTS).bind(id.to_string()).fetch_all(&self.read).await?;
        let recipients = recipients.iter().map(recipient_row).collect::<Result<_, _>>()?;
        let columns = Columns(&row);
        Ok(Some(PacketRow {
            id,
            kind: columns.parse("kind")?,
            dataset: columns.parse("dataset")?,
            dataset_version: u32::try_from(columns.integer("dataset_version")?)
                .map_err(|_| StoreError::inconsistent("packet.dataset_version"))?,
            purpose: columns.parse("purpose")?,
            sender: columns.party("sender_oin", "sender_role")?,
            person: columns.parse("person_id")?,
            created: columns.instant("created")?,
            created_index: columns.index("created_index")?,
            expires: columns.instant("expires")?,
            header: columns.bytes("header")?,
            request: columns.maybe_parse("request_id")?,
            state: columns.parse("state")?,
            recipients,
        }))
    }

    /// The declarations that the push to this recipient rested on.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn declarations_of(
        &self,
        packet: PacketId,
        recipient: &PartyId,
    ) -> Result<Vec<DeclarationId>, StoreError> {
        let used = query(USED)
            .bind(packet.to_string())
            .bind(recipient.oin.to_string())
            .bind(recipient.role.to_string());
        let rows = used.fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).parse("declaration_id")).collect()
    }

    /// What this party made before under this Idempotency-Key: the HMAC of that body, and what came of it.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn by_idempotency_key(
        &self,
        sender: &PartyId,
        key: &str,
    ) -> Result<Option<(Digest, Made)>, StoreError> {
        let known =
            query(KNOWN).bind(sender.oin.to_string()).bind(sender.role.to_string()).bind(key.to_owned());
        let row = known.fetch_optional(&self.read).await?;
        let columns = row.as_ref().map(Columns);
        columns.map(|columns| Ok((columns.hash("body_hmac")?, Made::of(&columns)?))).transpose()
    }

    /// The answer of this recipient to a request.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn answer(&self, request: PacketId, party: &PartyId) -> Result<Option<Answered>, StoreError> {
        let answer =
            query(ANSWER).bind(request.to_string()).bind(party.oin.to_string()).bind(party.role.to_string());
        let row = answer.fetch_optional(&self.read).await?;
        let answered = |row: &AnyRow| {
            let columns = Columns(row);
            Ok(Answered {
                continues: columns.flag("continues")?,
                at: columns.instant("answered_at")?,
                index: columns.index("idx")?,
                repeated: false,
            })
        };
        row.as_ref().map(answered).transpose()
    }

    /// The packets whose term has passed and that have not been ended yet, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<PacketId>, StoreError> {
        let due = query(DUE).bind(millis(now)).bind(i64::from(limit)).fetch_all(&self.read).await?;
        due.iter().map(|row| Columns(row).parse("id")).collect()
    }
}

fn recipient_row(row: &AnyRow) -> Result<RecipientRow, StoreError> {
    let columns = Columns(row);
    Ok(RecipientRow {
        party: columns.party("oin", "role")?,
        basis: columns.parse("basis")?,
        categories: columns.codes("categories")?,
        omitted: columns.codes("omitted")?,
        jwe_sha256: columns.parse("jwe_sha256")?,
        thumbprint: columns.text("thumbprint")?,
        state: columns.parse("state")?,
        pushed_index: columns.index("pushed_index")?,
        collected_at: columns.maybe_instant("collected_at")?,
        collected_index: columns.maybe_index("collected_index")?,
        acknowledged_at: columns.maybe_instant("acknowledged_at")?,
        acknowledged_index: columns.maybe_index("acknowledged_index")?,
        ended_index: columns.maybe_index("ended_index")?,
    })
}
