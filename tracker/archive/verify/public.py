"""The public branch beside the record: open material, and of the rest no more than what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import WATCH
from tracker.archive.mirror.branches import MAIN, PUBLIC, name_blob
from tracker.archive.mirror.pending import read_mirrored
from tracker.archive.rights.access import read_access, read_closed_sources
from tracker.archive.rights.redaction import Redaction
from tracker.archive.verify.copies import Copy
from tracker.archive.verify.notes import REPAIR, UPDATE, Cure, fault
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.unit_files import UnitFiles
    from tracker.archive.verify.expected_differences import Noted
    from tracker.archive.verify.notes import Notes
    from tracker.archive.verify.units import Looked

_WHERE = "mirror.git"
_BRANCH = "branch public of mirror.git"
_REWRITE = f"{REPAIR} writes it again from the record"


def begin_public(
    connection: sqlite3.Connection,
    repository: Repository,
    units: UnitFiles,
    noted: Noted,
    notes: Notes,
    watch: Path,
    until: int,
) -> PublicComparison | None:
    """Prepare to compare the public branch; None where it is simply ``main``, or is to be written anew."""
    access = read_access(connection, units.tables, watch)
    tip = repository.find_commit(PUBLIC)
    if access.is_open and tip == repository.find_commit(MAIN):
        return None
    if tip is None:
        meaning = "it is not there, and main is"
        notes.find(fault("mirror", "branch public", _WHERE, meaning, _REWRITE), Cure("mirror"))
        return None
    mirrored = read_mirrored(connection)
    if mirrored is None or mirrored.closed != access:
        meaning = "who may see what has changed since it was written"
        notes.find(Finding("pending", "mirror", "branch public", _WHERE, meaning, UPDATE))
        return None
    redaction = Redaction(connection, access, units.tables)
    return PublicComparison(units, redaction, Copy(repository, tip), noted, notes, until)


class PublicComparison:
    """Compares units of the record, as they are looked at, with what the public has of them."""

    def __init__(
        self,
        units: UnitFiles,
        redaction: Redaction,
        copy: Copy,
        noted: Noted,
        notes: Notes,
        until: int,
    ) -> None:
        self._units = units
        self._redaction = redaction
        self._copy = copy
        self._noted = noted
        self._notes = notes
        self._until = until

    def compare(self, looked: Looked) -> None:
        """Compare what may be shown of a unit with the files of the branch."""
        if looked.rows is None or looked.problems:
            return
        seen = self._redaction.redact(looked.unit, dict(looked.rows))
        shown = {} if seen is None else self._units.files(looked.unit, seen, looked.name, self._until)
        for path in looked.files:
            self._notes.look("mirror")
            data, found = shown.get(path), self._copy.take(path)
            if found != (None if data is None else name_blob(data)):
                self._note_difference(looked, path, found)

    def finish(self, watch: Path) -> None:
        """Note the files of the branch that the record does not account for."""
        shown = watch.is_file() and not read_closed_sources(watch.read_text(encoding="utf-8-sig"))
        for path in self._copy.left():
            if not (self._noted.has_left(path) or (path == WATCH and shown)):
                meaning = "the public has it, and the record has nothing that it may show there"
                self._notes.find(fault("mirror", path, _BRANCH, meaning, _REWRITE), Cure("mirror"))

    def _note_difference(self, looked: Looked, path: str, found: str | None) -> None:
        if self._noted.holds(looked.unit, looked.name):
            return
        meaning = "the public lacks it" if found is None else "the public has more or other than it may"
        what = f"{looked.what}, {path}"
        self._notes.find(fault("mirror", what, _BRANCH, meaning, _REWRITE), Cure("mirror"))
