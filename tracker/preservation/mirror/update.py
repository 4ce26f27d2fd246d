"""Updating the mirror: a bare git repository beside the record, whose head alone rebuilds it.

Each run that wrote has one commit; edits outside of runs go with the next. The branches move only when
everything is written, and then the record notes their commits. Where it has noted none, as after a crash, or
other commits than the branches have, everything is compared, and only what differs is written. What another
program changed in mirrored rows stays in the mirror as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import RecordEdited, RepositoryUnusable
from tracker.model.preserving import Mirrored
from tracker.preservation.folder import MIRROR, finish_rewrite
from tracker.preservation.git.repository import create_repository, open_repository
from tracker.preservation.git.streams import FastImport
from tracker.preservation.mirror import commit_log, divergence, edits, pending, proofs, refs, unit_files
from tracker.preservation.mirror.branches import BRANCHES, Branches
from tracker.preservation.mirror.commits import SHORT, name_run, read_trailers_of, split_by_run, write_message
from tracker.preservation.mirror.redaction import Redaction
from tracker.record.access.closed import ALL_OPEN, find_shut, find_watch_list, is_access_changed, read_access
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
    proofs.record_break(connection, repository, mirrored, tip)
    closed = mirrored.closed if mirrored else ALL_OPEN
    is_cut = branches.cut(access.documents - closed.documents, is_forced=bool(find_shut(closed, access)))
    is_known = mirrored is not None and mirrored.tips == branches.tips
    is_whole = is_cut or not is_known or is_access_changed(connection, closed, access, last)
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
