"""Repairing an archive: what is damaged in one copy is put back as the other one proves it to have been."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.archive.file.lock import remove_staging, take_lock
from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.file.modes import archive_permissions
from tracker.archive.git.repository import open_repository
from tracker.archive.mirror.pending import forget_mirrored, refit_triggers
from tracker.archive.mirror.proofs import write_steps
from tracker.archive.mirror.update import update_mirror
from tracker.archive.repair.git_objects import mend_objects
from tracker.archive.repair.record import make_record_again
from tracker.archive.repair.rows import index_again, put_back, sort_again
from tracker.archive.rights.copies import BEFORE_REPAIR, COMPANIONS, make_copy_folder
from tracker.archive.schema.connection import FILE_NAME, connect_to_write, translate
from tracker.archive.storing.writing import LOCK_TIMEOUT, Writing
from tracker.archive.takeover.receiving import name_replaced
from tracker.archive.verify.copies import Copy
from tracker.archive.verify.notes import Cure
from tracker.archive.verify.verify import verify_archive
from tracker.errors import ArchiveUnusable, RepositoryUnusable, TrackerError
from tracker.files import new_file
from tracker.model.verifying import Repaired, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.archive.file.lock import Lock
    from tracker.archive.verify.notes import CureKind, Means
    from tracker.model.verifying import Verified

    Cures = tuple[Cure, ...]
    Mend = Callable[[Sequence[Cure], str | None], list[Step]]

_OF_RECORD: tuple[CureKind, ...] = ("record", "structure", "rows", "index")
_LAST: tuple[CureKind, ...] = ("mirror", "break")
_ORDER: tuple[tuple[CureKind, ...], ...] = (
    ("objects", "branch"), ("record", "structure"), ("rows", "index"), _LAST
)  # fmt: skip
"""The proof before what it proves, and the mirror is written again only from a record that is whole."""

_WHAT: Mapping[CureKind, str] = {
    "record": FILE_NAME,
    "structure": "the indexes of tracker.db",
    "rows": "rows of tracker.db",
    "index": "the full-text index",
    "objects": "the objects of mirror.git",
    "branch": "a branch of mirror.git",
    "mirror": MIRROR,
    "break": "a break in the history",
}


def repair_archive(folder: Path, means: Means, clock: Callable[[], str]) -> Repaired:
    """Verify the archive in a folder and mend what one copy proves of the other.

    The record as it was, and what is taken out of the mirror, is put aside before. What was done is a run,
    and its steps are rows of ``repairs``. Raises as ``verify_archive`` does, and ``ArchiveLocked`` where
    another run holds the archive.
    """
    lock = take_lock(folder, LOCK_TIMEOUT)
    try:
        remove_staging(folder)
        before, cures = verify_archive(folder, means)
        if not cures:
            return Repaired(before, before, (), None, None)
        aside = _set_aside(folder, means.instant)
        repair = _Repair(folder, aside, lambda: verify_archive(folder, means))
        after = repair.run(before, cures)
        run = _note(folder, lock, repair.steps, means.instant, clock, is_whole=not after.faults)
    finally:
        lock.release()
    return Repaired(before, after, tuple(repair.steps), str(aside), run)


class _Repair:
    def __init__(self, folder: Path, aside: Path, verify: Callable[[], tuple[Verified, Cures]]) -> None:
        self.steps: list[Step] = []
        self._folder = folder
        self._mirror = folder / MIRROR
        self._verify = verify
        self._mends: Mapping[CureKind, Mend] = {
            "objects": lambda _cures, _base: mend_objects(folder, aside / "objects"),
            "branch": lambda cures, _base: [_move_branch(folder / MIRROR, cure) for cure in cures],
            "record": lambda _cures, _base: make_record_again(folder, folder / MIRROR, aside / FILE_NAME),
            "structure": lambda _cures, _base: [self._in_record(sort_again)],
            "rows": self._put_back,
            "index": lambda _cures, _base: [self._in_record(index_again)],
            "mirror": lambda _cures, _base: [self._in_record(lambda record: _write_mirror(record, folder))],
            "break": lambda cures, _base: [self._in_record(lambda record: _accept(record, cures))],
        }

    def run(self, found: Verified, cures: Cures) -> Verified:
        """Mend what can be, one kind after the other, and return what verifying finds then."""
        tried: set[Cure] = set()
        while due := _choose(cures, tried):
            tried.update(due)
            for kind in dict.fromkeys(cure.kind for cure in due):
                self._apply(kind, [cure for cure in due if cure.kind == kind], found.tip)
            found, cures = self._verify()
            if due[0].kind in _OF_RECORD:
                # From a record that is whole again more can be taken.
                tried.discard(Cure("objects"))
        return found

    def _apply(self, kind: CureKind, cures: Sequence[Cure], base: str | None) -> None:
        try:
            self.steps += self._mends[kind](cures, base)
        except (TrackerError, sqlite3.Error, OSError) as error:
            self.steps.append(Step(did=False, what=_WHAT[kind], how=str(error)))

    def _put_back(self, cures: Sequence[Cure], base: str | None) -> list[Step]:
        with self._open_record() as record, open_repository(self._mirror) as repository:
            return put_back(record, Copy(repository, str(base)), cures)

    def _in_record(self, mend: Callable[[sqlite3.Connection], Step]) -> Step:
        with self._open_record() as record:
            return mend(record)

    @contextmanager
    def _open_record(self) -> Iterator[sqlite3.Connection]:
        path = self._folder / FILE_NAME
        with closing(connect_to_write(path)) as record:
            refit_triggers(record, path)
            yield record


def _choose(cures: Cures, tried: Collection[Cure]) -> list[Cure]:
    """Return the cures that are due: those of the first kinds of which one was not tried."""
    for kinds in _ORDER:
        if kinds == _LAST and any(cure.kind in _OF_RECORD for cure in cures):
            return []
        due = [cure for cure in cures if cure.kind in kinds and cure not in tried]
        if due:
            return due
    return []


def _set_aside(folder: Path, instant: str) -> Path:
    """Copy the record as it is, byte by byte, and return where it is: what is damaged may be wanted."""
    record = folder / FILE_NAME
    permissions = archive_permissions(folder)
    aside = make_copy_folder(folder, BEFORE_REPAIR, instant)
    try:
        for file in (record, *(folder / f"{FILE_NAME}{ending}" for ending in COMPANIONS)):
            if file.is_file():
                with file.open("rb") as source, new_file(aside / file.name, permissions) as copy:
                    shutil.copyfileobj(source, copy)
                shutil.copystat(file, aside / file.name)
    except OSError as error:
        raise ArchiveUnusable(f"{aside} cannot be made, and nothing was changed: {error.strerror}") from error
    return aside


def _move_branch(mirror: Path, cure: Cure) -> Step:
    """Move a branch to the commit that the record noted; what it stood at is kept under another name."""
    name = cure.name.rpartition("/")[2]
    kept = None
    with open_repository(mirror, to_write=True) as repository:
        stood = repository.find_commit(cure.name)
        if stood:
            kept = name_replaced(cure.name, stood)
            repository.ask("update-ref", kept, stood)
        else:
            # What names no commit, git does not replace.
            (mirror / cure.name).unlink(missing_ok=True)
        repository.ask("update-ref", cure.name, cure.value)
    how = f"moved back to {cure.value[:12]}" + (f"; what it stood at is kept as {kept}" if kept else "")
    return Step(did=True, what=f"branch {name}", how=how)


def _write_mirror(record: sqlite3.Connection, folder: Path) -> Step:
    """Compare every file of the mirror with the record, and write those that differ."""
    forget_mirrored(record)
    mirrored = update_mirror(record, folder)
    return Step(did=True, what=MIRROR, how=f"written again from the record, at {str(mirrored.tip)[:12]}")


def _accept(record: sqlite3.Connection, cures: Sequence[Cure]) -> Step:
    """Note that the history is taken as it stands: what is missing in it cannot be made again."""
    lost = [
        record.execute("UPDATE breaks SET accepted = 1 WHERE id = ? RETURNING lost", [cure.name]).fetchone()[
            0
        ]
        for cure in cures
    ]
    what = " and ".join(f"commit {name[:12]}" for name in lost)
    return Step(did=False, what=what, how="lost; the history is taken as it stands from now on")


def _note(
    folder: Path, lock: Lock, steps: Sequence[Step], instant: str, clock: Callable[[], str], *, is_whole: bool
) -> int | None:
    """Note the run and its steps in the record; nowhere where there is none that can be written.

    The mirror follows only a record that is whole: damage must not reach the other copy.
    """
    path = folder / FILE_NAME
    try:
        writing = Writing(path, connect_to_write(path), lock, "repair", clock)
    except ArchiveUnusable:
        return None
    with closing(writing.connection) as connection, translate(path):
        writing.migrate()
        writing.refit_triggers()
        writing.mark_interrupted()
        with writing.batch():
            run = writing.begin_run(instant)
            write_steps(connection, run, steps)
            writing.end_run("complete")
        try:
            if is_whole and (folder / MIRROR).exists():
                writing.update_mirror()
        except RepositoryUnusable:
            pass  # Verifying tells it; what was done is noted.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return run
