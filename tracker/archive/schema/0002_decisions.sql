-- What people decided about changes and topics.

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
CREATE INDEX decisions_by_old_snapshot ON decisions (old_snapshot);
CREATE INDEX decisions_by_new_snapshot ON decisions (new_snapshot);
CREATE INDEX decisions_by_run ON decisions (run);
