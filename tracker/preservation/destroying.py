"""Destroying: what is removed from each row, in record and mirror alike, and from all pages of the record."""

from __future__ import annotations

import json
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING

from tracker.errors import ArchiveLocked
from tracker.model.ledger import TOLD_CAUSES
from tracker.preservation.folder import remove_open_copy
from tracker.record.access.withdrawals import OF_STATEMENT, of_statement
from tracker.record.access.withheld import name_command
from tracker.record.derived.answers import DERIVED_NAME
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.rows import fetch_column, fetch_value, has_table, quote_names, update_row
from tracker.record.schema.units import belongs_to, measure_depth, members, read_tables
from tracker.record.statements.segments import forget_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.preservation.mirror.unit_files import Row

    Header = tuple[str, str]
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.preservation.mirror.unit_files import Value
    from tracker.record.schema.units import Table


GONE = "destroyed"
"""The text of a column that must not be empty."""


_PLAIN = frozenset({"date", "age", "content-length", "last-modified"})
"""Of the headers of requests and answers, those that quote nothing."""

_ANY = 2**63 - 1

FREE = "free:"
"""What stands before the label of a topic that a second reader named and no vocabulary has."""


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Everything of which only digests are left; numbers are those of rows."""

    snapshots: frozenset[int]
    documents: frozenset[str]
    statements: frozenset[int]
    """Those of which a snapshot was destroyed: a title that was read out of a document may be of that one."""
    wholly: frozenset[int]
    """Of those, the ones of which nothing else is left."""
    sources: frozenset[str]
    """Which gave any of it: what was noted of their documents may quote it."""
    addresses: frozenset[str]
    runs: frozenset[int]
    """In which somebody recorded it or decided on it: what was typed may quote it."""
    outcomes: frozenset[int] = frozenset()
    """Checks of its sources: a server's headers may hold a document's title."""
    requests: frozenset[int] = frozenset()
    """What second readers were asked about it: their answers name sentences."""
    names: frozenset[tuple[str, str, str, str | None]] = frozenset()
    """Country, body, session and item of the statements: a note on one that is expected may quote it."""
    _: KW_ONLY
    last: int = _ANY
    """The run that removed it last: what was recorded in a later one stays as it is."""
    later_titles: frozenset[tuple[int, str]] = frozenset()
    """Titles that statements were given in a later run."""


def scrub(table: str, row: Row, gone: Destroyed) -> Row:
    """Return a row without what quotes destroyed material: itself where it does not.

    A row of the public branch may lack columns.
    """
    rule = _RULES.get(table)
    run = row.get("run")
    is_later = isinstance(run, int) and run > gone.last
    changed = rule(row, gone) if rule and not is_later else {}
    changed = {name: value for name, value in changed.items() if name in row and row[name] != value}
    return {**row, **changed} if changed else row


def _statement(row: Row, gone: Destroyed) -> Row:
    is_whole = row["id"] in gone.wholly
    if not is_whole and not (row["id"] in gone.statements and row.get("title_inferred")):
        return {}
    if (row["id"], row.get("title")) in gone.later_titles:
        return {}
    return {"title": None, "title_inferred": 0}


def _amendment(row: Row, gone: Destroyed) -> Row:
    is_of_title = row["statement"] in gone.wholly and row["field"] == "title"
    if not is_of_title and not (row["statement"] in gone.statements and row["field"] == "guessed title"):
        return {}
    return {"earlier": "", "later": GONE}


def _outcome(row: Row, gone: Destroyed) -> Row:
    is_ours = row.get("snapshot") in gone.snapshots or row.get("sha256") in gone.documents
    had_bytes = row.get("sha256") is not None and row.get("source") in gone.sources
    is_told = row.get("cause") in TOLD_CAUSES
    return {"detail": "", "etag": None} if (is_ours or had_bytes) and not is_told else {}


def _review(row: Row, gone: Destroyed) -> Row:
    return {"reason": GONE} if row["document"] in gone.documents and row.get("verdict") else {}


def _decision(row: Row, gone: Destroyed) -> Row:
    old, new = (row[f"{side}_snapshot"] in gone.snapshots for side in ("old", "new"))
    return {
        **({"old_segments": "[]"} if old else {}),
        **({"new_segments": "[]"} if new else {}),
        **({"note": None} if old or new else {}),
    }


def _request(row: Row, gone: Destroyed) -> Row:
    return {"reply": GONE} if row["id"] in gone.requests else {}


def _answer(row: Row, gone: Destroyed) -> Row:
    if row["request"] not in gone.requests:
        return {}
    is_free = str(row["topic"]).startswith(FREE)
    return {"segments": "[]", **({"topic": f"{FREE}{GONE} {int(row['id'] or 0)}"} if is_free else {})}


def _run(row: Row, gone: Destroyed) -> Row:
    command = row.get("command")
    return {"command": name_command(str(command))} if row["id"] in gone.runs and command else {}


def _candidate(row: Row, gone: Destroyed) -> Row:
    return {"text": GONE} if row["address"] in gone.addresses else {}


def _exchange(row: Row, gone: Destroyed) -> Row:
    if row["outcome"] not in gone.outcomes:
        return {}
    return {name: _keep_plain(str(row[name])) for name in ("request_headers", "headers") if name in row}


def _expectation(row: Row, gone: Destroyed) -> Row:
    name = tuple(row.get(part) for part in ("country", "body", "session", "item"))
    return {"note": GONE} if name in gone.names and row.get("note") else {}


def _keep_plain(headers: str) -> str:
    return json.dumps(keep_plain(json.loads(headers)), ensure_ascii=False)


def keep_plain(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return the headers, pairs of name and value, that say no more than when, and how much."""
    return tuple(pair for pair in headers if str(pair[0]).lower() in _PLAIN)


