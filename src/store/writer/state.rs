//! What the writes of a batch are judged by: the rows that they looked up, with the changes of those before them.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;

use super::{moment::Moment, table::Table};
use crate::{
    accesslog::entry::{NumberedEntry, PartName, PreparedEntry},
    crypto::{gateway_keys::KeyKind, pseudonym::Pseudonym},
    domain::{
        code::Municipality,
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{error::StoreError, memory::Touched, model::Made, subject},
};

mod rows;

pub(in crate::store) use self::rows::{
    Answer, BareAnswer, Body, Certificate, CertificateContent, Copy, CopyContent, Decision, Declaration,
    DeclarationContent, Key, KeyContent, Message, MessageContent, Notice, NoticeId, Party, Person, Place,
    Read, Subject, Term, Withdrawal,
};

/// A party's copy of a packet.
pub(in crate::store) type CopyId = (PacketId, PartyId);
/// A party, a municipality and from when, in milliseconds.
pub(in crate::store) type PlaceId = (PartyId, Municipality, i64);

/// The tables as the next write of the batch finds them. Whoever judges reads them; only the writer changes them.
pub struct State {
    /// The policy by which the database decides.
    pub(in crate::store) policy: Digest,
    /// By which entry each subject changed last.
    pub(in crate::store) subjects: Table<String, Subject>,
    pub(in crate::store) made: Table<(PartyId, String), (Digest, Made)>,
    /// Only those that a write of the batch made.
    pub(in crate::store) persons: Table<PersonId, Person>,
    pub(in crate::store) pseudonyms: Table<Pseudonym, PersonId>,
    pub(in crate::store) messages: Table<PacketId, Message>,
    pub(in crate::store) copies: Table<CopyId, Copy>,
    pub(in crate::store) answers: Table<CopyId, Answer>,
    /// On which declarations a copy rests.
    pub(in crate::store) rests: Table<(CopyId, DeclarationId), ()>,
    pub(in crate::store) searches: Table<(CopyId, Digest), ()>,
    /// What happens next to what lasts for a time, by its subject.
    pub(in crate::store) terms: Table<String, Term>,
    /// What is kept about a person, by the subject of what it is.
    pub(in crate::store) about: Table<(PersonId, String), ()>,
    /// The messages that rest on a message or answer it, and of which something is kept.
    pub(in crate::store) upon: Table<(PacketId, PacketId), ()>,
    /// The persons whose pseudonyms go.
    pub(in crate::store) strangers: Table<PersonId, ()>,
    /// Which pseudonyms led to them, and by which entry they do no more. One may lead to somebody new in the same batch.
    pub(super) parted: Vec<(Pseudonym, PersonId, u64)>,
    pub(in crate::store) declarations: Table<DeclarationId, Declaration>,
    pub(in crate::store) decisions: Table<(DeclarationId, u64), Decision>,
    pub(in crate::store) notices: Table<NoticeId, Notice>,
    pub(in crate::store) parties: Table<PartyId, Party>,
    pub(in crate::store) places: Table<PlaceId, Place>,
    pub(in crate::store) certificates: Table<Digest, Certificate>,
    pub(in crate::store) keys: Table<String, Key>,
    /// The prints of the gateway's own keys.
    pub(in crate::store) key_checks: Table<(KeyKind, u32), Digest>,
    /// What the parts of entries say.
    pub(in crate::store) parts: Table<(u64, PartName), ()>,
    /// The times of entries that still say something.
    pub(in crate::store) said: Table<u64, Timestamp>,
    /// The entries that say nothing any more, each with who may read it.
    pub(super) unsaid: Vec<(u64, Vec<PartyId>)>,
    /// Which of its entries the last one of each reader is.
    pub(super) numbers: BTreeMap<PartyId, u64>,
    /// Whether the register has another number after this batch.
    pub(super) is_other_register: bool,
    /// How much room on the disk is tried.
    pub(super) room: Option<usize>,
}

/// One thing that a write changes.
#[derive(Debug)]
pub(in crate::store) enum Change {
    /// What was decided on this subject before is void.
    Subject(String),
    /// A party, which changes the register too.
    Member(PartyId),
    Policy(Digest),
    Room(usize),
    Made((PartyId, String), (Digest, Made)),
    Person(PersonId, Person),
    Pseudonym(Pseudonym, PersonId),
    Message(PacketId, Message),
    Copy(CopyId, Copy),
    Answer(CopyId, Answer),
    Rests(CopyId, DeclarationId),
    Search(CopyId, Digest),
    Term(String, Term),
    /// Nothing happens to it any more.
    Over(String),
    /// Nothing leads to this person any more.
    Stranger(PersonId),
    Declaration(DeclarationId, Declaration),
    Decision(DeclarationId, Decision),
    Notice(NoticeId, Notice),
    Party(PartyId, Party),
    Place(PlaceId, Place),
    Unplace(PlaceId),
    Certificate(Digest, Certificate),
    Key(String, Key),
    KeyCheck((KeyKind, u32), Digest),
    Erase(u64, PartName),
    /// All that an entry says.
    Unsay(u64, Vec<PartyId>),
}

impl State {
    pub(super) fn under(policy: Digest) -> Self {
        Self {
            policy,
            subjects: Table::default(),
            made: Table::default(),
            persons: Table::default(),
            pseudonyms: Table::default(),
            messages: Table::default(),
            copies: Table::default(),
            answers: Table::default(),
            rests: Table::default(),
            searches: Table::default(),
            terms: Table::default(),
            about: Table::default(),
            upon: Table::default(),
            strangers: Table::default(),
            parted: Vec::new(),
            declarations: Table::default(),
            decisions: Table::default(),
            notices: Table::default(),
            parties: Table::default(),
            places: Table::default(),
            certificates: Table::default(),
            keys: Table::default(),
            key_checks: Table::default(),
            parts: Table::default(),
            said: Table::default(),
            unsaid: Vec::new(),
            numbers: BTreeMap::new(),
            is_other_register: false,
            room: None,
        }
    }

    /// Takes over what a write changes, so that the next is judged by it.
    pub(super) fn take(&mut self, at: &Moment, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Subject(subject) => self.raise(subject, at.next),
                Change::Member(party) => {
                    self.raise(subject::party(&party), at.next);
                    self.is_other_register = true;
                }
                Change::Policy(policy) => self.policy = policy,
                Change::Room(room) => self.room = Some(room),
                Change::Made(key, made) => self.made.put(key, made, at.next),
                Change::Person(id, person) => self.persons.put(id, person, at.next),
                Change::Pseudonym(pseudonym, person) => self.pseudonyms.put(pseudonym, person, at.next),
                Change::Message(id, packet) => self.messages.put(id, packet, at.next),
                Change::Copy(id, copy) => self.copies.put(id, copy, at.next),
                Change::Answer(id, answer) => self.answers.put(id, answer, at.next),
                Change::Rests(copy, declaration) => self.rests.put((copy, declaration), (), at.next),
                Change::Search(copy, digest) => self.searches.put((copy, digest), (), at.next),
                Change::Term(subject, term) => self.terms.put(subject, term, at.next),
                Change::Over(subject) => self.terms.remove(&subject, at.next),
                Change::Stranger(person) => self.forget(person, at.next),
                Change::Declaration(id, declaration) => self.declarations.put(id, declaration, at.next),
                Change::Decision(id, decision) => self.decisions.put((id, at.next), decision, at.next),
                Change::Notice(id, notice) => self.notices.put(id, notice, at.next),
                Change::Party(id, party) => self.parties.put(id, party, at.next),
                Change::Place(id, place) => self.places.put(id, place, at.next),
                Change::Unplace(id) => self.places.remove(&id, at.next),
                Change::Certificate(id, certificate) => self.certificates.put(id, certificate, at.next),
                Change::Key(thumbprint, key) => self.keys.put(thumbprint, key, at.next),
                Change::KeyCheck(id, print) => self.key_checks.put(id, print, at.next),
                Change::Erase(index, part) => self.parts.remove(&(index, part), at.next),
                Change::Unsay(index, readers) => {
                    self.said.remove(&index, at.next);
                    self.unsaid.push((index, readers));
                }
            }
        }
    }

    fn raise(&mut self, subject: String, entry: u64) {
        let former = self.subjects.get(&subject);
        let (total, read) = former.map(|row| (row.total, row.read.clone())).unwrap_or_default();
        self.subjects.put(subject, Subject { entry, total, read }, entry);
    }

    fn forget(&mut self, person: PersonId, entry: u64) {
        let leads = self.pseudonyms.iter().filter(|(_, led)| **led == person).map(|(one, _)| *one);
        for pseudonym in leads.collect::<Vec<_>>() {
            self.pseudonyms.remove(&pseudonym, entry);
            self.parted.push((pseudonym, person, entry));
        }
        self.strangers.put(person, (), entry);
    }

    /// The entry with the next number of each of its readers.
    pub(super) fn numbered(
        &mut self,
        entry: &PreparedEntry,
        touched: Option<&Touched>,
    ) -> Result<NumberedEntry, StoreError> {
        let next = |reader: &PartyId| {
            let last = self.numbers.entry(*reader).or_default();
            *last = last.saturating_add(1);
            *last
        };
        let touched = touched.map(|touched| (touched.written.as_slice(), touched.gone.as_slice()));
        let (written, gone) = touched.unwrap_or_default();
        entry
            .accounting(next, written, gone)
            .map_err(|_| StoreError::unavailable("an entry of the log could not be sealed"))
    }

    /// The packets that rest on a message, when they were looked up, those of this batch too.
    pub(in crate::store) fn resting_on(
        &self,
        message: PacketId,
    ) -> impl Iterator<Item = (PacketId, &Message)> {
        self.messages.iter().filter_map(move |(id, built)| {
            let is_new = built.content.as_ref().is_some_and(|new| new.packet.rests_on == Some(message));
            (is_new || self.upon.has(&(message, *id))).then_some((*id, built))
        })
    }

    /// The copies of a packet, when they were looked up.
    pub(in crate::store) fn copies_of(&self, packet: PacketId) -> impl Iterator<Item = (&CopyId, &Copy)> {
        self.copies.iter().filter(move |((of, _), _)| *of == packet)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("policy", &self.policy).finish_non_exhaustive()
    }
}
