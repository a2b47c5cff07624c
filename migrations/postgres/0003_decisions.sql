-- What the controller decided upon an objection or a restriction. None is ever changed: a restriction that was upheld may
-- be lifted by a later one.
CREATE TABLE declaration_decision (
    declaration_id TEXT NOT NULL REFERENCES declaration (id),
    idx            BIGINT NOT NULL,
    verdict        TEXT NOT NULL CHECK (verdict IN ('gegrond', 'ongegrond', 'opgeheven')),
    reason         TEXT NOT NULL,
    decided_on     TEXT NOT NULL,
    decided_at     BIGINT NOT NULL,
    PRIMARY KEY (declaration_id, idx)
);
