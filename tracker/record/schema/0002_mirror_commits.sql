-- What the mirror keeps in the record of its own history, so that a damaged one is written again, commit by commit.
CREATE TABLE mirror_commits (
    name TEXT PRIMARY KEY CHECK (length(name) = 40),
    content BLOB NOT NULL,
    files BLOB NOT NULL
);
CREATE TABLE mirror_files (
    name TEXT PRIMARY KEY CHECK (length(name) = 40),
    content BLOB NOT NULL
);
