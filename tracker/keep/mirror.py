"""``tracker mirror``, ``rebuild`` and ``backup``: the copies of the record."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracker.archive import open_store
from tracker.errors import DecisionInvalid, RepositoryUnusable, TrackerError
from tracker.files import BY_UMASK, temporary_folder
from tracker.inputs.passwords import strip_user
from tracker.model.preserving import Pushed
from tracker.preservation import following
from tracker.preservation.copies import back_up, note_copy
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.repository import (
    clone_repository,
    create_repository,
    open_repository,
)
from tracker.preservation.mirror.commits import SHORT
from tracker.preservation.mirror.divergence import check_copy
from tracker.preservation.mirror.pending import read_mirrored
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.refs import MAIN, PUBLIC
from tracker.preservation.repair.mirror import write_mirror_again
from tracker.preservation.rollback import PushedTo, note_latest
from tracker.record.access.closed import find_watch_list, read_access, read_withdrawn
from tracker.record.lock import read_clock
from tracker.record.modes import private_permissions
from tracker.record.reading.ledger import open_ledger
from tracker.record.schema.connection import Record, open_record
from tracker.record.schema.units import read_tables
from tracker.report.layout import counted

if TYPE_CHECKING:
    from tracker.model.preserving import Backup, Mirrored, Rebuilt
    from tracker.preservation.git.program import GitResult
    from tracker.preservation.git.repository import Repository
    from tracker.record.storing.store import Store


_MOST_LOST = 3


def backup(folder: Path, target: Path) -> Backup:
    """Copy the record of the archive in a folder into a new file, and note where; raises as ``back_up``."""
    made = back_up(folder, target)
    note_copy(folder, "backup", str(target.absolute()), read_clock())
    return made


_FILE = "file:///"


def rebuild(mirror: str, archive: Path, *, accept_watch_list: bool = False) -> Rebuilt:
    """Make the archive in a folder out of a mirror: a path, or an address that git clones.

    Raises as ``rebuild_record`` does.
    """
    path = _find_path(mirror)
    if path is not None:
        return rebuild_record(path, archive, accept_watch_list=accept_watch_list)
    with temporary_folder("clone") as folder:
        clone = folder / "mirror.git"
        clone_repository(mirror, clone)
        return rebuild_record(clone, archive, accept_watch_list=accept_watch_list)


def _find_path(mirror: str) -> Path | None:
    """Return the path that is meant, by ``file:///`` too: on this computer git is not asked for a copy."""
    if mirror.startswith(_FILE):
        return Path(unquote(mirror.removeprefix(_FILE.rstrip("/"))))
    if "://" in mirror or (":" in mirror and not os.path.exists(mirror)):  # noqa: PTH110 (names too long)
        return None
    return Path(mirror)


_OTHER_WAY = re.compile(r"\((?:non-fast-forward|fetch first|stale info)\)")


def update_mirror(archive: Path, *, new_history: bool = False) -> Mirrored:
    """Bring the mirror of an archive up to date, and make it where there never was one.

    One that is gone is written again from the record, under the same names; a history that the record does
    not give whole is only begun with ``new_history``. Raises ``ArchiveLocked``,
    ``ArchiveUnusable``, and ``RepositoryUnusable`` where git is missing, the mirror knows of a run that the
    record does not, or it is gone and cannot be written again, or is there and another history is asked for.
    """
    mirror = archive / MIRROR
    if new_history and mirror.exists():
        raise RepositoryUnusable(f"{mirror} is there; to begin another history, move it away first")
    with open_store(archive) as store:
        is_restored = not new_history and _restore_mirror(archive, store)
        return replace(following.update_mirror(store.writing), is_restored=is_restored)


def _restore_mirror(archive: Path, store: Store) -> bool:
    """Write a mirror that is gone again, and tell whether that was needed. Raises ``RepositoryUnusable``."""
    mirror, noted = archive / MIRROR, read_mirrored(store.writing.connection)
    if mirror.exists() or noted is None or noted.main is None:
        return False
    steps = write_mirror_again(archive, archive)
    if not mirror.exists():
        lost = [step.what for step in steps if not step.did]
        named = ", ".join(lost[:_MOST_LOST]) + (" ..." if lost[_MOST_LOST:] else "")
        raise RepositoryUnusable(
            f"{mirror} is gone, and had everything at commit {noted.main[:SHORT]}; the record no longer gives"
            f" all of it ({named}): put back a copy that was pushed (git clone --mirror), or begin another"
            " history: tracker mirror update --new-history"
        )
    return True