_RULES: Mapping[str, Callable[[Row, Destroyed], Row]] = {
    "statements": _statement,
    "amendments": _amendment,
    "outcomes": _outcome,
    "reviews": _review,
    "decisions": _decision,
    "requests": _request,
    "answers": _answer,
    "runs": _run,
    "candidates": _candidate,
    "exchanges": _exchange,
    "expectations": _expectation,
}


_GONE = "FROM standing_withdrawals WHERE act = 'destroy'"
_SNAPSHOTS = f"SELECT snapshot {_GONE} AND snapshot IS NOT NULL"
_DOCUMENTS = f"SELECT document {_GONE}"

_STATEMENTS = f"""
SELECT DISTINCT statement FROM snapshots JOIN editions ON editions.id = edition
WHERE snapshots.id IN ({_SNAPSHOTS})
"""  # noqa: S608 (our own text)

_WHOLLY = f"""
SELECT statement FROM snapshots JOIN editions ON editions.id = edition
GROUP BY statement HAVING sum(snapshots.id NOT IN ({_SNAPSHOTS})) = 0
"""  # noqa: S608 (our own text)

_SOURCES = f"""
SELECT source FROM outcomes WHERE snapshot IN ({_SNAPSHOTS}) OR sha256 IN ({_DOCUMENTS}) AND (
    reference IS NULL OR {of_statement("reference")} IN (
        SELECT {OF_STATEMENT} FROM withdrawals WHERE act = 'destroy'
    )
)
"""  # noqa: S608 (our own text)
"""Not those that gave the same bytes for another statement: of theirs, the checks of these bytes alone."""

_ADDRESSES = f"""
SELECT address FROM outcomes WHERE snapshot IN ({_SNAPSHOTS}) OR sha256 IN ({_DOCUMENTS})
"""  # noqa: S608 (our own text)

_OUTCOMES = f"""
SELECT id FROM outcomes WHERE (source IN ({_SOURCES}) OR sha256 IN ({_DOCUMENTS})) AND run <= ?
"""  # noqa: S608 (our own text)

_REQUESTS = f"""
SELECT id, run FROM requests
WHERE (old_snapshot IN ({_SNAPSHOTS}) OR new_snapshot IN ({_SNAPSHOTS})) AND run <= ?
"""  # noqa: S608 (our own text)

_NAMES = f"SELECT country, body, session, item FROM statements WHERE id IN ({_STATEMENTS})"  # noqa: S608

_RUNS = f"""
SELECT run FROM (
SELECT run FROM snapshots WHERE id IN ({_SNAPSHOTS})
UNION SELECT run FROM decisions WHERE old_snapshot IN ({_SNAPSHOTS}) OR new_snapshot IN ({_SNAPSHOTS})
UNION SELECT run FROM amendments WHERE statement IN ({_STATEMENTS})
UNION SELECT run FROM reviews WHERE document IN ({_DOCUMENTS}) AND run IS NOT NULL
UNION SELECT expectations.run FROM expectations JOIN statements USING (country, body, session)
    WHERE expectations.item IS statements.item AND statements.id IN ({_STATEMENTS})
) WHERE run <= ?
"""  # noqa: S608 (our own text)

