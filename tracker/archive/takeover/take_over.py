"""Making one record of two: that of the mirror, and behind it what the record has done since they went apart.

The new record is made aside and takes the old one's place once it is whole. The old one is kept beside it, in
``before-take-over-...``, without what the mirror knows to be destroyed. Killed at any moment, this leaves the
record as it was, or the new one, with which the next run of any command brings the mirror along.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.leftovers import STAGING, remove_staging
from tracker.archive.file.lock import take_lock
from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import open_repository
from tracker.archive.ledger.runs import write_finished_run
from tracker.archive.mirror.mirror_chain import SHOWN
from tracker.archive.mirror.parting import find_parting
from tracker.archive.mirror.rebuild import rebuild_record
from tracker.archive.mirror.repairs import read_steps, write_steps
from tracker.archive.rights.asides import BEFORE_TAKE_OVER, destroy_in_copy, make_aside
from tracker.archive.rights.destruction import sweep
from tracker.archive.rights.withdrawals import read_destroyed_documents
from tracker.archive.schema.connection import FILE_NAME, connect_to_read, connect_to_write, translate
from tracker.archive.storing.carrying_out import complete_destruction
from tracker.archive.storing.store import PATIENCE, check_file
from tracker.archive.storing.writing import Writing
from tracker.archive.takeover.closing import close_again
from tracker.archive.takeover.grafting import graft
from tracker.archive.takeover.receiving import move_to, receive
from tracker.errors import ArchiveLocked, RepositoryUnusable
from tracker.files import CLOSED, keep_permissions, new_file, permit
from tracker.model.preserving import TakenOver
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from tracker.archive.file.lock import Lock
    from tracker.archive.mirror.parting import Parting


def take_over(folder: Path, source: str | None, instant: str, clock: Callable[[], str]) -> TakenOver:
    """Take over what the mirror of an archive, or a copy of it that was pushed, has and its record has not.

    ``source`` is such a copy, a path or an address. Raises ``RepositoryUnusable`` where the mirror cannot be
    read or has not all of what it shows, ``ArchiveLocked`` and ``ArchiveUnusable``; the record is as it was.
    """
    lock = take_lock(folder, PATIENCE)
    try:
        return _take_over(folder, source, instant, clock, lock)
    finally:
        lock.release()


def _take_over(
    folder: Path, source: str | None, instant: str, clock: Callable[[], str], lock: Lock
) -> TakenOver:
    record, named = folder / FILE_NAME, source or str(folder / MIRROR)
    remove_staging(folder)
    _settle(record)
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        place = Path(name)
        received = receive(folder, place, source)
        with closing(connect_to_read(record)) as old, translate(record):
            with open_repository(folder / MIRROR) as repository:
                parting = find_parting(old, repository, received.main, None)
            if parting is None:
                return TakenOver(named, 0, 0, (), None, None)
            new, run = _make(old, place, folder / MIRROR, received.main, parting, instant, lock)
        aside = _keep(record, place, new, instant)
        move_to(folder / MIRROR, received)
        _replace(record, new)
    steps = _follow(record, lock, clock, instant, run)
    return TakenOver(named, len(parting.mirror), len(parting.record), steps, aside, run)


def _follow(record: Path, lock: Lock, clock: Callable[[], str], instant: str, run: int) -> tuple[Step, ...]:
    """Bring the mirror along, and return what the run did."""
    with closing(connect_to_write(record)) as connection, translate(record):
        writing = Writing(record, connection, lock, "repair", clock)
        # What either side destroyed may stand in the other's history, which is in the mirror by now.
        complete_destruction(writing, instant, looks_again=True)
        writing.update_mirror()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return read_steps(connection, run)


def _replace(record: Path, new: Path) -> None:
    """Put a record in the place of another, of which no other program has written anything meanwhile."""
    log, index = (record.with_name(f"{record.name}{ending}") for ending in ("-wal", "-shm"))
    if log.exists() and log.stat().st_size:
        raise ArchiveLocked(f"another program has written to {record}; give the same command again")
    for left in (log, index):
        left.unlink(missing_ok=True)
    permit(new, keep_permissions(record) or CLOSED)
    new.replace(record)


def _settle(record: Path) -> None:
    """Have all of a record in its one file, so that another may take its place."""
    check_file(record)
    with closing(connect_to_write(record)) as connection, translate(record):
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveLocked(f"another program reads {record}; end it, then give the same command again")


def _make(
    old: sqlite3.Connection, place: Path, mirror: Path, tip: str, parting: Parting, instant: str, lock: Lock
) -> tuple[Path, int]:
    """Make the new record in a folder of its own, and return its file and the run that made it."""
    rebuilt = rebuild_record(mirror, place, tip)
    if rebuilt.closed:
        raise RepositoryUnusable(
            f"{tip[:SHOWN]} is of a public copy, without {rebuilt.closed:,} rows that are closed: it makes no"
            " whole record; take over from a private copy"
        )
    path = place / FILE_NAME
    with closing(connect_to_write(path)) as new, translate(path):
        Writing(path, new, lock, "repair", lambda: instant).migrate()
        new.execute("PRAGMA foreign_keys = OFF")
        new.execute("BEGIN IMMEDIATE")
        (last,) = new.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()
        run = last + len(parting.record) + 1
        steps = graft(old, new, parting.common, run)
        write_finished_run(new, run, "repair", instant)
        told = Step(did=True, what=MIRROR, how=f"its {len(parting.mirror):,} runs were taken over")
        write_steps(new, run, [told, *steps, *close_again(new, last + 1, run)])
        for table, row, wanted, _ in new.execute("PRAGMA foreign_key_check"):
            raise RepositoryUnusable(f"{mirror}: row {row} of {table} has no {wanted}; nothing was changed")
        new.execute("COMMIT")
        sweep(new)
    return path, run


def _keep(record: Path, place: Path, new: Path, instant: str) -> str | None:
    """Keep the record as it was, without what is destroyed by now; none where that cannot be taken out."""
    copy = place / f"{FILE_NAME}.before"
    with record.open("rb") as source, new_file(copy, keep_permissions(record) or CLOSED) as target:
        shutil.copyfileobj(source, target)
    with closing(connect_to_read(new)) as connection:
        documents = read_destroyed_documents(connection)
    if documents and not destroy_in_copy(copy, documents):
        return None
    aside = make_aside(record.parent, BEFORE_TAKE_OVER, instant)
    copy.replace(aside / FILE_NAME)
    return str(aside)
