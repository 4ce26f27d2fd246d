-- Second readers of what is unsure: who they are, what was asked of them, what they answered, and how each answers
-- where careful readers had coded. What people decide stays in decisions.
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
CREATE INDEX coders_named ON coders (name, prompt);
CREATE INDEX coders_by_run ON coders (run);

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
CREATE INDEX requests_by_coder ON requests (coder);
CREATE INDEX requests_by_old_snapshot ON requests (old_snapshot);
CREATE INDEX requests_by_new_snapshot ON requests (new_snapshot);
CREATE INDEX requests_by_run ON requests (run);

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
CREATE INDEX measurements_by_run ON measurements (run);
