//! What a batch changes, written table by table: each row once, as the last write of the batch left it.
//!
//! The order is that of the references: a row is written after those that it refers to.

use std::collections::BTreeMap;

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
        certificate, copy, copy_again, copy_id, declaration, declaration_again, key, made, message, notice,
        of, party, place, place_id, renewed, state_of, term,
    },
};
use super::{
    rows::Value,
    sealer::Sealer,
    state::{Body, Copy, CopyId, State},
    tx::Tx,
};
use crate::store::{error::StoreError, model::Made, seal::Sealed};

mod texts;
mod values;

/// Writes all that the batch changes beside its entries.
pub(super) async fn write(state: &State, sealer: &mut Sealer<'_>, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    members(state, tx).await?;
    persons(state, sealer, tx).await?;
    messages(state, sealer, tx).await?;
    forget(state, tx).await?;
    gone(state, sealer);
    let terms = state.terms.new_rows().chain(state.terms.changed());
    tx.rows(&TERMS, terms.map(term)).await?;
    tx.rows(&TERMS_OVER, state.terms.removed().map(|subject| [subject.clone().into()])).await?;
    let subjects = sealer.subjects(state);
    let subjects =
        subjects.ok_or_else(|| StoreError::inconsistent("a person's rows without their subject"))?;
    tx.rows(&SUBJECTS, subjects.into_iter()).await?;
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

/// Notes the sealed rows that the database holds no more.
fn gone(state: &State, sealer: &mut Sealer<'_>) {
    for (id, row) in state.declarations.removed_rows() {
        sealer.gone(state.declarations.by(id), Sealed::Declaration, &[&id.to_string()]);
        sealer.taken_from(row.person, row.read.as_deref());
    }
    for (of, row) in state.decisions.removed_rows() {
        let (id, index) = of;
        sealer.gone(state.decisions.by(of), Sealed::Decision, &[&id.to_string(), &index.to_string()]);
        if let Some(person) = state.declarations.removed_rows().find(|(one, _)| *one == id) {
            sealer.taken_from(person.1.person, row.read.as_deref());
        }
    }
    for (id, _) in state.messages.changed().filter(|(_, message)| message.is_forgotten) {
        let by = state.messages.by(id);
        for ((packet, party), _) in state.copies_of(*id) {
            sealer.gone_of(by, Sealed::Search, &packet.to_string(), party);
        }
        gone_keys(state, sealer, by, |made| *made == Made::Message(*id));
    }
    for (id, _) in state.declarations.changed().filter(|(_, row)| row.forgotten.is_some()) {
        gone_keys(state, sealer, state.declarations.by(id), |made| *made == Made::Declaration(*id));
    }
    for (pseudonym, person, by) in &state.parted {
        sealer.gone_pseudonym(*by, pseudonym, *person);
    }
    for id in state.messages.removed() {
        sealer.gone(state.messages.by(id), Sealed::Message, &[&id.to_string()]);
    }
    for id in state.copies.removed() {
        let [packet, oin, role] = [id.0.to_string(), id.1.oin.to_string(), id.1.role.to_string()];
        sealer.gone(state.copies.by(id), Sealed::Copy, &[&packet, &oin, &role]);
    }
    for of in state.rests.removed() {
        let (packet, party) = &of.0;
        let [packet, oin, role] = [packet.to_string(), party.oin.to_string(), party.role.to_string()];
        sealer.gone(state.rests.by(of), Sealed::Rests, &[&packet, &oin, &role, &of.1.to_string()]);
    }
    for subject in state.subjects.removed() {
        sealer.gone(state.subjects.by(subject), Sealed::Subject, &[subject]);
    }
}

/// The keys under which something was made that is forgotten now.
fn gone_keys(state: &State, sealer: &mut Sealer<'_>, by: u64, is_it: impl Fn(&Made) -> bool) {
    for ((party, key), _) in state.made.iter().filter(|(_, (_, made))| is_it(made)) {
        sealer.gone(by, Sealed::Made, &[&party.oin.to_string(), &party.role.to_string(), key]);
    }
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

async fn persons(state: &State, sealer: &mut Sealer<'_>, tx: &mut Tx<'_>) -> Result<(), StoreError> {
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
    let mut pseudonyms = Vec::new();
    for (pseudonym, person) in state.pseudonyms.new_rows().chain(state.pseudonyms.changed()) {
        let by = state.pseudonyms.by(pseudonym);
        sealer.leads(by, pseudonym, *person);
        pseudonyms.push(sealer.row(by, &PSEUDONYMS, values::pseudonym(pseudonym, *person))?);
    }
    tx.rows(&PSEUDONYMS.many, pseudonyms.into_iter()).await?;
    let declarations = state.declarations.new_rows().map(|(id, row)| {
        let values = declaration((id, row)).ok_or_else(lacking)?;
        sealer.about(state.declarations.by(id), row.person, &DECLARATIONS, None, values)
    });
    tx.rows(&DECLARATIONS.many, all(declarations)?).await?;
    let withdrawn = state.declarations.changed().filter(|(_, declaration)| declaration.forgotten.is_none());
    let withdrawn = withdrawn.map(|(id, row)| {
        let (read, values) = row.read.as_deref().zip(declaration_again((id, row))).ok_or_else(lacking)?;
        sealer.about(state.declarations.by(id), row.person, &DECLARATIONS_AGAIN, Some(read), values)
    });
    tx.rows(&DECLARATIONS_AGAIN.many, all(withdrawn)?).await?;
    let decisions = state.decisions.new_rows().map(|(of, decision)| {
        let person = state.declarations.get(&of.0).ok_or_else(lacking)?.person;
        let values = values::decision((of, decision));
        sealer.about(state.decisions.by(of), person, &DECISIONS, None, values)
    });
    tx.rows(&DECISIONS.many, all(decisions)?).await
}

/// All of these rows, or why not.
fn all<T>(rows: impl Iterator<Item = Result<T, StoreError>>) -> Result<impl Iterator<Item = T>, StoreError> {
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter())
}

/// A row that lacks what it must say is a fault in the program.
fn lacking() -> StoreError {
    StoreError::inconsistent("a row without its content")
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

async fn messages(state: &State, sealer: &mut Sealer<'_>, tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let new = state.messages.new_rows().map(|(id, row)| {
        sealer.row(state.messages.by(id), &MESSAGES, message((id, row)).ok_or_else(lacking)?)
    });
    tx.rows(&MESSAGES.many, all(new)?).await?;
    let ended = state.messages.changed().filter(|(_, message)| !message.is_forgotten);
    let ended = ended.map(|(id, row)| {
        let values = [id.to_string().into(), row.state.as_str().into(), row.ended.into()];
        let read = row.read.as_deref().ok_or_else(lacking)?;
        sealer.again(state.messages.by(id), &MESSAGES_AGAIN, read, values)
    });
    tx.rows(&MESSAGES_AGAIN.many, all(ended)?).await?;
    let new = state
        .copies
        .new_rows()
        .map(|(id, row)| sealer.row(state.copies.by(id), &COPIES, copy((id, row)).ok_or_else(lacking)?));
    tx.rows(&COPIES.many, all(new)?).await?;
    let is_erased = |(_, copy): &(&CopyId, &Copy)| matches!(copy.body, Body::Erased);
    for (many, erases) in [(&*COPIES_AGAIN, false), (&*COPIES_ERASED, true)] {
        let changed = state.copies.changed().filter(|copy| is_erased(copy) == erases);
        let again = changed.map(|(id, row)| {
            let read = row.read.as_deref().ok_or_else(lacking)?;
            sealer.again(state.copies.by(id), many, read, copy_again((id, row)))
        });
        tx.rows(&many.many, all(again)?).await?;
    }
    let rests = state.rests.new_rows().map(|(of, ())| {
        let [packet, oin, role] = copy_id(&of.0);
        sealer.row(state.rests.by(of), &RESTS, [packet, oin, role, of.1.to_string().into()])
    });
    tx.rows(&RESTS.many, all(rests)?).await?;
    let mut counts: BTreeMap<&CopyId, i64> = BTreeMap::new();
    for ((copy, _), ()) in state.searches.new_rows() {
        *counts.entry(copy).or_default() += 1;
    }
    let search = state.searches.new_rows().map(|(of, ())| {
        let count = counts.get(&of.0).copied().unwrap_or_default();
        sealer.row(state.searches.by(of), &SEARCHES, values::search(of, count))
    });
    tx.rows(&SEARCHES.many, all(search)?).await?;
    for (id, _) in state.answers.new_rows().filter(|(_, answer)| answer.bare.is_none()) {
        sealer.answered(state.answers.by(id), id);
    }
    let bare = state.answers.new_rows().filter_map(|(id, answer)| Some((id, answer, answer.bare.as_ref()?)));
    let bare = bare.map(|(id, answer, bare)| {
        sealer.row(state.answers.by(id), &ANSWERS, values::answer(id, bare, answer))
    });
    tx.rows(&ANSWERS.many, all(bare)?).await?;
    let notices = state.notices.new_rows();
    let notices = notices.map(|(id, row)| sealer.row(state.notices.by(id), &NOTICES, notice((id, row))));
    tx.rows(&NOTICES.many, all(notices)?).await?;
    let new = state.made.new_rows();
    let new = new.map(|(key, row)| sealer.row(state.made.by(key), &MADE, made((key, row))));
    tx.rows(&MADE.many, all(new)?).await
}
