//! From a row of the statement to what it says.

use super::{row::Row, wish::StandingWish};
use crate::{
    domain::{declaration::Towards, party::PartyId},
    store::{
        error::StoreError,
        model::{Answered, CopyRow, DeclarationRow, Evidenced, MessageRow, Said},
    },
};

pub(super) fn message(row: &Row<'_>) -> Result<MessageRow, StoreError> {
    let version = u32::try_from(row.number(0)?);
    Ok(MessageRow {
        id: row.text(0)?,
        kind: row.text(1)?,
        dataset: row.text(2)?,
        purpose: row.text(3)?,
        sender: PartyId::new(row.text(4)?, row.text(5)?),
        person: row.text(6)?,
        state: row.text(7)?,
        rests_on: row.maybe(8)?,
        reply: row.maybe(9)?.zip(row.maybe(10)?),
        dataset_version: version.map_err(|_| StoreError::inconsistent("message.dataset_version"))?,
        created: row.instant(1)?,
        created_index: row.index(2)?,
        expires: row.instant(3)?,
        header: row.maybe_bytes()?,
        copies: Vec::new(),
    })
}

pub(super) fn copy(row: &Row<'_>) -> Result<CopyRow, StoreError> {
    Ok(CopyRow {
        party: PartyId::new(row.text(1)?, row.text(2)?),
        municipality: row.maybe(3)?,
        basis: row.text(4)?,
        categories: row.codes(5)?,
        omitted: row.codes(6)?,
        jwe_sha256: row.text(7)?,
        thumbprint: row.text(8)?,
        state: row.text(9)?,
        pushed_index: row.index(1)?,
        collected_at: row.maybe_instant(2)?,
        collected_index: row.maybe_index(3)?,
        acknowledged_at: row.maybe_instant(4)?,
        acknowledged_index: row.maybe_index(5)?,
        ended_index: row.maybe_index(6)?,
    })
}

pub(super) fn answered(row: &Row<'_>) -> Result<Option<Answered>, StoreError> {
    let Some(outcome) = row.maybe(10)? else { return Ok(None) };
    Ok(Some(Answered { outcome, at: row.instant(7)?, index: row.index(8)?, repeated: false }))
}

pub(super) fn wish(row: &Row<'_>) -> Result<StandingWish, StoreError> {
    Ok(StandingWish { id: row.text(0)?, person: row.text(1)?, said: said(row)?, upheld: false })
}

fn said(row: &Row<'_>) -> Result<Said, StoreError> {
    let towards = match row.maybe(6)? {
        Some(role) => {
            // Towards nobody must not read as towards everyone.
            let nobody = || StoreError::inconsistent("declaration.towards_role");
            Some(Towards::of(row.maybe(5)?, role, row.maybe(7)?).ok_or_else(nobody)?)
        }
        None => None,
    };
    Ok(Said {
        kind: row.text(2)?,
        dataset: row.text(3)?,
        purpose: row.maybe(4)?,
        towards,
        given_by: row.text(8)?,
        given_at: row.instant(0)?,
        until: row.maybe_instant(1)?,
        explicit: row.number(2)? != 0,
    })
}

pub(super) fn declaration(row: &Row<'_>) -> Result<DeclarationRow, StoreError> {
    Ok(DeclarationRow {
        id: row.text(0)?,
        person: row.text(1)?,
        said: said(row)?,
        evidence: Evidenced { kind: row.text(9)?, digest: row.maybe(10)?, recorded_on: row.text(11)? },
        facts: row.maybe_bytes()?,
        recorder: PartyId::new(row.text(12)?, row.text(13)?),
        recorded_at: row.instant(3)?,
        recorded_index: row.index(4)?,
        state: row.text(14)?,
        // No decision looks at it.
        withdrawn_by: row.maybe(15)?,
        withdrawn_at: row.maybe_instant(5)?,
        withdrawn_index: row.maybe_index(6)?,
    })
}
