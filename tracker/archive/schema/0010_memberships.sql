-- Which states belong to which group, and when: as the program had it, or as somebody keeps it here.
--
-- Rows are only added. Those that one run wrote for a group are all its members; the latest such run counts.

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
CREATE INDEX memberships_by_group ON memberships (group_id, run);
CREATE INDEX memberships_by_run ON memberships (run);