_LATER_TITLES = """
SELECT statement, later FROM amendments WHERE field IN ('title', 'guessed title') AND run > ?
"""
_HISTORY = "SELECT name FROM main.sqlite_master WHERE name IN ('mirror_commits', 'mirror_files')"
_LAST = "SELECT max(run) FROM withdrawals WHERE act = 'destroy'"


def read_destroyed(connection: sqlite3.Connection) -> Destroyed:
    """Return all that was ever destroyed, so that destroying it again changes nothing.

    What was recorded after the last act is not part of it: a later check of a source, for one.
    """
    last = _find_last(connection)
    queries = (_SNAPSHOTS, _DOCUMENTS, _STATEMENTS, _WHOLLY, _SOURCES, _ADDRESSES)
    found = [frozenset(fetch_column(connection, query)) for query in queries]
    found += [frozenset(fetch_column(connection, query, [last])) for query in (_RUNS, _OUTCOMES)]
    asked = connection.execute(_REQUESTS, [last]).fetchall() if has_table(connection, "requests") else ()
    names = frozenset(connection.execute(_NAMES))
    titles = frozenset(connection.execute(_LATER_TITLES, [last]))
    gone = Destroyed(*found)
    return replace(
        gone,
        runs=gone.runs.union(run for _, run in asked),
        requests=frozenset(request for request, _ in asked),
        names=names,
        last=last,
        later_titles=titles,
    )


def _find_last(connection: sqlite3.Connection) -> int:
    """Return the last run that destroyed anything; 0 where none did."""
    return fetch_value(connection, _LAST) or 0


def destroy_rows(connection: sqlite3.Connection) -> None:
    """Remove what was destroyed from every table; SQLite overwrites what it frees with zeros."""
    gone = read_destroyed(connection)
    tables = read_tables(connection)
    # SQLite empties the pages that it frees, and FTS5 takes a text out of its index by the deleted row.
    connection.execute("PRAGMA secure_delete = ON")
    units = f"IN ({_SNAPSHOTS})"
    forget_words(connection, fetch_column(connection, f"SELECT id FROM versions WHERE snapshot {units}"))  # noqa: S608
    for table in _parts_of_snapshots(tables):
        connection.execute(f'DELETE FROM "{table.stored}" WHERE {belongs_to(tables, table, units)}')  # noqa: S608 (our schema)
    connection.execute(f"UPDATE documents SET bytes = NULL WHERE sha256 IN ({_DOCUMENTS})")  # noqa: S608
    for name in tables.keys() & _RULES.keys():
        for key, changed in list(_find_changes(connection, tables[name], gone)):
            update_row(connection, name, (tables[name].key, key), changed)
    _forget_history(connection)


def _forget_history(connection: sqlite3.Connection) -> None:
    """Forget the history of the mirror: it is rewritten, and noted again then."""
    for name in fetch_column(connection, _HISTORY):
        connection.execute(f"DELETE FROM {name}")  # noqa: S608 (our names)


def overwrite_freed_pages(connection: sqlite3.Connection) -> None:
    """Leave no copy of what was deleted: in the index, in free pages, and in the log next to the file.

    Raises ``ArchiveLocked`` where another program still reads what was there before.
    """
    connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')")
    connection.execute("VACUUM")
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveLocked(
            f"{FILE_NAME}-wal still holds what was destroyed, since another program reads {FILE_NAME};"
            " end it, then give the same command again"
        )


def remove_derived(folder: Path) -> None:
    """Remove what was computed, and the open copy: both can be made again, for what is left."""
    for path in folder.glob(f"{DERIVED_NAME}*"):
        path.unlink(missing_ok=True)
    remove_open_copy(folder)


def _parts_of_snapshots(tables: dict[str, Table]) -> list[Table]:
    """Return the tables whose rows are part of a snapshot, those that refer to others first."""
    parts = [table for table in members(tables, "snapshot") if table.owner]
    return sorted(parts, key=lambda table: -measure_depth(tables, table))


def _find_changes(
    connection: sqlite3.Connection, table: Table, gone: Destroyed
) -> Iterator[tuple[Value, Row]]:
    """Yield the key of each row that quotes what was destroyed, with what its columns are to be."""
    query = f'SELECT {quote_names(table.columns)} FROM "{table.name}"'  # noqa: S608 (our schema)
    for values in connection.execute(query):
        row = dict(zip(table.columns, values, strict=True))
        clean = scrub(table.name, row, gone)
        if clean is not row:
            yield row[table.key], {name: value for name, value in clean.items() if value != row[name]}
