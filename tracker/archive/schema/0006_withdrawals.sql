-- What was withdrawn: who decided it and why, and which material it is about.
--
-- What is destroyed leaves its row in documents, without bytes: the digest and the size stay.
--
-- SQLite has no command that drops a NOT NULL, and making the table again would copy every document;
-- a constraint that is only loosened may be written into the schema: https://sqlite.org/lang_altertable.html

PRAGMA writable_schema = ON;
UPDATE sqlite_master
    SET sql = replace(
        sql, 'bytes BLOB NOT NULL CHECK (typeof(bytes) = ''blob'')',
        'bytes BLOB CHECK (typeof(bytes) IN (''blob'', ''null''))'
    )
    WHERE type = 'table' AND name = 'documents';
PRAGMA writable_schema = RESET;

CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    act TEXT NOT NULL CHECK (act IN ('withdraw', 'destroy', 'lift')),
    reference TEXT NOT NULL CHECK (reference <> ''),
    decided TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', decided) = decided),
    authority TEXT NOT NULL CHECK (authority <> ''),
    reason TEXT NOT NULL CHECK (reason <> ''),
    person TEXT CHECK (person <> ''),
    completed TEXT CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', completed) = completed),
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE INDEX withdrawals_by_run ON withdrawals (run);
CREATE INDEX withdrawals_unfinished ON withdrawals (completed) WHERE completed IS NULL;

CREATE TABLE withdrawn (
    id INTEGER PRIMARY KEY,
    withdrawal INTEGER NOT NULL REFERENCES withdrawals (id),
    snapshot INTEGER REFERENCES snapshots (id),
    document TEXT NOT NULL REFERENCES documents (sha256),
    text TEXT CHECK (length(text) = 64),
    words INTEGER CHECK (words >= 0)
);
CREATE INDEX withdrawn_by_withdrawal ON withdrawn (withdrawal);
CREATE INDEX withdrawn_by_snapshot ON withdrawn (snapshot);
CREATE INDEX withdrawn_by_document ON withdrawn (document);
CREATE INDEX withdrawn_by_text ON withdrawn (text);

CREATE VIEW standing_withdrawals AS
    SELECT withdrawals.id AS withdrawal, act, snapshot, document, text
    FROM withdrawn JOIN withdrawals ON withdrawals.id = withdrawn.withdrawal
    WHERE act <> 'lift' AND NOT EXISTS (
        SELECT 1 FROM withdrawn AS later
        WHERE later.document = withdrawn.document AND later.snapshot IS withdrawn.snapshot
        AND later.withdrawal > withdrawn.withdrawal
    );

CREATE VIEW readable_snapshots AS
    SELECT id, edition, ordinal, document, observed, source, url, run FROM snapshots
    WHERE id NOT IN (SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL);

DROP VIEW latest;
CREATE VIEW latest AS
    SELECT snapshots.edition AS edition, snapshots.id AS snapshot, versions.id AS version
    FROM readable_snapshots AS snapshots
    JOIN versions ON versions.id = (SELECT max(id) FROM versions AS other WHERE other.snapshot = snapshots.id)
    WHERE snapshots.ordinal = (
        SELECT max(ordinal) FROM readable_snapshots AS other WHERE other.edition = snapshots.edition
    );
