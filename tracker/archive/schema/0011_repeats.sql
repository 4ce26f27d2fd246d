-- A check that found what the check before it found: a night without news is a short row for each source.

CREATE TABLE repeats (
    id INTEGER PRIMARY KEY,
    outcome INTEGER NOT NULL REFERENCES outcomes (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    observed TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', observed) = observed),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    UNIQUE (outcome, run)
);
CREATE INDEX repeats_by_run ON repeats (run);
