//! What a sender hands in: the header that decisions need, and the content that will be sealed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::heavy::Weight;
use crate::domain::{
    age::BirthDate,
    code::{Category, DatasetCode, Grondslag, Municipality, OutcomeCode, Purpose},
    id::PacketId,
    oin::Oin,
    party::Role,
    person::{PersonFacts, PersonReference},
    plaintext::Plaintext,
};

/// A packet as handed in. The content exists in memory only, until it is sealed for each recipient.
#[derive(Debug)]
pub struct Submission {
    /// Everything that a decision needs.
    pub header: Header,
    /// What the dataset's schema describes.
    pub content: Plaintext,
    /// How much there was to read.
    pub weight: Weight,
}

/// The parts of a submission that can be judged before it is decided upon. None where a part is absent or cannot be read:
/// the others are judged all the same.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    /// Which dataset.
    pub dataset: Option<&'a DatasetCode>,
    /// What it will be used for.
    pub purpose: Option<&'a Purpose>,
    /// Until when it may be collected.
    pub expires: Option<Timestamp>,
    /// For whom, each with its index in the sender's list.
    pub recipients: Vec<(usize, &'a Address)>,
    /// By what the sender calls the person.
    pub reference: Option<&'a PersonReference>,
    /// When the person was born.
    pub birth_date: Option<&'a BirthDate>,
    /// What the dataset's schema describes.
    pub content: Option<Plaintext>,
}

/// The header of a submission.
#[derive(Debug)]
pub struct Header {
    /// Which dataset.
    pub dataset: DatasetCode,
    /// What it will be used for.
    pub purpose: Purpose,
    /// The basis that the sender relies on, if more than one could hold.
    pub basis: Option<Grondslag>,
    /// For whom. Empty only where nothing but the person's copy is made.
    pub recipients: Vec<Address>,
    /// Whether a copy is made for the person, sealed to the sender, who hands it over. Not said: where an act orders it.
    pub copy_for_person: Option<bool>,
    /// By what the sender calls the person.
    pub reference: PersonReference,
    /// What the sender asserts about the person.
    pub person: PersonFacts,
    /// The message on whose answer the basis rests.
    pub rests_on: Option<PacketId>,
    /// The message that it answers, and what.
    pub reply: Option<(PacketId, OutcomeCode)>,
    /// Until when it may be collected.
    pub expires: Option<Timestamp>,
    /// Categories left out because the person wished so.
    pub omit: BTreeSet<Category>,
}

impl Header {
    /// The parts of a submission with this header and this content.
    #[must_use]
    pub fn with(&self, content: Plaintext) -> Parts<'_> {
        Parts {
            dataset: Some(&self.dataset),
            purpose: Some(&self.purpose),
            expires: self.expires,
            recipients: self.recipients.iter().enumerate().collect(),
            reference: Some(&self.reference),
            birth_date: Some(&self.person.birth_date),
            content: Some(content),
        }
    }
}

/// How a sender names a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Address {
    /// The college of a municipality in a role: the party that acts for it today.
    College(Municipality, Role),
    /// A party by its number.
    Party(Oin, Role),
    /// A local desk of the region's file for a municipality; it stands for one or more roles.
    Desk(String, Municipality),
}

/// What is kept with a packet under the at-rest key, since nobody here can open the content: every fact that a later
/// decision needs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeptHeader {
    /// What the sender asserted about the person.
    pub person: PersonFacts,
    /// Whether the person was called by the persoonsgebonden nummer. The number itself is not kept.
    pub is_pgn: bool,
    /// The message on whose answer the basis rests.
    pub rests_on: Option<PacketId>,
    /// The message that it answers, and what.
    pub reply: Option<(PacketId, OutcomeCode)>,
}
