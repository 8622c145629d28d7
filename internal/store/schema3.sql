-- Migration 3: how far a card itself, its files and the direct messages to its requester have come (as far as its thread, until now), and
-- why the requester was told that others cannot see the card.
ALTER TABLE cards ADD COLUMN shown_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN files_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN told_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cards ADD COLUMN unshown TEXT NOT NULL DEFAULT '';
UPDATE cards SET shown_seq = thread_seq, files_seq = thread_seq, told_seq = thread_seq;
