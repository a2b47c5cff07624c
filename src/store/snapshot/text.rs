//! The one statement, in widths of 1 to 64 things that are looked for.
//!
//! Each row says for which of them it is, what it is, and has its values in columns of their types: the names of the columns
//! below are those of the tables, in the order in which [`super::rows`] reads them.

use std::sync::LazyLock;

use crate::store::{
    marks::Texts,
    seal::{columns, layout::Places},
};

/// The widths for which there is a text, narrowest first.
pub(super) const WIDTHS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

/// How many values each thing that is looked for has: see `Look`.
pub(super) const VALUES: usize = 6;

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

/// What is looked for.
pub(super) mod look {
    pub(crate) const KEY: &str = "key";
    pub(crate) const PSEUDONYM: &str = "pseudonym";
    pub(crate) const MESSAGE: &str = "message";
    pub(crate) const DECLARATION: &str = "declaration";
    /// Fills up the width.
    pub(crate) const NOTHING: &str = "nothing";
}

/// How many columns of texts and of numbers a row has, whatever it is.
pub(super) const TEXTS: usize = 16;
pub(super) const NUMBERS: usize = 11;

struct Branch {
    kind: i64,
    slot: &'static str,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
    bytes: &'static str,
    /// The seal of the row, and that of what is joined to it.
    seals: [&'static str; 2],
    from: &'static str,
}

const NONE: [&str; 2] = ["", ""];
const MADE_TEXTS: &[&str] = &["i.message_id", "i.declaration_id", "i.oin", "i.role", "i.key"];
const MADE_BYTES: &str = "i.body_hmac";
const PSEUDONYM_TEXTS: &[&str] = &["s.person_id"];
const PSEUDONYM_NUMBERS: &[&str] = &["s.key_version"];
const PSEUDONYM_BYTES: &str = "s.pseudonym";
const MESSAGE_TEXTS: &[&str] = &[
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
const MESSAGE_SEALS: [&str; 2] = ["p.seal", ""];
const MESSAGE_NUMBERS: &[&str] =
    &["p.dataset_version", "p.created", "p.created_index", "p.expires", "p.ended_index", "p.copies"];
const COPY_TEXTS: &[&str] = &[
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
const COPY_SEALS: [&str; 2] = ["r.seal", "a.seal"];
const COPY_NUMBERS: &[&str] = &[
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
const DECLARATION_TEXTS: &[&str] = &[
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
const DECLARATION_NUMBERS: &[&str] = &[
    "d.given_at",
    "d.until_at",
    "d.explicit",
    "d.recorded_at",
    "d.recorded_index",
    "d.withdrawn_at",
    "d.withdrawn_index",
];

const DECLARATION_SEALS: [&str; 2] = ["d.seal", ""];
const DECISION_TEXTS: &[&str] = &["e.declaration_id", "e.verdict", "e.reason", "e.decided_on"];
const DECISION_NUMBERS: &[&str] = &["e.idx", "e.decided_at"];
const DECISION_SEALS: [&str; 2] = ["e.seal", ""];
/// A person, with the row by which nothing about it is left out; none where nothing was ever declared.
const SUBJECT_TEXTS: &[&str] = &["o.person_id", "c.subject"];
const SUBJECT_NUMBERS: &[&str] = &["c.entry"];
const SUBJECT_SEALS: [&str; 2] = ["c.seal", ""];

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

/// A join without choice: what is looked for comes first, and each table is found by its index. The message that
/// rests on comes with it.
const BRANCHES: &[Branch] = &[
    Branch {
        kind: kind::HEAD,
        slot: "-1",
        texts: &[],
        numbers: &["h.size", "h.register", "h.last_time"],
        bytes: "",
        seals: NONE,
        from: "log_head h WHERE h.id = 1",
    },
    Branch {
        kind: kind::MADE,
        slot: "w.slot",
        texts: MADE_TEXTS,
        numbers: &[],
        bytes: MADE_BYTES,
        seals: ["i.seal", ""],
        from: "w CROSS JOIN idempotency i WHERE w.look = 'key' AND i.oin = w.a AND i.role = w.b AND i.key = w.c",
    },
    Branch {
        kind: kind::PERSON,
        slot: "w.slot",
        texts: PSEUDONYM_TEXTS,
        numbers: PSEUDONYM_NUMBERS,
        bytes: PSEUDONYM_BYTES,
        seals: ["s.seal", ""],
        from: "w CROSS JOIN pseudonym s WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d",
    },
    Branch {
        kind: kind::MESSAGE,
        slot: "w.slot",
        texts: MESSAGE_TEXTS,
        numbers: MESSAGE_NUMBERS,
        bytes: "p.header",
        seals: MESSAGE_SEALS,
        from: "w CROSS JOIN message p WHERE w.look = 'message' AND p.id = w.a AND p.expires IS NOT NULL",
    },
    Branch {
        kind: kind::MESSAGE,
        slot: "w.slot",
        texts: MESSAGE_TEXTS,
        numbers: MESSAGE_NUMBERS,
        bytes: "p.header",
        seals: MESSAGE_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN message p WHERE w.look = 'message' AND o.id = w.a AND p.id IN (o.rests_on, o.reply_to)",
    },
    Branch {
        kind: kind::COPY,
        slot: "w.slot",
        texts: COPY_TEXTS,
        numbers: COPY_NUMBERS,
        bytes: "",
        seals: COPY_SEALS,
        from: "w CROSS JOIN copy r \
               LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role \
               WHERE w.look = 'message' AND r.message_id = w.a",
    },
    Branch {
        kind: kind::COPY,
        slot: "w.slot",
        texts: COPY_TEXTS,
        numbers: COPY_NUMBERS,
        bytes: "",
        seals: COPY_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN copy r \
               LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role \
               WHERE w.look = 'message' AND o.id = w.a AND r.message_id IN (o.rests_on, o.reply_to)",
    },
    Branch {
        kind: kind::SUBJECT,
        slot: "w.slot",
        texts: SUBJECT_TEXTS,
        numbers: SUBJECT_NUMBERS,
        bytes: "",
        seals: SUBJECT_SEALS,
        from: "w CROSS JOIN pseudonym o LEFT JOIN subject_change c ON c.subject = 'person:' || o.person_id \
               WHERE w.look = 'pseudonym' AND o.key_version = w.n AND o.pseudonym = w.d",
    },
    Branch {
        kind: kind::SUBJECT,
        slot: "w.slot",
        texts: SUBJECT_TEXTS,
        numbers: SUBJECT_NUMBERS,
        bytes: "",
        seals: SUBJECT_SEALS,
        from: "w CROSS JOIN message o LEFT JOIN subject_change c ON c.subject = 'person:' || o.person_id \
               WHERE w.look = 'message' AND o.id = w.a",
    },
    Branch {
        kind: kind::WISH,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN pseudonym s CROSS JOIN declaration d WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d \
               AND d.person_id = s.person_id",
    },
    Branch {
        kind: kind::WISH,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN declaration d WHERE w.look = 'message' AND o.id = w.a \
               AND d.person_id = o.person_id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN pseudonym s CROSS JOIN declaration d CROSS JOIN declaration_decision e \
               WHERE w.look = 'pseudonym' AND s.key_version = w.n AND s.pseudonym = w.d AND d.person_id = s.person_id AND e.declaration_id = d.id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN message o CROSS JOIN declaration d CROSS JOIN declaration_decision e \
               WHERE w.look = 'message' AND o.id = w.a AND d.person_id = o.person_id AND e.declaration_id = d.id",
    },
    Branch {
        kind: kind::DECISION,
        slot: "w.slot",
        texts: DECISION_TEXTS,
        numbers: DECISION_NUMBERS,
        bytes: "",
        seals: DECISION_SEALS,
        from: "w CROSS JOIN declaration_decision e WHERE w.look = 'declaration' AND e.declaration_id = w.a",
    },
    Branch {
        kind: kind::DECLARATION,
        slot: "w.slot",
        texts: DECLARATION_TEXTS,
        numbers: DECLARATION_NUMBERS,
        bytes: "d.facts",
        seals: DECLARATION_SEALS,
        from: "w CROSS JOIN declaration d WHERE w.look = 'declaration' AND d.id = w.a",
    },
];

impl Branch {
    /// Both databases want the same types in every branch; only PostgreSQL asks for the type of a NULL, and it calls bytes
    /// otherwise.
    fn text(&self, bytes: &str) -> String {
        let columns = |own: &[&str], all: usize, null: &str| -> Vec<String> {
            let own = own.iter().map(|column| (*column).to_owned());
            own.chain(std::iter::repeat(null.to_owned())).take(all).collect()
        };
        let mut all = vec![self.slot.to_owned(), self.kind.to_string()];
        all.extend(columns(self.texts, TEXTS, "CAST(NULL AS TEXT)"));
        all.extend(columns(self.numbers, NUMBERS, "CAST(NULL AS BIGINT)"));
        let or_null = |column: &str| {
            if column.is_empty() { format!("CAST(NULL AS {bytes})") } else { column.to_owned() }
        };
        let [own, joined] = self.seals;
        all.extend([self.bytes, own, joined].map(or_null));
        format!("SELECT {} FROM {}", all.join(", "), self.from)
    }
}

fn statement(width: usize, bytes: &str, mark: &dyn Fn(usize) -> String) -> String {
    let row = |row: usize| {
        let marks: Vec<_> = (1..=VALUES).map(|value| mark(row * VALUES + value)).collect();
        format!("({}, {})", row, marks.join(", "))
    };
    let looks: Vec<_> = (0..width).map(row).collect();
    let branches: Vec<_> = BRANCHES.iter().map(|branch| branch.text(bytes)).collect();
    format!(
        "WITH w(slot, look, a, b, c, n, d) AS (VALUES {}) {}",
        looks.join(", "),
        branches.join(" UNION ALL ")
    )
}

/// The statement in each of [`WIDTHS`].
pub(super) static STATEMENTS: LazyLock<Vec<(usize, Texts)>> = LazyLock::new(|| {
    let texts = |width| Texts::new(|bytes, mark| statement(width, bytes, mark));
    WIDTHS.into_iter().map(|width| (width, texts(width))).collect()
});
