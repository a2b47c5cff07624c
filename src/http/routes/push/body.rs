//! What a sender hands in.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    domain::{
        assertion::Assertions,
        code::{Category, DatasetCode, Grondslag, OutcomeCode, Purpose},
        id::PacketId,
        plaintext::Plaintext,
        problem::Fault,
    },
    exchange::submission::Header,
    http::{
        json::distinct,
        problem::Problem,
        wire::{Instant, Person, Reader, Recipient, shape},
    },
    policy::{canonical, dataset::DatasetKind},
};

/// How many recipients a packet may name; a region has fewer.
const MOST_RECIPIENTS: usize = 32;

/// What the header takes at most, so that its bytes are not left behind by growing: 32 recipients of 200 bytes and the rest.
const HEADER_ROOM: usize = 16 * 1024;

/// A packet or request as handed in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Submission)]
pub(crate) struct Submitted {
    /// Of which dataset.
    #[schema(value_type = shape::DatasetCode)]
    dataset: DatasetCode,
    /// What it will be used for.
    #[schema(value_type = shape::PurposeCode)]
    purpose: Purpose,
    /// The basis that the sender relies on. May be absent where only one holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::BasisCode, required = false)]
    basis: Option<Grondslag>,
    /// For whom. Empty or absent only with `copyForPerson`: then nothing but the person's copy is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 32)]
    recipients: Vec<Recipient>,
    /// Whether a copy is made for the person. It is sealed to the sender, who hands it over. Absent, it is made where an
    /// act orders the sender to give one: where the dataset has a basis on 6(1)(c) for the role `betrokkene`. There,
    /// `false` is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    copy_for_person: Option<bool>,
    /// About whom.
    person: Person,
    /// The request that the basis rests on, where it rests on one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Id, required = false)]
    request: Option<PacketId>,
    /// The request or question that a packet answers, of a dataset that says that it may; its recipient is who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Id, required = false)]
    reply_to: Option<PacketId>,
    /// What it answers, beside `replyTo`: a code that the dataset of what is answered lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::OutcomeCode, required = false)]
    outcome: Option<OutcomeCode>,
    /// Until when it may be collected; absent as long as the gateway allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DateTime, required = false)]
    expires: Option<Instant>,
    /// Categories that are left out because the person wished so.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty", deserialize_with = "distinct::<32, _, _>")]
    #[schema(value_type = BTreeSet<shape::CategoryCode>, max_items = 32)]
    omit: BTreeSet<Category>,
    /// The content, as the schema of the dataset says.
    #[schema(value_type = shape::Content)]
    content: Elsewhere,
}

/// The content was taken out of the body that was parsed: only that it is there is looked at here, however often the header
/// is read, and [`Handed::canonical`] writes it after the header. It is not `skip`: the description would then leave it out too.
#[derive(Debug)]
struct Elsewhere;

impl Serialize for Elsewhere {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Elsewhere {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// The header of a submission, and the text of it by which a repetition is known.
pub(crate) struct Handed {
    pub(crate) header: Header,
    text: Zeroizing<Vec<u8>>,
}

/// What is wrong with this number of recipients.
pub(super) fn wrong_count(recipients: usize, copy_for_person: Option<bool>) -> Option<Fault> {
    let nobody = recipients == 0 && copy_for_person != Some(true);
    (nobody || recipients > MOST_RECIPIENTS).then(|| {
        Fault::at(
            "/recipients",
            "wrong-count",
            "Noem 1 tot en met 32 ontvangers, of vraag alleen de kopie voor de jongere (copyForPerson).",
            "Name 1 to 32 recipients, or ask for the person's copy alone (copyForPerson).",
        )
    })
}

/// What is wrong with how it says that it answers something.
fn wrong_reply(names: bool, says: bool, kind: DatasetKind) -> Option<Fault> {
    if names && kind.asks() {
        return Some(Fault::at(
            "/replyTo",
            "asks",
            "Wie vraagt, antwoordt niet ook. Stuur het antwoord als pakket.",
            "What asks does not answer as well. Send the answer as a packet.",
        ));
    }
    let absent = match (names, says) {
        (true, false) => "/outcome",
        (false, true) => "/replyTo",
        _ => return None,
    };
    Some(Fault::at(
        absent,
        "incomplete-answer",
        "Een antwoord noemt beide: waarop (replyTo) en wat (outcome).",
        "An answer names both: to what (replyTo) and what it is (outcome).",
    ))
}

impl Submitted {
    /// The same, about a person of whom this is asserted.
    pub(crate) fn asserting(mut self, asserted: Assertions) -> Self {
        self.person.asserted = asserted;
        self
    }

    /// The values that the body stands for.
    pub(crate) fn read(self, kind: DatasetKind) -> Result<Handed, Problem> {
        let text = self.text(kind);
        let mut reader = Reader::default();
        if let Some(fault) = wrong_count(self.recipients.len(), self.copy_for_person) {
            reader.fault(fault);
        }
        if let Some(fault) = wrong_reply(self.reply_to.is_some(), self.outcome.is_some(), kind) {
            reader.fault(fault);
        }
        let mut recipients = Vec::with_capacity(self.recipients.len());
        for (at, recipient) in self.recipients.into_iter().enumerate() {
            recipients.extend(reader.take(recipient.read(&format!("/recipients/{at}"))));
        }
        let Some((reference, person)) = self.person.read("/person", &mut reader) else {
            return reader.finish(None);
        };
        let header = Header {
            dataset: self.dataset,
            purpose: self.purpose,
            basis: self.basis,
            recipients,
            copy_for_person: self.copy_for_person,
            reference,
            person,
            rests_on: self.request,
            reply: self.reply_to.zip(self.outcome),
            expires: self.expires.map(|at| at.0),
            omit: self.omit,
        };
        reader.finish(Some(Handed { header, text }))
    }

    /// The kind keeps a key that was used for a packet from standing for a request.
    fn text(&self, kind: DatasetKind) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER_ROOM));
        let kind: &[u8] = match kind {
            DatasetKind::Packet => b"packet\n",
            DatasetKind::Request => b"request\n",
            DatasetKind::Question => b"question\n",
        };
        bytes.extend_from_slice(kind);
        // Texts, numbers and truth values into memory: neither can fail. The header has no line break of its own.
        if serde_json::to_writer(&mut *bytes, self).is_ok() {
            bytes.push(b'\n');
        }
        bytes
    }
}

impl Handed {
    /// One text for all bodies that mean the same: whitespace, the order of names and absent defaults do not matter.
    pub(crate) fn canonical(&self, content: &Plaintext) -> Zeroizing<Vec<u8>> {
        let room = self.text.len().saturating_add(canonical::room(content.expose()));
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        bytes.extend_from_slice(&self.text);
        canonical::write(content.expose(), &mut bytes);
        bytes
    }
}
