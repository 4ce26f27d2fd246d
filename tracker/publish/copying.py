"""Writing the open copy: into an empty record, or into the copy before with those units that have changed.

A unit of which nothing is open is not in it, and the rows of the others are those that a public mirror has.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.files import draft_file
from tracker.preservation.mirror.loading import RowLoader
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.unit_files import SEGMENTS, UnitFiles
from tracker.record.access.withdrawals import read_lacking
from tracker.record.schema.connection import connect_to_read, connect_to_write, translate
from tracker.record.schema.migrations import make_schema, read_applied
from tracker.record.schema.rows import fetch_value, insert
from tracker.record.schema.units import ROOTS, belongs_to, measure_depth, members, unit_expression
from tracker.record.statements.segments import index_words

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.files import Permissions
    from tracker.record.reading.holdings import Holdings
    from tracker.record.schema.units import Table, Unit

    Progress = Callable[[int, int], None]

_ORDER: Final[tuple[Unit, ...]] = ("archive", "watch_list", "run", "document", "statement", "snapshot")
_QUOTING: Final[tuple[Unit, ...]] = ("watch_list", "run")

_LONG: Final = {"documents": "bytes", "versions": "text spans raw", "watch_lists": "text"}
"""Columns that are not compared: the row has the digest of what they hold."""
_BLOCK: Final = 1 << 20

_OMISSIONS: Final = "omissions"
"""The table that says how much a public copy lacks."""

_SEGMENTS = """
SELECT id, version, ordinal, kind, paragraph, "start", "end", folded FROM segment_offsets WHERE version = ?
"""
_ADD = "INSERT INTO segment_offsets VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_NAME_LENGTH = 40
"""Digits by which a public copy names what it was made from: a commit, or here all that it rests on."""


class Work(NamedTuple):
    """What is to be done for a copy."""

    name: str
    """What names all that it rests on."""
    is_whole: bool
    """Whether all of it is written, and nothing is taken over from the copy before."""
    quotes_again: bool
    """Whether runs may quote what has been closed or opened since the copy before."""


def write_copy(
    holdings: Holdings, target: Path, work: Work, permissions: Permissions, progress: Progress
) -> None:
    """Write a copy of what is open, which takes the place of the one before when it is whole.

    Raises ``OSError`` and ``ArchiveUnusable`` where it cannot be written, or the record is damaged.
    """
    with draft_file(target, permissions) as part:
        if not work.is_whole:
            with target.open("rb") as before:
                shutil.copyfileobj(before, part, _BLOCK)
            part.flush()
        with closing(connect_to_write(Path(part.name), target)) as copy, translate(target):
            # Nobody else knows the file yet: a broken-off one is thrown away.
            for said in (
                "journal_mode = MEMORY",
                "synchronous = OFF",
                "foreign_keys = OFF",
                "secure_delete = ON",
            ):
                copy.execute(f"PRAGMA main.{said}")
            copy.execute("ATTACH ? AS record", [f"{holdings.path.absolute().as_uri()}?mode=ro"])
            if work.is_whole:
                make_schema(copy, read_applied(holdings.connection))
            copy.execute("BEGIN")
            _fill(copy, holdings, work, progress)
            copy.execute("COMMIT")
            copy.execute("PRAGMA main.journal_mode = DELETE")
        os.fsync(part.fileno())


def _fill(copy: sqlite3.Connection, holdings: Holdings, work: Work, progress: Progress) -> None:
    units = UnitFiles(holdings.connection)
    redaction = Redaction(holdings.connection, holdings.access, units.tables)
    loader = RowLoader(copy, holdings.path)
    wanted = _list_all(holdings) if work.is_whole else _list_changed(copy, holdings, units.tables)
    if work.quotes_again:
        wanted = list(dict.fromkeys([*wanted, *_list_all(holdings, _QUOTING)]))
    versions: list[int] = []
    for done, (unit, name) in enumerate(wanted):
        progress(done, len(wanted))
        _delete(copy, units.tables, unit, name)
        rows = None if redaction.hides(unit, name) else redaction.redact(unit, units.rows(unit, name))
        loader.load(rows or {}, "")
        for version in [int(row["id"] or 0) for row in (rows or {}).get("versions", ())]:
            copy.executemany(_ADD, holdings.connection.execute(_SEGMENTS, [version]))
            versions.append(version)
    index_words(copy, versions)
    loader.closed = _count_closed(copy, units.tables)
    loader.remove_dangling()
    copy.execute(f"DELETE FROM {_OMISSIONS}")  # noqa: S608 (ours)
    if closed := _count_closed(copy, units.tables):
        insert(copy, _OMISSIONS, mirror=work.name[:_NAME_LENGTH], closed=closed)


def _delete(copy: sqlite3.Connection, tables: Mapping[str, Table], unit: Unit, name: str) -> None:
    """Delete the rows of a unit, those that belong to others first; with versions go their segments."""
    for table in sorted(members(tables, unit), key=lambda each: -measure_depth(tables, each)):
        if table.name != SEGMENTS:
            where = "TRUE" if unit == "archive" else belongs_to(tables, table, "= ?1")
            copy.execute(f'DELETE FROM "{table.name}" WHERE {where}', [] if unit == "archive" else [name])  # noqa: S608 (our schema)


def _count_closed(copy: sqlite3.Connection, tables: Mapping[str, Table]) -> int:
    """Return how many rows the copy lacks, or has without what they hold."""
    count = "SELECT (SELECT count(*) FROM record.{0}) - (SELECT count(*) FROM main.{0})"
    stored = (f'"{table.stored}"' for table in tables.values() if table.name != _OMISSIONS)
    return sum(int(fetch_value(copy, count.format(name))) for name in stored) + len(read_lacking(copy))


_Named = list[tuple["Unit", str]]


def _list_all(holdings: Holdings, units: Sequence[Unit] = _ORDER) -> _Named:
    return [(unit, name) for unit in units for name in _list_names(holdings, unit)]


def _list_names(holdings: Holdings, unit: Unit) -> tuple[str, ...]:
    if unit == "archive":
        return ("",)
    table, key = next((table, key) for table, (named, key) in ROOTS.items() if named == unit)
    return tuple(map(str, holdings.column(f'SELECT "{key}" FROM "{table}" ORDER BY rowid')))  # noqa: S608 (ours)


def _list_changed(copy: sqlite3.Connection, holdings: Holdings, tables: Mapping[str, Table]) -> _Named:
    """Return the units of which a row is in one of both files and not in the other, in the order of loading.

    Each file is asked where its own rows belong. What is written to the record meanwhile is found next time.
    """
    found = set(_find_others(copy, tables, "record"))
    with closing(connect_to_read(holdings.path)) as record:
        (path,) = (row[2] for row in copy.execute("PRAGMA database_list") if row[1] == "main")
        record.execute("ATTACH ? AS copy", [f"{Path(path).as_uri()}?mode=ro"])
        found.update(_find_others(record, tables, "copy"))
    return sorted(found, key=lambda each: (_ORDER.index(each[0]), each[1]))


def _find_others(
    connection: sqlite3.Connection, tables: Mapping[str, Table], other: str
) -> Iterator[tuple[Unit, str]]:
    """Yield the units of the rows of a file that are not in another, which is attached."""
    for table in tables.values():
        if table.name == SEGMENTS:
            continue
        key = f'"{table.key}"' if table.key != "rowid" else "rowid"
        long = _LONG.get(table.name, "").split()
        same = [f'own."{name}" IS its."{name}"' for name in table.columns if name not in long]
        same += [f'(own."{name}" IS NULL) = (its."{name}" IS NULL)' for name in long]
        query = (
            f'SELECT DISTINCT {unit_expression(tables, table, "own")} FROM main."{table.name}" AS own'  # noqa: S608
            f' WHERE NOT EXISTS (SELECT 1 FROM {other}."{table.name}" AS its'
            f" WHERE its.{key} = own.{key} AND {' AND '.join(same)})"
        )
        yield from ((table.unit, str(name)) for (name,) in connection.execute(query))
