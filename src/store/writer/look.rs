//! What a write is judged by, looked up for the whole batch at once.

use std::{collections::BTreeSet, iter};

use futures_util::TryStreamExt as _;
use sqlx::Any;

pub(in crate::store::writer) use self::row::Believes;
use self::texts::Union;
use super::{fault::Step, rows::Value, state::State, tx::Tx};
use crate::{
    accesslog::entry::PartName,
    crypto::{gateway_keys::KeyKind, pseudonym::Pseudonym},
    domain::{
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{error::StoreError, seal::Sealed},
};

mod branches;
mod found;
mod kinds;
mod row;
mod texts;

/// One thing that a write is judged by. What is not there is judged as absent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// By which entry a subject changed last.
    Subject(String),
    /// What a party made under a key of its own choice; of a declaration, with the declaration.
    Made(PartyId, String),
    /// The person that a pseudonym leads to.
    Person(Pseudonym),
    /// A packet without its copies.
    Message(PacketId),
    /// A copy with its answer, without its body.
    Copy(PacketId, PartyId),
    /// A copy with its answer and its body.
    Body(PacketId, PartyId),
    /// A key by its thumbprint.
    Key(String),
    /// A declaration.
    Declaration(DeclarationId),
    /// What the controller decided upon a declaration.
    Decisions(DeclarationId),
    /// Every copy of a packet.
    Copies(PacketId),
    /// Every copy that rests on a declaration.
    Resting(DeclarationId),
    /// Every open packet that rests on a message, with its copies and what happens to it next.
    Built(PacketId),
    /// Every copy that is sealed to a key and not acknowledged or ended, with its packet.
    Sealed(String),
    /// Every copy of an open packet that waits for a party or from it, with its packet.
    Waiting(PartyId),
    /// A party with its municipalities.
    Party(PartyId),
    /// A certificate by its registration.
    Certificate(Digest),
    /// Every certificate of a party.
    Certificates(PartyId),
    /// Every key of a party.
    Keys(PartyId),
    /// What is known of one of the gateway's own keys.
    KeyChecks(KeyKind),
    /// What a party was told about a packet.
    Told(PartyId, PacketId),
    /// The keys under which a message or declaration was made.
    KeysOf(String),
    /// What happens next to what lasts for a time.
    Term(String),
    /// What is kept about a person.
    About(PersonId),
    /// What rests on a message or answers it, and is kept.
    Upon(PacketId),
    /// Whether an entry still says something.
    Said(u64),
    /// What a part of an entry says.
    Part(u64, PartName),
    /// Which of its entries a reader's last one is.
    Number(PartyId),
}

impl Look {
    const fn subject(&self) -> Option<&String> {
        if let Self::Subject(subject) = self { Some(subject) } else { None }
    }

    const fn copy(&self) -> Option<(PacketId, PartyId)> {
        if let Self::Copy(id, party) | Self::Body(id, party) = self { Some((*id, *party)) } else { None }
    }

    fn made(&self) -> Option<(PartyId, String)> {
        if let Self::Made(party, key) = self { Some((*party, key.clone())) } else { None }
    }

    const fn message(&self) -> Option<PacketId> {
        if let Self::Message(id) = self { Some(*id) } else { None }
    }

    /// Whether every push and pull looks for it.
    const fn is_often(&self) -> bool {
        matches!(
            self,
            Self::Subject(_)
                | Self::Made(..)
                | Self::Person(_)
                | Self::Message(_)
                | Self::Copy(..)
                | Self::Body(..)
                | Self::Key(_)
                | Self::Declaration(_)
                | Self::Number(_)
        )
    }

