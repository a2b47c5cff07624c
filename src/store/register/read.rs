//! From the rows of the register to what they say.

use std::{collections::BTreeMap, sync::OnceLock};

use sqlx::any::AnyRow;

use super::{Published, Register, Registered, rows::RegisterRows};
use crate::{
    domain::party::PartyId,
    store::{
        error::StoreError,
        model::{CertificateRow, KeyRow, MunicipalityOf, PartyRow},
        row::Columns,
    },
};

/// The state of a party that takes part no more.
const REMOVED: &str = "removed";

impl Register {
    pub(super) fn of_rows(number: i64, rows: &RegisterRows) -> Result<Self, StoreError> {
        let mut parties = BTreeMap::new();
        for row in &rows.parties {
            let (state, row) = (Columns(row).text("state")?, party_row(row)?);
            parties.insert(row.party, (state, Registered { row, keys: Vec::new() }));
        }
        let is_in: BTreeMap<PartyId, bool> =
            parties.iter().map(|(party, (_, known))| (*party, !known.row.blocked)).collect();
        let mut parties: BTreeMap<_, _> = parties
            .into_iter()
            .filter(|(_, (state, _))| state != REMOVED)
            .map(|(party, (_, known))| (party, known))
            .collect();
        for row in &rows.places {
            if let Some(known) = parties.get_mut(&Columns(row).party("oin", "role")?) {
                known.row.municipalities.push(municipality_row(row)?);
            }
        }
        let mut keys = BTreeMap::new();
        for row in &rows.keys {
            let key = key_row(row)?;
            if let Some(known) = parties.get_mut(&key.party) {
                known.keys.push(key.clone());
            }
            keys.insert(key.thumbprint.clone(), Published { row: key, key: OnceLock::new() });
        }
        let certificate = |row| {
            let row = certificate_row(row, &is_in)?;
            Ok((row.registration, row))
        };
        let certificates = rows.certificates.iter().map(certificate).collect::<Result<_, StoreError>>()?;
        Ok(Self { number, parties, certificates, keys })
    }
}

fn party_row(row: &AnyRow) -> Result<PartyRow, StoreError> {
    let columns = Columns(row);
    Ok(PartyRow {
        party: columns.party("oin", "role")?,
        name: columns.text("name")?,
        blocked: columns.text("state")? != "active",
        registered: columns.instant("registered")?,
        since: columns.instant("since")?,
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

fn certificate_row(row: &AnyRow, is_in: &BTreeMap<PartyId, bool>) -> Result<CertificateRow, StoreError> {
    let columns = Columns(row);
    let party = columns.party("oin", "role")?;
    Ok(CertificateRow {
        registration: columns.parse("registration")?,
        party,
        serial: columns.text("serial")?,
        chain: columns.text("chain")?,
        not_before: columns.instant("not_before")?,
        not_after: columns.instant("not_after")?,
        revoked: columns.text("state")? != "active",
        revoked_at: columns.maybe_instant("revoked_at")?,
        blocked: !is_in.get(&party).copied().unwrap_or_default(),
    })
}

fn key_row(row: &AnyRow) -> Result<KeyRow, StoreError> {
    let columns = Columns(row);
    Ok(KeyRow {
        thumbprint: columns.text("thumbprint")?,
        party: columns.party("oin", "role")?,
        kid: columns.text("kid")?,
        jwk: columns.text("jwk")?,
        state: columns.parse("state")?,
        valid_from: columns.instant("valid_from")?,
        valid_until: columns.maybe_instant("valid_until")?,
        published: columns.instant("published")?,
    })
}
