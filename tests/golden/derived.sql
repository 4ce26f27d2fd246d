CREATE INDEX answers_by_rules ON answers (user, kind, rules);
CREATE TABLE answers (kind TEXT, key TEXT, rules TEXT, value TEXT, user BLOB, signature BLOB, PRIMARY KEY (kind, key, user));
CREATE TABLE shown (change TEXT, old TEXT, new TEXT, user BLOB, signature BLOB, PRIMARY KEY (change, user)) WITHOUT ROWID;
CREATE TABLE vectors (encoder TEXT, sentence BLOB, vector BLOB, user BLOB, signature BLOB, PRIMARY KEY (encoder, sentence, user));
