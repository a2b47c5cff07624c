//! The kinds of rows that the statements have: their columns, and where they have what is sealed.
//!
//! The columns stand in the order in which [`super::found`] reads them.

use std::sync::LazyLock;

use crate::store::seal::{
    columns,
    layout::{Layout, Places},
};

/// How many texts a row has, and how many numbers.
pub(super) const TEXTS: usize = 10;
pub(super) const NUMBERS: usize = 8;

/// What a row is.
pub(super) mod kind {
    pub(crate) const SUBJECT: i64 = 1;
    pub(crate) const MADE: i64 = 2;
    pub(crate) const PERSON: i64 = 3;
    pub(crate) const MESSAGE: i64 = 4;
    pub(crate) const COPY: i64 = 5;
    pub(crate) const KEY: i64 = 6;
    pub(crate) const DECLARATION: i64 = 7;
    pub(crate) const DECISION: i64 = 8;
    pub(crate) const RESTS: i64 = 9;
    pub(crate) const PARTY: i64 = 10;
    pub(crate) const PLACE: i64 = 11;
    pub(crate) const CERTIFICATE: i64 = 12;
    pub(crate) const NOTICE: i64 = 13;
    pub(crate) const PART: i64 = 14;
    pub(crate) const NUMBER: i64 = 15;
    pub(crate) const KEY_CHECK: i64 = 16;
    pub(crate) const TERM: i64 = 17;
    pub(crate) const ABOUT: i64 = 18;
    pub(crate) const UPON: i64 = 19;
    pub(crate) const SAID: i64 = 20;
}

/// The columns of one kind of row.
pub(super) struct Kind {
    pub(super) number: i64,
    pub(super) texts: &'static [&'static str],
    pub(super) numbers: &'static [&'static str],
    pub(super) bytes: &'static str,
    pub(super) seal: &'static str,
}

pub(super) const fn kind(
    number: i64,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
) -> Kind {
    Kind { number, texts, numbers, bytes: "", seal: "" }
}

/// Likewise, with the seal of the row.
const fn sealed(
    number: i64,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
    seal: &'static str,
) -> Kind {
    Kind { number, texts, numbers, bytes: "", seal }
}

pub(super) const MESSAGE: Kind = sealed(
    kind::MESSAGE,
    &["p.id", "p.kind", "p.sender_oin", "p.sender_role", "p.state", "p.reply_to", "p.outcome", "p.person_id"],
    &[
        "p.expires",
        "p.ended_index",
        "p.created",
        "p.created_index",
        "(CASE WHEN p.header IS NULL THEN 1 ELSE 0 END)",
    ],
    "p.seal",
);
const COPY_NUMBERS: &[&str] = &[
    "(CASE WHEN r.jwe IS NULL THEN 0 ELSE 1 END)",
    "r.collected_at",
    "r.collected_index",
    "r.acknowledged_at",
    "r.acknowledged_index",
    "r.ended_index",
    "a.created",
    "a.created_index",
];
const COPY_TEXTS: [&str; 10] = [
    "r.message_id",
    "r.oin",
    "r.role",
    "r.basis",
    "r.jwe_sha256",
    "r.thumbprint",
    "r.state",
    "r.recipient_person_id",
    "CAST(NULL AS TEXT)",
    "a.outcome",
];
pub(super) const COPY: Kind = sealed(kind::COPY, &COPY_TEXTS, COPY_NUMBERS, "r.seal");
pub(super) const BODY: Kind = {
    const TEXTS: [&str; 10] = {
        let [message, oin, role, basis, sha256, thumbprint, state, person, _, outcome] = COPY_TEXTS;
        [message, oin, role, basis, sha256, thumbprint, state, person, "r.jwe", outcome]
    };
    sealed(kind::COPY, &TEXTS, COPY_NUMBERS, "r.seal")
};
pub(super) const KEY: Kind = kind(kind::KEY, &["k.thumbprint", "k.oin", "k.role", "k.state"], &[]);
pub(super) const DECLARATION: Kind = sealed(
    kind::DECLARATION,
    &["d.id", "d.person_id", "d.recorder_oin", "d.recorder_role", "d.withdrawn_by", "d.state"],
    &["d.recorded_index", "d.withdrawn_at", "d.withdrawn_index", "d.forgotten_index"],
    "d.seal",
);
pub(super) const DECISION: Kind = sealed(
    kind::DECISION,
    &["e.declaration_id", "e.verdict", "e.reason", "e.decided_on"],
    &["e.idx", "e.decided_at"],
    "e.seal",
);
pub(super) const RESTS: Kind =
    sealed(kind::RESTS, &["u.message_id", "u.oin", "u.role", "u.declaration_id"], &[], "u.seal");
pub(super) const SUBJECT: Kind = sealed(kind::SUBJECT, &["s.subject"], &["s.entry"], "s.seal");
pub(super) const PERSON: Kind = Kind {
    number: kind::PERSON,
    texts: &["s.person_id"],
    numbers: &["s.key_version"],
    bytes: "s.pseudonym",
    seal: "s.seal",
};
pub(super) const MADE: Kind = Kind {
    number: kind::MADE,
    texts: &["i.oin", "i.role", "i.key", "i.message_id", "i.declaration_id"],
    numbers: &[],
    bytes: "i.body_hmac",
    seal: "i.seal",
};
pub(super) const NOTICE: Kind = sealed(
    kind::NOTICE,
    &["n.oin", "n.role", "n.message_id", "n.about_oin", "n.about_role", "n.kind", "n.declaration_id"],
    &["n.idx", "n.created"],
    "n.seal",
);
pub(super) const CERTIFICATE: Kind =
    kind(kind::CERTIFICATE, &["c.registration", "c.oin", "c.role", "c.state", "c.serial"], &["c.revoked_at"]);

fn places(layout: &Layout, kind: &Kind) -> Places {
    layout.places(kind.texts, kind.numbers, &[kind.bytes])
}

/// Where the rows have what is sealed.
pub(super) static MESSAGE_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::MESSAGE, &MESSAGE));
pub(super) static COPY_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::COPY, &COPY));
pub(super) static DECLARATION_PLACES: LazyLock<Places> =
    LazyLock::new(|| places(&columns::DECLARATION, &DECLARATION));
pub(super) static DECISION_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::DECISION, &DECISION));
pub(super) static MADE_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::MADE, &MADE));
pub(super) static PSEUDONYM_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::PSEUDONYM, &PERSON));
pub(super) static NOTICE_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::NOTICE, &NOTICE));
pub(super) static RESTS_PLACES: LazyLock<Places> = LazyLock::new(|| places(&columns::RESTS, &RESTS));

pub(super) const TERM: Kind = kind(kind::TERM, &["t.subject", "t.stage"], &["t.due", "t.kept_for"]);
pub(super) const ABOUT_MESSAGE: Kind = kind(kind::ABOUT, &["w.a", "'message:' || p.id"], &[]);
pub(super) const UPON: Kind = kind(kind::UPON, &["w.a", "p.id"], &[]);
