//! From where the statements have each kind of row.

use super::kinds::{
    ABOUT_MESSAGE, BODY, CERTIFICATE, COPY, DECISION, DECLARATION, KEY, Kind, MADE, MESSAGE, NOTICE, PERSON,
    RESTS, SUBJECT, TERM, UPON, kind,
};

/// A kind of row, from where, under which condition. A join without choice: what is looked for comes first, and each table
/// is found by its index.
pub(super) type Branch = (Kind, &'static str, &'static str);

const OF_PARTY: &str = "w.look = 'waiting' AND r.oin = w.a AND r.role = w.b AND r.state IN ('waiting', 'collected') \
     AND p.id = r.message_id AND p.state = 'open'";
const FROM_PARTY: &str = "w.look = 'waiting' AND p.sender_oin = w.a AND p.sender_role = w.b AND p.state = 'open' \
     AND r.message_id = p.id AND r.state IN ('waiting', 'collected')";
const SEALED: &str = "w.look = 'sealed' AND r.thumbprint = w.a AND r.state IN ('waiting', 'collected') AND p.id = r.message_id";

const BUILT: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL";
const BUILT_COPIES: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL AND r.message_id = p.id";
const BUILT_TERMS: &str = "w.look = 'built' AND p.rests_on = w.a AND p.state = 'open' AND p.expires IS NOT NULL AND t.subject = 'message:' || p.id";

/// What every push and pull is judged by.
pub(super) const OFTEN: &[Branch] = &[
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

/// What the rest is judged by.
pub(super) const SELDOM: &[Branch] = &[
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
        kind(kind::PARTY, &["o.oin", "o.role", "o.name", "o.state"], &["o.registered", "o.since"]),
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
