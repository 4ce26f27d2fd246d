"""What is hidden in rows: closed material from the public, and quotes of withdrawn material from everybody.

Those quotes are what somebody typed, and what was noted of its contents. References, digests, sizes, dates,
addresses, and who decided why, stay.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from tracker.archive.record.clocks import read_confirmed_day
from tracker.archive.rights.access import is_closed_source, read_closed_sources
from tracker.archive.rights.scrubbing import name_command
from tracker.archive.rights.withdrawals import read_withdrawn_documents
from tracker.archive.schema.rows import fetch_column
from tracker.errors import ReferenceInvalid
from tracker.model.texts import Reference
from tracker.references import parse_reference

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from tracker.archive.mirror.row_files import Row
    from tracker.archive.rights.access import Access
    from tracker.archive.schema.schema_map import Unit
    from tracker.model.ledger import Check, Expectation, Review, RunEntry

_SNAPSHOTS = """
SELECT country, body, session, item, kind, language, ordinal FROM standing_withdrawals
JOIN snapshots ON snapshots.id = snapshot
JOIN editions ON editions.id = edition
JOIN statements ON statements.id = statement
"""

_STATEMENTS = """
SELECT statements.id, country, body, session, item FROM statements
JOIN editions ON editions.statement = statements.id
JOIN snapshots ON snapshots.edition = editions.id
GROUP BY statements.id HAVING count(*) = sum(snapshots.id IN (SELECT snapshot FROM standing_withdrawals))
"""
"""Those of which everything was withdrawn."""

_RUNS = f"""
WITH gone AS (SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL),
    whole AS ({_STATEMENTS})
SELECT run FROM snapshots WHERE id IN gone
UNION SELECT run FROM decisions WHERE old_snapshot IN gone OR new_snapshot IN gone
UNION SELECT run FROM amendments WHERE statement IN (SELECT id FROM whole)
UNION SELECT run FROM reviews WHERE document IN (SELECT document FROM standing_withdrawals)
UNION SELECT run FROM expectations JOIN whole USING (country, body, session)
    WHERE expectations.item IS whole.item
"""  # noqa: S608 (a query of ours)
"""In which somebody recorded it, said more of it, or decided on it: what was typed may quote it."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was withdrawn, as the rows around it name it."""

    snapshots: frozenset[Reference]
    statements: frozenset[Reference]
    """Those of which nothing is left to read."""
    documents: frozenset[str]
    runs: frozenset[int]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Self:
        """Return what is withdrawn in a record."""
        if not connection.execute("SELECT 1 FROM standing_withdrawals LIMIT 1").fetchone():
            return cls(frozenset(), frozenset(), frozenset(), frozenset())
        return cls(
            frozenset(Reference(*name) for name in connection.execute(_SNAPSHOTS)),
            frozenset(Reference(*name) for _, *name in connection.execute(_STATEMENTS)),
            read_withdrawn_documents(connection),
            frozenset(fetch_column(connection, _RUNS)),
        )

    def run(self, entry: RunEntry) -> RunEntry:
        """Return a run, with only the name of its command where the rest may quote withdrawn material.

        The reason of a withdrawal is meant to be read.
        """
        if not entry.command or not self.may_quote(entry.id, entry.kind, entry.command):
            return entry
        return replace(entry, command=name_command(entry.command))

    def may_quote(self, run: int, kind: str | None, command: str) -> bool:
        """Return whether a run's command may quote what was withdrawn."""
        if kind == "withdraw":
            return False
        return run in self.runs or bool(self.statements and self.statements & _read_named(command))

    def check(self, check: Check) -> Check:
        """Return a check without what it noted of contents, and without what servers said of them."""
        is_ours = check.snapshot in self.snapshots or check.sha256 in self.documents
        if not is_ours or check.cause == "withdrawn":
            return check
        exchanges = tuple(replace(each, headers=()) for each in check.exchanges)
        return replace(check, detail="", exchanges=exchanges)

    def review(self, review: Review) -> Review:
        """Return a review without what it quotes."""
        return replace(review, detail="", reason=None) if review.sha256 in self.documents else review

    def expectation(self, each: Expectation) -> Expectation:
        """Return a note on a statement without its words."""
        return replace(each, note=None) if each.reference in self.statements else each


