-- What verifying has to know: repairs, breaks in the history of the mirror, rows left out.

CREATE TABLE repairs (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    what TEXT NOT NULL CHECK (what <> ''),
    did INTEGER NOT NULL CHECK (did IN (0, 1)),
    how TEXT NOT NULL CHECK (how <> '')
);
CREATE INDEX repairs_by_run ON repairs (run);

CREATE TABLE breaks (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    lost TEXT NOT NULL CHECK (length(lost) = 40),
    found TEXT NOT NULL CHECK (length(found) = 40),
    accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1))
);
CREATE INDEX breaks_by_run ON breaks (run);

CREATE TABLE omissions (
    id INTEGER PRIMARY KEY,
    mirror TEXT NOT NULL CHECK (length(mirror) = 40),
    closed INTEGER NOT NULL CHECK (closed > 0)
);
