-- What the servers' dates said of this machine's clock: once for each nightly run.

CREATE TABLE clocks (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL UNIQUE REFERENCES runs (id),
    hosts INTEGER NOT NULL CHECK (hosts >= 0),
    ahead INTEGER,
    CHECK ((hosts = 0) = (ahead IS NULL))
);
