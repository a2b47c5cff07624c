//! What the gateway answers to a push, and to a check of one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::client::problem::{COPY, Reason};

/// The gateway's answer to a push.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Accepted {
    pub(super) id: String,
    /// What was decided and sealed for each recipient, with its signed receipt.
    #[serde(default)]
    pub(super) recipients: Value,
}

impl Accepted {
    /// The signed receipts, one for each recipient.
    pub(super) fn receipts(&self) -> impl Iterator<Item = &str> {
        let recipients = self.recipients.as_array().into_iter().flatten();
        recipients.filter_map(|one| one.get("receipt")?.as_str())
    }
}

/// The gateway's answer to a check.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckAnswer {
    /// Whether it would be stored.
    pub(super) allowed: bool,
    recipients: Vec<OfRecipient>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct OfRecipient {
    recipient: Option<u32>,
    errors: Vec<Reason>,
}

impl CheckAnswer {
    /// Every condition that is not met, for whichever recipient.
    #[must_use]
    pub(super) fn reasons(self) -> Vec<Reason> {
        let of = |OfRecipient { recipient, errors }| {
            errors.into_iter().map(move |reason| {
                // As a refused push tells it.
                let pointer = match recipient {
                    _ if !reason.pointer.is_empty() => reason.pointer,
                    Some(index) => format!("/recipients/{index}"),
                    None => COPY.to_owned(),
                };
                Reason { pointer, recipient, ..reason }
            })
        };
        self.recipients.into_iter().flat_map(of).collect()
    }
}
