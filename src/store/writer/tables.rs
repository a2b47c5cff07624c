//! What a batch changes, written table by table: each row once, as the last write of the batch left it.
//!
//! The order is that of the references: a row is written after those that it refers to.

use std::sync::LazyLock;

use sqlx::{Any, query};

use self::{
    texts::{
        ANSWERS, CERTIFICATES, CERTIFICATES_AGAIN, CERTIFICATES_RENEWED, COPIES, COPIES_AGAIN, COPIES_ERASED,
        DECISIONS, DECLARATIONS, DECLARATIONS_AGAIN, DECLARATIONS_FORGOTTEN, ERASE, KEY_CHECKS, KEYS,
        KEYS_AGAIN, MADE, MADE_FORGOTTEN, MESSAGES, MESSAGES_AGAIN, MESSAGES_FORGOTTEN, NOTICES, PARTIES,
        PARTIES_AGAIN, PERSONS, PLACES, PLACES_AGAIN, PROBE, PSEUDONYMS, PSEUDONYMS_FORGOTTEN, RESTS,
        SEARCHES, SEARCHES_FORGOTTEN, SUBJECTS, TERMS, TERMS_OVER, UNPLACE, UNSAID, UNSAID_TO,
    },
    values::{
        certificate, copy, copy_again, copy_id, declaration, key, made, message, notice, of, party, place,
        place_id, renewed, state_of, term,
    },
};
use super::{
    rows::{Many, Value},
    state::{Body, Copy, CopyId, State},
    tx::Tx,
};
use crate::store::error::StoreError;

mod texts;
mod values;

/// Writes all that the batch changes beside its entries.
pub(super) async fn write(state: &State, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    members(state, tx).await?;
    persons(state, tx).await?;
    messages(state, tx).await?;
    forget(state, tx).await?;
    let terms = state.terms.new_rows().chain(state.terms.changed());
    tx.rows(&TERMS, terms.map(term)).await?;
    tx.rows(&TERMS_OVER, state.terms.removed().map(|subject| [subject.clone().into()])).await?;
    let subjects = state.subjects.new_rows().chain(state.subjects.changed());
    tx.rows(&SUBJECTS, subjects.map(|(subject, entry)| [subject.clone().into(), (*entry).into()])).await?;
    tx.rows(&ERASE, state.parts.removed().map(|(index, part)| [(*index).into(), part.as_str().into()]))
        .await?;
    tx.rows(&UNSAID, state.unsaid.iter().map(|(index, _)| [(*index).into()])).await?;
    let mut readers = Vec::new();
    for (index, parties) in &state.unsaid {
        for [oin, role] in parties.iter().map(of) {
            readers.push([oin, role, (*index).into()]);
        }
    }
    tx.rows(&UNSAID_TO, readers.into_iter()).await?;
    if let Some(room) = state.room {
        tx.run(query::<Any>(PROBE).bind(vec![0_u8; room])).await?;
    }
    Ok(())
}

async fn members(state: &State, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.rows(&PARTIES, state.parties.new_rows().map(party)).await?;
    tx.rows(&PARTIES_AGAIN, state.parties.changed().map(party)).await?;
    tx.rows(&UNPLACE, state.places.removed().map(place_id)).await?;
    tx.rows(&PLACES, state.places.new_rows().map(place)).await?;
    tx.rows(&PLACES_AGAIN, state.places.changed().map(place)).await?;
    tx.whole_rows(&CERTIFICATES, state.certificates.new_rows().map(certificate)).await?;
    let again = state.certificates.changed().map(|(registration, certificate)| {
        [registration.to_string().into(), state_of(certificate).into(), certificate.revoked.into()]
    });
    tx.rows(&CERTIFICATES_AGAIN, again).await?;
    tx.rows(&CERTIFICATES_RENEWED, state.certificates.changed().filter_map(renewed)).await?;
    tx.whole_rows(&KEYS, state.keys.new_rows().map(key)).await?;
    let again = state.keys.changed();
    tx.rows(
        &KEYS_AGAIN,
        again.map(|(thumbprint, key)| [thumbprint.clone().into(), key.state.as_str().into()]),
    )
    .await?;
    let check = state.key_checks.new_rows().map(|((kind, version), print)| {
        [kind.as_str().into(), i64::from(*version).into(), print.to_string().into()]
    });
    tx.rows(&KEY_CHECKS, check).await
}

