//! A packet or request as a party may see it: the sender with all its copies, a recipient with its own.

use serde::Serialize;
use utoipa::ToSchema;

use super::{law::Text, recipient::Party, shape, time::Instant};
use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality, OutcomeCode, Purpose},
        digest::Digest,
        id::PacketId,
        party::PartyId,
    },
    exchange::lists::{CopyState, MessageState, Seen, SeenAnswer, SeenCopy},
};

/// A packet or request as the calling party may see it. The person is never shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Packet {
    /// Its place in the list that it is read from: the index of the entry of the push, or of the caller's copy in it.
    pub log_index: u64,
    /// Its identifier.
    #[schema(value_type = shape::Id)]
    pub id: PacketId,
    /// `packet`, `request` or `question`: by which route it was handed in.
    #[schema(value_type = shape::MessageKind)]
    pub kind: &'static str,
    /// Of which dataset.
    #[schema(value_type = shape::DatasetCode)]
    pub dataset: DatasetCode,
    /// In which version.
    pub dataset_version: u32,
    /// For what.
    #[schema(value_type = shape::PurposeCode)]
    pub purpose: Purpose,
    /// From whom.
    pub sender: Party,
    /// The request that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Id, required = false)]
    pub request: Option<PacketId>,
    /// The request or question that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Id, required = false)]
    pub reply_to: Option<PacketId>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::OutcomeCode, required = false)]
    pub outcome: Option<OutcomeCode>,
    /// When it was pushed.
    #[schema(value_type = shape::DateTime)]
    pub created: Instant,
    /// Until when it may be collected.
    #[schema(value_type = shape::DateTime)]
    pub expires: Instant,
    /// To the sender: `open`, `withdrawn` or `expired`. To a recipient: the state of its own copy.
    #[schema(value_type = shape::State)]
    pub state: &'static str,
    /// The copies that the caller may see: the sender all, a recipient its own.
    pub recipients: Vec<PacketCopy>,
}

/// A copy for one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PacketCopy {
    /// The index of the entry of the push.
    pub log_index: u64,
    /// For whom. The role `betrokkene` stands for the person's copy.
    pub party: Party,
    /// The municipality whose college was named; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Municipality, required = false)]
    pub municipality: Option<Municipality>,
    /// On which basis.
    #[schema(value_type = shape::BasisCode)]
    pub basis: Grondslag,
    /// What it holds.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    pub categories: Vec<Category>,
    /// What was left out because the person wished so.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    pub omitted_on_request: Vec<Category>,
    /// The SHA-256 of the JWE.
    #[schema(value_type = shape::Sha256)]
    pub jwe_sha256: Digest,
    /// The key that it is sealed to.
    #[schema(value_type = shape::Thumbprint)]
    pub key_thumbprint: String,
    /// `waiting`, `collected`, `acknowledged`, `withdrawn`, `withheld` (its key was revoked, or its recipient is blocked or no
    /// longer acts for the college; see the notices) or `expired`.
    #[schema(value_type = shape::State)]
    pub state: &'static str,
    /// When it was first collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DateTime, required = false)]
    pub collected_at: Option<Instant>,
    /// When it was acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::DateTime, required = false)]
    pub acknowledged_at: Option<Instant>,
    /// Whether it was taken back after it was acknowledged, which it stays; absent otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub withdrawn: bool,
    /// The recipient's answer, where it is a request or a question that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answer: Option<GivenAnswer>,
}

/// The answer to a request or a question.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GivenAnswer {
    /// What was answered.
    #[schema(value_type = shape::OutcomeCode)]
    pub outcome: OutcomeCode,
    /// The same in words; absent where the policies in use list it no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<Text>,
    /// When it was answered.
    #[schema(value_type = shape::DateTime)]
    pub answered_at: Instant,
}

impl Packet {
    /// What `caller` may see, as the use case has judged.
    #[must_use]
    pub fn seen_by(caller: PartyId, seen: Seen) -> Self {
        let Seen { packet, copies } = seen;
        let own = copies.iter().find(|copy| packet.sender != caller && copy.row.party == caller);
        let is_over = copies.iter().any(|copy| copy.state == CopyState::Expired);
        let (log_index, state) = match (own, packet.state) {
            (Some(own), _) => (own.row.pushed_index, own.state.as_str()),
            // The term has passed, though the gateway has not yet ended it.
            (None, MessageState::Open) if is_over => (packet.created_index, MessageState::Expired.as_str()),
            (None, state) => (packet.created_index, state.as_str()),
        };
        let (reply_to, outcome) = packet.reply.unzip();
        Self {
            log_index,
            id: packet.id,
            kind: packet.kind.handed_in().as_str(),
            dataset: packet.dataset,
            dataset_version: packet.dataset_version,
            purpose: packet.purpose,
            sender: packet.sender.into(),
            request: packet.rests_on,
            reply_to,
            outcome,
            created: packet.created.into(),
            expires: packet.expires.into(),
            state,
            recipients: copies.into_iter().map(PacketCopy::from).collect(),
        }
    }
}

impl From<SeenCopy> for PacketCopy {
    fn from(copy: SeenCopy) -> Self {
        let SeenCopy { row, state, answer, .. } = copy;
        let withdrawn = state == CopyState::Acknowledged && row.is_taken_back();
        Self {
            log_index: row.pushed_index,
            party: row.party.into(),
            municipality: row.municipality,
            basis: row.basis,
            categories: row.categories.into_iter().collect(),
            omitted_on_request: row.omitted.into_iter().collect(),
            jwe_sha256: row.jwe_sha256,
            key_thumbprint: row.thumbprint,
            state: state.as_str(),
            collected_at: row.collected_at.map(Instant::from),
            acknowledged_at: row.acknowledged_at.map(Instant::from),
            withdrawn,
            answer: answer.map(|SeenAnswer { outcome, title, at }| GivenAnswer {
                outcome,
                title: title.as_ref().map(Text::from),
                answered_at: at.into(),
            }),
        }
    }
}
