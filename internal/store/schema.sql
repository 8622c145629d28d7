-- Migration 1. It is never edited once released: what comes later is a migration of its own.
--
-- Times are whole microseconds since 1970 in UTC, 0 for "none" (due.at is the exception: NULL is never, 0 is at once).
-- actor_* columns are reset.Actor. Booleans are 0 and 1.

-- Envelopes, stored before they are acknowledged. raw holds response URLs, which are secrets: hence the file's mode 0600.
CREATE TABLE inbox (
    id          TEXT PRIMARY KEY NOT NULL,
    kind        TEXT NOT NULL,
    verb        TEXT NOT NULL,
    about       TEXT NOT NULL,
    raw         BLOB,
    received_at INTEGER NOT NULL,
    decided_at  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX inbox_undecided ON inbox (about) WHERE decided_at = 0;

-- doc is the whole request. The other columns repeat what indices and auditors need; the CHECK refuses a row in which the
-- two differ, whoever writes it.
CREATE TABLE requests (
    id          TEXT PRIMARY KEY NOT NULL,
    version     INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    state       TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    origin      TEXT NOT NULL UNIQUE CHECK (origin <> ''),
    cluster     TEXT NOT NULL,
    cluster_id  TEXT NOT NULL,
    grp         TEXT NOT NULL,
    actor_kind  TEXT NOT NULL,
    actor_team  TEXT NOT NULL,
    actor_id    TEXT NOT NULL,
    undoes      TEXT NOT NULL,
    settled     INTEGER NOT NULL,
    settled_by  TEXT NOT NULL,
    settled_why TEXT NOT NULL,
    settled_at  INTEGER NOT NULL,
    empty_since INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    deadline    INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    doc         TEXT NOT NULL,
    CHECK (doc ->> '$.ID' IS id AND doc ->> '$.Version' IS version AND doc ->> '$.Revision' IS revision
       AND doc ->> '$.State' IS state AND doc ->> '$.Outcome' IS outcome AND doc ->> '$.Origin' IS origin
       AND doc ->> '$.ClusterID' IS cluster_id AND doc ->> '$.Undoes' IS undoes
       AND (doc ->> '$.Settled' IS NOT NULL) = settled)
) STRICT;
CREATE INDEX requests_by_group ON requests (grp, state);
CREATE INDEX requests_by_age ON requests (created_at);

-- One applying request per Kafka cluster and group. Two configured names of one cluster share its id.
CREATE UNIQUE INDEX one_applying ON requests (coalesce(nullif(cluster_id, ''), cluster), grp) WHERE state = 'applying';

-- One undo per request, as long as it is open or has been applied.
CREATE UNIQUE INDEX one_undo ON requests (undoes)
    WHERE undoes <> '' AND state IN ('planning', 'draft', 'pending', 'approved', 'applying', 'applied');

-- A group whose outcome is mixed or unclear is blocked until a person chose: settled it, or undoes it.
CREATE VIEW blocking AS
    SELECT id, cluster, cluster_id, grp FROM requests
    WHERE state = 'failed' AND outcome IN ('mixed', 'unclear') AND NOT settled;
CREATE TRIGGER blocked_on_update AFTER UPDATE OF state ON requests
WHEN NEW.state = 'applying' AND OLD.state <> 'applying' AND EXISTS (
    SELECT 1 FROM blocking b WHERE b.grp = NEW.grp AND b.id <> NEW.undoes
       AND (b.cluster_id = NEW.cluster_id OR ((b.cluster_id = '' OR NEW.cluster_id = '') AND b.cluster = NEW.cluster)))
BEGIN SELECT RAISE(ABORT, 'the group is blocked by an outcome that nobody settled'); END;
CREATE TRIGGER blocked_on_insert AFTER INSERT ON requests
WHEN NEW.state = 'applying' AND EXISTS (
    SELECT 1 FROM blocking b WHERE b.grp = NEW.grp AND b.id <> NEW.undoes
       AND (b.cluster_id = NEW.cluster_id OR ((b.cluster_id = '' OR NEW.cluster_id = '') AND b.cluster = NEW.cluster)))
BEGIN SELECT RAISE(ABORT, 'the group is blocked by an outcome that nobody settled'); END;

-- The steps of every planned revision.
CREATE TABLE plan_rows (
    request       TEXT NOT NULL REFERENCES requests (id),
    revision      INTEGER NOT NULL,
    topic         TEXT NOT NULL,
    partition     INTEGER NOT NULL,
    topic_id      TEXT NOT NULL,
    log_start     INTEGER NOT NULL,
    log_end       INTEGER NOT NULL,
    from_offset   INTEGER NOT NULL,
    from_metadata TEXT NOT NULL,
    from_none     INTEGER NOT NULL,
    to_offset     INTEGER NOT NULL,
    to_metadata   TEXT NOT NULL,
    to_none       INTEGER NOT NULL,
    how           TEXT NOT NULL,
    asked         INTEGER NOT NULL,
    record_at     INTEGER NOT NULL,
    replay        INTEGER NOT NULL,
    skip          INTEGER NOT NULL,
    PRIMARY KEY (request, revision, topic, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE votes (
    request    TEXT NOT NULL REFERENCES requests (id),
    digest     TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_team TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    rule       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (request, digest, actor_kind, actor_team, actor_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
    request     TEXT NOT NULL REFERENCES requests (id),
    n           INTEGER NOT NULL,
    fence       INTEGER NOT NULL,
    revision    INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    read_at     INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    effect      TEXT NOT NULL,
    gone        INTEGER NOT NULL,
    extra_parts INTEGER NOT NULL,
    PRIMARY KEY (request, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
    request TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    phase   TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    deletes INTEGER NOT NULL,
    back    INTEGER NOT NULL,
    PRIMARY KEY (request, attempt, n),
    FOREIGN KEY (request, attempt) REFERENCES attempts (request, n)
) STRICT, WITHOUT ROWID;

-- The partitions of an attempt: as they were (from_*), as they were to be (to_*), what was answered, and what was read.
CREATE TABLE writes (
    request       TEXT NOT NULL,
    attempt       INTEGER NOT NULL,
    topic         TEXT NOT NULL,
    partition     INTEGER NOT NULL,
    topic_id      TEXT NOT NULL,
    log_start     INTEGER NOT NULL,
    log_end       INTEGER NOT NULL,
    from_offset   INTEGER NOT NULL,
    from_metadata TEXT NOT NULL,
    from_none     INTEGER NOT NULL,
    to_offset     INTEGER NOT NULL,
    to_metadata   TEXT NOT NULL,
    to_none       INTEGER NOT NULL,
    how           TEXT NOT NULL,
    asked         INTEGER NOT NULL,
    record_at     INTEGER NOT NULL,
    replay        INTEGER NOT NULL,
    skip          INTEGER NOT NULL,
    chunk         INTEGER NOT NULL,
    written       INTEGER NOT NULL,
    rejected      TEXT NOT NULL,
    detail        TEXT NOT NULL,
    stands        TEXT NOT NULL,
    read_offset   INTEGER NOT NULL,
    read_metadata TEXT NOT NULL,
    read_none     INTEGER NOT NULL,
    PRIMARY KEY (request, attempt, topic, partition),
    FOREIGN KEY (request, attempt) REFERENCES attempts (request, n)
) STRICT, WITHOUT ROWID;

-- When to look at what. A row is kept for ever, so that its fence never goes back; at is NULL when there is nothing to look
-- at. While a row is held, at is the end of the lease, and wanted is when somebody else wants it looked at.
CREATE TABLE due (
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    cluster TEXT NOT NULL,
    at      INTEGER,
    wanted  INTEGER,
    owner   TEXT NOT NULL DEFAULT '',
    until   INTEGER NOT NULL DEFAULT 0,
    fence   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX due_at ON due (at) WHERE at IS NOT NULL;

CREATE TABLE cards (
    request          TEXT PRIMARY KEY NOT NULL REFERENCES requests (id),
    channel          TEXT NOT NULL,
    ts               TEXT NOT NULL,
    version          INTEGER NOT NULL,
    shown_at         INTEGER NOT NULL,
    thread_seq       INTEGER NOT NULL,
    preview_kind     TEXT NOT NULL,
    preview_team     TEXT NOT NULL,
    preview_actor    TEXT NOT NULL,
    preview_channel  TEXT NOT NULL,
    preview_url      TEXT NOT NULL,
    preview_replaces INTEGER NOT NULL,
    preview_used     INTEGER NOT NULL,
    preview_until    INTEGER NOT NULL,
    preview_version  INTEGER NOT NULL,
    preview_revision INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    request    TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_team TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    event      TEXT NOT NULL,
    facts      TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_request ON audit (request, seq);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows never change'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;

-- What is frozen now; requests and audit tell who did what when. cluster is a configured name, or * for everything.
CREATE TABLE freezes (
    cluster    TEXT PRIMARY KEY NOT NULL,
    request    TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_team TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    why        TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

-- Schedules; requests and audit tell who agreed to them. doc is the whole schedule, and name is its id where it has none.
CREATE TABLE schedules (
    id      TEXT PRIMARY KEY NOT NULL,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    status  TEXT NOT NULL,
    source  TEXT NOT NULL,
    cluster TEXT NOT NULL,
    grp     TEXT NOT NULL,
    request TEXT NOT NULL REFERENCES requests (id),
    doc     TEXT NOT NULL,
    CHECK (doc ->> '$.ID' IS id AND doc ->> '$.Version' IS version AND doc ->> '$.Status' IS status AND doc ->> '$.Request' IS request)
) STRICT;
CREATE UNIQUE INDEX one_name ON schedules (name) WHERE status <> 'removed';
CREATE INDEX schedules_by_group ON schedules (grp);
