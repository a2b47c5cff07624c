//! The kinds of rows that the statement has: their columns, and where they have what is sealed.
//!
//! The names of the columns are those of the tables, in the order in which [`super::rows`] reads them.

use std::sync::LazyLock;

use crate::store::seal::{columns, layout::Places};

/// What a row is.
pub(super) mod kind {
    pub(crate) const HEAD: i64 = 0;
    pub(crate) const MADE: i64 = 1;
    pub(crate) const PERSON: i64 = 2;
    pub(crate) const MESSAGE: i64 = 3;
    pub(crate) const COPY: i64 = 4;
    pub(crate) const WISH: i64 = 5;
    pub(crate) const DECLARATION: i64 = 6;
    pub(crate) const DECISION: i64 = 7;
    pub(crate) const SUBJECT: i64 = 8;
}

/// How many columns of texts and of numbers a row has, whatever it is.
pub(super) const TEXTS: usize = 16;
pub(super) const NUMBERS: usize = 11;

pub(super) const MADE_TEXTS: &[&str] = &["i.message_id", "i.declaration_id", "i.oin", "i.role", "i.key"];
pub(super) const MADE_BYTES: &str = "i.body_hmac";
pub(super) const PSEUDONYM_TEXTS: &[&str] = &["s.person_id"];
pub(super) const PSEUDONYM_NUMBERS: &[&str] = &["s.key_version"];
pub(super) const PSEUDONYM_BYTES: &str = "s.pseudonym";
pub(super) const MESSAGE_TEXTS: &[&str] = &[
    "p.id",
    "p.kind",
    "p.dataset",
    "p.purpose",
    "p.sender_oin",
    "p.sender_role",
    "p.person_id",
    "p.state",
    "p.rests_on",
    "p.reply_to",
    "p.outcome",
];
pub(super) const MESSAGE_SEALS: [&str; 2] = ["p.seal", ""];
pub(super) const MESSAGE_NUMBERS: &[&str] =
    &["p.dataset_version", "p.created", "p.created_index", "p.expires", "p.ended_index", "p.copies"];
pub(super) const COPY_TEXTS: &[&str] = &[
    "r.message_id",
    "r.oin",
    "r.role",
    "r.municipality",
    "r.basis",
    "r.categories",
    "r.omitted",
    "r.jwe_sha256",
    "r.thumbprint",
    "r.state",
    "a.outcome",
    "r.recipient_person_id",
    "a.id",
    "a.state",
    "(CASE WHEN a.expires IS NULL THEN 'bare' ELSE 'whole' END)",
];
pub(super) const COPY_SEALS: [&str; 2] = ["r.seal", "a.seal"];
pub(super) const COPY_NUMBERS: &[&str] = &[
    "r.position",
    "r.pushed_index",
    "r.collected_at",
    "r.collected_index",
    "r.acknowledged_at",
    "r.acknowledged_index",
    "r.ended_index",
    "a.created",
    "a.created_index",
    "a.expires",
    "a.ended_index",
];
pub(super) const DECLARATION_TEXTS: &[&str] = &[
    "d.id",
    "d.person_id",
    "d.kind",
    "d.dataset",
    "d.purpose",
    "d.towards_oin",
    "d.towards_role",
    "d.towards_municipality",
    "d.given_by",
    "d.evidence_kind",
    "d.evidence_digest",
    "d.evidence_on",
    "d.recorder_oin",
    "d.recorder_role",
    "d.state",
    "d.withdrawn_by",
];
pub(super) const DECLARATION_NUMBERS: &[&str] = &[
    "d.given_at",
    "d.until_at",
    "d.explicit",
    "d.recorded_at",
    "d.recorded_index",
    "d.withdrawn_at",
    "d.withdrawn_index",
];

pub(super) const DECLARATION_SEALS: [&str; 2] = ["d.seal", ""];
pub(super) const DECISION_TEXTS: &[&str] = &["e.declaration_id", "e.verdict", "e.reason", "e.decided_on"];
pub(super) const DECISION_NUMBERS: &[&str] = &["e.idx", "e.decided_at"];
pub(super) const DECISION_SEALS: [&str; 2] = ["e.seal", ""];
/// A person, with the row by which nothing about it is left out; none where nothing was ever declared.
pub(super) const SUBJECT_TEXTS: &[&str] = &["o.person_id", "c.subject"];
pub(super) const SUBJECT_NUMBERS: &[&str] = &["c.entry"];
pub(super) const SUBJECT_SEALS: [&str; 2] = ["c.seal", ""];

/// Where the rows have what is sealed.
pub(super) static MESSAGE_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::MESSAGE.places(MESSAGE_TEXTS, MESSAGE_NUMBERS, &[]));
pub(super) static COPY_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::COPY.places(COPY_TEXTS, COPY_NUMBERS, &[]));
/// By the copy that it answers.
pub(super) static ANSWER_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::ANSWER.places(&["reply_to", "sender_oin", "sender_role"], &[], &[]));
pub(super) static DECLARATION_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::DECLARATION.places(DECLARATION_TEXTS, DECLARATION_NUMBERS, &[]));
pub(super) static DECISION_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::DECISION.places(DECISION_TEXTS, DECISION_NUMBERS, &[]));
pub(super) static MADE_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::MADE.places(MADE_TEXTS, &[], &[MADE_BYTES]));
pub(super) static PSEUDONYM_PLACES: LazyLock<Places> =
    LazyLock::new(|| columns::PSEUDONYM.places(PSEUDONYM_TEXTS, PSEUDONYM_NUMBERS, &[PSEUDONYM_BYTES]));
