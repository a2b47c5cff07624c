//! The two statements that look: what every push and pull is judged by, and what only an operator or the end of something is.
//!
//! Each row says what it is, and has its values in columns of their types, in the order in which [`super::found`] reads them.

use std::{iter, sync::LazyLock};

use crate::store::{
    marks::Texts,
    seal::{
        columns,
        layout::{Layout, Places},
    },
};

/// How many values a look has.
pub(super) const VALUES: usize = 6;
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

/// A statement that looks for so many things.
pub(super) type Width = (usize, Texts);
/// One statement in all its widths, narrowest first.
pub(super) type Union = Vec<Width>;

const WIDTHS: [usize; 5] = [1, 4, 16, 64, 256];

/// The columns of one kind of row.
struct Kind {
    number: i64,
    texts: &'static [&'static str],
    numbers: &'static [&'static str],
    bytes: &'static str,
    seal: &'static str,
}

const fn kind(number: i64, texts: &'static [&'static str], numbers: &'static [&'static str]) -> Kind {
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

const MESSAGE: Kind = sealed(
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
const COPY: Kind = sealed(kind::COPY, &COPY_TEXTS, COPY_NUMBERS, "r.seal");
const BODY: Kind = {
    const TEXTS: [&str; 10] = {
        let [message, oin, role, basis, sha256, thumbprint, state, person, _, outcome] = COPY_TEXTS;
        [message, oin, role, basis, sha256, thumbprint, state, person, "r.jwe", outcome]
    };
    sealed(kind::COPY, &TEXTS, COPY_NUMBERS, "r.seal")
};
const KEY: Kind = kind(kind::KEY, &["k.thumbprint", "k.oin", "k.role", "k.state"], &[]);
const DECLARATION: Kind = sealed(
    kind::DECLARATION,
    &["d.id", "d.person_id", "d.recorder_oin", "d.recorder_role", "d.withdrawn_by", "d.state"],
    &["d.recorded_index", "d.withdrawn_at", "d.withdrawn_index", "d.forgotten_index"],
    "d.seal",
);
const DECISION: Kind = sealed(
    kind::DECISION,
    &["e.declaration_id", "e.verdict", "e.reason", "e.decided_on"],
    &["e.idx", "e.decided_at"],
    "e.seal",
);
const RESTS: Kind =
    sealed(kind::RESTS, &["u.message_id", "u.oin", "u.role", "u.declaration_id"], &[], "u.seal");
const SUBJECT: Kind = sealed(kind::SUBJECT, &["s.subject"], &["s.entry"], "s.seal");
const PERSON: Kind = Kind {
    number: kind::PERSON,
    texts: &["s.person_id"],
    numbers: &["s.key_version"],
    bytes: "s.pseudonym",
    seal: "s.seal",
};
const MADE: Kind = Kind {
    number: kind::MADE,
    texts: &["i.oin", "i.role", "i.key", "i.message_id", "i.declaration_id"],
    numbers: &[],
    bytes: "i.body_hmac",
    seal: "i.seal",
};
const NOTICE: Kind = sealed(
    kind::NOTICE,
    &["n.oin", "n.role", "n.message_id", "n.about_oin", "n.about_role", "n.kind", "n.declaration_id"],
    &["n.idx", "n.created"],
    "n.seal",
);
const CERTIFICATE: Kind =
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

const TERM: Kind = kind(kind::TERM, &["t.subject", "t.stage"], &["t.due", "t.kept_for"]);
const ABOUT_MESSAGE: Kind = kind(kind::ABOUT, &["w.a", "'message:' || p.id"], &[]);
const UPON: Kind = kind(kind::UPON, &["w.a", "p.id"], &[]);

const ANSWER: &str =
    "LEFT JOIN message a ON a.reply_to = r.message_id AND a.sender_oin = r.oin AND a.sender_role = r.role";

/// A kind of row, from where, under which condition. A join without choice: what is looked for comes first, and each table
/// is found by its index.
type Branch = (Kind, &'static str, &'static str);

const OF_PARTY: &str = "w.look = 'waiting' AND r.oin = w.a AND r.role = w.b AND r.state IN ('waiting', 'collected') \
     AND p.id = r.message_id AND p.state = 'open'";
const FROM_PARTY: &str = "w.look = 'waiting' AND p.sender_oin = w.a AND p.sender_role = w.b AND p.state = 'open' \
     AND r.message_id = p.id AND r.state IN ('waiting', 'collected')";
const SEALED: &str = "w.look = 'sealed' AND r.thumbprint = w.a AND r.state IN ('waiting', 'collected') AND p.id = r.message_id";

const BUILT: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL";
const BUILT_COPIES: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL AND r.message_id = p.id";
const BUILT_TERMS: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL AND t.subject = 'message:' || p.id";

const OFTEN_BRANCHES: &[Branch] = &[
    (SUBJECT, "subject_change s", "w.look = 'subject' AND s.subject = w.a"),
    (MADE, "idempotency i", "w.look = 'made' AND i.oin = w.a AND i.role = w.b AND i.key = w.c"),
    (
        DECLARATION,
        "idempotency i CROSS JOIN declaration d",
        "w.look = 'made' AND i.oin = w.a AND i.role = w.b AND i.key = w.c AND d.id = i.declaration_id",
    ),
    (PERSON, "pseudonym s", "w.look = 'person' AND s.key_version = w.n AND s.pseudonym = w.d"),
    (MESSAGE, "message p", "w.look = 'message' AND p.id = w.a AND p.expires IS NOT NULL"),
    (COPY, "copy r", "w.look = 'copy' AND r.message_id = w.a AND r.oin = w.b AND r.role = w.c"),
    (BODY, "copy r", "w.look = 'body' AND r.message_id = w.a AND r.oin = w.b AND r.role = w.c"),
    (KEY, "party_key k", "w.look = 'key' AND k.thumbprint = w.a"),
    (DECLARATION, "declaration d", "w.look = 'declaration' AND d.id = w.a"),
    (
        SUBJECT,
        "declaration d CROSS JOIN subject_change s",
        "w.look = 'declaration' AND d.id = w.a AND s.subject = 'person:' || d.person_id",
    ),
    (
        kind(kind::NUMBER, &["e.oin", "e.role"], &["e.number"]),
        "entry_reader e",
        "w.look = 'number' AND e.oin = w.a AND e.role = w.b \
         AND e.idx = (SELECT MAX(x.idx) FROM entry_reader x WHERE x.oin = w.a AND x.role = w.b)",
    ),
];

const SELDOM_BRANCHES: &[Branch] = &[
    (DECISION, "declaration_decision e", "w.look = 'decisions' AND e.declaration_id = w.a"),
    (COPY, "copy r", "w.look = 'copies' AND r.message_id = w.a"),
    (
        COPY,
        "copy_declaration u CROSS JOIN copy r",
        "w.look = 'resting' AND u.declaration_id = w.a AND r.message_id = u.message_id AND r.oin = u.oin \
         AND r.role = u.role",
    ),
    (RESTS, "copy_declaration u", "w.look = 'resting' AND u.declaration_id = w.a"),
    (UPON, "message p", BUILT),
    (MESSAGE, "message p", BUILT),
    (COPY, "message p CROSS JOIN copy r", BUILT_COPIES),
    (TERM, "message p CROSS JOIN term t", BUILT_TERMS),
    (COPY, "copy r CROSS JOIN message p", SEALED),
    (MESSAGE, "copy r CROSS JOIN message p", SEALED),
    (COPY, "copy r CROSS JOIN message p", OF_PARTY),
    (MESSAGE, "copy r CROSS JOIN message p", OF_PARTY),
    (COPY, "message p CROSS JOIN copy r", FROM_PARTY),
    (MESSAGE, "message p CROSS JOIN copy r", FROM_PARTY),
    (
        kind(kind::PARTY, &["o.oin", "o.role", "o.name", "o.state"], &["o.registered"]),
        "party o",
        "w.look = 'party' AND o.oin = w.a AND o.role = w.b",
    ),
    (
        kind(
            kind::PLACE,
            &["m.oin", "m.role", "m.municipality", "m.ground", "m.decision"],
            &["m.valid_from", "m.valid_until"],
        ),
        "party_municipality m",
        "w.look = 'party' AND m.oin = w.a AND m.role = w.b",
    ),
    (CERTIFICATE, "certificate c", "w.look = 'certificate' AND c.registration = w.a"),
    (CERTIFICATE, "certificate c", "w.look = 'certificates' AND c.oin = w.a AND c.role = w.b"),
    (KEY, "party_key k", "w.look = 'keys' AND k.oin = w.a AND k.role = w.b"),
    (
        kind(kind::KEY_CHECK, &["q.kind", "q.print"], &["q.version"]),
        "key_check q",
        "w.look = 'key-checks' AND q.kind = w.a",
    ),
    (NOTICE, "notice n", "w.look = 'told' AND n.oin = w.a AND n.role = w.b AND n.message_id = w.c"),
    (TERM, "term t", "w.look = 'term' AND t.subject = w.a"),
    // The keys under which it was made, for who forgets it.
    (MADE, "idempotency i", "w.look = 'keys-of' AND i.message_id = w.a"),
    (MADE, "idempotency i", "w.look = 'keys-of' AND i.declaration_id = w.a"),
    // With what is known of the person itself, for who forgets it.
    (PERSON, "pseudonym s", "w.look = 'about' AND s.person_id = w.a"),
    (SUBJECT, "subject_change s", "w.look = 'about' AND s.subject = 'person:' || w.a"),
    (ABOUT_MESSAGE, "message p", "w.look = 'about' AND p.person_id = w.a AND p.header IS NOT NULL"),
    (
        ABOUT_MESSAGE,
        "copy r CROSS JOIN message p",
        "w.look = 'about' AND r.recipient_person_id = w.a AND p.id = r.message_id AND p.header IS NOT NULL",
    ),
    (
        kind(kind::ABOUT, &["w.a", "'declaration:' || d.id"], &[]),
        "declaration d",
        "w.look = 'about' AND d.person_id = w.a AND d.forgotten_index IS NULL",
    ),
    (UPON, "message p", "w.look = 'upon' AND p.rests_on = w.a AND p.header IS NOT NULL"),
    (UPON, "message p", "w.look = 'upon' AND p.reply_to = w.a AND p.header IS NOT NULL"),
    (
        kind(kind::SAID, &[], &["l.idx", "l.time"]),
        "entry_body b CROSS JOIN leaf l",
        "w.look = 'said' AND b.idx = w.n AND l.idx = b.idx",
    ),
    (
        kind(kind::PART, &["w.a"], &["b.idx"]),
        "entry_body b",
        "w.look = 'part' AND b.idx = w.n AND CASE w.a WHEN 'shared' THEN b.shared WHEN 'sender' THEN b.sender \
         WHEN 'recipient' THEN b.recipient WHEN 'on-behalf' THEN b.on_behalf WHEN 'gateway' THEN b.gateway END \
         IS NOT NULL",
    ),
];

/// Both databases want the same types in every branch; only PostgreSQL asks for the type of a NULL, and it calls bytes
/// otherwise.
fn branch((kind, from, when): &Branch, bytes: &str) -> String {
    let columns = |own: &[&str], all: usize, null: &str| -> Vec<String> {
        let own = own.iter().map(|column| (*column).to_owned());
        own.chain(iter::repeat(null.to_owned())).take(all).collect()
    };
    let mut all = vec![kind.number.to_string()];
    all.extend(columns(kind.texts, TEXTS, "CAST(NULL AS TEXT)"));
    all.extend(columns(kind.numbers, NUMBERS, "CAST(NULL AS BIGINT)"));
    for column in [kind.bytes, kind.seal] {
        all.push(if column.is_empty() { format!("CAST(NULL AS {bytes})") } else { column.to_owned() });
    }
    let answer = if kind.number == kind::COPY { ANSWER } else { "" };
    format!("SELECT {} FROM w CROSS JOIN {from} {answer} WHERE {when}", all.join(", "))
}

fn statement(branches: &[Branch], width: usize, bytes: &str, mark: &dyn Fn(usize) -> String) -> String {
    let row = |row: usize| {
        let marks: Vec<_> = (1..=VALUES).map(|value| mark(row * VALUES + value)).collect();
        format!("({})", marks.join(", "))
    };
    let looks: Vec<_> = (0..width).map(row).collect();
    let branches: Vec<_> = branches.iter().map(|one| branch(one, bytes)).collect();
    format!("WITH w(look, a, b, c, n, d) AS (VALUES {}) {}", looks.join(", "), branches.join(" UNION ALL "))
}

fn union(branches: &[Branch]) -> Union {
    let texts = |width| Texts::new(|bytes, mark| statement(branches, width, bytes, mark));
    WIDTHS.into_iter().map(|width| (width, texts(width))).collect()
}

/// What every push and pull is judged by.
pub(super) static OFTEN: LazyLock<Union> = LazyLock::new(|| union(OFTEN_BRANCHES));
/// What the rest is judged by.
pub(super) static SELDOM: LazyLock<Union> = LazyLock::new(|| union(SELDOM_BRANCHES));
