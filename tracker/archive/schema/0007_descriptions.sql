-- The record describes itself: a table of meanings, and names that people can read.
--
-- The columns are computed, not stored: a database browser shows them in the place of a number.

CREATE TABLE descriptions (
    of_table TEXT NOT NULL,
    of_column TEXT NOT NULL,
    meaning TEXT NOT NULL CHECK (meaning <> ''),
    unit TEXT,
    PRIMARY KEY (of_table, of_column)
);

ALTER TABLE statements ADD COLUMN cited_as TEXT
    GENERATED ALWAYS AS (country || '/' || body || '/' || session || ifnull('/' || item, '')) VIRTUAL;
ALTER TABLE editions ADD COLUMN cited_as TEXT
    GENERATED ALWAYS AS (ifnull(kind || '.', '') || language) VIRTUAL;
