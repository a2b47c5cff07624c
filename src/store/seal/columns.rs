//! Which columns of which table are sealed, by their names: one list for who writes rows, who decides by them, and who holds
//! them against the log.

use super::{
    layout::{Layout, Names},
    table::Sealed,
};

const NOTHING: Names = (&[], &[]);

pub(in crate::store) const MESSAGE: Layout = Layout {
    sealed: Sealed::Message,
    table: "message",
    key: &["id"],
    // With its sender, so that who asks for one that is gone is known by it or not.
    name: &["id", "sender_oin", "sender_role"],
    fixed: (
        &["id", "kind", "sender_oin", "sender_role", "reply_to", "outcome"],
        &["created", "created_index", "expires"],
    ),
    bytes: &[],
    rest: (&["dataset", "purpose", "person_id", "rests_on"], &["dataset_version", "copies"]),
    moving: (&["state"], &["ended_index"]),
};

/// A message that says an outcome and no more. By its name any answer is missed, also one that has content and is a message.
pub(in crate::store) const ANSWER: Layout =
    Layout { sealed: Sealed::Answer, name: &["reply_to", "sender_oin", "sender_role"], ..MESSAGE };

pub(in crate::store) const COPY: Layout = Layout {
    sealed: Sealed::Copy,
    table: "copy",
    key: &["message_id", "oin", "role"],
    name: &["message_id", "oin", "role"],
    fixed: (&["message_id", "oin", "role", "basis", "jwe_sha256", "thumbprint"], &[]),
    bytes: &[],
    rest: (&["municipality", "categories", "omitted"], &["position", "pushed_index"]),
    moving: (
        &["state", "recipient_person_id"],
        &["collected_at", "collected_index", "acknowledged_at", "acknowledged_index", "ended_index"],
    ),
};

pub(in crate::store) const RESTS: Layout = Layout {
    sealed: Sealed::Rests,
    table: "copy_declaration",
    key: &["message_id", "oin", "role", "declaration_id"],
    name: &["message_id", "oin", "role", "declaration_id"],
    fixed: (&["message_id", "oin", "role", "declaration_id"], &[]),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const DECLARATION: Layout = Layout {
    sealed: Sealed::Declaration,
    table: "declaration",
    key: &["id"],
    name: &["id"],
    fixed: (&["id", "person_id", "recorder_oin", "recorder_role"], &["recorded_index"]),
    bytes: &[],
    rest: (
        &[
            "kind",
            "dataset",
            "purpose",
            "towards_oin",
            "towards_role",
            "towards_municipality",
            "given_by",
            "evidence_kind",
            "evidence_digest",
            "evidence_on",
        ],
        &["given_at", "until_at", "explicit", "recorded_at"],
    ),
    moving: (&["state", "withdrawn_by"], &["withdrawn_at", "withdrawn_index"]),
};

pub(in crate::store) const DECISION: Layout = Layout {
    sealed: Sealed::Decision,
    table: "declaration_decision",
    key: &["declaration_id", "idx"],
    name: &["declaration_id", "idx"],
    fixed: (&["declaration_id", "verdict", "reason", "decided_on"], &["idx", "decided_at"]),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

/// It may lead to somebody else once it was forgotten, so that it is named by whom it leads to.
pub(in crate::store) const PSEUDONYM: Layout = Layout {
    sealed: Sealed::Pseudonym,
    table: "pseudonym",
    key: &["person_id", "key_version"],
    name: &["person_id", "key_version"],
    fixed: (&["person_id"], &["key_version"]),
    bytes: &["pseudonym"],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const MADE: Layout = Layout {
    sealed: Sealed::Made,
    table: "idempotency",
    key: &["oin", "role", "key"],
    name: &["oin", "role", "key"],
    fixed: (&["oin", "role", "key", "message_id", "declaration_id"], &[]),
    bytes: &["body_hmac"],
    rest: NOTHING,
    moving: NOTHING,
};

pub(in crate::store) const NOTICE: Layout = Layout {
    sealed: Sealed::Notice,
    table: "notice",
    key: &["oin", "role", "idx", "message_id", "about_oin", "about_role"],
    name: &["oin", "role", "idx", "message_id", "about_oin", "about_role"],
    fixed: (
        &["oin", "role", "message_id", "about_oin", "about_role", "kind", "declaration_id"],
        &["idx", "created"],
    ),
    bytes: &[],
    rest: NOTHING,
    moving: NOTHING,
};

/// Each says how many there are for its copy, so that none of them goes unseen while one is left.
pub(in crate::store) const SEARCH: Layout = Layout {
    sealed: Sealed::Search,
    table: "search_key",
    key: &["message_id", "oin", "role", "digest"],
    name: &["message_id", "oin", "role"],
    fixed: (&["message_id", "oin", "role"], &["digests"]),
    bytes: &["digest"],
    rest: NOTHING,
    moving: NOTHING,
};

/// Its seal ends in the sum of the seals of what is about it, which changes as `entry` does.
pub(in crate::store) const SUBJECT: Layout = Layout {
    sealed: Sealed::Subject,
    table: "subject_change",
    key: &["subject"],
    name: &["subject"],
    fixed: (&["subject"], &[]),
    bytes: &[],
    rest: NOTHING,
    moving: (&[], &["entry"]),
};

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&Layout; 11] = [
        &MESSAGE,
        &ANSWER,
        &COPY,
        &RESTS,
        &DECLARATION,
        &DECISION,
        &PSEUDONYM,
        &SUBJECT,
        &MADE,
        &NOTICE,
        &SEARCH,
    ];

    #[test]
    fn every_part_of_a_name_is_sealed_and_no_column_twice() {
        for layout in ALL {
            let sealed = |(texts, numbers): Names| texts.iter().chain(numbers).copied();
            let groups = [layout.fixed, layout.rest, layout.moving].into_iter().flat_map(sealed);
            let all: Vec<_> = groups.chain(layout.bytes.iter().copied()).collect();
            for name in layout.name {
                assert!(all.contains(name), "{name} of {}", layout.table);
            }
            for (at, name) in all.iter().enumerate() {
                assert!(!all[..at].contains(name), "{name} of {}", layout.table);
            }
        }
    }
}
