-- A snapshot may be a part of its document: a turn in the record of a meeting, a row of a table of texts. A later
-- document that has the same part adds a row: one corrected turn makes one snapshot, and confirms all others.
CREATE TABLE parts (
    id INTEGER PRIMARY KEY,
    snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    document TEXT NOT NULL REFERENCES documents (sha256),
    observed TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', observed) = observed),
    run INTEGER NOT NULL REFERENCES runs (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    "start" INTEGER NOT NULL CHECK ("start" >= 0),
    "end" INTEGER NOT NULL CHECK ("end" >= "start"),
    page INTEGER CHECK (page >= 1),
    paragraph INTEGER CHECK (paragraph >= 1),
    starts REAL CHECK (starts >= 0),
    ends REAL CHECK (ends >= starts),
    turn TEXT CHECK (turn <> ''),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (snapshot, document)
);
CREATE INDEX parts_by_document ON parts (document);
CREATE INDEX parts_by_run ON parts (run);

-- Every document in which a snapshot was seen, whole or as a part.
CREATE VIEW holdings AS
    SELECT id AS snapshot, document FROM snapshots UNION SELECT snapshot, document FROM parts;

-- A transcript is a kind of its own. Only the condition changes, and no row: SQLite's way for that is to write
-- the command that made the table again (https://www.sqlite.org/lang_altertable.html, 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''translation'', ''interpretation''', '''transcript'', ''translation'', ''interpretation''')
    WHERE type = 'table' AND name = 'editions';
PRAGMA writable_schema = RESET;
