//! From the rows of the statements to the state.

use std::sync::Arc;

use jiff::SignedDuration;
use sqlx::any::AnyRow;

use super::{
    kinds::{
        COPY_PLACES, DECISION_PLACES, DECLARATION_PLACES, MADE_PLACES, MESSAGE_PLACES, NOTICE_PLACES,
        PSEUDONYM_PLACES, RESTS_PLACES, kind,
    },
    row::{Believes, Row, missing},
};
use crate::{
    crypto::pseudonym::Pseudonym,
    store::{
        error::StoreError,
        model::Made,
        seal::{Sealed, Sum, of_subject},
        writer::state::{
            Answer, Body, Certificate, Copy, Decision, Declaration, Key, Message, Notice, NoticeId, Party,
            Place, State, Subject, Term, Withdrawal,
        },
    },
};

/// Takes one row into the state, once its seal is that of the row as it was last.
pub(super) fn take(row: &AnyRow, believes: &Believes<'_>, state: &mut State) -> Result<(), StoreError> {
    let row = Row(row, believes);
    match row.kind()? {
        kind::SUBJECT => subject(&row, state)?,
        kind::MADE => {
            row.sealed(&MADE_PLACES)?;
            let made = match (row.maybe(3)?, row.maybe(4)?) {
                (Some(packet), None) => Made::Message(packet),
                (None, Some(declaration)) => Made::Declaration(declaration),
                _ => return Err(StoreError::inconsistent("idempotency")),
            };
            state.made.read((row.party(0, 1)?, row.text(2)?), (row.digest()?, made));
        }
        kind::PERSON => {
            row.sealed(&PSEUDONYM_PLACES)?;
            let version = u32::try_from(row.number(0)?);
            let version = version.map_err(|_| StoreError::inconsistent("pseudonym.key_version"))?;
            state.pseudonyms.read(Pseudonym { version, value: row.digest()? }, row.text(0)?);
        }
        kind::MESSAGE => {
            let packet = Message {
                kind: row.text(1)?,
                sender: row.party(2, 3)?,
                state: row.text(4)?,
                person: row.text(7)?,
                expires: row.instant(0)?,
                ended: row.maybe_index(1)?,
                read: Some(row.sealed(&MESSAGE_PLACES)?),
                is_forgotten: row.number(4)? != 0,
                content: None,
            };
            state.messages.read(row.text(0)?, packet);
        }
        kind::COPY => copy(&row, state)?,
        kind::KEY => {
            let key = Key { party: row.party(1, 2)?, state: row.text(3)?, content: None };
            state.keys.read(row.text(0)?, key);
        }
        kind::DECLARATION => {
            let withdrawn = match (row.maybe(4)?, row.maybe_instant(1)?, row.maybe_index(2)?) {
                (Some(by), Some(at), Some(index)) => Some(Withdrawal { by, at, index }),
                (None, None, None) => None,
                _ => return Err(StoreError::inconsistent("declaration.withdrawn_at")),
            };
            let declaration = Declaration {
                person: row.text(1)?,
                recorder: row.party(2, 3)?,
                index: row.index(0)?,
                withdrawn,
                read: Some(row.sealed(&DECLARATION_PLACES)?),
                forgotten: row.maybe_index(3)?,
                content: None,
            };
            state.declarations.read(row.text(0)?, declaration);
        }
        kind::DECISION => {
            let decision = Decision {
                verdict: row.text(1)?,
                reason: row.text(2)?,
                on: row.text(3)?,
                at: row.instant(1)?,
                read: Some(row.sealed(&DECISION_PLACES)?),
            };
            state.decisions.read((row.text(0)?, row.index(0)?), decision);
        }
        kind::RESTS => {
            row.sealed(&RESTS_PLACES)?;
            state.rests.read(((row.text(0)?, row.party(1, 2)?), row.text(3)?), ());
        }
        kind::PARTY => {
            let party = Party {
                name: row.text(2)?,
                state: row.text(3)?,
                registered: row.instant(0)?,
                since: row.instant(1)?,
            };
            state.parties.read(row.party(0, 1)?, party);
        }
        kind::PLACE => {
            let id = (row.party(0, 1)?, row.text(2)?, row.number(0)?);
            let place = Place { ground: row.text(3)?, decision: row.maybe(4)?, until: row.maybe_instant(1)? };
            state.places.read(id, place);
        }
        kind::CERTIFICATE => {
            let certificate = Certificate {
                party: row.party(1, 2)?,
                is_active: row.text::<String>(3)? == "active",
                serial: row.text(4)?,
                revoked: row.maybe_instant(0)?,
                content: None,
            };
            state.certificates.read(row.text(0)?, certificate);
        }
        kind::NOTICE => {
            row.sealed(&NOTICE_PLACES)?;
            let id = NoticeId {
                to: row.party(0, 1)?,
                index: row.index(0)?,
                packet: row.text(2)?,
                about: row.party(3, 4)?,
            };
            let notice = Notice { kind: row.text(5)?, declaration: None, created: row.instant(1)? };
            state.notices.read(id, notice);
        }
        kind::PART => state.parts.read((row.index(0)?, row.text(0)?), ()),
        kind::KEY_CHECK => {
            let version = u32::try_from(row.number(0)?);
            let version = version.map_err(|_| StoreError::inconsistent("key_check.version"))?;
            state.key_checks.read((row.text(0)?, version), row.text(1)?);
        }
        kind::TERM => {
            let kept_for = SignedDuration::from_millis(row.number(1)?);
            let term = Term { stage: row.text(1)?, due: row.maybe_instant(0)?, kept_for };
            state.terms.read(row.text(0)?, term);
        }
        kind::ABOUT => state.about.read((row.text(0)?, row.text(1)?), ()),
        kind::UPON => state.upon.read((row.text(0)?, row.text(1)?), ()),
        kind::SAID => state.said.read(row.index(0)?, row.instant(1)?),
        kind::NUMBER => drop(state.numbers.insert(row.party(0, 1)?, row.index(0)?)),
        _ => return Err(missing()),
    }
    Ok(())
}

