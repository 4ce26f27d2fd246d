-- Rows that another program changed after they were mirrored, and those changes that a person accepted.

CREATE TABLE edits (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    of_table TEXT NOT NULL CHECK (of_table <> ''),
    of_row TEXT NOT NULL,
    of_column TEXT CHECK (of_column <> ''),
    mirrored TEXT CHECK (length(mirrored) = 64),
    found TEXT CHECK (length(found) = 64),
    person TEXT CHECK (person <> ''),
    reason TEXT CHECK (reason <> ''),
    CHECK ((person IS NULL) = (reason IS NULL))
);
CREATE INDEX edits_by_run ON edits (run);
