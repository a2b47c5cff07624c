-- The twin of postgres/0001_foundation.sql: the same tables and columns, in the words of SQLite.
-- Instants are milliseconds since 1970. Nothing here names a person: a `header` or `facts` column is sealed under the
-- at-rest key, a pseudonym is a keyed hash, a jwe can be opened by its recipient only.

CREATE TABLE party (
    oin        TEXT NOT NULL,
    role       TEXT NOT NULL,
    name       TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('active', 'blocked', 'removed')),
    registered INTEGER NOT NULL,
    -- Since when it is in that state.
    since      INTEGER NOT NULL,
    PRIMARY KEY (oin, role)
) STRICT;

-- For which municipalities a party acts, and by what right: its own, or by delegation or mandate with its decision.
CREATE TABLE party_municipality (
    oin          TEXT NOT NULL,
    role         TEXT NOT NULL,
    municipality TEXT NOT NULL,
    ground       TEXT NOT NULL CHECK (ground IN ('own', 'delegatie', 'mandaat')),
    decision     TEXT,
    valid_from   INTEGER NOT NULL,
    valid_until  INTEGER,
    PRIMARY KEY (oin, role, municipality, valid_from),
    FOREIGN KEY (oin, role) REFERENCES party (oin, role)
) STRICT;
CREATE INDEX party_municipality_by_place ON party_municipality (municipality, role);

-- The role of a caller follows from the registration of its certificate, never from what it sends.
CREATE TABLE certificate (
    registration TEXT NOT NULL PRIMARY KEY,
    oin          TEXT NOT NULL,
    role         TEXT NOT NULL,
    serial       TEXT NOT NULL,
    -- The certificate and those of the authorities above it: public, each in base64, a blank between them.
    chain        TEXT NOT NULL,
    not_before   INTEGER NOT NULL,
    not_after    INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    registered   INTEGER NOT NULL,
    revoked_at   INTEGER,
    FOREIGN KEY (oin, role) REFERENCES party (oin, role)
) STRICT;
CREATE INDEX certificate_by_party ON certificate (oin, role);

CREATE TABLE party_key (
    thumbprint  TEXT NOT NULL PRIMARY KEY,
    oin         TEXT NOT NULL,
    role        TEXT NOT NULL,
    kid         TEXT NOT NULL,
    jwk         TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'active', 'retired', 'revoked')),
    valid_from  INTEGER NOT NULL,
    valid_until INTEGER,
    published   INTEGER NOT NULL,
    FOREIGN KEY (oin, role) REFERENCES party (oin, role)
) STRICT;
CREATE INDEX party_key_by_party ON party_key (oin, role);

-- A person as one party knows one. Several pseudonyms may lead to it: one per version of the pseudonym key.
CREATE TABLE person (
    person_id TEXT NOT NULL PRIMARY KEY,
    oin       TEXT NOT NULL,
    role      TEXT NOT NULL,
    created   INTEGER NOT NULL
) STRICT;

CREATE TABLE pseudonym (
    key_version INTEGER NOT NULL,
    pseudonym   BLOB NOT NULL,
    person_id   TEXT NOT NULL REFERENCES person (person_id),
    seal        BLOB NOT NULL,
    PRIMARY KEY (key_version, pseudonym)
) STRICT;
CREATE INDEX pseudonym_by_person ON pseudonym (person_id);

-- What a decision rested on: a subject that changed since then makes the decision void.
-- A `seal`, here and below, is a keyed digest over the row and the entry that wrote it last: who has no key changes no row unseen.
-- That of a person ends in the sum of the seals of all its declarations and decisions, so that none goes or comes unseen.
CREATE TABLE subject_change (
    subject TEXT NOT NULL PRIMARY KEY,
    entry   INTEGER NOT NULL,
    seal    BLOB NOT NULL
) STRICT;

