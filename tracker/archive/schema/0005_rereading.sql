-- A snapshot may be read again: several versions, and extractors that only confirmed one.
--
-- A selector that was changed and then changed back gives a reading that its extractor gave before, and yet
-- the latest version has to be the one that counts: so a version is unique in a run, not for ever.
--
-- SQLite drops a UNIQUE only with its table. With the legacy way of renaming, references to the table stay.

CREATE TABLE versions_made_anew (
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
    UNIQUE (snapshot, extractor, language, run)
);
INSERT INTO versions_made_anew
    SELECT id, snapshot, extractor, media_type, language, words, run, text, sha256, spans, raw FROM versions;
DROP TABLE versions;
PRAGMA legacy_alter_table = ON;
ALTER TABLE versions_made_anew RENAME TO versions;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX versions_by_run ON versions (run);
CREATE INDEX versions_by_text ON versions (sha256);

CREATE TABLE confirmations (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (id),
    extractor TEXT NOT NULL CHECK (extractor <> ''),
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (version, extractor)
);
CREATE INDEX confirmations_by_run ON confirmations (run);
