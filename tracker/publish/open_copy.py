"""The open copy: an archive in the folder ``open`` of another, with what of it is open to all, and no more.

It is made as a record is from a public mirror: each unit's rows, without what is closed or may quote it, into
an empty record. So nothing that was closed is in the file, its free pages and its index included.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker import __version__
from tracker.errors import ArchiveUnusable
from tracker.files import new_folder, write_file
from tracker.preservation.destroying import remove_derived
from tracker.preservation.folder import OPEN, OPEN_STATE
from tracker.publish.copying import Work, write_copy
from tracker.record.access.closed import find_watch_list, is_closed_source
from tracker.record.derived.secret import SECRET_BYTES, read_secret, sign
from tracker.record.modes import archive_permissions
from tracker.record.reading.holdings import open_holdings
from tracker.record.schema.connection import FILE_NAME, archive_file
from tracker.record.schema.migrations import read_applied
from tracker.record.schema.rows import Record, open_record
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.files import Permissions
    from tracker.publish.copying import Progress
    from tracker.record.reading.holdings import Holdings

_HEAD_BYTES: Final = 100
"""Of a file of SQLite: its head, which counts what was written; of a log the salts of this round."""

_FORMAT: Final = 1
"""Of what is here; a copy of another is made again."""

_DOCUMENTS = "SELECT sha256 FROM documents WHERE bytes IS NOT NULL"


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
            work = Work(seen, before is None, before is not None and before.closed != made.closed)
            write_copy(holdings, place / FILE_NAME, work, permissions, progress)
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
    files = (record, record.with_name(f"{record.name}-wal"), watch)
    return digest_text(json.dumps([__version__, _FORMAT, *map(_look_at, files)]))


def _look_at(path: Path) -> list[object]:
    """Return what is another once a file has been written: by SQLite's own counters, and the system's."""
    with suppress(OSError), path.open("rb") as file:
        found = os.fstat(file.fileno())
        if found.st_size:
            return [path.name, found.st_size, found.st_mtime_ns, found.st_ino, file.read(_HEAD_BYTES).hex()]
    return []


class Made(NamedTuple):
    """From what an open copy was made."""

    state: str
    closed: str
    """What names all that was closed then."""
    kind: str
    """The schema, and how the copy was made of it."""


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
