//! Parties and their certificates.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sqlx::{any::AnyRow, query};

use crate::{
    domain::{
        code::Municipality,
        digest::Digest,
        party::{PartyId, Role},
    },
    store::{
        Store,
        error::StoreError,
        row::{Columns, millis},
        write::{MunicipalityOf, WAITING},
    },
};

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

const PARTY: &str = "SELECT oin, role, name, state, registered FROM party WHERE oin = $1 AND role = $2 \
     AND state <> 'removed'";
const PARTIES: &str = "SELECT oin, role, name, state, registered FROM party WHERE state <> 'removed' \
     ORDER BY oin, role";
const MUNICIPALITIES: &str = "SELECT oin, role, municipality, ground, decision, valid_from, valid_until \
     FROM party_municipality WHERE oin = $1 AND role = $2 ORDER BY municipality, valid_from";
const ALL_MUNICIPALITIES: &str = "SELECT oin, role, municipality, ground, decision, valid_from, valid_until \
     FROM party_municipality ORDER BY oin, role, municipality, valid_from";
const ACTING: &str = "SELECT DISTINCT m.oin AS oin, m.role AS role FROM party_municipality m \
     JOIN party p ON p.oin = m.oin AND p.role = m.role WHERE m.municipality = $1 AND m.role = $2 \
     AND m.valid_from <= $3 AND (m.valid_until IS NULL OR m.valid_until > $3) AND p.state = 'active' \
     ORDER BY m.oin, m.role";
const OTHERS: &str = "SELECT DISTINCT m.oin AS oin, m.role AS role FROM party_municipality m \
     JOIN party p ON p.oin = m.oin AND p.role = m.role WHERE m.municipality = $1 AND m.role = $2 AND m.oin <> $3 \
     AND p.state <> 'removed' AND m.valid_from < $5 AND (m.valid_until IS NULL OR m.valid_until > $4) \
     ORDER BY m.oin, m.role";
const CERTIFICATE: &str = "SELECT c.registration AS registration, c.oin AS oin, c.role AS role, c.serial AS serial, \
     c.not_before AS not_before, c.not_after AS not_after, c.state AS state, c.revoked_at AS revoked_at, p.state AS party_state \
     FROM certificate c JOIN party p ON p.oin = c.oin AND p.role = c.role WHERE c.registration = $1";
const CERTIFICATES: &str = "SELECT c.registration AS registration, c.oin AS oin, c.role AS role, \
     c.serial AS serial, c.not_before AS not_before, c.not_after AS not_after, c.state AS state, \
     c.revoked_at AS revoked_at, p.state AS party_state FROM certificate c JOIN party p ON p.oin = c.oin AND p.role = c.role \
     WHERE c.oin = $1 AND c.role = $2 ORDER BY c.not_after, c.registration";

impl Store {
    /// A party with its municipalities.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn party(&self, party: &PartyId) -> Result<Option<PartyRow>, StoreError> {
        let (oin, role) = (party.oin.to_string(), party.role.to_string());
        let row = query(PARTY).bind(oin.clone()).bind(role.clone()).fetch_optional(&self.read).await?;
        let Some(row) = row else { return Ok(None) };
        let mut found = party_row(&row)?;
        for row in query(MUNICIPALITIES).bind(oin).bind(role).fetch_all(&self.read).await? {
            found.municipalities.push(municipality_row(&row)?);
        }
        Ok(Some(found))
    }

    /// All parties, in the order of OIN and role.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn parties(&self) -> Result<Vec<PartyRow>, StoreError> {
        let mut by_party: BTreeMap<PartyId, Vec<MunicipalityOf>> = BTreeMap::new();
        for row in query(ALL_MUNICIPALITIES).fetch_all(&self.read).await? {
            by_party.entry(Columns(&row).party("oin", "role")?).or_default().push(municipality_row(&row)?);
        }
        let rows = query(PARTIES).fetch_all(&self.read).await?;
        let with_places = |row| {
            let mut party = party_row(row)?;
            party.municipalities = by_party.remove(&party.party).unwrap_or_default();
            Ok(party)
        };
        rows.iter().map(with_places).collect()
    }

    /// Which active parties act in this role for this municipality at this instant: none, one, or a muddle.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn acting_for(
        &self,
        municipality: &Municipality,
        role: Role,
        at: Timestamp,
    ) -> Result<Vec<PartyId>, StoreError> {
        let acting = query(ACTING).bind(municipality.to_string()).bind(role.to_string()).bind(millis(at));
        let rows = acting.fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).party("oin", "role")).collect()
    }

    /// The other parties that act in this role for this municipality at some instant of this span.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn others_acting(
        &self,
        party: &PartyId,
        place: &MunicipalityOf,
    ) -> Result<Vec<PartyId>, StoreError> {
        let others = query(OTHERS)
            .bind(place.municipality.to_string())
            .bind(party.role.to_string())
            .bind(party.oin.to_string())
            .bind(millis(place.from))
            .bind(place.until.map_or(i64::MAX, millis));
        let rows = others.fetch_all(&self.read).await?;
        rows.iter().map(|row| Columns(row).party("oin", "role")).collect()
    }

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

    /// The certificate with this registration: it says for whom the caller speaks. Whether it is valid now, revoked or
    /// blocked is for the caller to judge, on every request.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn certificate(&self, registration: &Digest) -> Result<Option<CertificateRow>, StoreError> {
        let row = query(CERTIFICATE).bind(registration.to_string()).fetch_optional(&self.read).await?;
        row.as_ref().map(certificate_row).transpose()
    }

    /// All certificates of a party.
    ///
    /// # Errors
    /// `Unavailable` or `Inconsistent`.
    pub async fn certificates(&self, party: &PartyId) -> Result<Vec<CertificateRow>, StoreError> {
        let all = query(CERTIFICATES).bind(party.oin.to_string()).bind(party.role.to_string());
        all.fetch_all(&self.read).await?.iter().map(certificate_row).collect()
    }
}

fn party_row(row: &AnyRow) -> Result<PartyRow, StoreError> {
    let columns = Columns(row);
    Ok(PartyRow {
        party: columns.party("oin", "role")?,
        name: columns.text("name")?,
        blocked: columns.text("state")? != "active",
        registered: columns.instant("registered")?,
        municipalities: Vec::new(),
    })
}

fn municipality_row(row: &AnyRow) -> Result<MunicipalityOf, StoreError> {
    let columns = Columns(row);
    Ok(MunicipalityOf {
        municipality: columns.parse("municipality")?,
        ground: columns.parse("ground")?,
        decision: columns.maybe_text("decision")?,
        from: columns.instant("valid_from")?,
        until: columns.maybe_instant("valid_until")?,
    })
}

fn certificate_row(row: &AnyRow) -> Result<CertificateRow, StoreError> {
    let columns = Columns(row);
    Ok(CertificateRow {
        registration: columns.parse("registration")?,
        party: columns.party("oin", "role")?,
        serial: columns.text("serial")?,
        not_before: columns.instant("not_before")?,
        not_after: columns.instant("not_after")?,
        revoked: columns.text("state")? != "active",
        revoked_at: columns.maybe_instant("revoked_at")?,
        blocked: columns.text("party_state")? != "active",
    })
}
