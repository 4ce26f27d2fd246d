"""What is hidden in rows from the public: closed material, and what quotes it; and all rows without that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracker.model.facts import OF_SNAPSHOT, OF_STATEMENT
from tracker.model.texts import Reference
from tracker.preservation.mirror.unit_files import UnitFiles, write_lines
from tracker.record.access.closed import is_closed_source, read_closed_sources
from tracker.record.access.withheld import Withheld, name_command
from tracker.record.schema.connection import translate
from tracker.record.schema.rows import fetch_column
from tracker.record.schema.units import ROOTS
from tracker.record.statements.clocks import read_confirmed_day

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from tracker.preservation.mirror.unit_files import Row
    from tracker.record.access.closed import Access
    from tracker.record.reading.holdings import Holdings
    from tracker.record.schema.units import Unit

Rows = dict[str, list["Row"]]

COLUMNS: Mapping[str, tuple[str, str]] = {
    "snapshots": ("id edition ordinal document observed run", " ".join(("source", *OF_SNAPSHOT))),
    "documents": ("sha256 size media_type", "bytes"),
    "statements": (
        "id country body session item",
        " ".join(("title_inferred", *OF_STATEMENT)),
    ),
    "editions": ("id statement position kind kind_inferred language language_inferred", ""),
    "outcomes": (
        "id run outcome observed sha256 size",
        "source cause seconds address reference snapshot url http_status announced etag last_modified detail",
    ),
    "runs": ("id started release kind ended status watch_list", "command"),
    "expectations": ("id country body session item state person noted due run", "note"),
}
"""Of a row that is closed, or may quote what is: the columns that prove that it was there and say nothing of
what it holds; and those that are hidden, with every other one that nobody has put here."""

LEFT_OUT = frozenset(
    {
        "versions", "segments", "confirmations", "parts", "amendments", "decisions", "requests", "answers",
        "repeats", "exchanges", "candidates", "reviews",
    }
)  # fmt: skip
"""Tables of which a closed row is left out whole."""

WHOLE = frozenset(
    {
        "_sqlite_migrations", "bodies", "sessions", "groups", "memberships", "watch_lists", "clocks",
        "withdrawals", "withdrawn", "coders", "measurements",
        "repairs", "breaks", "omissions", "edits",
    }
)  # fmt: skip
"""Tables whose rows quote no statement, or are published on purpose: an order, with its reason."""

_SHOWN: Mapping[str, frozenset[str]] = {
    table: frozenset(shown.split()) for table, (shown, _) in COLUMNS.items()
}

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

_ASKING = """
WITH closed AS (SELECT value FROM json_each(?))
SELECT run FROM requests WHERE old_snapshot IN closed OR new_snapshot IN closed
"""
"""Those in which a second reader was asked about it."""

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
        ids = [json.dumps(sorted(closed)) for closed in (access.snapshots, access.statements)]
        self._withheld = Withheld.read(connection)
        telling = frozenset(fetch_column(connection, _TELLING, ids))
        asking = fetch_column(connection, _ASKING, ids[:1]) if "requests" in tables else ()
        self._telling = telling.union(asking, self._withheld.runs)
        self._told = access.waiting | self._withheld.documents
        """Documents whose digest is a public row: their bytes are known when they come again."""

    @property
    def is_open(self) -> bool:
        """Whether the public may have everything."""
        return self._access.is_open

    def hides(self, unit: Unit, name: str) -> bool:
        """Return whether no more than digests are public of a whole unit."""
        if unit not in _IDENTIFIED:
            return False
        table, key = _IDENTIFIED[unit]
        named = int(name) if key == "id" else name
        return named in self._closed[table] and named not in self._told

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
            return {**rows, "documents": [_hide("documents", row) for row in rows["documents"]]}
        table, key = _IDENTIFIED[unit]
        if not any(row[key] in self._closed[table] for row in rows[table]):
            return rows
        parts = {name: [_hide(name, row) for row in found if name in _SHOWN] for name, found in rows.items()}
        return {**parts, table: [_reduce(table, row) for row in rows[table]]}

    def _redact_run(self, rows: Rows) -> Rows:
        parents = {
            name: frozenset(row["id"] for row in rows.get(name, []) if self._is_closed(name, row, {}))
            for name in ("outcomes", "requests")
        }
        shown: Rows = {}
        for name, found in rows.items():
            if name == "outcomes":
                shown[name] = [_reduce(name, row) if row["id"] in parents[name] else row for row in found]
            elif name == "runs":
                shown[name] = [_name_alone(row) if self._is_telling(row) else row for row in found]
            elif name == _DIGESTS:
                shown[name] = found
            elif name == _NOTES:
                shown[name] = [self._take_note(row) for row in found]
            else:
                shown[name] = [row for row in found if not self._is_closed(name, row, parents)]
        return shown

    def _is_telling(self, row: Row) -> bool:
        if row["id"] in self._telling:
            return True
        typed = str(row["kind"]), str(row["command"] or "")
        return self._withheld.may_quote(int(row["id"] or 0), *typed)

    def _take_note(self, row: Row) -> Row:
        named = Reference(*(row[part] for part in ("country", "body", "session", "item")))  # type: ignore[arg-type]
        return _hide(_NOTES, row) if named in self._withheld.statements else row

    def _is_closed(self, table: str, row: Row, parents: Mapping[str, frozenset[object]]) -> bool:
        closed = {**self._closed, **parents}
        if any(row.get(column) in closed.get(target, frozenset()) for column, target in self._links[table]):
            return True
        if table == "outcomes" and row.get("sha256") in self._closed["documents"]:
            return True
        return is_closed_source(str(row.get("source") or ""), self._access.sources)


def _name_alone(row: Row) -> Row:
    return {**_hide("runs", row), "command": name_command(str(row["command"])) if row["command"] else None}


def _hide(table: str, row: Row) -> Row:
    """Return a row without the values of columns that are not shown."""
    return {name: value if name in _SHOWN[table] else None for name, value in row.items()}


def _reduce(table: str, row: Row) -> Row:
    """Return what is shown of a closed row, marked as such."""
    return {NOT_PUBLIC: 1, **{name: value for name, value in row.items() if name in _SHOWN[table]}}


_ORDER: tuple[Unit, ...] = ("watch_list", "run", "document", "statement", "snapshot")
_APART = {"documents": ("bytes",), "versions": ("text",)}
"""Columns whose values are files of their own, named by the row's digest."""

