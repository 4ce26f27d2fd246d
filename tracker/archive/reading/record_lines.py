"""The rows of the record that may leave it, as lines of JSON; bytes and texts stand apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.mirror.row_files import write_lines
from tracker.archive.mirror.unit_files import UnitFiles
from tracker.archive.rights.redaction import Redaction
from tracker.archive.schema.connection import translate
from tracker.archive.schema.schema_map import ROOTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.mirror.row_files import Row
    from tracker.archive.reading.holdings import Holdings
    from tracker.archive.rights.redaction import Rows
    from tracker.archive.schema.schema_map import Unit

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
