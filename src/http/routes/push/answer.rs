//! What a sender is told.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::{
        code::{Category, DatasetCode, Grondslag, Municipality},
        digest::Digest,
        id::PacketId,
        problem::Fault,
    },
    exchange::push::{Foreseen, Pushed, PushedRecipient},
    http::wire::{Instant, Party, shape},
};

/// A packet or request that is stored. A repetition gives the same, with newer receipts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stored {
    /// Its identifier.
    #[schema(value_type = shape::Id)]
    id: PacketId,
    /// Of which dataset.
    #[schema(value_type = shape::DatasetCode)]
    dataset: DatasetCode,
    /// When it was stored.
    #[schema(value_type = shape::DateTime)]
    created: Instant,
    /// Until when it may be collected.
    #[schema(value_type = shape::DateTime)]
    expires: Instant,
    /// For each recipient, in the order of the request; the person's copy is the last.
    recipients: Vec<StoredRecipient>,
}

/// What was sealed for one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StoredRecipient {
    /// The party. The role `betrokkene` stands for the person's copy.
    party: Party,
    /// The municipality whose college was named; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::Municipality, required = false)]
    municipality: Option<Municipality>,
    /// The one basis.
    #[schema(value_type = shape::BasisCode)]
    basis: Grondslag,
    /// What was sealed.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    categories: Vec<Category>,
    /// What was left out because the person wished so.
    #[schema(value_type = Vec<shape::CategoryCode>)]
    omitted_on_request: Vec<Category>,
    /// The SHA-256 of the JWE.
    #[schema(value_type = shape::Sha256)]
    jwe_sha256: Digest,
    /// The key that it is sealed to.
    #[schema(value_type = shape::Thumbprint)]
    key_thumbprint: String,
    /// The index of the entry in the access log.
    log_index: u64,
    /// The receipt over that entry.
    #[schema(value_type = shape::Receipt)]
    receipt: String,
}

impl From<Pushed> for Stored {
    fn from(pushed: Pushed) -> Self {
        Self {
            id: pushed.id,
            dataset: pushed.dataset,
            created: pushed.created.into(),
            expires: pushed.expires.into(),
            recipients: pushed.recipients.into_iter().map(StoredRecipient::from).collect(),
        }
    }
}

impl From<PushedRecipient> for StoredRecipient {
    fn from(recipient: PushedRecipient) -> Self {
        Self {
            party: recipient.party.into(),
            municipality: recipient.municipality,
            basis: recipient.basis,
            categories: recipient.categories.into_iter().collect(),
            omitted_on_request: recipient.omitted.into_iter().collect(),
            jwe_sha256: recipient.jwe_sha256,
            key_thumbprint: recipient.thumbprint,
            log_index: recipient.index,
            receipt: recipient.receipt,
        }
    }
}

/// What would be decided. Nothing was stored but the entry that says that it was asked.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Checked {
    /// Whether it would be stored: every recipient is allowed, and has a key.
    allowed: bool,
    /// For each recipient.
    recipients: Vec<CheckedRecipient>,
}

/// What would be decided for one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CheckedRecipient {
    /// Index in the request's `recipients`; absent for the person's copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    recipient: Option<usize>,
    /// The party.
    party: Party,
    /// Whether it would be sealed for this recipient.
    allowed: bool,
    /// The index of the entry in the access log, an evaluation: that it was asked is logged, and no packet is named.
    log_index: u64,
    /// The basis that was judged, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = shape::BasisCode, required = false)]
    basis: Option<Grondslag>,
    /// The categories that would be sealed, where it is allowed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<shape::CategoryCode>)]
    categories: Vec<Category>,
    /// Every condition that is not met, where it is not allowed; or that the recipient has no key to seal to
    /// (`recipient-has-no-key`), where it would be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<crate::http::openapi::FaultDocument>)]
    errors: Vec<Fault>,
}

impl From<Vec<Foreseen>> for Checked {
    fn from(verdicts: Vec<Foreseen>) -> Self {
        let recipients: Vec<_> = verdicts.into_iter().map(CheckedRecipient::from).collect();
        Self { allowed: recipients.iter().all(|one| one.allowed), recipients }
    }
}

impl From<Foreseen> for CheckedRecipient {
    fn from(verdict: Foreseen) -> Self {
        let (allowed, basis, categories, errors) = match (verdict.decision, verdict.keyless) {
            (Ok((basis, categories)), None) => {
                (true, Some(basis), categories.into_iter().collect(), Vec::new())
            }
            (Ok((basis, _)), Some(keyless)) => (false, Some(basis), Vec::new(), vec![keyless]),
            (Err(refusal), _) => (false, refusal.basis, Vec::new(), refusal.reasons),
        };
        Self {
            recipient: verdict.at,
            party: verdict.party.into(),
            allowed,
            log_index: verdict.index,
            basis,
            categories,
            errors,
        }
    }
}