_SEGMENTS = (
    'SELECT id, version, ordinal, kind, paragraph, "start", "end" FROM segments WHERE version = ?'
    " ORDER BY ordinal"
)


def list_lines(holdings: Holdings) -> Iterator[bytes]:
    """Yield the rows of every table, each on a line under the table's name; of what is closed, digests.

    A segment's text is that of its version between the offsets, and is left out.
    """
    with translate(holdings.path):
        units = UnitFiles(holdings.connection)
        redaction = Redaction(holdings.connection, holdings.access, units.tables)
        yield write_lines(units.rows("archive", ""))
        for unit in _ORDER:
            for name in _names(holdings, unit):
                rows = units.rows(unit, name)
                if not (holdings.private and unit == "watch_list"):
                    shown = redaction.redact(unit, rows)
                    rows = {} if shown is None else shown
                yield write_lines(_without_values(rows))
                yield write_lines({"segments": _read_segments(holdings, rows)})


def _names(holdings: Holdings, unit: Unit) -> Iterator[str]:
    table, key = next((table, key) for table, (named, key) in ROOTS.items() if named == unit)
    rows = holdings.connection.execute(f'SELECT "{key}" FROM "{table}" ORDER BY rowid').fetchall()  # noqa: S608
    return (str(name) for (name,) in rows)


def _without_values(rows: Rows) -> Rows:
    return {
        table: [
            {name: value for name, value in row.items() if name not in _APART.get(table, ())} for row in found
        ]
        for table, found in rows.items()
    }


def _read_segments(holdings: Holdings, rows: Rows) -> list[Row]:
    columns = ("id", "version", "ordinal", "kind", "paragraph", "start", "end")
    return [
        dict(zip(columns, row, strict=True))
        for version in rows.get("versions", [])
        for row in holdings.connection.execute(_SEGMENTS, [version["id"]])
    ]
