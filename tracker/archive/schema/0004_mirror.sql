-- The one table that the mirror keeps in the record: what has changed since it was last written.

CREATE TABLE unmirrored (
    id INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    name TEXT NOT NULL
);