    /// As the statement takes it: what is looked for, three texts, a number, bytes.
    fn values(&self) -> [Value; texts::VALUES] {
        let of = |look: &str, [a, b, c]: [String; 3]| {
            [look.into(), a.into(), b.into(), c.into(), 0_i64.into(), Vec::new().into()]
        };
        let one = |look, a: String| of(look, [a, String::new(), String::new()]);
        let party = |look, party: &PartyId, rest: String| {
            of(look, [party.oin.to_string(), party.role.to_string(), rest])
        };
        let copy = |look, packet: &PacketId, party: &PartyId| {
            of(look, [packet.to_string(), party.oin.to_string(), party.role.to_string()])
        };
        match self {
            Self::Subject(subject) => one("subject", subject.clone()),
            Self::Made(maker, key) => party("made", maker, key.clone()),
            Self::Person(pseudonym) => {
                let [look, a, b, c, ..] = one("person", String::new());
                [look, a, b, c, i64::from(pseudonym.version).into(), pseudonym.value.0.to_vec().into()]
            }
            Self::Message(message) => one("message", message.to_string()),
            Self::Copy(packet, party) => copy("copy", packet, party),
            Self::Body(packet, party) => copy("body", packet, party),
            Self::Key(thumbprint) => one("key", thumbprint.clone()),
            Self::Declaration(id) => one("declaration", id.to_string()),
            Self::Decisions(id) => one("decisions", id.to_string()),
            Self::Copies(packet) => one("copies", packet.to_string()),
            Self::Resting(id) => one("resting", id.to_string()),
            Self::Built(message) => one("built", message.to_string()),
            Self::Sealed(thumbprint) => one("sealed", thumbprint.clone()),
            Self::Waiting(of) => party("waiting", of, String::new()),
            Self::Party(of) => party("party", of, String::new()),
            Self::Certificate(registration) => one("certificate", registration.to_string()),
            Self::Certificates(of) => party("certificates", of, String::new()),
            Self::Keys(of) => party("keys", of, String::new()),
            Self::KeyChecks(kind) => one("key-checks", kind.as_str().to_owned()),
            Self::Number(reader) => party("number", reader, String::new()),
            Self::Told(to, packet) => party("told", to, packet.to_string()),
            Self::KeysOf(made) => one("keys-of", made.clone()),
            Self::Term(subject) => one("term", subject.clone()),
            Self::About(person) => one("about", person.to_string()),
            Self::Upon(message) => one("upon", message.to_string()),
            Self::Said(index) => {
                let [look, a, b, c, _, bytes] = one("said", String::new());
                [look, a, b, c, (*index).into(), bytes]
            }
            Self::Part(index, part) => {
                let [look, a, b, c, _, bytes] = one("part", part.as_str().to_owned());
                [look, a, b, c, (*index).into(), bytes]
            }
        }
    }
}

/// Looks for everything, under the lock.
pub(super) async fn look(
    tx: &mut Tx<'_>,
    looks: BTreeSet<Look>,
    believes: &Believes<'_>,
    state: &mut State,
) -> Result<(), StoreError> {
    let subjects: Vec<_> = looks.iter().filter_map(Look::subject).cloned().collect();
    let claims: Vec<_> = looks.iter().filter_map(Look::made).collect();
    let copies: Vec<_> = looks.iter().filter_map(Look::copy).collect();
    let messages: BTreeSet<_> = looks.iter().filter_map(Look::message).collect();
    let (often, seldom): (Vec<_>, Vec<_>) = looks.into_iter().partition(Look::is_often);
    for (union, looks) in [(&*texts::OFTEN, often), (&*texts::SELDOM, seldom)] {
        let mut rest = looks.as_slice();
        while let Some((width, now, later)) = part(union, rest) {
            tx.step(Step::Look)?;
            let nothing =
                || ["nothing".into(), "".into(), "".into(), "".into(), 0_i64.into(), Vec::new().into()];
            let values =
                now.iter().map(Look::values).chain(iter::repeat_with(nothing)).take(width.0).flatten();
            let query =
                values.fold(sqlx::query::<Any>(width.1.of(tx.backend())), |query, value| value.bind(query));
            // One row at a time: a body is large.
            let mut rows = query.fetch(tx.connection());
            while let Some(row) = rows.try_next().await? {
                found::take(&row, believes, state)?;
            }
            rest = later;
        }
    }
    for key in claims.iter().filter(|key| !state.made.has(key)) {
        let name = Sealed::Made.name(&[&key.0.oin.to_string(), &key.0.role.to_string(), &key.1]);
        believes.memory.absent(Sealed::Made, &name, believes.entries)?;
    }
    for (id, party) in &copies {
        let copy = (*id, *party);
        if !state.copies.has(&copy) {
            let name = Sealed::Copy.name_of(&id.to_string(), party);
            believes.memory.absent(Sealed::Copy, &name, believes.entries)?;
        } else if messages.contains(id) && !state.messages.has(id) {
            return Err(Sealed::Message.broken());
        }
    }
    // One that is not there was never changed: so says who took it away.
    for subject in subjects.iter().filter(|subject| !state.subjects.has(subject)) {
        let name = Sealed::Subject.name(&[subject]);
        believes.memory.absent(Sealed::Subject, &name, believes.entries)?;
    }
    Ok(())
}

/// As many as one statement looks for, with the narrowest statement that does.
fn part<'l>(
    union: &'static Union,
    rest: &'l [Look],
) -> Option<(&'static texts::Width, &'l [Look], &'l [Look])> {
    if rest.is_empty() {
        return None;
    }
    let width = union.iter().find(|width| width.0 >= rest.len()).or_else(|| union.last())?;
    let (now, later) = rest.split_at_checked(width.0).unwrap_or((rest, &[]));
    Some((width, now, later))
}
