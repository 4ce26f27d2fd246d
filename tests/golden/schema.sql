CREATE INDEX amendments_by_run ON amendments (run);
CREATE INDEX amendments_by_snapshot ON amendments (snapshot);
CREATE INDEX amendments_by_statement ON amendments (statement);
CREATE INDEX breaks_by_run ON breaks (run);
CREATE INDEX candidates_by_run ON candidates (run);
CREATE INDEX coders_by_run ON coders (run);
CREATE INDEX coders_named ON coders (name, prompt);
CREATE INDEX confirmations_by_run ON confirmations (run);
CREATE INDEX decisions_by_new_snapshot ON decisions (new_snapshot);
CREATE INDEX decisions_by_old_snapshot ON decisions (old_snapshot);
CREATE INDEX decisions_by_run ON decisions (run);
CREATE UNIQUE INDEX editions_named ON editions (statement, ifnull(kind, ''), language);
CREATE INDEX edits_by_run ON edits (run);
CREATE INDEX expectations_by_run ON expectations (run);
CREATE INDEX expectations_by_statement ON expectations (country, body, session);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX measurements_by_run ON measurements (run);
CREATE INDEX memberships_by_group ON memberships (group_id, run);
CREATE INDEX memberships_by_run ON memberships (run);
CREATE INDEX outcomes_by_snapshot ON outcomes (snapshot);
CREATE INDEX outcomes_by_source ON outcomes (source, id);
CREATE INDEX parts_by_document ON parts (document);
CREATE INDEX parts_by_run ON parts (run);
CREATE INDEX repairs_by_run ON repairs (run);
CREATE INDEX repeats_by_run ON repeats (run);
CREATE INDEX requests_by_coder ON requests (coder);
CREATE INDEX requests_by_new_snapshot ON requests (new_snapshot);
CREATE INDEX requests_by_old_snapshot ON requests (old_snapshot);
CREATE INDEX requests_by_run ON requests (run);
CREATE INDEX reviews_by_document ON reviews (document);
CREATE INDEX reviews_by_outcome ON reviews (outcome);
CREATE INDEX reviews_by_run ON reviews (run);
CREATE INDEX reviews_by_snapshot ON reviews (snapshot);
CREATE INDEX runs_by_watch_list ON runs (watch_list);
CREATE INDEX runs_unfinished ON runs (status) WHERE status = 'running';
CREATE INDEX snapshots_by_document ON snapshots (document);
CREATE INDEX snapshots_by_run ON snapshots (run);
CREATE INDEX statements_by_session ON statements (body, session);
CREATE UNIQUE INDEX statements_named ON statements (country, body, session, ifnull(item, ''));
CREATE INDEX versions_by_run ON versions (run);
CREATE INDEX versions_by_text ON versions (sha256);
CREATE INDEX withdrawals_by_run ON withdrawals (run);
CREATE INDEX withdrawals_unfinished ON withdrawals (completed) WHERE completed IS NULL;
CREATE INDEX withdrawn_by_document ON withdrawn (document);
CREATE INDEX withdrawn_by_snapshot ON withdrawn (snapshot);
CREATE INDEX withdrawn_by_text ON withdrawn (text);
CREATE INDEX withdrawn_by_withdrawal ON withdrawn (withdrawal);
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
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
CREATE TABLE answers (
    id INTEGER PRIMARY KEY,
    request INTEGER NOT NULL REFERENCES requests (id),
    topic TEXT NOT NULL CHECK (topic <> ''),
    side TEXT NOT NULL CHECK (side IN ('old', 'new')),
    level TEXT CHECK (level IN ('declared', 'substantive', 'acknowledged', 'mentioned', 'absent')),
    supposed TEXT CHECK (supposed IN ('declared', 'substantive', 'acknowledged', 'mentioned', 'absent')),
    segments TEXT NOT NULL CHECK (json_valid(segments)),
    UNIQUE (request, topic, side)
);
CREATE TABLE bodies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);
CREATE TABLE breaks (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    lost TEXT NOT NULL CHECK (length(lost) = 40),
    found TEXT NOT NULL CHECK (length(found) = 40),
    accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1))
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
CREATE TABLE clocks (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL UNIQUE REFERENCES runs (id),
    hosts INTEGER NOT NULL CHECK (hosts >= 0),
    ahead INTEGER,
    CHECK ((hosts = 0) = (ahead IS NULL))
);
CREATE TABLE coders (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('person', 'model')),
    prompt TEXT CHECK (length(prompt) = 64),
    options TEXT NOT NULL CHECK (json_valid(options)),
    release TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    CHECK ((kind = 'model') = (prompt IS NOT NULL))
);
CREATE TABLE confirmations (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (id),
    extractor TEXT NOT NULL CHECK (extractor <> ''),
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (version, extractor)
);
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    decided TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', decided) = decided),
    person TEXT NOT NULL CHECK (person <> ''),
    unit TEXT NOT NULL CHECK (unit IN ('change', 'topic')),
    name TEXT NOT NULL CHECK (name <> ''),
    old_snapshot INTEGER REFERENCES snapshots (id),
    new_snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    question TEXT NOT NULL CHECK (
        question IN ('sentences', 'strength', 'figure', 'date', 'name', 'scope', 'negation', 'level')
    ),
    verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'reject', 'relabel', 'withdraw')),
    label TEXT CHECK (label <> ''),
    said TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs (id),
    note TEXT CHECK (note <> ''),
    old_segments TEXT NOT NULL CHECK (json_valid(old_segments)),
    new_segments TEXT NOT NULL CHECK (json_valid(new_segments)),
    CHECK ((unit = 'topic') = (question = 'level')),
    CHECK ((unit = 'topic') = (old_snapshot IS NULL)),
    CHECK ((verdict IN ('reject', 'withdraw')) = (label IS NULL))
);
CREATE TABLE descriptions (
    of_table TEXT NOT NULL,
    of_column TEXT NOT NULL,
    meaning TEXT NOT NULL CHECK (meaning <> ''),
    unit TEXT,
    PRIMARY KEY (of_table, of_column)
);
CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
    size INTEGER NOT NULL CHECK (size >= length(bytes)),
    media_type TEXT NOT NULL,
    bytes BLOB CHECK (typeof(bytes) IN ('blob', 'null')),
    packing TEXT GENERATED ALWAYS AS (
        CASE WHEN length(bytes) < size THEN 'zlib' WHEN length(bytes) = size THEN 'none' END
    ) VIRTUAL
);
CREATE TABLE editions (
    id INTEGER PRIMARY KEY,
    statement INTEGER NOT NULL REFERENCES statements (id),
    position INTEGER NOT NULL CHECK (position >= 1),
    kind TEXT CHECK (
        kind IN ('prepared', 'delivered', 'verbatim', 'summary', 'transcript', 'translation', 'interpretation')
    ),
    kind_inferred INTEGER NOT NULL CHECK (kind_inferred IN (0, 1)),
    language TEXT NOT NULL CHECK (language <> ''),
    language_inferred INTEGER NOT NULL CHECK (language_inferred IN (0, 1)),
    cited_as TEXT GENERATED ALWAYS AS (ifnull(kind || '.', '') || language) VIRTUAL,
    UNIQUE (statement, position),
    CHECK (kind IS NOT NULL OR kind_inferred)
);
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
CREATE TABLE groups (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL
);
CREATE TABLE measurements (
    id INTEGER PRIMARY KEY,
    coder INTEGER NOT NULL REFERENCES coders (id),
    country TEXT NOT NULL CHECK (country <> ''),
    supposed TEXT NOT NULL CHECK (
        supposed IN ('declared', 'substantive', 'acknowledged', 'mentioned', 'absent')
    ),
    answered TEXT NOT NULL CHECK (
        answered IN ('declared', 'substantive', 'acknowledged', 'mentioned', 'absent', 'not sure')
    ),
    coded TEXT NOT NULL CHECK (coded IN ('declared', 'substantive', 'acknowledged', 'mentioned', 'absent')),
    number REAL NOT NULL CHECK (number > 0),
    run INTEGER NOT NULL REFERENCES runs (id),
    UNIQUE (coder, run, country, supposed, answered, coded)
);
CREATE TABLE memberships (
    id INTEGER PRIMARY KEY,
    group_id TEXT NOT NULL REFERENCES groups (id),
    country TEXT NOT NULL CHECK (country <> ''),
    since TEXT CHECK (since <> ''),
    until TEXT CHECK (until > ifnull(since, '')),
    source TEXT NOT NULL CHECK (source <> ''),
    checked TEXT NOT NULL CHECK (strftime('%Y-%m-%d', checked) = checked),
    person TEXT CHECK (person <> ''),
    run INTEGER NOT NULL REFERENCES runs (id)
);
CREATE TABLE mirror_commits (
    name TEXT PRIMARY KEY CHECK (length(name) = 40),
    content BLOB NOT NULL,
    files BLOB NOT NULL
);
CREATE TABLE mirror_files (
    name TEXT PRIMARY KEY CHECK (length(name) = 40),
    content BLOB NOT NULL
);
CREATE TABLE omissions (
    id INTEGER PRIMARY KEY,
    mirror TEXT NOT NULL CHECK (length(mirror) = 40),
    closed INTEGER NOT NULL CHECK (closed > 0)
);
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
CREATE TABLE repairs (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id),
    what TEXT NOT NULL CHECK (what <> ''),
    did INTEGER NOT NULL CHECK (did IN (0, 1)),
    how TEXT NOT NULL CHECK (how <> '')
);
CREATE TABLE repeats (
    id INTEGER PRIMARY KEY,
    outcome INTEGER NOT NULL REFERENCES outcomes (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    observed TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', observed) = observed),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    UNIQUE (outcome, run)
);
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    coder INTEGER NOT NULL REFERENCES coders (id),
    old_snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    new_snapshot INTEGER NOT NULL REFERENCES snapshots (id),
    shown TEXT NOT NULL CHECK (length(shown) = 64),
    asked TEXT NOT NULL CHECK (strftime('%Y-%m-%dT%H:%M:%SZ', asked) = asked),
    seconds REAL NOT NULL CHECK (seconds >= 0),
    calls INTEGER NOT NULL CHECK (calls >= 0),
    input_tokens INTEGER CHECK (input_tokens >= 0),
    output_tokens INTEGER CHECK (output_tokens >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0),
    run INTEGER NOT NULL REFERENCES runs (id),
    reply TEXT NOT NULL
);
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
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    release TEXT NOT NULL,
    kind TEXT CHECK (kind <> ''),
    command TEXT,
    ended TEXT CHECK (ended >= started),
    status TEXT CHECK (status IN ('running', 'complete', 'failed', 'interrupted')),
    watch_list TEXT REFERENCES watch_lists (sha256)
);
CREATE TABLE segment_offsets (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (id),
    ordinal INTEGER NOT NULL,
    kind TEXT CHECK (kind IN ('heading', 'item')),
    paragraph INTEGER NOT NULL,
    "start" INTEGER NOT NULL CHECK ("start" >= 0),
    "end" INTEGER NOT NULL CHECK ("end" >= "start"),
    folded TEXT,
    UNIQUE (version, ordinal)
);
CREATE VIRTUAL TABLE segments_fts USING fts5 (
    text, content = 'segments_searched', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
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
    cited_as TEXT
        GENERATED ALWAYS AS (country || '/' || body || '/' || session || ifnull('/' || item, '')) VIRTUAL,
    FOREIGN KEY (body, session) REFERENCES sessions (body, label) ON UPDATE CASCADE
);
CREATE TABLE unmirrored (
    id INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    name TEXT NOT NULL
);
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
    UNIQUE (snapshot, extractor, language, run)
);
CREATE TABLE watch_lists (
    sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
    text TEXT NOT NULL
);
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
CREATE TABLE withdrawn (
    id INTEGER PRIMARY KEY,
    withdrawal INTEGER NOT NULL REFERENCES withdrawals (id),
    snapshot INTEGER REFERENCES snapshots (id),
    document TEXT NOT NULL REFERENCES documents (sha256),
    text TEXT CHECK (length(text) = 64),
    words INTEGER CHECK (words >= 0)
);
CREATE TRIGGER segment_offsets_changed AFTER UPDATE ON segment_offsets BEGIN
    INSERT INTO segments_fts (rowid, text) SELECT id, text FROM segments_searched WHERE id = new.id;
