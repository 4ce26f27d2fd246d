CREATE INDEX answers_by_rules ON answers (kind, rules);
CREATE TABLE answers (kind TEXT, key TEXT, rules TEXT, value TEXT, digest BLOB, PRIMARY KEY (kind, key));
CREATE TABLE shown (change TEXT PRIMARY KEY, old TEXT, new TEXT) WITHOUT ROWID;
CREATE TABLE vectors (encoder TEXT, sentence BLOB, vector BLOB, digest BLOB, PRIMARY KEY (encoder, sentence));