async fn persons(state: &State, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let person = state.persons.new_rows().map(|(id, person)| {
        let [oin, role] = of(&person.scope);
        [id.to_string().into(), oin, role, person.created.into()]
    });
    tx.rows(&PERSONS, person).await?;
    // A pseudonym that led to somebody who is forgotten may lead to somebody new.
    tx.rows(
        &PSEUDONYMS_FORGOTTEN,
        state.strangers.new_rows().map(|(person, ())| [person.to_string().into()]),
    )
    .await?;
    let pseudonyms = state.pseudonyms.new_rows().chain(state.pseudonyms.changed());
    let pseudonym = pseudonyms.map(|(pseudonym, person)| {
        let version = i64::from(pseudonym.version);
        [version.into(), pseudonym.value.0.to_vec().into(), person.to_string().into()]
    });
    tx.rows(&PSEUDONYMS, pseudonym).await?;
    tx.whole_rows(&DECLARATIONS, state.declarations.new_rows().map(declaration)).await?;
    let withdrawn = state.declarations.changed().filter(|(_, declaration)| declaration.forgotten.is_none());
    let withdrawn = withdrawn.map(|(id, declaration)| {
        let withdrawal = declaration.withdrawn?;
        Some([
            id.to_string().into(),
            withdrawal.by.as_str().into(),
            withdrawal.at.into(),
            withdrawal.index.into(),
        ])
    });
    tx.whole_rows(&DECLARATIONS_AGAIN, withdrawn).await?;
    let decision = state.decisions.new_rows().map(|((id, index), decision)| {
        [
            id.to_string().into(),
            (*index).into(),
            decision.verdict.as_str().into(),
            decision.reason.to_string().into(),
            decision.on.to_string().into(),
            decision.at.into(),
        ]
    });
    tx.rows(&DECISIONS, decision).await
}

/// What is kept of messages and declarations for a decision, and by what they are found.
async fn forget(state: &State, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let messages = state.messages.changed().filter(|(_, message)| message.is_forgotten);
    let messages: Vec<_> = messages.map(|(id, _)| id.to_string()).collect();
    let declarations = state.declarations.changed();
    let declarations = declarations.filter_map(|(id, row)| Some((id.to_string(), row.forgotten?)));
    let declarations: Vec<_> = declarations.collect();
    tx.rows(&MESSAGES_FORGOTTEN, messages.iter().map(|id| [id.clone().into()])).await?;
    tx.rows(&SEARCHES_FORGOTTEN, messages.iter().map(|id| [id.clone().into()])).await?;
    let facts = declarations.iter().map(|(id, index)| [id.clone().into(), (*index).into()]);
    tx.rows(&DECLARATIONS_FORGOTTEN, facts).await?;
    let nothing = || Value::Text(None);
    let made = messages.into_iter().map(|id| [id.into(), nothing()]);
    let declared = declarations.into_iter().map(|(id, _)| [nothing(), id.into()]);
    tx.rows(&MADE_FORGOTTEN, made.chain(declared)).await
}

async fn messages(state: &State, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.whole_rows(&MESSAGES, state.messages.new_rows().map(message)).await?;
    let ended = state.messages.changed().filter(|(_, message)| !message.is_forgotten);
    let ended = ended
        .map(|(id, message)| [id.to_string().into(), message.state.as_str().into(), message.ended.into()]);
    tx.rows(&MESSAGES_AGAIN, ended).await?;
    tx.whole_rows(&COPIES, state.copies.new_rows().map(copy)).await?;
    let is_erased = |(_, copy): &(&CopyId, &Copy)| matches!(copy.body, Body::Erased);
    let kept = state.copies.changed().filter(|copy| !is_erased(copy));
    tx.rows(&COPIES_AGAIN, kept.map(copy_again)).await?;
    tx.rows(&COPIES_ERASED, state.copies.changed().filter(is_erased).map(copy_again)).await?;
    let rests = state.rests.new_rows().map(|((id, declaration), ())| {
        let [packet, oin, role] = copy_id(id);
        [packet, oin, role, declaration.to_string().into()]
    });
    tx.rows(&RESTS, rests).await?;
    let search = state.searches.new_rows().map(|(((packet, party), digest), ())| {
        let [oin, role] = of(party);
        [oin, role, digest.0.to_vec().into(), packet.to_string().into()]
    });
    tx.rows(&SEARCHES, search).await?;
    let bare =
        state.answers.new_rows().filter_map(|(_, answer)| answer.bare.as_ref().map(|bare| (bare, answer)));
    tx.rows(&ANSWERS, bare.map(|(bare, answer)| values::answer(bare, answer))).await?;
    tx.rows(&NOTICES, state.notices.new_rows().map(notice)).await?;
    tx.rows(&MADE, state.made.new_rows().map(made)).await
}
