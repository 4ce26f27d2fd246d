"""Repairing an archive: what is damaged in one copy is restored from the other, which proves what it was."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable, RepositoryUnusable, TrackerError
from tracker.files import new_file
from tracker.model.verifying import Repaired, Step
from tracker.preservation.copies import COMPANIONS, make_copy_folder
from tracker.preservation.folder import MIRROR, finish_rewrite, remove_staging
from tracker.preservation.following import prepare
from tracker.preservation.git.repository import open_repository
from tracker.preservation.mirror import pending, update
from tracker.preservation.mirror.commit_log import note_again
from tracker.preservation.repair.mirror import write_mirror_again
from tracker.preservation.repair.record import (
    rebuild_indexes,
    rebuild_record_file,
    rebuild_text_index,
    restore_rows,
)
from tracker.preservation.rollback import describe_acceptance, find_rollback, note_latest
from tracker.preservation.verify.findings import REPAIR, SURPLUS, Fix
from tracker.preservation.verify.history import REPLACED, list_dropped
from tracker.preservation.verify.mirror_files import MirrorFiles
from tracker.preservation.verify.verify import verify_archive
from tracker.record.ledger.runs import write_steps
from tracker.record.lock import take_lock
from tracker.record.modes import archive_permissions
from tracker.record.schema.connection import (
    FILE_NAME,
    connect_to_read,
    connect_to_write,
    refuse_parts,
    translate,
)
from tracker.record.schema.units import read_tables
from tracker.record.storing.writing import LOCK_TIMEOUT, Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.model.verifying import Verified
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.verify.findings import FixKind, Hooks
    from tracker.record.lock import Lock

    Fixes = tuple[Fix, ...]
    Repair = Callable[[Sequence[Fix], str | None], list[Step]]

_RECORD_FIXES: tuple[FixKind, ...] = ("record", "structure", "rows", "index")
_LAST: tuple[FixKind, ...] = ("mirror",)
_ORDER: tuple[tuple[FixKind, ...], ...] = (
    ("objects", "branch"), ("record", "structure"), ("rows", "index", "log"), _LAST
)  # fmt: skip
"""The objects that prove rows come before the rows, and the mirror is rewritten only from a whole record."""

_WHAT: Mapping[FixKind, str] = {
    "record": FILE_NAME,
    "structure": "the indexes of tracker.db",
    "rows": "rows of tracker.db",
    "index": "the full-text index",
    "log": "what is noted of commits",
    "objects": "the objects of mirror.git",
    "branch": "a branch of mirror.git",
    "mirror": MIRROR,
}


def repair_archive(folder: Path, hooks: Hooks, clock: Callable[[], str]) -> Repaired:
    """Verify the archive in a folder, and repair what one copy proves of the other.

    The record as it was, and damaged files of the mirror, are saved in a folder before. The repair is a run,
    and its steps are rows of ``repairs``, except in a record that should have been made again and was not: an
    older one would have a run of its own then. Raises as ``verify_archive`` does, and ``ArchiveLocked`` where
    another run holds the archive.
    """
    lock = take_lock(folder, LOCK_TIMEOUT)
    try:
        remove_staging(folder)
        finish_rewrite(folder / MIRROR)
        before, fixes = verify_archive(folder, hooks)
        if not fixes:
            return Repaired(before, before, (), None, None)
        saved = _save_record(folder, hooks.instant)
        repair = _Repair(folder, saved, lambda: verify_archive(folder, hooks))
        after, left = repair.run(before, fixes)
        # What is lost for good is accepted by a run, which is what says so.
        breaks = [fix for fix in left if fix.kind == "break"]
        lost = _find_lost_run(folder) if _has_record(fixes) and not _has_record(left) else []
        repair.steps += lost
        is_whole = len(after.faults) == len(breaks) + len(lost)
        run = None
        if not _has_record(left) and (writing := _open_record(folder, lock, clock)):
            run = _record_run(writing, repair.steps, breaks, hooks.instant, is_whole=is_whole)
        # What was pending may be in the mirror by now.
        if run and (breaks or lost or after.pending):
            after, _ = verify_archive(folder, hooks)
    finally:
        lock.release()
    return Repaired(before, after, tuple(repair.steps), str(saved), run)


class _Repair:
    def __init__(self, folder: Path, saved: Path, verify: Callable[[], tuple[Verified, Fixes]]) -> None:
        self.steps: list[Step] = []
        self._folder = folder
        self._mirror = folder / MIRROR
        self._verify = verify
        self._repairs: Mapping[FixKind, Repair] = {
            "objects": lambda _fixes, _base: write_mirror_again(folder, saved),
            "branch": lambda fixes, _base: [_move_branch(folder / MIRROR, fix) for fix in fixes],
            "record": lambda _fixes, _base: rebuild_record_file(folder, folder / MIRROR, saved / FILE_NAME),
            "structure": lambda _fixes, _base: self._in_record(rebuild_indexes),
            "rows": self._restore_rows,
            "index": lambda _fixes, _base: self._in_record(rebuild_text_index),
            "log": self._note_commits,
            "mirror": lambda _fixes, _base: self._in_record(lambda record: _write_mirror(record, folder)),
        }

    def run(self, found: Verified, fixes: Fixes) -> tuple[Verified, Fixes]:
        """Apply the fixes, one kind after the other, and return what verifying finds then, and would fix."""
        tried: set[Fix] = set()
        while due := _choose(fixes, tried, has_mirror=self._mirror.exists()):
            tried.update(due)
            for kind in dict.fromkeys(fix.kind for fix in due):
                self._apply(kind, [fix for fix in due if fix.kind == kind], found.tip)
            found, fixes = self._verify()
            if due[0].kind in _RECORD_FIXES:
                # A repaired record may give more objects.
                tried.discard(Fix("objects"))
        return found, fixes

    def _apply(self, kind: FixKind, fixes: Sequence[Fix], base: str | None) -> None:
        try:
            self.steps += self._repairs[kind](fixes, base)
        except (TrackerError, sqlite3.Error, OSError) as error:
            self.steps.append(Step(did=False, what=_WHAT[kind], how=str(error)))

    def _restore_rows(self, fixes: Sequence[Fix], base: str | None) -> list[Step]:
        with self._open_record() as record, open_repository(self._mirror) as repository:
            doubtful = _find_doubtful(record, repository, fixes, str(base))
            return restore_rows(record, MirrorFiles(repository, str(base)), fixes, doubtful)

    def _note_commits(self, fixes: Sequence[Fix], _base: str | None) -> list[Step]:
        """Write what the record notes of commits again, from the mirror."""
        with self._open_record() as record, open_repository(self._mirror) as repository:
            return [_note_again(record, repository, fix) for fix in fixes]

    def _in_record(self, repair: Callable[[sqlite3.Connection], Step]) -> list[Step]:
        with self._open_record() as record:
            return [repair(record)]

    @contextmanager
    def _open_record(self) -> Iterator[sqlite3.Connection]:
        path = self._folder / FILE_NAME
        with closing(connect_to_write(path)) as record:
            refuse_parts(record, path, to_repair=True)
            pending.update_triggers(record, path)
            yield record


def _choose(fixes: Fixes, tried: Collection[Fix], *, has_mirror: bool) -> list[Fix]:
    """Return the fixes to apply next: those of the first kinds of which one was not tried."""
    # Where the mirror has lost something, what the record has in its place may be anybody's.
    waited_for = (*_RECORD_FIXES, "objects") if has_mirror else _RECORD_FIXES
    for kinds in _ORDER:
        if kinds == _LAST and any(fix.kind in waited_for for fix in fixes):
            return []
        due = [fix for fix in fixes if fix.kind in kinds and fix not in tried]
        if due:
            return due
    return []


def _find_doubtful(
    record: sqlite3.Connection, repository: Repository, fixes: Sequence[Fix], base: str
) -> Collection[str]:
    """Return the surplus rows that the mirror once had: those may be no additions by another program."""
    surplus = {fix.name for fix in fixes if fix.value == SURPLUS}
    try:
        return surplus.intersection(list_dropped(repository, read_tables(record), base)) if surplus else ()
    except RepositoryUnusable:
        return surplus


def _save_record(folder: Path, instant: str) -> Path:
    """Copy the record byte by byte, since even a damaged one may be needed, and return the folder."""
    record = folder / FILE_NAME
    permissions = archive_permissions(folder, folder / MIRROR)
    saved = make_copy_folder(folder, instant)
    try:
        for file in (record, *(folder / f"{FILE_NAME}{ending}" for ending in COMPANIONS)):
            if file.is_file():
                with file.open("rb") as source, new_file(saved / file.name, permissions) as copy:
                    shutil.copyfileobj(source, copy)
                shutil.copystat(file, saved / file.name)
    except OSError as error:
        raise ArchiveUnusable(f"{saved} cannot be made, and nothing was changed: {error.strerror}") from error
    return saved


def _move_branch(mirror: Path, fix: Fix) -> Step:
    """Move a branch to the commit that the record noted; the replaced commit is kept under another name."""
    how = f"moved back to {fix.value[:12]}"
    with open_repository(mirror, to_write=True) as repository:
        replaced = repository.find_commit(fix.name)
        if replaced and replaced != fix.value:
            kept = f"{REPLACED}{fix.name.rpartition('/')[2]}-{replaced[:12]}"
            repository.ask("update-ref", kept, replaced)
            how += f"; what it stood at is kept as {kept}"
        elif not replaced:
            # Git does not replace a file that names no commit.
            (mirror / fix.name).unlink(missing_ok=True)
        repository.ask("update-ref", fix.name, fix.value)
    return Step(did=True, what=f"branch {fix.name.rpartition('/')[2]}", how=how)


def _write_mirror(record: sqlite3.Connection, folder: Path) -> Step:
    """Compare every file of the mirror with the record, and write those that differ."""
    pending.forget_mirrored(record)
    mirrored = update.update_mirror(record, folder)
    return Step(did=True, what=MIRROR, how=f"written again from the record, at {str(mirrored.tip)[:12]}")


def _note_again(record: sqlite3.Connection, repository: Repository, fix: Fix) -> Step:
    what = f"{fix.value} {fix.name[:12]}"
    try:
        note_again(record, repository, fix.value, fix.name)
    except RepositoryUnusable as error:
        return Step(did=False, what=what, how=f"the mirror does not have it: {error}")
    return Step(did=True, what=what, how="noted again from the mirror")


def _has_record(fixes: Sequence[Fix]) -> bool:
    """Tell whether the record has to be made again."""
    return any(fix.kind == "record" for fix in fixes)


def _find_lost_run(folder: Path) -> list[Step]:
    """Return that the record which was made again ends before the latest run that this user knows of."""
    with closing(connect_to_read(folder / FILE_NAME)) as record:
        lost = find_rollback(folder, record)
    why = "it was lost with the damaged file, and the mirror did not have it"
    return [Step(did=False, what=lost.what, how=describe_acceptance(REPAIR, why))] if lost else []


def _accept_breaks(record: sqlite3.Connection, fixes: Sequence[Fix]) -> Step:
    """Record that the history is accepted as it is: what it lacks cannot be restored."""
    query = "UPDATE breaks SET accepted = 1 WHERE id = ? RETURNING lost"
    lost = [record.execute(query, [fix.name]).fetchone()[0] for fix in fixes]
    what = " and ".join(f"commit {name[:12]}" for name in lost)
    return Step(did=False, what=what, how="lost; the history is taken as it stands from now on")


def _open_record(folder: Path, lock: Lock, clock: Callable[[], str]) -> Writing | None:
    """Return the record open for the run of a repair; None where it cannot be written."""
    path = folder / FILE_NAME
    try:
        return Writing(path, connect_to_write(path), lock, "repair", clock)
    except ArchiveUnusable:
        return None


def _record_run(
    writing: Writing, steps: list[Step], breaks: Sequence[Fix], instant: str, *, is_whole: bool
) -> int:
    """Record the run and its steps, accept breaks as one of them, and close the record.

    The mirror is updated only from a whole record: damage must not reach the other copy.
    """
    folder = writing.path.parent
    with closing(writing.connection) as connection, translate(writing.path):
        writing.migrate()
        prepare(writing)
        writing.mark_interrupted()
        with writing.batch():
            run = writing.begin_run(instant)
            steps += [_accept_breaks(connection, breaks)] if breaks else []
            write_steps(connection, run, steps)
            writing.end_run("complete")
        if not find_rollback(folder, connection):
            note_latest(folder, connection)
        try:
            if is_whole and (folder / MIRROR).exists():
                update.update_mirror(connection, folder)
        except RepositoryUnusable:
            pass  # Verifying reports it; the steps are recorded.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return run
