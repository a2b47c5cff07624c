//! What is known about one line of the input.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::{
    client::{
        problem::Reason,
        receipts::{Checked, ReceiptKeys},
    },
    language::Said,
};

/// How a line of a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The gateway has acknowledged it; it will not be sent again.
    Accepted,
    /// `--check` only: the gateway would accept it.
    Permitted,
    /// The gateway said no.
    Refused,
    /// It is no push: it was not sent.
    Invalid,
    /// It is the same as an earlier line: it was not sent.
    Duplicate,
    /// On its way. What a run that was cut off leaves behind: the gateway may have accepted it.
    Sending,
    /// No answer came: the gateway may have accepted it. The next run sends it under the same key.
    Unknown,
}

/// What is known about one line of the input.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The line of the input, counted from 1.
    pub line: u64,
    /// How it stands.
    pub status: Status,
    /// When it came to stand so.
    pub at: Timestamp,
    /// Its Idempotency-Key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The packet's identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The gateway's answer per recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Value>,
    /// How deep the receipt of each recipient was checked, or `failed`; as a single push says it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<Value>,
    /// What does not hold of the receipts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipt_faults: Vec<Value>,
    /// The HTTP status of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// What happened, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Everything that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Whether a later run, that was told `--changed`, had another line in its place.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// What happened, for who watches; the report has the title only.
    #[serde(skip)]
    pub said: Option<Said>,
}

impl Record {
    /// A record without particulars.
    #[must_use]
    pub const fn new(line: u64, status: Status, at: Timestamp, key: Option<String>) -> Self {
        Self {
            line,
            status,
            at,
            key,
            id: None,
            recipients: None,
            checked: Vec::new(),
            receipt_faults: Vec::new(),
            http: None,
            title: None,
            reasons: Vec::new(),
            superseded: false,
            said: None,
        }
    }

    /// Whether it was accepted with receipts of which nothing could be checked.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.checked.iter().any(|depth| depth == "unchecked")
    }

    /// The record with the receipts of its recipients checked. What held in an earlier run is not asked again: the keys may
    /// have been renewed since.
    #[must_use]
    pub fn proven_by(mut self, keys: &ReceiptKeys) -> Self {
        let asked = self.checked.is_empty() || self.is_unchecked() || !self.receipt_faults.is_empty();
        if self.status != Status::Accepted || !asked {
            return self;
        }
        let receipts = self.recipients.as_ref().and_then(Value::as_array).into_iter().flatten();
        let checked: Vec<Checked> = receipts
            .filter_map(|one| one.get("receipt")?.as_str())
            .map(|receipt| keys.check(receipt, self.id.as_deref()))
            .collect();
        self.checked = checked.iter().map(Checked::depth).collect();
        self.receipt_faults = checked.iter().filter_map(Checked::fault).collect();
        self.said = checked.iter().find_map(Checked::told);
        self
    }
}
