//! A person as one party knows one.

use sqlx::query;

use crate::{
    crypto::pseudonym::Pseudonym,
    domain::{id::PersonId, party::PartyId},
    store::{
        row::{Columns, millis},
        writer::{
            error::{Halt, WriteError},
            tx::Tx,
        },
    },
};

/// A person by its pseudonyms, with the identifier that it has or would get.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The identifier that [`crate::store::Store::person`] found, or a new one.
    pub id: PersonId,
    /// Whose person it is: the party whose reference it bears.
    pub scope: PartyId,
    /// Its pseudonyms under every version of the key.
    pub pseudonyms: Vec<Pseudonym>,
}

const PERSON_OF: &str = "SELECT person_id FROM pseudonym WHERE key_version = $1 AND pseudonym = $2";
const INSERT_PERSON: &str = "INSERT INTO person (person_id, oin, role, created) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (person_id) DO NOTHING";
const INSERT_PSEUDONYM: &str = "INSERT INTO pseudonym (key_version, pseudonym, person_id) VALUES ($1, $2, $3) \
     ON CONFLICT (key_version, pseudonym) DO NOTHING";

impl NewPerson {
    /// Makes sure that the person exists with all these pseudonyms.
    ///
    /// Refuses with [`WriteError::StaleFacts`] when a pseudonym leads to another person than the caller decided about:
    /// someone else made that person in between, perhaps with a declaration.
    pub(super) async fn settle(&self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut missing = Vec::new();
        for pseudonym in &self.pseudonyms {
            let known = query(PERSON_OF).bind(i64::from(pseudonym.version)).bind(pseudonym.value.0.to_vec());
            match tx.find(known).await? {
                None => missing.push(pseudonym),
                Some(row) if Columns(&row).parse::<PersonId>("person_id")? == self.id => {}
                Some(_) => return Err(WriteError::StaleFacts.into()),
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        if missing.len() == self.pseudonyms.len() {
            let insert = query(INSERT_PERSON)
                .bind(self.id.to_string())
                .bind(self.scope.oin.to_string())
                .bind(self.scope.role.to_string())
                .bind(millis(tx.time));
            tx.run(insert).await?;
        }
        for pseudonym in missing {
            let insert = query(INSERT_PSEUDONYM)
                .bind(i64::from(pseudonym.version))
                .bind(pseudonym.value.0.to_vec())
                .bind(self.id.to_string());
            tx.run(insert).await?;
        }
        Ok(())
    }
}
