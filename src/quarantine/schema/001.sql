-- What the index of the quarantine is made of. doc/quarantine-states.md says what is true of it.

-- Facts about the index itself: the root key, wrapped by the master key.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

-- One row for each message in the store. Without its key the file is noise.
CREATE TABLE blobs (
    name  TEXT PRIMARY KEY,
    key   BLOB NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE cases (
    id          TEXT PRIMARY KEY,
    -- Both NULL once it is shredded.
    blob        TEXT REFERENCES blobs (name),
    details     BLOB,
    arrived     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    direction   TEXT NOT NULL,
    level       TEXT NOT NULL,
    rank        INTEGER NOT NULL,
    found       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    policy      TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    queue       TEXT NOT NULL,
    -- Keyed hashes.
    sender      BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    same_as     TEXT,
    legal_hold  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX cases_by_arrival ON cases (arrived);
CREATE INDEX cases_by_sender ON cases (sender);
CREATE INDEX cases_by_fingerprint ON cases (fingerprint);

CREATE TABLE recipients (
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    -- Its place in the envelope, from 0.
    place   INTEGER NOT NULL,
    -- A keyed hash.
    address BLOB NOT NULL,
    channel TEXT NOT NULL,
    state   TEXT NOT NULL,
    since   INTEGER NOT NULL,
    -- Who has claimed it.
    who     TEXT,
    reply   TEXT,
    queue   TEXT,
    PRIMARY KEY (case_id, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX recipients_by_state ON recipients (state);
CREATE INDEX recipients_by_address ON recipients (address);

-- What is on its way to the MTA, a row for each recipient.
CREATE TABLE outbox (
    id       INTEGER PRIMARY KEY,
    case_id  TEXT NOT NULL,
    place    INTEGER NOT NULL,
    -- The channel it leaves by; NULL: as it is.
    channel  TEXT,
    since    INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next     INTEGER NOT NULL,
    -- 1 from just before the MTA is spoken to until its answer is noted.
    sending  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (case_id, place),
    FOREIGN KEY (case_id, place) REFERENCES recipients (case_id, place)
) STRICT;

CREATE INDEX outbox_by_time ON outbox (next);

CREATE TABLE events (
    case_id TEXT NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    act     TEXT NOT NULL,
    place   INTEGER,
    text    TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_case ON events (case_id);
