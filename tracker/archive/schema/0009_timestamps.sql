-- What timestamp authorities have confirmed: that the history of the mirror existed at an instant.

CREATE TABLE timestamps (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    tip TEXT NOT NULL CHECK (length(tip) = 40),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    authority TEXT NOT NULL CHECK (authority <> ''),
    confirmed TEXT CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', confirmed) = confirmed),
    token BLOB,
    failure TEXT CHECK (failure <> ''),
    CHECK ((token IS NULL) = (confirmed IS NULL)),
    CHECK ((token IS NULL) = (failure IS NOT NULL))
);
CREATE INDEX timestamps_by_run ON timestamps (run);
