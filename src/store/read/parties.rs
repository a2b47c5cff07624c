//! Parties and their certificates.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::query;

use super::words;
use crate::{
    domain::{code::Municipality, digest::Digest, party::PartyId},
    store::{
        Store,
        error::StoreError,
        row::{Columns, millis},
        write::{Ground, MunicipalityOf, WAITING},
    },
};

words! {
    /// Whether a party takes part.
    PartyState {
        /// It sends and receives.
        Active = "active",
        /// It neither sends nor receives for the time being.
        Blocked = "blocked",
        /// It was taken out.
        Removed = "removed",
    }
}

/// A registered party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow {
    /// Who.
    pub party: PartyId,
    /// Its name.
    pub name: String,
    /// Whether it neither sends nor receives.
    pub blocked: bool,
    /// Since when it takes part.
    pub registered: Timestamp,
    /// For which municipalities it acts, acted and will act.
    pub municipalities: Vec<MunicipalityOf>,
}

impl PartyRow {
    /// For which municipalities it acts at this instant.
    #[must_use]
    pub fn municipalities_at(&self, at: Timestamp) -> BTreeSet<Municipality> {
        let in_force = |one: &&MunicipalityOf| one.from <= at && one.until.is_none_or(|until| at < until);
        self.municipalities.iter().filter(in_force).map(|one| one.municipality.clone()).collect()
    }

    /// For which of them it acts in the name of the college, by mandate.
    #[must_use]
    pub fn mandated_at(&self, at: Timestamp) -> BTreeSet<Municipality> {
        let in_force = |one: &&MunicipalityOf| one.from <= at && one.until.is_none_or(|until| at < until);
        let mandated =
            self.municipalities.iter().filter(in_force).filter(|one| one.ground == Ground::Mandaat);
        mandated.map(|one| one.municipality.clone()).collect()
    }

    /// The first instant after this one at which a municipality begins or ends: until then the facts are these.
    #[must_use]
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let instants = self.municipalities.iter().flat_map(|one| [Some(one.from), one.until]).flatten();
        instants.filter(|instant| *instant > after).min()
    }
}

/// A registered certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// The digest of issuer, subject and key.
    pub registration: Digest,
    /// For whom it speaks.
    pub party: PartyId,
    /// Its serial number.
    pub serial: String,
    /// The certificate and those of the authorities above it as they were registered: each in base64, a blank between them.
    pub chain: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
    /// Whether its registration was revoked.
    pub revoked: bool,
    /// When.
    pub revoked_at: Option<Timestamp>,
    /// Whether its party is blocked.
    pub blocked: bool,
}

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
