-- Migration 6: a vote stores the principal by which its voter had the right. What was voted before has none.
ALTER TABLE votes ADD COLUMN principal TEXT NOT NULL DEFAULT '';
