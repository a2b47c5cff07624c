-- A fourth kind of notice: the packet holds more than its basis allows any more. SQLite changes no check in place.
CREATE TABLE notice_of_four_kinds (
    oin            TEXT NOT NULL,
    role           TEXT NOT NULL CHECK (role <> 'betrokkene'),
    idx            INTEGER NOT NULL,
    packet_id      TEXT NOT NULL REFERENCES packet (id),
    about_oin      TEXT NOT NULL,
    about_role     TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN (
        'declaration-withdrawn', 'packet-withdrawn', 'key-revoked', 'categories-narrowed',
        'mandate-ended', 'recipient-blocked', 'expired')),
    declaration_id TEXT,
    created        INTEGER NOT NULL,
    PRIMARY KEY (oin, role, idx, packet_id, about_oin, about_role)
) STRICT;
INSERT INTO notice_of_four_kinds
    (oin, role, idx, packet_id, about_oin, about_role, kind, declaration_id, created)
    SELECT oin, role, idx, packet_id, about_oin, about_role, kind, declaration_id, created FROM notice;
DROP TABLE notice;
ALTER TABLE notice_of_four_kinds RENAME TO notice;
