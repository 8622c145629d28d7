-- Migration 7: requests are found by who asked or voted, and what was shown to others is found without reading the drafts between.
CREATE INDEX requests_by_actor ON requests (actor_kind, actor_team, actor_id, created_at);
CREATE INDEX votes_by_actor ON votes (actor_kind, actor_team, actor_id);
CREATE INDEX requests_shown ON requests (created_at DESC, id) WHERE doc ->> '$.Asked';
