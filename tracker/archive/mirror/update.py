"""The mirror: a bare git repository beside the record, whose head alone rebuilds it.

A commit for each run that wrote; what was edited outside of runs goes with the next. The branches move only
when all is written, and then the record notes at which commit that was. Where it has not noted it, after a
crash, or notes another commit than stands there, everything is compared, and only what differs is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import create_repository, open_repository
from tracker.archive.git.streams import FastImport, read_commit, read_trailers
from tracker.archive.mirror.branches import BRANCHES, MAIN, Branches
from tracker.archive.mirror.commits import part_pending, write_message
from tracker.archive.mirror.parting import check_joined
from tracker.archive.mirror.pending import (
    Mirroring,
    note_everything,
    note_mirrored,
    note_unit,
    read_mirrored,
    read_pending,
    watch_tables,
)
from tracker.archive.mirror.proofs import note_break
from tracker.archive.mirror.rewrite import settle_rewrite
from tracker.archive.mirror.unit_files import UnitFiles
from tracker.archive.mirror.upkeep import find_branch, move_branches, recover, tidy
from tracker.archive.rights.access import ALL_OPEN, find_watch_list, is_access_changed, read_access
from tracker.archive.rights.redaction import Redaction
from tracker.errors import RepositoryUnusable
from tracker.model.preserving import Mirrored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.commits import Share


def update_mirror(connection: sqlite3.Connection, folder: Path) -> Mirrored:
    """Bring the mirror of an archive up to date, and make it where there is none.

    The connection is one that writes to the record in the folder, whose lock is held. Raises
    ``RepositoryUnusable`` where git is missing or refuses, or the mirror knows of a run that the record
    does not; the record is as it was then.
    """
    path = folder / MIRROR
    settle_rewrite(path)
    if not path.exists():
        create_repository(path)
    with open_repository(path, to_write=True) as repository:
        recover(repository, BRANCHES)
        connection.execute("BEGIN IMMEDIATE")
        try:
            mirrored = _update(connection, repository, folder)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        tidy(repository)
        return mirrored


def _update(connection: sqlite3.Connection, repository: Repository, folder: Path) -> Mirrored:
    tip, trailers = _read_tip(repository)
    run = trailers.get("run", "")
    last = int(run) if run.isdecimal() else 0
    mirrored = read_mirrored(connection)
    check_joined(connection, repository, tip, mirrored.main if mirrored else None, folder)
    units = UnitFiles(connection)
    access = read_access(connection, units.tables, find_watch_list(folder))
    redaction = Redaction(connection, access, units.tables)
    branches = Branches(repository, units, redaction, find_watch_list(folder))
    watch_tables(connection, units.tables)
    note_break(connection, repository, mirrored, tip)
    closed = mirrored.closed if mirrored else ALL_OPEN
    is_cut = branches.cut(access.documents - closed.documents)
    is_known = mirrored is not None and mirrored.tips == branches.tips
    is_whole = is_cut or not is_known or is_access_changed(connection, closed, access, last)
    if is_whole:
        note_everything(connection, units.tables)
    for sha256 in sorted(access.documents ^ closed.documents):
        note_unit(connection, "document", sha256)
    shares = part_pending(connection, read_pending(connection), last)
    branches.expect(sum(len(share.units) for share in shares), is_whole=is_whole)
    commits = _write(connection, repository, branches, shares)
    tip, public = (find_branch(repository, branch) for branch in BRANCHES)
    note_mirrored(connection, Mirroring(f"{tip} {public}", access))
    return Mirrored(str(repository.path), commits, tip, len(access.snapshots), is_cut)


def _write(
    connection: sqlite3.Connection, repository: Repository, branches: Branches, shares: Sequence[Share]
) -> int:
    with FastImport(repository) as stream:
        commits = sum(branches.write(stream, share, write_message(connection, share)) for share in shares)
        branches.complete(stream)
    if stream.is_begun:
        move_branches(repository, BRANCHES)
    return commits


def _read_tip(repository: Repository) -> tuple[str | None, dict[str, str]]:
    """Return the commit that holds everything and its trailers, none where there is no commit yet."""
    tip = find_branch(repository, MAIN)
    if tip is None:
        return None, {}
    (content,) = repository.read_objects([tip])
    if content is None:
        raise RepositoryUnusable(
            f"{repository.path} is damaged, it lacks commit {tip[:12]}; run: tracker verify --repair"
        )
    return tip, read_trailers(read_commit(content).message)