CREATE TABLE declaration (
    id              TEXT NOT NULL PRIMARY KEY,
    person_id       TEXT NOT NULL REFERENCES person (person_id),
    kind            TEXT NOT NULL,
    dataset         TEXT NOT NULL,
    purpose         TEXT,
    towards_oin     TEXT,
    towards_role    TEXT,
    -- The municipality whose college it is towards: a party acts for several.
    towards_municipality TEXT,
    given_by        TEXT NOT NULL,
    given_at        INTEGER NOT NULL,
    until_at        INTEGER,
    explicit        INTEGER NOT NULL,
    evidence_kind   TEXT NOT NULL,
    evidence_digest TEXT,
    evidence_on     TEXT NOT NULL,
    facts           BLOB,
    recorder_oin    TEXT NOT NULL,
    recorder_role   TEXT NOT NULL,
    recorded_at     INTEGER NOT NULL,
    recorded_index  INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('given', 'withdrawn')),
    withdrawn_by    TEXT,
    withdrawn_at    INTEGER,
    withdrawn_index INTEGER,
    -- By which entry its facts were forgotten.
    forgotten_index INTEGER,
    seal            BLOB NOT NULL
) STRICT;
CREATE INDEX declaration_by_person ON declaration (person_id, dataset);
CREATE INDEX declaration_by_recorder ON declaration (recorder_oin, recorder_role, recorded_index);

-- What the controller decided upon an objection or a restriction. None is ever changed: a restriction that was upheld may
-- be lifted by a later one.
CREATE TABLE declaration_decision (
    declaration_id TEXT NOT NULL REFERENCES declaration (id),
    idx            INTEGER NOT NULL,
    verdict        TEXT NOT NULL CHECK (verdict IN ('gegrond', 'ongegrond', 'opgeheven')),
    reason         TEXT NOT NULL,
    decided_on     TEXT NOT NULL,
    decided_at     INTEGER NOT NULL,
    seal           BLOB NOT NULL,
    PRIMARY KEY (declaration_id, idx)
) STRICT;

-- Everything that travels: a packet, a request, a question, and the answer to one. A bare answer says its outcome and no more:
-- nothing of it waits, so it has no copy, header or term.
CREATE TABLE message (
    id              TEXT NOT NULL PRIMARY KEY,
    kind            TEXT NOT NULL CHECK (kind IN ('packet', 'request', 'question', 'answer')),
    dataset         TEXT NOT NULL,
    dataset_version INTEGER NOT NULL,
    purpose         TEXT NOT NULL,
    sender_oin      TEXT NOT NULL,
    sender_role     TEXT NOT NULL,
    person_id       TEXT NOT NULL REFERENCES person (person_id),
    -- The message on whose answer its basis rests.
    rests_on        TEXT REFERENCES message (id),
    -- The message that it answers, and what: a code that the dataset of that message lists.
    reply_to        TEXT REFERENCES message (id),
    outcome         TEXT,
    created         INTEGER NOT NULL,
    created_index   INTEGER NOT NULL,
    expires         INTEGER,
    -- For how many recipients: none is taken away unseen. A bare answer has none.
    copies          INTEGER,
    header          BLOB,
    state           TEXT NOT NULL CHECK (state IN ('open', 'withdrawn', 'expired')),
    ended_index     INTEGER,
    seal            BLOB NOT NULL,
    CHECK ((kind = 'answer') = (reply_to IS NOT NULL)),
    CHECK ((outcome IS NULL) = (reply_to IS NULL)),
    CHECK (expires IS NOT NULL OR kind = 'answer'),
    CHECK ((copies IS NULL) = (expires IS NULL)),
    CHECK (header IS NULL OR expires IS NOT NULL),
    -- Only of what has ended the header is forgotten.
    CHECK (header IS NOT NULL OR expires IS NULL OR state <> 'open')
) STRICT;
CREATE INDEX message_by_sender ON message (sender_oin, sender_role, created_index);
CREATE INDEX message_by_expiry ON message (expires) WHERE state = 'open';
CREATE INDEX message_by_person ON message (person_id);
CREATE INDEX message_by_ground ON message (rests_on) WHERE rests_on IS NOT NULL;
-- Each party that was asked answers once.
CREATE UNIQUE INDEX message_answer ON message (reply_to, sender_oin, sender_role) WHERE reply_to IS NOT NULL;

