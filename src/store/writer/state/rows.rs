//! The rows as a write is judged by them. What only an INSERT says is the content of a row, and there is none in a row that
//! was read.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::Date};

use crate::{
    domain::{
        code::{DatasetCode, OutcomeCode, Purpose, ReasonCode},
        declaration::{Capacity, Verdict},
        digest::Digest,
        id::{DeclarationId, PacketId, PersonId},
        party::PartyId,
    },
    store::{
        model::{
            CopyState, Evidenced, Ground, KeyState, MessageKind, MessageState, NewMessage, NoticeKind,
            PartyState, Said, Stage,
        },
        seal::{Fixed, Sum},
    },
};

/// What a row that was read and is written again keeps: its name, what of it never changes, and the keyed digest that it had.
#[derive(Debug, Clone)]
pub(in crate::store) struct Read {
    pub(in crate::store) name: String,
    pub(in crate::store) fixed: Fixed,
    pub(in crate::store) mac: Vec<u8>,
}

/// By which entry a subject changed last. Of a person, the sum of the seals of its declarations and decisions.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Subject {
    pub(in crate::store) entry: u64,
    pub(in crate::store) total: Sum,
    pub(in crate::store) read: Option<Arc<Read>>,
}

/// A person as one party knows one.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Person {
    pub(in crate::store) scope: PartyId,
    pub(in crate::store) created: Timestamp,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Message {
    pub(in crate::store) kind: MessageKind,
    pub(in crate::store) sender: PartyId,
    pub(in crate::store) person: PersonId,
    pub(in crate::store) expires: Timestamp,
    pub(in crate::store) state: MessageState,
    pub(in crate::store) ended: Option<u64>,
    pub(in crate::store) read: Option<Arc<Read>>,
    /// Whether its header is gone, with all by which it was found.
    pub(in crate::store) is_forgotten: bool,
    pub(in crate::store) content: Option<Arc<MessageContent>>,
}

#[derive(Debug)]
pub(in crate::store) struct MessageContent {
    pub(in crate::store) packet: NewMessage,
    pub(in crate::store) copies: usize,
    pub(in crate::store) created: Timestamp,
    pub(in crate::store) index: u64,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Copy {
    pub(in crate::store) basis: String,
    pub(in crate::store) sha256: Digest,
    pub(in crate::store) thumbprint: String,
    pub(in crate::store) state: CopyState,
    pub(in crate::store) body: Body,
    pub(in crate::store) collected: Option<(Timestamp, u64)>,
    pub(in crate::store) acknowledged: Option<(Timestamp, u64)>,
    pub(in crate::store) ended: Option<u64>,
    pub(in crate::store) person: Option<PersonId>,
    pub(in crate::store) read: Option<Arc<Read>>,
    pub(in crate::store) content: Option<Arc<CopyContent>>,
}

/// The ciphertext of a copy.
#[derive(Debug, Clone)]
pub(in crate::store) enum Body {
    /// It is there, and was not read.
    Kept,
    Read(Arc<str>),
    Erased,
}

#[derive(Debug)]
pub(in crate::store) struct CopyContent {
    pub(in crate::store) position: i64,
    pub(in crate::store) municipality: Option<String>,
    pub(in crate::store) categories: String,
    pub(in crate::store) omitted: String,
    pub(in crate::store) index: u64,
}

/// What a recipient answered to the message of which it has a copy.
#[derive(Debug, Clone)]
pub(in crate::store) struct Answer {
    pub(in crate::store) outcome: OutcomeCode,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) index: u64,
    /// What an INSERT says of an answer that is no more than that; one that carries content has a row as any message.
    pub(in crate::store) bare: Option<Arc<BareAnswer>>,
}

#[derive(Debug)]
pub(in crate::store) struct BareAnswer {
    pub(in crate::store) id: PacketId,
    pub(in crate::store) dataset: DatasetCode,
    pub(in crate::store) dataset_version: u32,
    pub(in crate::store) purpose: Purpose,
    pub(in crate::store) person: PersonId,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Declaration {
    pub(in crate::store) person: PersonId,
    pub(in crate::store) recorder: PartyId,
    pub(in crate::store) index: u64,
    pub(in crate::store) withdrawn: Option<Withdrawal>,
    pub(in crate::store) read: Option<Arc<Read>>,
    /// By which entry its facts were forgotten.
    pub(in crate::store) forgotten: Option<u64>,
    pub(in crate::store) content: Option<Arc<DeclarationContent>>,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Withdrawal {
    pub(in crate::store) by: Capacity,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) index: u64,
}

#[derive(Debug)]
pub(in crate::store) struct DeclarationContent {
    pub(in crate::store) said: Said,
    pub(in crate::store) evidence: Evidenced,
    pub(in crate::store) facts: Option<Vec<u8>>,
    pub(in crate::store) recorded: Timestamp,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Decision {
    pub(in crate::store) verdict: Verdict,
    pub(in crate::store) reason: ReasonCode,
    pub(in crate::store) on: Date,
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) read: Option<Arc<Read>>,
}

/// Who is told, by which entry, about whose copy of which packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct NoticeId {
    pub(in crate::store) to: PartyId,
    pub(in crate::store) index: u64,
    pub(in crate::store) packet: PacketId,
    pub(in crate::store) about: PartyId,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Notice {
    pub(in crate::store) kind: NoticeKind,
    pub(in crate::store) declaration: Option<DeclarationId>,
    pub(in crate::store) created: Timestamp,
}

/// What happens next, and when; no instant where nobody knows yet.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Term {
    pub(in crate::store) stage: Stage,
    pub(in crate::store) due: Option<Timestamp>,
    pub(in crate::store) kept_for: SignedDuration,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Party {
    pub(in crate::store) name: String,
    pub(in crate::store) state: PartyState,
    pub(in crate::store) registered: Timestamp,
    /// Since when it is in that state.
    pub(in crate::store) since: Timestamp,
}

/// By what right a party acts for a municipality, and until when.
#[derive(Debug, Clone)]
pub(in crate::store) struct Place {
    pub(in crate::store) ground: Ground,
    pub(in crate::store) decision: Option<String>,
    pub(in crate::store) until: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Certificate {
    pub(in crate::store) party: PartyId,
    pub(in crate::store) is_active: bool,
    pub(in crate::store) serial: String,
    pub(in crate::store) revoked: Option<Timestamp>,
    pub(in crate::store) content: Option<Arc<CertificateContent>>,
}

#[derive(Debug)]
pub(in crate::store) struct CertificateContent {
    pub(in crate::store) chain: String,
    pub(in crate::store) not_before: Timestamp,
    pub(in crate::store) not_after: Timestamp,
    pub(in crate::store) registered: Timestamp,
}

#[derive(Debug, Clone)]
pub(in crate::store) struct Key {
    pub(in crate::store) party: PartyId,
    pub(in crate::store) state: KeyState,
    pub(in crate::store) content: Option<Arc<KeyContent>>,
}

#[derive(Debug)]
pub(in crate::store) struct KeyContent {
    pub(in crate::store) kid: String,
    pub(in crate::store) jwk: String,
    pub(in crate::store) valid_from: Timestamp,
    pub(in crate::store) valid_until: Option<Timestamp>,
    pub(in crate::store) published: Timestamp,
}
