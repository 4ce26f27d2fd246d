CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM documents; END
CREATE TRIGGER t BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'no'); END
CREATE TRIGGER t AFTER INSERT ON snapshots BEGIN UPDATE versions SET text = 'x'; END
DROP VIEW readable_snapshots; CREATE TABLE readable_snapshots AS SELECT * FROM snapshots
DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT s.* FROM snapshots s, c
DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS SELECT *, load_extension('x.so') FROM snapshots
DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS SELECT *, zeroblob(900000000) AS z FROM snapshots
CREATE VIEW v AS SELECT readfile('/etc/passwd')
CREATE VIRTUAL TABLE e USING fts5(a)
CREATE VIRTUAL TABLE e USING fts5(a, tokenize = 'trigram')
CREATE VIRTUAL TABLE r USING rtree(id, a, b)
DROP TABLE segments_fts
DROP TABLE segments
DELETE FROM segments_fts_data
UPDATE segments_fts_data SET block = x'00ff'
UPDATE segments_fts_config SET v = 99
CREATE TABLE x (y AS (abs(-9223372036854775808)))
CREATE INDEX i ON versions (lower(text))
ALTER TABLE versions ADD COLUMN more DEFAULT (randomblob(10))
ALTER TABLE documents RENAME TO papers
ALTER TABLE versions RENAME COLUMN text TO words
CREATE TABLE "a"" b" (c)
CREATE TABLE sqlx ("‮")
DELETE FROM _sqlite_migrations
INSERT INTO _sqlite_migrations SELECT 'tracker', 'x', 'y' FROM _sqlite_migrations LIMIT 1
UPDATE _sqlite_migrations SET name = x'ff'
PRAGMA user_version = -1
PRAGMA application_id = 1
PRAGMA encoding = 'UTF-16'
PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, 'CHECK', 'check') WHERE type = 'table'
PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = sql || ' x' WHERE name = 'runs'
PRAGMA writable_schema = 1; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'documents'
PRAGMA writable_schema = 1; INSERT INTO sqlite_master VALUES ('table', 'z', 'z', 0, 'CREATE VIRTUAL TABLE z USING nothing()')
PRAGMA writable_schema = 1; DELETE FROM sqlite_master WHERE name = 'statements'