-- One row per recipient, with the municipality whose college was named. The jwe is gone as soon as nobody may collect it any more.
CREATE TABLE copy (
    message_id          TEXT NOT NULL REFERENCES message (id),
    oin                 TEXT NOT NULL,
    role                TEXT NOT NULL,
    position            INTEGER NOT NULL,
    municipality        TEXT,
    basis               TEXT NOT NULL,
    categories          TEXT NOT NULL,
    omitted             TEXT NOT NULL,
    jwe                 TEXT,
    jwe_sha256          TEXT NOT NULL,
    thumbprint          TEXT NOT NULL,
    state               TEXT NOT NULL CHECK
        (state IN ('waiting', 'collected', 'acknowledged', 'withdrawn', 'withheld', 'expired')),
    pushed_index        INTEGER NOT NULL,
    collected_at        INTEGER,
    collected_index     INTEGER,
    acknowledged_at     INTEGER,
    acknowledged_index  INTEGER,
    ended_index         INTEGER,
    recipient_person_id TEXT REFERENCES person (person_id),
    seal                BLOB NOT NULL,
    PRIMARY KEY (message_id, oin, role)
) STRICT;
CREATE INDEX copy_inbox ON copy (oin, role, pushed_index);
CREATE INDEX copy_by_key ON copy (thumbprint);
CREATE INDEX copy_by_person ON copy (recipient_person_id) WHERE recipient_person_id IS NOT NULL;

-- On which declarations the permit of a recipient rested: when one ends, so does the packet.
CREATE TABLE copy_declaration (
    message_id     TEXT NOT NULL,
    oin            TEXT NOT NULL,
    role           TEXT NOT NULL,
    declaration_id TEXT NOT NULL REFERENCES declaration (id),
    seal           BLOB NOT NULL,
    PRIMARY KEY (message_id, oin, role, declaration_id),
    FOREIGN KEY (message_id, oin, role) REFERENCES copy (message_id, oin, role)
) STRICT;
CREATE INDEX copy_declaration_by_declaration ON copy_declaration (declaration_id);

-- What a party already sent under a key of its own choice. The body is known by its HMAC only.
CREATE TABLE idempotency (
    oin            TEXT NOT NULL,
    role           TEXT NOT NULL,
    key            TEXT NOT NULL,
    body_hmac      BLOB NOT NULL,
    message_id     TEXT,
    declaration_id TEXT,
    seal           BLOB NOT NULL,
    PRIMARY KEY (oin, role, key),
    CHECK ((message_id IS NULL) <> (declaration_id IS NULL))
) STRICT;
CREATE INDEX idempotency_by_message ON idempotency (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX idempotency_by_declaration ON idempotency (declaration_id) WHERE declaration_id IS NOT NULL;

-- What a party must be told; the person is no party on the line. `about_*` is the recipient whose copy it concerns.
CREATE TABLE notice (
    oin            TEXT NOT NULL,
    role           TEXT NOT NULL CHECK (role <> 'betrokkene'),
    idx            INTEGER NOT NULL,
    message_id     TEXT NOT NULL REFERENCES message (id),
    about_oin      TEXT NOT NULL,
    about_role     TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN (
        'declaration-withdrawn', 'packet-withdrawn', 'key-revoked', 'categories-narrowed',
        'mandate-ended', 'recipient-blocked', 'expires-soon', 'expired')),
    declaration_id TEXT,
    created        INTEGER NOT NULL,
    seal           BLOB NOT NULL,
    PRIMARY KEY (oin, role, idx, message_id, about_oin, about_role)
) STRICT;

-- Keyed digests by which a recipient finds a person in its own inbox.
CREATE TABLE search_key (
    oin       TEXT NOT NULL,
    role      TEXT NOT NULL,
    digest    BLOB NOT NULL,
    message_id TEXT NOT NULL REFERENCES message (id),
    -- How many there are for this copy.
    digests    INTEGER NOT NULL,
    seal       BLOB NOT NULL,
    PRIMARY KEY (oin, role, digest, message_id)
) STRICT;
CREATE INDEX search_key_by_message ON search_key (message_id);

-- What happens next to what lasts for a time, and when. A message: its parties are warned, it ends, it is forgotten. A declaration: it
-- is forgotten. A person: its pseudonyms go, when nothing rests on it any more. No due instant: nobody knows yet when it ends.
CREATE TABLE term (
    subject  TEXT NOT NULL PRIMARY KEY,
    stage    TEXT NOT NULL CHECK (stage IN ('warn', 'end', 'forget')),
    due      INTEGER,
    -- For how long it is kept after its end.
    kept_for INTEGER NOT NULL
) STRICT;
CREATE INDEX term_by_due ON term (due, subject);

