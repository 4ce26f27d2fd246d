-- The ledger: runs, what they found at each source, and what waits for a person.
--
-- Sources, references and addresses are kept as texts: a watch list is edited, its results stay.

CREATE TABLE watch_lists (
    sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
    text TEXT NOT NULL
);

ALTER TABLE runs ADD COLUMN kind TEXT CHECK (kind <> '');
ALTER TABLE runs ADD COLUMN command TEXT;
ALTER TABLE runs ADD COLUMN ended TEXT CHECK (ended >= started);
ALTER TABLE runs ADD COLUMN status TEXT CHECK (status IN ('running', 'complete', 'failed', 'interrupted'));
ALTER TABLE runs ADD COLUMN watch_list TEXT REFERENCES watch_lists (sha256);
CREATE INDEX runs_unfinished ON runs (status) WHERE status = 'running';
CREATE INDEX runs_by_watch_list ON runs (watch_list);

CREATE TABLE outcomes (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    source TEXT NOT NULL CHECK (source <> ''),
    outcome TEXT NOT NULL CHECK (
        outcome IN (
            'new', 'changed', 'unchanged', 'moved', 'quarantined', 'rejected', 'unreachable', 'gone',
            'robots-denied'
        )
    ),
    cause TEXT NOT NULL DEFAULT '',
    observed TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', observed) = observed),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    address TEXT NOT NULL,
    reference TEXT CHECK (reference <> ''),
    snapshot INTEGER REFERENCES snapshots (id),
    url TEXT,
    http_status INTEGER,
    sha256 TEXT CHECK (length(sha256) = 64),
    size INTEGER,
    announced TEXT CHECK (announced IN ('corrigendum', 'last-modified', 'silent')),
    etag TEXT,
    last_modified TEXT,
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (run, source),
    CHECK (announced IS NULL OR outcome = 'changed')
);
CREATE INDEX outcomes_by_source ON outcomes (source, id);
CREATE INDEX outcomes_by_snapshot ON outcomes (snapshot);

CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    outcome INTEGER NOT NULL REFERENCES outcomes (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    requested TEXT NOT NULL,
    url TEXT NOT NULL,
    status INTEGER,
    request_headers TEXT NOT NULL CHECK (json_valid(request_headers)),
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    UNIQUE (outcome, ordinal)
);

CREATE TABLE candidates (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL CHECK (source <> ''),
    address TEXT NOT NULL CHECK (address <> ''),
    text TEXT NOT NULL,
    reference TEXT CHECK (reference <> ''),
    found TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', found) = found),
    refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1)),
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (source, address)
);
CREATE INDEX candidates_by_run ON candidates (run);

CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    outcome INTEGER NOT NULL REFERENCES outcomes (id),
    source TEXT NOT NULL CHECK (source <> ''),
    document TEXT NOT NULL REFERENCES documents (sha256),
    verdict TEXT CHECK (verdict IN ('accept', 'reject')),
    person TEXT CHECK (person <> ''),
    decided TEXT CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', decided) = decided),
    reason TEXT CHECK (reason <> ''),
    snapshot INTEGER REFERENCES snapshots (id),
    run INTEGER REFERENCES runs (id),
    UNIQUE (source, document),
    CHECK ((verdict IS NULL) = (person IS NULL)),
    CHECK ((verdict IS NULL) = (decided IS NULL)),
    CHECK ((verdict IS NULL) = (reason IS NULL)),
    CHECK ((verdict IS NULL) = (run IS NULL)),
    CHECK ((verdict IS 'accept') = (snapshot IS NOT NULL))
);
CREATE INDEX reviews_by_outcome ON reviews (outcome);
CREATE INDEX reviews_by_document ON reviews (document);
CREATE INDEX reviews_by_snapshot ON reviews (snapshot);
CREATE INDEX reviews_by_run ON reviews (run);

CREATE TABLE expectations (
    id INTEGER PRIMARY KEY,
    country TEXT NOT NULL CHECK (country <> ''),
    body TEXT NOT NULL,
    session TEXT NOT NULL,
    item TEXT CHECK (item <> ''),
    state TEXT NOT NULL CHECK (state IN ('expected', 'no statement', 'withdrawn')),
    person TEXT NOT NULL CHECK (person <> ''),
    noted TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', noted) = noted),
    due TEXT CHECK (strftime('%Y-%m-%d', due) = due),
    note TEXT CHECK (note <> ''),
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE INDEX expectations_by_statement ON expectations (country, body, session);
CREATE INDEX expectations_by_run ON expectations (run);

CREATE INDEX versions_by_text ON versions (sha256);
