"""The open copy: an archive in the folder ``open`` of another, with what of it is open to all, and no more.

It is made as a record is from a public mirror: each unit's rows, without what is closed or may quote it, into
an empty record, or those that have changed into the copy before. So nothing that was closed is in the file,
its free pages and its index included.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing, suppress
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker import __version__
from tracker.errors import ArchiveUnusable
from tracker.files import draft_file, new_folder, write_file
from tracker.preservation.destroying import remove_derived
from tracker.preservation.folder import OPEN, OPEN_STATE
from tracker.preservation.mirror.loading import RowLoader
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.unit_files import SEGMENTS, UnitFiles
from tracker.record.access.closed import find_watch_list, is_closed_source
from tracker.record.access.withdrawals import read_lacking
from tracker.record.derived.secret import SECRET_BYTES, read_secret, sign
from tracker.record.modes import archive_permissions
from tracker.record.reading.holdings import open_holdings
from tracker.record.schema.connection import (
    FILE_NAME,
    Record,
    archive_file,
    connect_to_read,
    connect_to_write,
    open_record,
    translate,
)
from tracker.record.schema.migrations import make_schema, read_applied
from tracker.record.schema.rows import fetch_value, insert
from tracker.record.schema.units import ROOTS, belongs_to, measure_depth, members, unit_expression
from tracker.record.statements.segments import index_words
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.files import Permissions
    from tracker.record.reading.holdings import Holdings
    from tracker.record.schema.units import Table, Unit

    Progress = Callable[[int, int], None]

_LOG_HEAD_BYTES: Final = 32
"""What a log of SQLite begins with; the salts of its round are in it."""

_FORMAT: Final = 1
"""Of what is here; a copy of another is made again."""

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

_DOCUMENTS = "SELECT sha256 FROM documents WHERE bytes IS NOT NULL"


class Made(NamedTuple):
    """From what an open copy was made."""

    state: str
    closed: str
    """What names all that was closed then."""
    kind: str
    """The schema, and how the copy was made of it."""


def refresh_open_copy(folder: Path, progress: Progress = lambda _done, _total: None) -> Path:
    """Make the open copy of the archive in a folder again where that has changed; return the copy's folder.

    Whoever reads the one before keeps it open. Raises ``ArchiveUnusable`` where there is no archive, where
    something else has the copy's place or it cannot be written, and ``WatchListInvalid`` where it is unknown
    what is closed.
    """
    place, seen = folder / OPEN, name_state(folder)
    if read_state(place) == seen:
        return place
    try:
        permissions = archive_permissions(folder)
        with open_holdings(folder) as holdings:
            # Where there is no archive nothing is made.
            _prepare(place, permissions)
            # What is written while this reads changes what is seen the next time.
            made = Made(seen, _name_closed(holdings), _name_kind(holdings))
            before = _read_made(place)
            if before is None or before.kind != made.kind or _has_closed(place, holdings):
                before = None
                remove_derived(place)
            _write_copy(place / FILE_NAME, holdings, made, before, permissions, progress)
        _write_made(place, made, permissions)
    except OSError as error:
        raise ArchiveUnusable(f"{place} cannot be written: {error.strerror}") from error
    return place


def prepare_open_copy(folder: Path, progress: Progress) -> None:
    """Make the open copy where there is none to begin with; raises as ``refresh_open_copy`` does."""
    if find_open_copy(folder) is None:
        refresh_open_copy(folder, progress)


def find_open_copy(folder: Path) -> Path | None:
    """Return the folder of the open copy, be it of an earlier state; None where it holds what is closed now.

    None too where this user has made none. Raises as ``refresh_open_copy`` does.
    """
    place = folder / OPEN
    if read_state(place) is None:
        return None
    with open_holdings(folder) as holdings:
        return None if _has_closed(place, holdings) else place


def _has_closed(place: Path, holdings: Holdings) -> bool:
    """Return whether there is anything in an open copy that is closed by now, or that cannot be told."""
    access = holdings.access
    try:
        with open_record(place, Record) as copy:
            sources = copy.column("SELECT source FROM outcomes UNION SELECT source FROM reviews")
            return (
                not access.snapshots.isdisjoint(copy.column("SELECT id FROM snapshots"))
                or not access.statements.isdisjoint(copy.column("SELECT id FROM statements"))
                or not access.documents.isdisjoint(copy.column(_DOCUMENTS))
                or any(is_closed_source(each, access.sources) for each in sources)
            )
    except ArchiveUnusable:
        return True


def _prepare(place: Path, permissions: Permissions) -> None:
    """Make the folder, and mark it as ours before anything else is in it.

    Raises ``ArchiveUnusable`` where there is something else of that name.
    """
    if place.is_symlink() or (place.exists() and not (place / OPEN_STATE).is_file() and _is_filled(place)):
        raise ArchiveUnusable(f"{place} is where the open copy goes, and is something else; move it away")
    if not place.is_dir():
        new_folder(place, permissions)
    if not (place / OPEN_STATE).is_file():
        write_file(place / OPEN_STATE, b"{}", permissions)


def _is_filled(place: Path) -> bool:
    return not place.is_dir() or any(place.iterdir())


def name_state(folder: Path) -> str:
    """Return what names all that an open copy rests on, another after each change to the archive.

    Raises ``ArchiveUnusable`` where there is no archive.
    """
    record, watch = archive_file(folder), find_watch_list(folder)
    log = record.with_name(f"{record.name}-wal")
    seen = [*map(_look_at, (record, log, watch)), _read_head(log)]
    return digest_text(json.dumps([__version__, _FORMAT, *seen]))


def _look_at(path: Path) -> list[object]:
    """Return what is another once a file has been written, without opening it.

    Where a process closes a file, all locks end that its connections hold on it. The next to write would
    remove the log of a record that others here still read.
    """
    with suppress(OSError):
        if (found := path.stat()).st_size:
            return [path.name, found.st_size, found.st_mtime_ns, found.st_ino]
    return []


def _read_head(log: Path) -> str:
    """Return how a log begins, on which SQLite keeps no lock."""
    with suppress(OSError), log.open("rb") as file:
        return file.read(_LOG_HEAD_BYTES).hex()
    return ""


def _name_closed(holdings: Holdings) -> str:
    access = holdings.access
    closed = (access.sources, access.snapshots, access.statements, access.documents - access.waiting)
    return digest_text(json.dumps([sorted(each) for each in closed]))


def _name_kind(holdings: Holdings) -> str:
    return digest_text(json.dumps([__version__, _FORMAT, sorted(read_applied(holdings.connection))]))


def read_state(place: Path) -> str | None:
    """Return what names all that the open copy in a folder rests on; None where this user made none."""
    made = _read_made(place)
    return made.state if made else None


def _read_made(place: Path) -> Made | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads((place / OPEN_STATE).read_bytes())
        made, secret = Made(*map(str, told["made from"])), read_secret()
        if secret and compare_digest(str(told["signature"]), _sign(secret, place, made)):
            return made
    return None


def _write_made(place: Path, made: Made, permissions: Permissions) -> None:
    secret = read_secret() or os.urandom(SECRET_BYTES)
    told = {"made from": made, "signature": _sign(secret, place, made)}
    write_file(place / OPEN_STATE, json.dumps(told).encode(), permissions)


def _sign(secret: bytes, place: Path, made: Made) -> str:
    """Return what this user alone can say: from what the very file that is there was made."""
    found = (place / FILE_NAME).stat()
    return sign(secret, OPEN, *made, f"{found.st_ino} {found.st_size} {found.st_mtime_ns}").hex()


# Writing it ---------------------------------------------------------------------------------------------


def _write_copy(
    target: Path,
    holdings: Holdings,
    made: Made,
    before: Made | None,
    permissions: Permissions,
    progress: Progress,
) -> None:
    """Write a copy of what is open, which takes the place of the one ``before`` when it is whole.

    Where there is none all of it is written, else the units that have changed since. Raises ``OSError`` and
    ``ArchiveUnusable`` where it cannot be written, or the record is damaged.
    """
    with draft_file(target, permissions) as part:
        if before:
            with target.open("rb") as kept:
                shutil.copyfileobj(kept, part, _BLOCK)
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
            if before is None:
                make_schema(copy, read_applied(holdings.connection))
            copy.execute("BEGIN")
            _fill(copy, holdings, made, before, progress)
            copy.execute("COMMIT")
            copy.execute("PRAGMA main.journal_mode = DELETE")
        os.fsync(part.fileno())


def _fill(
    copy: sqlite3.Connection, holdings: Holdings, made: Made, before: Made | None, progress: Progress
) -> None:
    units = UnitFiles(holdings.connection)
    redaction = Redaction(holdings.connection, holdings.access, units.tables)
    loader = RowLoader(copy, holdings.path)
    wanted = _list_changed(copy, holdings, units.tables) if before else _list_all(holdings)
    if before and before.closed != made.closed:
        # Runs may quote what has been closed or opened since.
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
        insert(copy, _OMISSIONS, mirror=made.state[:_NAME_LENGTH], closed=closed)


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