-- One row. Updating it takes the lock under which everything is written.
CREATE TABLE log_head (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    origin        TEXT NOT NULL,
    size          INTEGER NOT NULL,
    last_time     INTEGER NOT NULL,
    frontier      BLOB NOT NULL,
    policy_digest TEXT NOT NULL,
    checkpoint    TEXT NOT NULL,
    -- Raised by every change of a party, a municipality, a certificate or a key; and a keyed digest of all their rows.
    register      INTEGER NOT NULL DEFAULT 0,
    register_seal BLOB
) STRICT;

-- One row, written and cleared to see whether writing is possible; it says nothing.
CREATE TABLE probe (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    filler BLOB NOT NULL
) STRICT;

-- Which keys of a gateway belong to this database: by kind and version, what tells a key from another and says nothing of it.
-- A gateway with others does not start.
CREATE TABLE key_check (
    kind    TEXT NOT NULL CHECK (kind IN ('at-rest', 'pseudonym', 'receipt', 'log')),
    version INTEGER NOT NULL,
    print   TEXT NOT NULL,
    PRIMARY KEY (kind, version)
) STRICT;

-- When an operator's chore was last done, for the metrics.
CREATE TABLE chore (
    name    TEXT NOT NULL PRIMARY KEY CHECK (name IN ('backup', 'log-verify')),
    done_at INTEGER NOT NULL
) STRICT;

-- The newest revocation list of each authority and scope that a gateway on this database has used: an older one does not undo
-- what it revokes, after a restart and at another gateway neither. Its number is in twenty octets; empty where it has none.
CREATE TABLE revocation_list (
    scope       TEXT NOT NULL PRIMARY KEY,
    number      BLOB NOT NULL,
    this_update INTEGER NOT NULL,
    der         BLOB NOT NULL
) STRICT;

-- A leaf of the log is its time and the root of the five commitments to its parts (docs/log-format.md).
CREATE TABLE leaf (
    idx         INTEGER NOT NULL PRIMARY KEY,
    time        INTEGER NOT NULL,
    commitments BLOB NOT NULL,
    hash        BLOB NOT NULL
) STRICT;

-- Full tiles of 256 hashes (C2SP tlog-tiles), each with the root of its subtree: a hash of the tile above.
CREATE TABLE tile (
    level  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    root   BLOB NOT NULL,
    PRIMARY KEY (level, n)
) STRICT;

-- What an entry says, part by part, sealed. A part is erased by emptying its column; the leaf, and with it every proof, stays.
CREATE TABLE entry_body (
    idx       INTEGER NOT NULL PRIMARY KEY REFERENCES leaf (idx),
    shared    BLOB,
    sender    BLOB,
    recipient BLOB,
    on_behalf BLOB,
    gateway   BLOB
) STRICT;

-- Who may read an entry, which of its own it is, and by what it may filter. Each of it stands in the parts too.
CREATE TABLE entry_reader (
    oin     TEXT NOT NULL,
    role    TEXT NOT NULL,
    idx     INTEGER NOT NULL REFERENCES leaf (idx),
    number  INTEGER NOT NULL,
    parts   TEXT NOT NULL,
    event   TEXT,
    outcome TEXT,
    dataset TEXT,
    purpose TEXT,
    packet  TEXT,
    person  TEXT,
    staff   BLOB,
    PRIMARY KEY (oin, role, idx)
) STRICT;
-- For who holds the whole log against it, entry after entry.
CREATE INDEX entry_reader_by_entry ON entry_reader (idx);

-- Every checkpoint that left the gateway: what a party kept can be found again.
CREATE TABLE checkpoint (
    size INTEGER NOT NULL PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

CREATE TRIGGER leaf_is_not_updated BEFORE UPDATE ON leaf
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER leaf_is_not_deleted BEFORE DELETE ON leaf
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER tile_is_not_updated BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER tile_is_not_deleted BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_head_does_not_shrink BEFORE UPDATE ON log_head
WHEN NEW.size < OLD.size OR NEW.last_time < OLD.last_time OR NEW.origin <> OLD.origin
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_head_is_not_deleted BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