def _read_named(command: str) -> frozenset[Reference]:
    """Return the statements that the words of a command name."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return frozenset(filter(None, map(_read_statement, words)))


def _read_statement(word: str) -> Reference | None:
    try:
        found = parse_reference(word)
    except ReferenceInvalid:
        return None
    return Reference(found.country, found.body, found.session, found.item)


Rows = dict[str, list["Row"]]

_KEPT: Mapping[str, tuple[str, ...]] = {
    "snapshots": ("id", "edition", "ordinal", "document", "observed", "run"),
    "documents": ("sha256", "size", "media_type"),
    "statements": ("id", "country", "body", "session", "item"),
    "outcomes": ("id", "run", "outcome", "observed", "sha256", "size"),
}
"""Of a closed row, what proves that it was there and says nothing of what it holds."""

NOT_PUBLIC = "not public"
"""What marks such a row; no column has that name."""

_DIGESTS = "withdrawn"
"""The table that says of closed rows that they were withdrawn, and holds no more than digests."""

_NOTES = "expectations"
"""The table that names statements by their words and not by a number."""

_TELLING = """
WITH closed AS (SELECT value FROM json_each(?1)), gone AS (SELECT value FROM json_each(?2))
SELECT run FROM snapshots WHERE id IN closed
UNION SELECT run FROM decisions WHERE old_snapshot IN closed OR new_snapshot IN closed
UNION SELECT run FROM amendments WHERE statement IN gone
"""
"""Runs that recorded what is closed, or decided on it: what was typed may quote it."""

_IDENTIFIED: Mapping[str, tuple[str, str]] = {
    "snapshot": ("snapshots", "id"),
    "document": ("documents", "sha256"),
    "statement": ("statements", "id"),
}
"""The table of a unit's own row, and the column that names it."""


class Redaction:
    """Removes closed material from rows, by the links of the schema."""

    def __init__(self, connection: sqlite3.Connection, access: Access, tables: Mapping[str, object]) -> None:
        self.connection = connection
        self._access = access
        self._confirmed = read_confirmed_day(connection)
        self._links = {
            name: tuple(connection.execute('SELECT "from", "table" FROM pragma_foreign_key_list(?)', [name]))
            for name in tables
        }
        self._closed: Mapping[str, frozenset[object]] = {
            "snapshots": frozenset(access.snapshots),
            "documents": access.documents - access.waiting,
            "statements": frozenset(access.statements),
        }
        ids = (json.dumps(sorted(closed)) for closed in (access.snapshots, access.statements))
        self._withheld = Withheld.read(connection)
        telling = frozenset(fetch_column(connection, _TELLING, tuple(ids)))
        self._telling = telling | self._withheld.runs
        self._told = access.waiting | self._withheld.documents
        """Documents whose digest is a public row: their bytes are known when they come again."""

    @property
    def is_open(self) -> bool:
        """Whether the public may have everything."""
        return self._access.is_open

    def closes(self, watch_list: str) -> bool:
        """Return whether a watch list closes a source: then the public does not see it."""
        return bool(read_closed_sources(watch_list, self._confirmed))

    def redact(self, unit: Unit, rows: Rows) -> Rows | None:
        """Return the rows themselves where all are open, those that may be shown, or None for none."""
        if self._access.is_open or unit == "archive":
            return rows
        if unit == "watch_list":
            return None if any(self.closes(str(row["text"])) for row in rows["watch_lists"]) else rows
        if unit == "run":
            return self._redact_run(rows)
        if unit == "document" and any(row["sha256"] in self._told for row in rows["documents"]):
            return {**rows, "documents": [{**row, "bytes": None} for row in rows["documents"]]}
        table, key = _IDENTIFIED[unit]
        if not any(row[key] in self._closed[table] for row in rows[table]):
            return rows
        kept = {name: [] if name not in {table, "editions"} else found for name, found in rows.items()}
        return {**kept, table: [_reduce(table, row) for row in rows[table]]}

    def _redact_run(self, rows: Rows) -> Rows:
        outcomes = {
            row["id"] for row in rows.get("outcomes", []) if self._is_closed("outcomes", row, frozenset())
        }
        shown: Rows = {}
        for name, found in rows.items():
            if name == "outcomes":
                shown[name] = [_reduce(name, row) if row["id"] in outcomes else row for row in found]
            elif name == "runs":
                shown[name] = [_name_alone(row) if self._is_telling(row) else row for row in found]
            elif name == _DIGESTS:
                shown[name] = found
            elif name == _NOTES:
                shown[name] = [self._take_note(row) for row in found]
            else:
                shown[name] = [row for row in found if not self._is_closed(name, row, frozenset(outcomes))]
        return shown

    def _is_telling(self, row: Row) -> bool:
        if row["id"] in self._telling:
            return True
        typed = str(row["kind"]), str(row["command"] or "")
        return self._withheld.may_quote(int(row["id"] or 0), *typed)

    def _take_note(self, row: Row) -> Row:
        named = Reference(*(row[part] for part in ("country", "body", "session", "item")))  # type: ignore[arg-type]
        return {**row, "note": None} if named in self._withheld.statements else row

    def _is_closed(self, table: str, row: Row, outcomes: frozenset[object]) -> bool:
        closed = {**self._closed, "outcomes": outcomes}
        if any(row.get(column) in closed.get(target, frozenset()) for column, target in self._links[table]):
            return True
        if table == "outcomes" and row.get("sha256") in self._closed["documents"]:
            return True
        return is_closed_source(str(row.get("source") or ""), self._access.sources)


def _name_alone(row: Row) -> Row:
    return {**row, "command": name_command(str(row["command"])) if row["command"] else None}


def _reduce(table: str, row: Row) -> Row:
    return {NOT_PUBLIC: 1, **{name: value for name, value in row.items() if name in _KEPT[table]}}
