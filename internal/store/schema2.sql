-- Migration 2. The row that readiness writes to find out whether what is written is kept.
CREATE TABLE probe (
    n  INTEGER PRIMARY KEY CHECK (n = 1),
    at INTEGER NOT NULL
) STRICT;