END;
CREATE TRIGGER segment_offsets_changing BEFORE UPDATE ON segment_offsets
WHEN EXISTS (SELECT 1 FROM segments_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, text FROM segments_searched WHERE id = old.id;
END;
CREATE TRIGGER segment_offsets_deleted BEFORE DELETE ON segment_offsets
WHEN EXISTS (SELECT 1 FROM segments_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, text FROM segments_searched WHERE id = old.id;
END;
CREATE TRIGGER segments_deleted INSTEAD OF DELETE ON segments BEGIN
    DELETE FROM segment_offsets WHERE id = old.id;
END;
CREATE TRIGGER segments_inserted INSTEAD OF INSERT ON segments BEGIN
    INSERT INTO segment_offsets (id, version, ordinal, kind, paragraph, "start", "end", folded)
    VALUES (
        new.id, new.version, new.ordinal, nullif(new.kind, 'sentence'), new.paragraph, new."start", new."end",
        new.folded
    );
END;
CREATE TRIGGER segments_updated INSTEAD OF UPDATE ON segments BEGIN
    SELECT RAISE(ABORT, 'the text of a segment is that of its version, between two places')
    WHERE new.text IS NOT old.text;
    UPDATE segment_offsets SET id = new.id, version = new.version, ordinal = new.ordinal,
        kind = nullif(new.kind, 'sentence'), paragraph = new.paragraph, "start" = new."start",
        "end" = new."end", folded = new.folded
    WHERE id = old.id;
END;
CREATE TRIGGER versions_changed AFTER UPDATE OF id, text ON versions BEGIN
    INSERT INTO segments_fts (rowid, text) SELECT id, coalesce(folded, text) FROM segments WHERE version = new.id;
END;
CREATE TRIGGER versions_changing BEFORE UPDATE OF id, text ON versions BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, coalesce(folded, text) FROM segments
    WHERE version = old.id AND id IN (SELECT id FROM segments_fts_docsize);
END;
CREATE TRIGGER versions_deleted BEFORE DELETE ON versions BEGIN
    DELETE FROM segment_offsets WHERE version = old.id;
END;
CREATE VIEW holdings AS
    SELECT id AS snapshot, document FROM snapshots UNION SELECT snapshot, document FROM parts;
CREATE VIEW latest AS
    SELECT snapshots.edition AS edition, snapshots.id AS snapshot, versions.id AS version
    FROM readable_snapshots AS snapshots
    JOIN versions ON versions.id = (SELECT max(id) FROM versions AS other WHERE other.snapshot = snapshots.id)
    WHERE snapshots.ordinal = (
        SELECT max(ordinal) FROM readable_snapshots AS other WHERE other.edition = snapshots.edition
    );
CREATE VIEW readable_snapshots AS
    SELECT id, edition, ordinal, document, observed, source, url, run FROM snapshots
    WHERE id NOT IN (SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL);
CREATE VIEW segments AS
    SELECT id, version, ordinal, coalesce(kind, 'sentence') AS kind, paragraph, "start", "end",
        (SELECT substr(versions.text, "start" + 1, "end" - "start") FROM versions WHERE versions.id = version)
        AS text, folded
    FROM segment_offsets;
CREATE VIEW segments_searched AS SELECT id, coalesce(folded, text) AS text FROM segments;
CREATE VIEW standing_withdrawals AS
    SELECT withdrawals.id AS withdrawal, withdrawals.act AS act, snapshot, document, text
    FROM withdrawn JOIN withdrawals ON withdrawals.id = withdrawn.withdrawal
    WHERE withdrawals.act <> 'lift' AND NOT EXISTS (
        SELECT 1 FROM withdrawn AS later JOIN withdrawals AS acts ON acts.id = later.withdrawal
        WHERE later.document = withdrawn.document AND later.snapshot IS withdrawn.snapshot
        AND later.withdrawal > withdrawn.withdrawal AND (
            later.snapshot IS NOT NULL
            OR substr(acts.reference, 1, instr(acts.reference || '~', '~') - 1)
            = substr(withdrawals.reference, 1, instr(withdrawals.reference || '~', '~') - 1)
        )
    );