def push_mirror(
    archive: Path,
    remote: str,
    *,
    private: bool = False,
    force: bool = False,
    branch: str = "main",
    only_open: bool = False,
) -> Pushed:
    """Push the mirror, brought up to date before; ``branch`` there is what the reader of that copy may have.

    A public copy gets open material and the digests of the rest, a private one gets everything. A folder
    that is new or empty becomes a bare repository. ``force`` replaces a copy that went another way, as one
    does that holds what was closed since, unless it has runs that the record does not: ``HistoriesApart``.
    Raises ``TrackerError`` for ``only_open`` where a source is not open, and ``RepositoryUnusable`` where
    git refuses: no rights, no network, or such a copy.
    """
    updated = update_mirror(archive)
    _check_finished(archive)
    if only_open:
        _check_open(archive)
    there = f"refs/heads/{branch}"
    with open_repository(archive / MIRROR) as repository:
        tip = repository.find_commit(MAIN if private else PUBLIC)
        if tip is None:
            raise RepositoryUnusable(f"{repository.path} holds nothing yet; record a statement: tracker add")
        branches = [f"{MAIN}:{there}", f"{PUBLIC}:{PUBLIC}"] if private else [f"{PUBLIC}:{there}"]
        if _is_new_folder(remote):
            create_repository(Path(remote), private_permissions(archive) if private else BY_UMASK)
        if force:
            _check_copy(archive, repository, remote, there)
        answer = repository.push(remote, branches, force=force)
        if answer.status:
            if _is_of_another_way(answer) and not force:
                _check_copy(archive, repository, remote, there)
            raise RepositoryUnusable(_explain(remote, answer, force=force))
    # As with a backup: a relative path says nothing in another folder.
    place = os.path.abspath(remote) if os.path.lexists(remote) else strip_user(remote)  # noqa: PTH100
    note_copy(archive, "push", place, read_clock())
    with open_record(archive, Record) as record:
        # A name of a remote, and a path, say the same from everywhere.
        address = place if os.path.lexists(remote) else remote
        note_latest(archive, record.connection, PushedTo(address, branch, tip))
    return Pushed(strip_user(remote), private, tip, updated.closed)


def _check_finished(archive: Path) -> None:
    """Raise ``DecisionInvalid`` where a destruction was cut short: a copy might still hold it all."""
    with open_ledger(archive) as ledger:
        for each in ledger.unfinished():
            raise DecisionInvalid(
                f"the destruction of {each.reference} was cut short; finish it first:"
                f" tracker withdraw {each.reference} --destroy"
            )


def _check_copy(archive: Path, repository: Repository, remote: str, branch: str) -> None:
    with open_record(archive, Record) as record:
        check_copy(record.connection, repository, remote, branch)


def _check_open(archive: Path) -> None:
    """Raise ``TrackerError`` where anything is restricted or embargoed; what was withdrawn may be."""
    with open_record(archive, Record) as record:
        connection = record.connection
        access = read_access(connection, read_tables(connection), find_watch_list(archive))
        closed = access.snapshots - read_withdrawn(connection).snapshots
    if access.sources or closed:
        named = ", ".join(sorted(access.sources)) or counted(len(closed), "snapshot")
        raise TrackerError(
            f"restricted or embargoed: {named}; nothing was pushed: keep this archive on a computer of yours,"
            " or make another one for what is open"
        )


def _is_new_folder(remote: str) -> bool:
    """Return whether a path is meant at which there is nothing yet.

    Raises ``RepositoryUnusable`` where its folder is not there: a disk that is not mounted is no copy.
    """
    if ":" in remote.partition("/")[0] or not (os.sep in remote or remote.endswith(".git")):
        return False
    # A path may be too long for the system, which pathlib does not take for an answer.
    if not os.path.lexists(remote):
        above = os.path.dirname(os.path.abspath(remote))  # noqa: PTH100, PTH120
        if not os.path.isdir(above):  # noqa: PTH112
            raise RepositoryUnusable(f"there is no folder {above}; make it, or mount its disk, first")
        return True
    return os.path.isdir(remote) and not os.listdir(remote)  # noqa: PTH112, PTH208


def _is_of_another_way(answer: GitResult) -> bool:
    """Return whether a copy refused commits that do not continue its history."""
    return any(_OTHER_WAY.search(line) for line in _list_refused(answer))


def _list_refused(answer: GitResult) -> list[str]:
    return [line for line in answer.output.decode(errors="replace").splitlines() if line.startswith("!")]


def _explain(remote: str, answer: GitResult, *, force: bool) -> str:
    if _is_of_another_way(answer) and force:
        folder = shlex.quote(remote) if os.path.isdir(remote) else "ITS-FOLDER"  # noqa: PTH112
        return (
            f"{strip_user(remote)} keeps its old commits even with --force; where it is, run:"
            f" git -C {folder} config receive.denyNonFastForwards false"
        )
    if _is_of_another_way(answer):
        return (
            f"{strip_user(remote)} holds commits that this mirror does not; where it is a copy of it from"
            " before material was closed, replace that: --force"
        )
    refused = _list_refused(answer)
    reason = refused[0].rpartition("\t")[2] if refused else answer.complaint
    return f"{strip_user(remote)}: git push: {reason.replace(remote, strip_user(remote))}"
