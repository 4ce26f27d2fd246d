-- The record: statements, their editions and snapshots, and what was read in them.
--
-- A trigger that indexes each new segment takes 4.9 s for 250,000 of them, one statement a version 2.1 s;
-- so the store indexes what it writes, and triggers follow what anybody changes or deletes later.
--
-- Small columns stand before the long ones: SQLite reads a row from its start, and a list of statements
-- must not drag every text through the cache.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    release TEXT NOT NULL
);

CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
    size INTEGER NOT NULL CHECK (size = length(bytes)),
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL CHECK (typeof(bytes) = 'blob')
);

CREATE TABLE bodies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL REFERENCES bodies (id) ON UPDATE CASCADE,
    label TEXT NOT NULL CHECK (label <> ''),
    kind TEXT NOT NULL,
    sort TEXT NOT NULL,
    year INTEGER,
    starts TEXT,
    ends TEXT CHECK (ends >= starts),
    UNIQUE (body, label)
);

CREATE TABLE groups (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE statements (
    id INTEGER PRIMARY KEY,
    country TEXT NOT NULL CHECK (country <> ''),
    body TEXT NOT NULL,
    session TEXT NOT NULL,
    item TEXT CHECK (item <> ''),
    statement_type TEXT,
    delivered TEXT,
    title TEXT,
    title_inferred INTEGER NOT NULL DEFAULT 0 CHECK (title_inferred IN (0, 1)),
    symbol TEXT,
    speaker TEXT,
    post TEXT,
    on_behalf_of TEXT,
    aligns_with TEXT,
    FOREIGN KEY (body, session) REFERENCES sessions (body, label) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX statements_named ON statements (country, body, session, ifnull(item, ''));
CREATE INDEX statements_by_session ON statements (body, session);

CREATE TABLE editions (
    id INTEGER PRIMARY KEY,
    statement INTEGER NOT NULL REFERENCES statements (id),
    position INTEGER NOT NULL CHECK (position >= 1),
    kind TEXT CHECK (
        kind IN ('prepared', 'delivered', 'verbatim', 'summary', 'translation', 'interpretation')
    ),
    kind_inferred INTEGER NOT NULL CHECK (kind_inferred IN (0, 1)),
    language TEXT NOT NULL CHECK (language <> ''),
    language_inferred INTEGER NOT NULL CHECK (language_inferred IN (0, 1)),
    UNIQUE (statement, position),
    CHECK (kind IS NOT NULL OR kind_inferred)
);
CREATE UNIQUE INDEX editions_named ON editions (statement, ifnull(kind, ''), language);

CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES editions (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    document TEXT NOT NULL REFERENCES documents (sha256),
    observed TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', observed) = observed),
    source TEXT,
    url TEXT,
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (edition, ordinal)
);
CREATE INDEX snapshots_by_document ON snapshots (document);
CREATE INDEX snapshots_by_run ON snapshots (run);

CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    extractor TEXT NOT NULL,
    media_type TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language <> ''),
    words INTEGER NOT NULL CHECK (words >= 0),
    run INTEGER NOT NULL REFERENCES runs (id),
    text TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    spans TEXT NOT NULL CHECK (json_valid(spans)),
    raw TEXT,
    UNIQUE (snapshot, extractor, language)
);
CREATE INDEX versions_by_run ON versions (run);

CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('sentence', 'heading', 'item')),
    paragraph INTEGER NOT NULL,
    "start" INTEGER NOT NULL CHECK ("start" >= 0),
    "end" INTEGER NOT NULL CHECK ("end" >= "start"),
    text TEXT NOT NULL,
    folded TEXT,
    UNIQUE (version, ordinal)
);

CREATE TABLE amendments (
    id INTEGER PRIMARY KEY,
    statement INTEGER NOT NULL REFERENCES statements (id),
    snapshot INTEGER REFERENCES snapshots (id),
    field TEXT NOT NULL,
    earlier TEXT NOT NULL,
    later TEXT NOT NULL CHECK (later <> earlier),
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE INDEX amendments_by_statement ON amendments (statement);
CREATE INDEX amendments_by_snapshot ON amendments (snapshot);
CREATE INDEX amendments_by_run ON amendments (run);

CREATE VIEW latest AS
    SELECT snapshots.edition AS edition, snapshots.id AS snapshot, versions.id AS version
    FROM snapshots
    JOIN versions ON versions.id = (SELECT max(id) FROM versions AS other WHERE other.snapshot = snapshots.id)
    WHERE snapshots.ordinal = (
        SELECT max(ordinal) FROM snapshots AS other WHERE other.edition = snapshots.edition
    );

CREATE VIEW segments_searched AS SELECT id, coalesce(folded, text) AS text FROM segments;

CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, content = 'segments_searched', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER segments_deleted AFTER DELETE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    VALUES ('delete', old.id, coalesce(old.folded, old.text));
END;

CREATE TRIGGER segments_updated AFTER UPDATE ON segments BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    VALUES ('delete', old.id, coalesce(old.folded, old.text));
    INSERT INTO segments_fts (rowid, text) VALUES (new.id, coalesce(new.folded, new.text));
END;
