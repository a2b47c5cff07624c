//! The statements that write, by table. What is named `_AGAIN` changes rows that are there.

use std::sync::LazyLock;

use crate::store::{
    seal::columns,
    writer::rows::{Many, SealedMany},
};

macro_rules! many {
    ($($(#[$doc:meta])* $name:ident: $width:literal = $before:literal, $after:literal;)+) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<Many<$width>> = LazyLock::new(|| Many::new($before, $after));)+
    };
}

macro_rules! sealed {
    ($($(#[$doc:meta])* $name:ident: $width:literal = $layout:ident, $before:literal, $after:literal;)+) => {
        $($(#[$doc])* pub(super) static $name: LazyLock<SealedMany<$width>> =
            LazyLock::new(|| SealedMany::new(&columns::$layout, $before, $after));)+
    };
}

many! {
    PARTIES: 6 = "INSERT INTO party (oin, role, name, state, registered, since) VALUES", "";
    PARTIES_AGAIN: 6 = "WITH w(oin, role, name, state, registered, since) AS (VALUES",
        ") UPDATE party SET name = w.name, state = w.state, registered = w.registered, since = w.since FROM w \
         WHERE party.oin = w.oin AND party.role = w.role";
    UNPLACE: 4 = "WITH w(oin, role, municipality, valid_from) AS (VALUES",
        ") DELETE FROM party_municipality WHERE (oin, role, municipality, valid_from) IN \
         (SELECT oin, role, municipality, valid_from FROM w)";
    PLACES: 7 = "INSERT INTO party_municipality \
        (oin, role, municipality, valid_from, ground, decision, valid_until) VALUES", "";
    PLACES_AGAIN: 7 = "WITH w(oin, role, municipality, valid_from, ground, decision, valid_until) AS (VALUES",
        ") UPDATE party_municipality SET ground = w.ground, decision = w.decision, valid_until = w.valid_until FROM w \
         WHERE party_municipality.oin = w.oin AND party_municipality.role = w.role \
         AND party_municipality.municipality = w.municipality AND party_municipality.valid_from = w.valid_from";
    CERTIFICATES: 10 = "INSERT INTO certificate \
        (registration, oin, role, serial, chain, not_before, not_after, state, registered, revoked_at) VALUES", "";
    CERTIFICATES_AGAIN: 3 = "WITH w(registration, state, revoked_at) AS (VALUES",
        ") UPDATE certificate SET state = w.state, revoked_at = w.revoked_at FROM w \
         WHERE certificate.registration = w.registration";
    CERTIFICATES_RENEWED: 5 = "WITH w(registration, serial, chain, not_before, not_after) AS (VALUES",
        ") UPDATE certificate SET serial = w.serial, chain = w.chain, not_before = w.not_before, \
         not_after = w.not_after FROM w WHERE certificate.registration = w.registration";
    KEYS: 9 = "INSERT INTO party_key \
        (thumbprint, oin, role, kid, jwk, state, valid_from, valid_until, published) VALUES", "";
    KEYS_AGAIN: 2 = "WITH w(thumbprint, state) AS (VALUES",
        ") UPDATE party_key SET state = w.state FROM w WHERE party_key.thumbprint = w.thumbprint";
    KEY_CHECKS: 3 = "INSERT INTO key_check (kind, version, print) VALUES", "";
    /// A person may be there already under other pseudonyms.
    PERSONS: 4 = "INSERT INTO person (person_id, oin, role, created) VALUES", " ON CONFLICT (person_id) DO NOTHING";
    /// Whatever the key under which they were made.
    PSEUDONYMS_FORGOTTEN: 1 = "WITH w(person_id) AS (VALUES",
        ") DELETE FROM pseudonym WHERE person_id IN (SELECT person_id FROM w)";
    DECLARATIONS_FORGOTTEN: 2 = "WITH w(id, idx) AS (VALUES",
        ") UPDATE declaration SET facts = NULL, forgotten_index = w.idx FROM w WHERE declaration.id = w.id";
    MESSAGES_FORGOTTEN: 1 = "WITH w(id) AS (VALUES",
        ") UPDATE message SET header = NULL WHERE id IN (SELECT id FROM w)";
    SEARCHES_FORGOTTEN: 1 = "WITH w(id) AS (VALUES",
        ") DELETE FROM search_key WHERE message_id IN (SELECT id FROM w)";
    TERMS: 4 = "INSERT INTO term (subject, stage, due, kept_for) VALUES",
        " ON CONFLICT (subject) DO UPDATE SET stage = excluded.stage, due = excluded.due";
    TERMS_OVER: 1 = "WITH w(subject) AS (VALUES",
        ") DELETE FROM term WHERE subject IN (SELECT subject FROM w)";
    MADE_FORGOTTEN: 2 = "WITH w(message_id, declaration_id) AS (VALUES",
        ") DELETE FROM idempotency WHERE message_id IN (SELECT message_id FROM w WHERE message_id IS NOT NULL) \
         OR declaration_id IN (SELECT declaration_id FROM w WHERE declaration_id IS NOT NULL)";
    /// Notes the entry by which a subject changed last.
    SUBJECTS: 3 = "INSERT INTO subject_change (subject, entry, seal) VALUES",
        " ON CONFLICT (subject) DO UPDATE SET entry = excluded.entry, seal = excluded.seal";
    UNSAID: 1 = "WITH w(idx) AS (VALUES",
        ") DELETE FROM entry_body WHERE idx IN (SELECT idx FROM w)";
    UNSAID_TO: 3 = "WITH w(oin, role, idx) AS (VALUES",
        ") UPDATE entry_reader SET event = NULL, outcome = NULL, dataset = NULL, purpose = NULL, packet = NULL, \
         person = NULL, staff = NULL FROM w WHERE entry_reader.oin = w.oin AND entry_reader.role = w.role \
         AND entry_reader.idx = w.idx";
    ERASE: 2 = "WITH w(idx, part) AS (VALUES",
        ") UPDATE entry_body SET \
         shared = CASE WHEN (idx, 'shared') IN (SELECT idx, part FROM w) THEN NULL ELSE shared END, \
         sender = CASE WHEN (idx, 'sender') IN (SELECT idx, part FROM w) THEN NULL ELSE sender END, \
         recipient = CASE WHEN (idx, 'recipient') IN (SELECT idx, part FROM w) THEN NULL ELSE recipient END, \
         on_behalf = CASE WHEN (idx, 'on-behalf') IN (SELECT idx, part FROM w) THEN NULL ELSE on_behalf END, \
         gateway = CASE WHEN (idx, 'gateway') IN (SELECT idx, part FROM w) THEN NULL ELSE gateway END \
         WHERE idx IN (SELECT idx FROM w)";
}

sealed! {
    PSEUDONYMS: 4 = PSEUDONYM, "INSERT INTO pseudonym (key_version, pseudonym, person_id, seal) VALUES", "";
    DECLARATIONS: 25 = DECLARATION, "INSERT INTO declaration (id, person_id, kind, dataset, purpose, towards_oin, towards_role, \
        towards_municipality, given_by, given_at, until_at, explicit, evidence_kind, evidence_digest, evidence_on, \
        facts, recorder_oin, recorder_role, recorded_at, recorded_index, state, withdrawn_by, withdrawn_at, \
        withdrawn_index, seal) VALUES", "";
    DECLARATIONS_AGAIN: 6 = DECLARATION, "WITH w(id, state, withdrawn_by, withdrawn_at, withdrawn_index, seal) AS (VALUES",
        ") UPDATE declaration SET state = w.state, withdrawn_by = w.withdrawn_by, withdrawn_at = w.withdrawn_at, \
         withdrawn_index = w.withdrawn_index, seal = w.seal FROM w WHERE declaration.id = w.id";
    DECISIONS: 7 = DECISION, "INSERT INTO declaration_decision \
        (declaration_id, idx, verdict, reason, decided_on, decided_at, seal) VALUES", "";
    MESSAGES: 18 = MESSAGE, "INSERT INTO message (id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, person_id, \
        created, created_index, expires, copies, header, rests_on, state, reply_to, outcome, seal) VALUES", "";
    MESSAGES_AGAIN: 4 = MESSAGE, "WITH w(id, state, ended_index, seal) AS (VALUES",
        ") UPDATE message SET state = w.state, ended_index = w.ended_index, seal = w.seal FROM w WHERE message.id = w.id";
    COPIES: 20 = COPY, "INSERT INTO copy (message_id, oin, role, position, municipality, basis, categories, omitted, \
        jwe, jwe_sha256, thumbprint, state, pushed_index, collected_at, collected_index, acknowledged_at, \
        acknowledged_index, ended_index, recipient_person_id, seal) VALUES", "";
    COPIES_AGAIN: 11 = COPY, "WITH w(message_id, oin, role, state, collected_at, collected_index, acknowledged_at, \
        acknowledged_index, ended_index, recipient_person_id, seal) AS (VALUES",
        ") UPDATE copy SET state = w.state, collected_at = w.collected_at, \
         collected_index = w.collected_index, acknowledged_at = w.acknowledged_at, \
         acknowledged_index = w.acknowledged_index, ended_index = w.ended_index, \
         recipient_person_id = w.recipient_person_id, seal = w.seal FROM w WHERE copy.message_id = w.message_id \
         AND copy.oin = w.oin AND copy.role = w.role";
    /// The same, and erases the ciphertext. The other does not name it, so that it is not carried along.
    COPIES_ERASED: 11 = COPY, "WITH w(message_id, oin, role, state, collected_at, collected_index, acknowledged_at, \
        acknowledged_index, ended_index, recipient_person_id, seal) AS (VALUES",
        ") UPDATE copy SET state = w.state, jwe = NULL, collected_at = w.collected_at, \
         collected_index = w.collected_index, acknowledged_at = w.acknowledged_at, \
         acknowledged_index = w.acknowledged_index, ended_index = w.ended_index, \
         recipient_person_id = w.recipient_person_id, seal = w.seal FROM w WHERE copy.message_id = w.message_id \
         AND copy.oin = w.oin AND copy.role = w.role";
    RESTS: 5 = RESTS, "INSERT INTO copy_declaration (message_id, oin, role, declaration_id, seal) VALUES", "";
    ANSWERS: 14 = ANSWER, "INSERT INTO message (id, kind, dataset, dataset_version, purpose, sender_oin, sender_role, person_id, \
        created, created_index, state, reply_to, outcome, seal) VALUES", "";
    MADE: 7 = MADE, "INSERT INTO idempotency (oin, role, key, body_hmac, message_id, declaration_id, seal) VALUES", "";
    NOTICES: 10 = NOTICE, "INSERT INTO notice \
        (oin, role, idx, message_id, about_oin, about_role, kind, declaration_id, created, seal) VALUES", "";
    SEARCHES: 6 = SEARCH, "INSERT INTO search_key (oin, role, digest, message_id, digests, seal) VALUES", "";
}

/// Takes room on the disk, or gives it back.
pub(super) const PROBE: &str =
    "INSERT INTO probe (id, filler) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET filler = $1";