fn subject(row: &Row<'_>, state: &mut State) -> Result<(), StoreError> {
    let broken = || Sealed::Subject.broken();
    let (seal, total) = row.seal()?.split_last_chunk::<32>().ok_or_else(broken)?;
    let total = Sum::from_bytes(total)?;
    let name: String = row.text(0)?;
    let moving = total.beside(row.maybe_number(0)?);
    let read = row.1.check(of_subject(&name), seal, &moving, Sealed::Subject.name(&[&name]))?;
    state.subjects.read(name, Subject { entry: row.index(0)?, total, read: Some(read) });
    Ok(())
}

fn copy(row: &Row<'_>, state: &mut State) -> Result<(), StoreError> {
    let id = (row.text(0)?, row.party(1, 2)?);
    let body = match row.plain_text(8)? {
        _ if row.number(0)? == 0 => Body::Erased,
        Some(body) => Body::Read(body.into()),
        None => Body::Kept,
    };
    let copy = Copy {
        basis: row.text(3)?,
        sha256: row.text(4)?,
        thumbprint: row.text(5)?,
        state: row.text(6)?,
        person: row.maybe(7)?,
        body,
        collected: row.maybe_instant(1)?.zip(row.maybe_index(2)?),
        acknowledged: row.maybe_instant(3)?.zip(row.maybe_index(4)?),
        ended: row.maybe_index(5)?,
        read: Some(row.sealed(&COPY_PLACES)?),
        content: None,
    };
    if let Some(outcome) = row.maybe(9)? {
        let answer = Answer { outcome, at: row.instant(6)?, index: row.index(7)?, bare: None };
        state.answers.read(id, answer);
    } else {
        let name = Sealed::Answer.name_of(&id.0.to_string(), &id.1);
        row.1.memory.absent(Sealed::Answer, &name, row.1.entries)?;
    }
    // Another write may have looked for the copy without its body.
    match (&copy.body, state.copies.read_mut(&id)) {
        (Body::Read(text), Some(known)) => known.body = Body::Read(Arc::clone(text)),
        (_, Some(_)) => {}
        (_, None) => state.copies.read(id, copy),
    }
    Ok(())
}
