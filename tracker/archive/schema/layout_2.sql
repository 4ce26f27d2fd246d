-- The second layout of the record, which keeps each text once: 2.5 times the plain text recorded, the first 4.3 times.
--
-- A new archive has it; one that is there gets it by `tracker upgrade` alone, which fills a new file.
--
-- A segment is a place in its version's text. `segments` has the columns of the table that it was, and may be
-- read and written like it. `substr` counts characters from the beginning of a text: whoever reads a long one
-- whole cuts it himself. Bytes are deflated as `sqlar_uncompress(bytes, size)` reads them.

DROP TABLE segments;
DROP TABLE documents;

CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY NOT NULL CHECK (length(sha256) = 64),
    size INTEGER NOT NULL CHECK (size >= length(bytes)),
    media_type TEXT NOT NULL,
    bytes BLOB CHECK (typeof(bytes) IN ('blob', 'null')),
    packing TEXT GENERATED ALWAYS AS (
        CASE WHEN length(bytes) < size THEN 'zlib' WHEN length(bytes) = size THEN 'none' END
    ) VIRTUAL
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

CREATE VIEW segments AS
    SELECT id, version, ordinal, coalesce(kind, 'sentence') AS kind, paragraph, "start", "end",
        (SELECT substr(versions.text, "start" + 1, "end" - "start") FROM versions WHERE versions.id = version)
        AS text, folded
    FROM segment_offsets;

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

CREATE TRIGGER segments_deleted INSTEAD OF DELETE ON segments BEGIN
    DELETE FROM segment_offsets WHERE id = old.id;
END;

-- The full-text index forgets a segment by its words: so before its place goes, and before its version does.
-- A repair makes anew what writes to the index: those triggers are the last.

CREATE TRIGGER versions_deleted BEFORE DELETE ON versions BEGIN
    DELETE FROM segment_offsets WHERE version = old.id;
END;

CREATE TRIGGER segment_offsets_deleted BEFORE DELETE ON segment_offsets
WHEN EXISTS (SELECT 1 FROM segments_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, text FROM segments_searched WHERE id = old.id;
END;

CREATE TRIGGER segment_offsets_changing BEFORE UPDATE ON segment_offsets
WHEN EXISTS (SELECT 1 FROM segments_fts_docsize WHERE id = old.id) BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, text FROM segments_searched WHERE id = old.id;
END;

CREATE TRIGGER segment_offsets_changed AFTER UPDATE ON segment_offsets BEGIN
    INSERT INTO segments_fts (rowid, text) SELECT id, text FROM segments_searched WHERE id = new.id;
END;

CREATE TRIGGER versions_changing BEFORE UPDATE OF id, text ON versions BEGIN
    INSERT INTO segments_fts (segments_fts, rowid, text)
    SELECT 'delete', id, coalesce(folded, text) FROM segments
    WHERE version = old.id AND id IN (SELECT id FROM segments_fts_docsize);
END;

CREATE TRIGGER versions_changed AFTER UPDATE OF id, text ON versions BEGIN
    INSERT INTO segments_fts (rowid, text) SELECT id, coalesce(folded, text) FROM segments WHERE version = new.id;
END;
