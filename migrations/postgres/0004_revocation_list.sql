-- The newest revocation list of each authority and scope that a gateway on this database has used: an older one does not undo
-- what it revokes, after a restart and at another gateway neither. Its number is in twenty octets; empty where it has none.
CREATE TABLE revocation_list (
    scope       TEXT   NOT NULL PRIMARY KEY,
    number      BYTEA  NOT NULL,
    this_update BIGINT NOT NULL,
    der         BYTEA  NOT NULL
);
