"""Opening both copies to verify them, and reporting one that cannot be opened."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tracker.errors import ArchiveLocked, ArchiveUnusable, RepositoryUnusable
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.program import load_git
from tracker.preservation.git.repository import open_repository
from tracker.preservation.mirror import branches, pending, refs
from tracker.preservation.verify.findings import REPAIR, RESTORE, UPDATE, Fix
from tracker.preservation.verify.history import BranchState
from tracker.preservation.verify.structure import is_damage
from tracker.record.lock import LOCK_NAME, describe_lost_log, find_lost_log
from tracker.record.schema import rows
from tracker.record.schema.connection import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.verify.findings import Findings

_TRIES = 5
"""How often reading the record is started again where a run writes to the mirror meanwhile."""


@contextmanager
def open_mirror(folder: Path, findings: Findings) -> Iterator[Repository | None]:
    """Open the mirror of an archive; None where there is none, or it cannot be opened, which is reported."""
    path = folder / MIRROR
    if not path.exists():
        yield None
    elif why := _why_without_git():
        findings.unverifiable("mirror", "the mirror", MIRROR, f"it was not checked: {why}")
        yield None
    else:
        with ExitStack() as stack:
            try:
                repository = stack.enter_context(open_repository(path))
                list(refs.find_branches(repository, branches.BRANCHES))
            except RepositoryUnusable as error:
                meaning = f"it cannot be opened: {error}"
                remedy = f"{REPAIR} writes it again from what is whole in it and from the record"
                findings.fault("objects", "the mirror", MIRROR, meaning, remedy, Fix("objects"))
                yield None
                return
            yield repository


def open_record(folder: Path, findings: Findings, *, has_mirror: bool) -> sqlite3.Connection | None:
    """Open the record for reading; None where it is damaged or gone, which is reported.

    Raises ``ArchiveUnusable`` where there is no archive, or it cannot be opened for another reason.
    """
    try:
        return rows.open_record(folder, rows.Record, to_repair=True).connection
    except ArchiveUnusable as error:
        if not is_damage(error) and not (has_mirror and _is_gone(folder / FILE_NAME)):
            raise
        remedy = f"{REPAIR} makes it again from the mirror" if has_mirror else RESTORE
        fixes = [Fix("record")] if has_mirror else []
        findings.fault("file", FILE_NAME, str(folder), f"it cannot be opened: {error}", remedy, *fixes)
        return None


_UNENDED = "SELECT id, started FROM runs WHERE status = 'running' ORDER BY id DESC LIMIT 1"


def report_lost_log(folder: Path, connection: sqlite3.Connection, findings: Findings) -> None:
    """Report the log of a run that was killed where it is gone, with what had been committed to it."""
    record = folder / FILE_NAME
    what, where = f"{FILE_NAME}-wal", str(folder)
    if holder := find_lost_log(folder, record):
        remedy = "put it back beside the record before any other command; otherwise run it again"
        findings.fault("file", what, where, describe_lost_log(holder), remedy)
        return
    log = record.with_name(what)
    is_empty = not log.exists() or not log.stat().st_size
    if is_empty and not (folder / LOCK_NAME).exists():
        for number, started in connection.execute(_UNENDED):
            meaning = f"run {number} of {started} never ended; its lock and log are gone, and maybe more"
            findings.unverifiable("file", what, where, meaning, "run it again")


def begin_reading(connection: sqlite3.Connection, repository: Repository | None) -> BranchState:
    """Begin the transaction in which the record is read, and return the state of the mirror's branch then.

    Raises ``ArchiveLocked`` where a run keeps writing to both.
    """
    for _ in range(_TRIES):
        tip = refs.find_branch(repository, branches.MAIN) if repository else None
        connection.execute("BEGIN")
        noted = _read_noted(connection)
        if repository is None or refs.find_branch(repository, branches.MAIN) == tip:
            return BranchState(tip, noted)
        connection.execute("ROLLBACK")
    raise ArchiveLocked("another run keeps writing to the mirror; try again after it has ended")


def report_missing_mirror(findings: Findings, noted: str | None, *, is_there: bool) -> None:
    """Report that the record is the only copy, or that there was another one."""
    if noted and not is_there:
        meaning = f"it is missing, and had everything at commit {noted[:12]}: the record is the only copy"
        remedy = f"{REPAIR} writes it again from the record, under the same names as far as that gives them"
        findings.fault("mirror", "the mirror", MIRROR, meaning, remedy, Fix("objects"), Fix("mirror"))
        return
    what = "it holds no commit" if is_there else "there is none"
    meaning = (
        f"{what}: the record is the only copy; damage to data without a digest cannot be detected, and none"
        " can be repaired"
    )
    findings.unverifiable("mirror", "the mirror", MIRROR, meaning, UPDATE)


def report_lost_branches(repository: Repository, findings: Findings) -> None:
    """Report a branch that is not there, where the record cannot tell at which commit it was."""
    for name, tip in zip(branches.BRANCHES, refs.find_branches(repository, branches.BRANCHES), strict=True):
        if tip is None:
            remedy = f"{REPAIR} puts it back, where its commits tell where it was"
            what = f"branch {name.rpartition('/')[2]}"
            findings.fault("history", what, MIRROR, "it is at no commit", remedy, Fix("objects"))


def _why_without_git() -> str | None:
    try:
        load_git()
    except RepositoryUnusable as error:
        return str(error)
    return None


def _is_gone(path: Path) -> bool:
    return not path.exists() or (path.is_file() and not path.stat().st_size)


def _read_noted(connection: sqlite3.Connection) -> str | None:
    """Return the commit that the record noted last."""
    mirrored = pending.read_mirrored(connection)
    return mirrored.main if mirrored else None
