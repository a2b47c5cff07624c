//! Persons by their pseudonyms.

use std::sync::LazyLock;

use sqlx::query;

use super::rows::believe;
use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{
        id::{PacketId, PersonId},
        party::PartyId,
    },
    store::{
        Store,
        error::StoreError,
        row::Columns,
        seal::{columns, layout::Places},
    },
};

const PERSON: &str = "SELECT person_id FROM pseudonym WHERE key_version = $1 AND pseudonym = $2";
const BY_PERSON: &str = "SELECT message_id FROM copy \
     WHERE recipient_person_id = $1 AND oin = $2 AND role = $3 ORDER BY pushed_index";
const BY_DIGEST: &str = "SELECT s.message_id AS message_id, s.oin AS oin, s.role AS role, s.digests AS digests, \
     s.digest AS digest, s.seal AS seal FROM search_key s \
     JOIN copy r ON r.message_id = s.message_id AND r.oin = s.oin AND r.role = s.role \
     WHERE s.oin = $1 AND s.role = $2 AND s.digest = $3 ORDER BY r.pushed_index";

const SEARCH_COLUMNS: [&str; 5] = ["message_id", "oin", "role", "digests", "digest"];
static SEARCH_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::SEARCH.places(&SEARCH_COLUMNS, &SEARCH_COLUMNS, &SEARCH_COLUMNS));

impl Store {
    /// The person that one of these pseudonyms leads to. They come from `PseudonymKeys::all`, newest key first.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn person(&self, pseudonyms: &[Pseudonym]) -> Result<Option<PersonId>, StoreError> {
        for pseudonym in pseudonyms {
            let person = query(PERSON).bind(i64::from(pseudonym.version)).bind(pseudonym.value.0.to_vec());
            if let Some(row) = person.fetch_optional(&self.read).await? {
                return Columns(&row).parse("person_id").map(Some);
            }
        }
        Ok(None)
    }

    /// The packets that this recipient has filed under its own person.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn packets_of_person(
        &self,
        recipient: &PartyId,
        person: PersonId,
    ) -> Result<Vec<PacketId>, StoreError> {
        let packets = query(BY_PERSON)
            .bind(person.to_string())
            .bind(recipient.oin.to_string())
            .bind(recipient.role.to_string());
        packets.fetch_all(&self.read).await?.iter().map(|row| Columns(row).parse("message_id")).collect()
    }

    /// The packets in this recipient's inbox that bear this search digest.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn packets_by_search(
        &self,
        recipient: &PartyId,
        digest: &crate::domain::digest::Digest,
    ) -> Result<Vec<PacketId>, StoreError> {
        let packets = query(BY_DIGEST)
            .bind(recipient.oin.to_string())
            .bind(recipient.role.to_string())
            .bind(digest.0.to_vec());
        let seals = self.kept.seals()?;
        let packet = |row| {
            believe(row, &SEARCH_PLACES, SEARCH_COLUMNS.len(), seals)?;
            Columns(row).parse("message_id")
        };
        packets.fetch_all(&self.read).await?.iter().map(packet).collect()
    }
}
