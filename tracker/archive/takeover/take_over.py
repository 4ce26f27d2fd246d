"""Merging two diverged histories: the record rebuilt from the mirror, then the runs that only the record has.

The new record is made in a temporary folder and replaces the old one when it is complete. The old one is kept
in ``before-take-over-...``, without what was destroyed according to the mirror. Killed at any moment, this
leaves the old record, or the new one, with which the next run of any command updates the mirror.
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
from tracker.archive.mirror import commits, proofs, rebuild
from tracker.archive.mirror.divergence import find_divergence
from tracker.archive.record.queries import SNAPSHOT_NAME, WITH_STATEMENTS
from tracker.archive.rights.copies import BEFORE_TAKE_OVER, destroy_in_copy, make_copy_folder
from tracker.archive.rights.destruction import destroy_rows, overwrite_freed_pages
from tracker.archive.rights.withdrawals import read_destroyed_documents
from tracker.archive.schema.connection import FILE_NAME, connect_to_read, connect_to_write, translate
from tracker.archive.schema.rows import Record, open_record
from tracker.archive.storing.acts import complete_destruction
from tracker.archive.storing.writing import LOCK_TIMEOUT, Writing
from tracker.archive.takeover.copying import copy_runs
from tracker.archive.takeover.source import fetch_history, move_branches_to
from tracker.errors import ArchiveLocked, RepositoryUnusable
from tracker.files import CLOSED, keep_permissions, new_file, permit
from tracker.inputs.passwords import strip_user
from tracker.model.preserving import TakenOver
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from tracker.archive.file.lock import Lock
    from tracker.archive.mirror.divergence import Divergence
    from tracker.model.rights import Act

_DESTROYED = f"""
SELECT snapshots.id, {SNAPSHOT_NAME}, (
    SELECT max(withdrawal) FROM standing_withdrawals AS acts
    WHERE acts.document = snapshots.document AND act = 'destroy'
) AS found
FROM snapshots {WITH_STATEMENTS}
WHERE found IS NOT NULL AND snapshots.id NOT IN (
    SELECT snapshot FROM standing_withdrawals WHERE act = 'destroy' AND snapshot IS NOT NULL
)
"""  # noqa: S608 (our own text)

# What a nightly run does not record again (see refusals) must not become open because the other side has it.
# It is only withdrawn: nobody has ordered to destroy it.
_WITHDRAWN = f"""
SELECT readable.id, {SNAPSHOT_NAME}, coalesce((
    SELECT max(withdrawal) FROM standing_withdrawals AS acts WHERE acts.document = readable.document
    OR acts.text IN (SELECT sha256 FROM versions WHERE versions.snapshot = readable.id)
), (
    SELECT max(withdrawal) FROM standing_withdrawals AS acts JOIN snapshots AS others
    ON others.id = acts.snapshot AND others.edition = readable.edition
    WHERE NOT EXISTS (SELECT 1 FROM readable_snapshots AS kept WHERE kept.edition = readable.edition
        AND (kept.run < ?1) = (others.run < ?1))
)) AS found
FROM readable_snapshots AS readable {WITH_STATEMENTS}
WHERE found IS NOT NULL
"""  # noqa: S608 (our own text)

_COPY_ACT = """
INSERT INTO withdrawals (act, reference, decided, authority, reason, person, completed, run)
SELECT ?3, reference, decided, authority, reason, person, iif(?3 = 'destroy', NULL, decided), ?2
FROM withdrawals WHERE id = ?1
"""

_ADD_SNAPSHOT = """
INSERT INTO withdrawn (withdrawal, snapshot, document, text, words)
SELECT ?1, snapshots.id, document, sha256, words FROM snapshots
LEFT JOIN versions ON versions.snapshot = snapshots.id WHERE snapshots.id = ?2
"""


def reapply_withdrawals(connection: sqlite3.Connection, first: int, run: int) -> tuple[Step, ...]:
    """Withdraw and destroy what is open on one side and was withdrawn or destroyed on the other.

    ``first`` is the first run that was copied, ``run`` the run that does this. No row has what was destroyed
    then; its destruction counts as unfinished, so that the copies follow.
    """
    steps = [
        *_apply_again(connection, "destroy", connection.execute(_DESTROYED), run),
        *_apply_again(connection, "withdraw", connection.execute(_WITHDRAWN, [first]), run),
    ]
    connection.execute("UPDATE withdrawals SET completed = NULL WHERE act = 'destroy' AND run >= ?", [first])
    destroy_rows(connection)
    return tuple(steps)


def _apply_again(
    connection: sqlite3.Connection, act: Act, found: Iterable[tuple[int, str, int]], run: int
) -> Iterator[Step]:
    copies: dict[int, int | None] = {}
    for snapshot, name, number in list(found):
        if number not in copies:
            copies[number] = connection.execute(_COPY_ACT, [number, run, act]).lastrowid
        connection.execute(_ADD_SNAPSHOT, [copies[number], snapshot])
        did = "destroyed" if act == "destroy" else "withdrawn"
        yield Step(did=True, what=name, how=f"{did} by the act that concerns the same on the other side")


def take_over(folder: Path, source: str | None, instant: str, clock: Callable[[], str]) -> TakenOver:
    """Take over what the mirror of an archive has and its record lacks.

    ``source`` is the path or address of a copy of the mirror to use instead. Raises ``RepositoryUnusable``
    where the mirror is damaged or public, ``ArchiveLocked`` and ``ArchiveUnusable``; the record is unchanged
    then.
    """
    lock = take_lock(folder, LOCK_TIMEOUT)
    try:
        return _take_over(folder, source, instant, clock, lock)
    finally:
        lock.release()


def _take_over(
    folder: Path, source: str | None, instant: str, clock: Callable[[], str], lock: Lock
) -> TakenOver:
    record, named = folder / FILE_NAME, strip_user(source or str(folder / MIRROR))
    remove_staging(folder)
    _checkpoint(record)
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        place = Path(name)
        history = fetch_history(folder, place, source)
        with closing(connect_to_read(record)) as old, translate(record):
            with open_repository(folder / MIRROR) as repository:
                divergence = find_divergence(old, repository, history.main, None)
            if divergence is None:
                return TakenOver(named, 0, 0, (), None, None)
            new, run = _make_record(old, place, folder / MIRROR, history.main, divergence, instant, lock)
        aside = _keep(record, place, new, instant)
        move_branches_to(folder / MIRROR, history)
        _replace(record, new)
    steps = _update_mirror(record, lock, clock, instant, run)
    return TakenOver(named, len(divergence.mirror), len(divergence.record), steps, aside, run)


def _update_mirror(
    record: Path, lock: Lock, clock: Callable[[], str], instant: str, run: int
) -> tuple[Step, ...]:
    """Update the mirror, and return what the run did."""
    with closing(connect_to_write(record)) as connection, translate(record):
        writing = Writing(record, connection, lock, "repair", clock)
        # The other side's history, which is in the mirror by now, may have what one side destroyed.
        complete_destruction(writing, instant, looks_again=True)
        writing.update_mirror()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return proofs.read_steps(connection, run)


def _replace(record: Path, new: Path) -> None:
    """Replace a record by another, unless another program has written to it meanwhile."""
    log, index = (record.with_name(f"{record.name}{ending}") for ending in ("-wal", "-shm"))
    if log.exists() and log.stat().st_size:
        raise ArchiveLocked(f"another program has written to {record}; give the same command again")
    for left in (log, index):
        left.unlink(missing_ok=True)
    permit(new, keep_permissions(record) or CLOSED)
    new.replace(record)


def _checkpoint(record: Path) -> None:
    """Have all of a record in its one file, so that another may take its place."""
    open_record(record.parent, Record).close()
    with closing(connect_to_write(record)) as connection, translate(record):
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveLocked(f"another program reads {record}; end it, then give the same command again")


def _make_record(
    old: sqlite3.Connection,
    place: Path,
    mirror: Path,
    tip: str,
    divergence: Divergence,
    instant: str,
    lock: Lock,
) -> tuple[Path, int]:
    """Make the new record in a temporary folder, and return its file and the run that made it."""
    rebuilt = rebuild.rebuild_record(mirror, place, tip)
    if rebuilt.closed:
        raise RepositoryUnusable(
            f"{tip[: commits.SHORT]} is of a public copy, without {rebuilt.closed:,} rows that are closed:"
            " it makes no whole record; take over from a private copy"
        )
    path = place / FILE_NAME
    with closing(connect_to_write(path)) as new, translate(path):
        Writing(path, new, lock, "repair", lambda: instant).migrate()
        new.execute("PRAGMA foreign_keys = OFF")
        new.execute("BEGIN IMMEDIATE")
        (last,) = new.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()
        run = last + len(divergence.record) + 1
        steps = copy_runs(old, new, divergence.common, run)
        write_finished_run(new, run, "repair", instant)
        number = len(divergence.mirror)
        taken = "run was" if number == 1 else "runs were"
        step = Step(did=True, what=MIRROR, how=f"its {number:,} {taken} taken over")
        # By this step it is known which run removed what was destroyed last.
        proofs.write_steps(new, run, [step])
        proofs.write_steps(new, run, [*steps, *reapply_withdrawals(new, last + 1, run)])
        for table, row, wanted, _ in new.execute("PRAGMA foreign_key_check"):
            raise RepositoryUnusable(f"{mirror}: row {row} of {table} has no {wanted}; nothing was changed")
        new.execute("COMMIT")
        overwrite_freed_pages(new)
    return path, run


def _keep(record: Path, place: Path, new: Path, instant: str) -> str | None:
    """Keep a copy of the old record without what is destroyed; None where that cannot be removed from it."""
    copy = place / f"{FILE_NAME}.before"
    with record.open("rb") as source, new_file(copy, keep_permissions(record) or CLOSED) as target:
        shutil.copyfileobj(source, target)
    with closing(connect_to_read(new)) as connection:
        documents = read_destroyed_documents(connection)
    if documents and not destroy_in_copy(copy, documents):
        return None
    aside = make_copy_folder(record.parent, BEFORE_TAKE_OVER, instant)
    copy.replace(aside / FILE_NAME)
    return str(aside)
