-- Migration 5: freezes stack, and it is kept which Kafka each configured name leads to.
--
-- A freeze is named by the request that set it. cluster is a configured name, or * for everything. cluster_id is Kafka's own id of the
-- cluster, so that the freeze holds when the cluster gets another name in the configuration; empty: not known yet, or everything.
CREATE TABLE stacked (
    request    TEXT PRIMARY KEY NOT NULL,
    cluster    TEXT NOT NULL,
    cluster_id TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_team TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    why        TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
INSERT INTO stacked
    SELECT f.request, f.cluster, coalesce((SELECT r.cluster_id FROM requests r WHERE r.cluster = f.cluster AND r.cluster_id <> ''
        ORDER BY r.created_at DESC, r.id LIMIT 1), ''), f.actor_kind, f.actor_team, f.actor_id, f.why, f.at
    FROM freezes f;
DROP TABLE freezes;
ALTER TABLE stacked RENAME TO freezes;

-- The Kafka that answered last under a name. Names that are no longer configured stay and do not count.
CREATE TABLE kafkas (
    name       TEXT PRIMARY KEY NOT NULL,
    cluster_id TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
INSERT INTO kafkas
    SELECT cluster, cluster_id, max(created_at) FROM requests WHERE cluster <> '' AND cluster_id <> '' GROUP BY cluster;
