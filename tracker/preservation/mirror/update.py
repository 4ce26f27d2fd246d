"""Updating the mirror: a bare git repository beside the record, whose head alone rebuilds it.

Each run that wrote has one commit; edits outside of runs go with the next. The branches move only when
everything is written, and then the record notes their commits. Where it has noted none, as after a crash, or
other commits than the branches have, everything is compared, and only what differs is written. What another
program changed in mirrored rows stays in the mirror as it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.errors import RecordEdited, RepositoryUnusable
from tracker.model.preserving import Mirrored
from tracker.preservation.folder import MIRROR, finish_rewrite
from tracker.preservation.git.repository import create_repository, open_repository
from tracker.preservation.git.streams import FastImport
from tracker.preservation.mirror import commit_log, divergence, edits, pending, refs, unit_files
from tracker.preservation.mirror.branches import BRANCHES, Branches
from tracker.preservation.mirror.commits import SHORT, name_run, read_trailers_of, split_by_run, write_message
from tracker.preservation.mirror.redaction import Redaction
from tracker.record.access.closed import Access, find_watch_list, read_access
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.rows import transaction
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.commits import RunChanges
    from tracker.preservation.mirror.edits import RowDifference
    from tracker.preservation.mirror.unexplained import Kept

    Tips = Sequence[str | None]
    """The commits of the branches, in their order."""


_MOST_NAMED = 3

_HAS_RUN = "SELECT 1 FROM unmirrored WHERE unit = 'run' LIMIT 1"

_ALL_OPEN = Access(frozenset(), frozenset(), frozenset(), frozenset())

_OLDER_SNAPSHOT = "SELECT 1 FROM snapshots WHERE id = ? AND run <= ?"
_OLDER_STATEMENT = (
    "SELECT 1 FROM snapshots JOIN editions ON editions.id = edition WHERE statement = ? AND run <= ? LIMIT 1"
)


def update_mirror(connection: sqlite3.Connection, folder: Path) -> Mirrored:
    """Update the mirror of an archive, and create it where there is none.

    The connection writes to the record in the folder, whose lock is held. Raises
    ``RepositoryUnusable`` where git is missing or refuses, or the mirror knows of a run that the record
    does not; the record is as it was then. Raises ``RecordEdited`` where everything was mirrored but rows
    that another program has changed.
    """
    path = folder / MIRROR
    finish_rewrite(path)
    if not path.exists():
        create_repository(path)
    with open_repository(path, to_write=True) as repository:
        tips = refs.recover(repository, BRANCHES)
        with transaction(connection):
            mirrored = _update(connection, repository, folder, tips)
            if connection.execute(_HAS_RUN).fetchone():
                # What was just noted of edits belongs to the file of a run, which the mirror has by now.
                moved = tuple(refs.find_branches(repository, BRANCHES))
                noted = _update(connection, repository, folder, moved)
                mirrored = replace(mirrored, commits=mirrored.commits + noted.commits, tip=noted.tip)
        refs.pack_objects(repository)
    if standing := edits.read_open(connection, read_tables(connection)):
        raise RecordEdited(_describe(standing))
    return mirrored


def _describe(standing: Sequence[RowDifference]) -> str:
    named = ", ".join(each.describe() for each in standing[:_MOST_NAMED])
    rest = f" and {len(standing) - _MOST_NAMED:,} more" if standing[_MOST_NAMED:] else ""
    return (
        f"{FILE_NAME}: another program changed {named}{rest}; the mirror keeps what it has of that, and has"
        " all else; tracker verify says what restores or accepts it"
    )


def _update(connection: sqlite3.Connection, repository: Repository, folder: Path, tips: Tips) -> Mirrored:
    tip, trailers = tips[0], _read_trailers(repository, tips[0])
    last = name_run(trailers)
    mirrored = pending.read_mirrored(connection)
    divergence.check_not_diverged(connection, repository, tip, folder)
    units = unit_files.UnitFiles(connection)
    access = read_access(connection, units.tables, find_watch_list(folder))
    redaction = Redaction(connection, access, units.tables)
    branches = Branches(repository, tips, units, redaction, find_watch_list(folder), last)
    pending.install_triggers(connection, units.tables)
    _record_break(connection, repository, mirrored, tip)
    closed = mirrored.closed if mirrored else _ALL_OPEN
    is_cut = branches.cut(access.documents - closed.documents, is_forced=bool(_find_shut(closed, access)))
    is_known = mirrored is not None and mirrored.tips == branches.tips
    is_whole = is_cut or not is_known or _is_access_changed(connection, closed, access, last)
    if is_whole:
        pending.mark_everything(connection, units.tables)
    for sha256 in sorted(access.documents ^ closed.documents):
        pending.mark_unit(connection, "document", sha256)
    shares = split_by_run(connection, pending.read_pending(connection), last)
    branches.expect(sum(len(share.units) for share in shares), is_whole=is_whole)
    commits, moved = _write(connection, repository, branches, shares)
    tip, public = moved or tips
    commit_log.note_commits(connection, repository, (tip, public))
    pending.mark_mirrored(connection, pending.MirrorState(f"{tip} {public}", access))
    _note_edits(connection, branches.kept, units)
    return Mirrored(str(repository.path), commits, tip, len(access.snapshots), is_cut)


def _is_access_changed(connection: sqlite3.Connection, before: Access, now: Access, run: int) -> bool:
    """Return whether who may see what has changed of anything that was recorded up to a run."""
    changed = (
        *((_OLDER_SNAPSHOT, name) for name in before.snapshots ^ now.snapshots),
        *((_OLDER_STATEMENT, name) for name in before.statements ^ now.statements),
    )
    is_told_otherwise = _find_shut(before, now) or _find_shut(now, before)
    return (
        bool(is_told_otherwise)
        or before.sources != now.sources
        or any(connection.execute(query, [name, run]).fetchone() for query, name in changed)
    )


def _find_shut(before: Access, now: Access) -> frozenset[str]:
    """Return the documents of which it was open that they came, and is no longer."""
    return (before.waiting - now.waiting) & now.documents


def _record_break(
    connection: sqlite3.Connection,
    repository: Repository,
    mirrored: pending.MirrorState | None,
    tip: str | None,
) -> None:
    """Record that the branch ``main`` is no descendant of the commit that the record noted last, or is gone.

    Where there never was a mirror, and after a history was rewritten by order, no commit is noted.
    """
    noted = mirrored.main if mirrored else None
    if noted is None or (tip is not None and refs.is_descendant(repository, tip, noted) is not False):
        return
    connection.execute(
        "INSERT INTO breaks (run, lost, found) SELECT max(id), ?, ? FROM runs HAVING max(id) IS NOT NULL",
        [noted, tip or refs.NOWHERE],
    )


def _note_edits(connection: sqlite3.Connection, kept: Kept, units: unit_files.UnitFiles) -> None:
    """Keep in the ledger what another program changed; a file that stays whole is looked at again."""
    for each in kept.found.values():
        edits.note_edits(connection, edits.list_edits(connection, units.tables, each))
    for unit, name in kept.units:
        pending.mark_unit(connection, unit, name)


def _write(
    connection: sqlite3.Connection, repository: Repository, branches: Branches, shares: Sequence[RunChanges]
) -> tuple[int, Tips]:
    """Write what is pending; return the number of commits, and where the branches are if they moved."""
    with FastImport(repository) as stream:
        commits = sum(branches.write(stream, share, write_message(connection, share)) for share in shares)
        branches.complete(stream)
    return commits, refs.move_branches(repository, BRANCHES) if stream.is_begun else ()


def _read_trailers(repository: Repository, tip: str | None) -> dict[str, str]:
    """Return the trailers of the latest commit, none where there is no commit yet."""
    try:
        return read_trailers_of(repository, tip) if tip else {}
    except RepositoryUnusable as error:
        raise RepositoryUnusable(
            f"{repository.path} is damaged, it lacks commit {str(tip)[:SHORT]}; run: tracker verify --repair"
        ) from error
