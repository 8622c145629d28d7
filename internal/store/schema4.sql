-- Migration 4: votes belong to a revision, looks leave a note with what they found, and a card says since when it shows its revision.
--
-- due.note is JSON and has no say in when a row is looked at.
ALTER TABLE due ADD COLUMN note TEXT NOT NULL DEFAULT '{}';
ALTER TABLE cards ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN revised_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE votes_of_revisions (
    request    TEXT NOT NULL REFERENCES requests (id),
    revision   INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_team TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    rule       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (request, revision, actor_kind, actor_team, actor_id)
) STRICT, WITHOUT ROWID;
-- A vote that was counted stays counted: it is of the revision that has its digest. What voted for an older plan is kept, and counts
-- for none.
INSERT OR IGNORE INTO votes_of_revisions
    SELECT v.request, CASE WHEN r.doc ->> '$.Digest' = v.digest THEN r.revision ELSE 0 END, v.digest, v.actor_kind, v.actor_team, v.actor_id, v.rule, v.at
    FROM votes v JOIN requests r ON r.id = v.request ORDER BY v.at DESC;
DROP TABLE votes;
ALTER TABLE votes_of_revisions RENAME TO votes;
