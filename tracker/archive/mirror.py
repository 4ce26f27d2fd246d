"""The mirror: a bare git repository beside the record, whose head alone rebuilds it.

A commit for each run that wrote; what was edited outside of runs goes with the next. The branches change
only when all is written, and the record then forgets what was pending: a crash between the two finds
the same files at the tip, and nothing is committed twice.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.archive.commits import read_commit, read_trailers
from tracker.archive.connection import archive_file, connect_to_write, translate
from tracker.archive.fast_import import FastImport, Message
from tracker.archive.lock import hold_lock
from tracker.archive.mirror_branches import Branches, Share
from tracker.archive.mirror_upkeep import recover, tidy
from tracker.archive.pending import forget, note_everything, read_pending, watch_tables
from tracker.archive.repository import create_repository, open_repository
from tracker.archive.store import PATIENCE, open_store
from tracker.archive.unit_files import UnitFiles
from tracker.errors import RepositoryUnusable
from tracker.model.preserving import Mirrored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.archive.pending import Pending
    from tracker.archive.placement import Unit
    from tracker.archive.repository import Repository

MIRROR_NAME = "mirror.git"

_MOST_NAMED = 20

_FIRST_RUN: Mapping[Unit, str] = {
    "snapshot": "SELECT max(run) FROM (SELECT run FROM snapshots WHERE id = ?1"
    " UNION ALL SELECT run FROM versions WHERE snapshot = ?1)",
    "statement": "SELECT min(run) FROM snapshots JOIN editions ON editions.id = edition WHERE statement = ?1",
    "document": "SELECT min(run) FROM (SELECT min(run) AS run FROM snapshots WHERE document = ?1"
    " UNION ALL SELECT min(outcomes.run) FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome"
    " WHERE document = ?1)",
    "watch_list": "SELECT min(id) FROM runs WHERE watch_list = ?1",
    "run": "SELECT ?1 + 0",
}
"""The run with which a unit is committed, unless that run is in the mirror already."""

_SNAPSHOTS = """
SELECT country || '/' || body || '/' || session || ifnull('/' || item, '') || '~'
    || ifnull(kind || '.', '') || language || '@' || ordinal
FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE run = ? ORDER BY snapshots.id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class _Group:
    """A commit to be; an edit is what was changed after its run was mirrored."""

    share: Share
    is_edit: bool


def update_mirror(folder: Path) -> Mirrored:
    """Bring the mirror of an archive up to date, and make it where there is none.

    Raises ``ArchiveLocked``, ``ArchiveUnusable``, and ``RepositoryUnusable`` where git is missing or the
    mirror knows of a run that the record does not.
    """
    record, path = archive_file(folder), folder / MIRROR_NAME
    with open_store(folder):
        pass  # brings the schema up to date, and marks runs that were cut short
    with hold_lock(folder, PATIENCE), closing(connect_to_write(record)) as connection:
        if not path.exists():
            create_repository(path)
        with open_repository(path) as repository, translate(record):
            recover(repository)
            return _update(connection, repository, folder)


def read_tip(repository: Repository, branch: str = "main") -> tuple[str | None, dict[str, str]]:
    """Return the commit of a branch and its trailers, none where there is no commit yet."""
    tip = repository.find_commit(f"refs/heads/{branch}")
    if tip is None:
        return None, {}
    return tip, read_trailers(read_commit(repository.read_object(tip)).message)


def _update(connection: sqlite3.Connection, repository: Repository, folder: Path) -> Mirrored:
    tip, trailers = read_tip(repository)
    _check_same_record(connection, repository, trailers)
    connection.execute("BEGIN IMMEDIATE")
    try:
        units = UnitFiles(connection)
        watch_tables(connection, units.tables)
        branches = Branches(repository, connection, units, folder)
        if tip is None or branches.is_anew:
            note_everything(connection, units.tables)
        pending = read_pending(connection)
        groups = _group(connection, pending, int(trailers.get("run", 0)))
        commits = _write(connection, repository, branches, groups)
        forget(connection, pending.last)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    tidy(repository)
    return Mirrored(str(repository.path), commits, read_tip(repository)[0], branches.closed_snapshots)


def _write(
    connection: sqlite3.Connection, repository: Repository, branches: Branches, groups: list[_Group]
) -> int:
    commits = 0
    branches.expect(sum(len(group.share.units) for group in groups))
    with FastImport(repository) as stream:
        for group in groups:
            message = _write_message(connection, group)
            commits += branches.write(stream, group.share, message)
    return commits


def _check_same_record(
    connection: sqlite3.Connection, repository: Repository, trailers: Mapping[str, str]
) -> None:
    """Refuse a record that is older than its mirror, or another one: its commits would contradict."""
    if "run" not in trailers:
        return
    row = connection.execute("SELECT started FROM runs WHERE id = ?", [int(trailers["run"])]).fetchone()
    if row is None or row[0] != trailers.get("started"):
        raise RepositoryUnusable(
            f"{repository.path} holds run {trailers['run']} of {trailers.get('started')}, which this record"
            " does not; move one of the two away, or: tracker rebuild"
        )


def _group(connection: sqlite3.Connection, pending: Pending, mirrored: int) -> list[_Group]:
    """Part what is pending by run, oldest first; what belongs to none of the new runs goes with the last."""
    (latest,) = connection.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()
    by_run: dict[int, list[tuple[Unit, str]]] = defaultdict(list)
    for unit, name in pending.units:
        query = _FIRST_RUN.get(unit)
        run = connection.execute(query, [name]).fetchone()[0] if query else None
        by_run[run if run and run > mirrored else latest].append((unit, name))
    by_run[latest] += []
    return [
        _Group(Share(run, by_run[run], pending.left if run == latest else ()), run <= mirrored)
        for run in sorted(by_run)
    ]


def _write_message(connection: sqlite3.Connection, group: _Group) -> Message:
    run = group.share.run
    row = connection.execute(
        "SELECT started, ended, ifnull(kind, 'record'), release FROM runs WHERE id = ?", [run]
    ).fetchone()
    if row is None:
        return Message("An archive without runs\n\nRun: 0\n", 0)
    started, ended, kind, release = row
    if group.is_edit:
        text = f"Edits after run {run}\n\nAfter-run: {run}\n"
    else:
        (made,) = connection.execute("SELECT count(*) FROM snapshots WHERE run = ?", [run]).fetchone()
        names = [name for (name,) in connection.execute(_SNAPSHOTS, [run, _MOST_NAMED])]
        rest = [f"and {made - len(names):,} more"] if made > len(names) else []
        listed = "\n".join([*names, *rest])
        plural = "" if made == 1 else "s"
        text = f"Run {run}: {kind}, {made:,} snapshot{plural}\n\n{listed}\n\nKind: {kind}\n"
    return Message(f"{text}Run: {run}\nStarted: {started}\nRelease: {release}\n", _seconds(ended or started))


def _seconds(instant: str) -> int:
    """Return seconds since 1970, never fewer than none: the true date stands in the run's own rows."""
    moment = datetime.fromisoformat(instant)
    return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
