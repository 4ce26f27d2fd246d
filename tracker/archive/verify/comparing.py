"""The record beside its mirror: each unit's files, and where they differ, the rows in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import WATCH
from tracker.archive.mirror.branches import name_blob
from tracker.archive.verify.copies import find_added, find_differences
from tracker.archive.verify.notes import ALL, REPAIR, RESTORE, UNLAWFUL, UPDATE, Cure, fault
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.archive.schema.schema_map import Table
    from tracker.archive.verify.copies import Copy, Difference, Rows
    from tracker.archive.verify.expected_differences import Noted
    from tracker.archive.verify.notes import Notes
    from tracker.archive.verify.units import Looked

_MOST_NAMED = 3
_READABLE, _ROW = ".txt", ".json"
_WHERE = "mirror.git"
_REWRITE = f"{REPAIR} writes the mirror again from the record"


class Comparison:
    """Compares units of the record, as they are looked at, with the files of the mirror's branch ``main``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        tables: Mapping[str, Table],
        copy: Copy,
        noted: Noted,
        notes: Notes,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._copy = copy
        self._noted = noted
        self._notes = notes

    def compare(self, looked: Looked) -> None:
        """Compare a unit's files with those of the mirror, and note what differs, and its problems."""
        self._notes.look("mirror", len(looked.files))
        differing = [
            path
            for path, data in looked.files.items()
            if self._copy.take(path) != (None if data is None else name_blob(data))
        ]
        if looked.problems:
            self._note_problems(looked, differing)
        else:
            for path in differing:
                self._note_difference(looked, path)

    def finish(self, watch: Path) -> None:
        """Note the files of the mirror that the record does not account for."""
        left = set(self._copy.left())
        self._notes.look("mirror", len(left))
        if watch.is_file() != (WATCH in left) or (
            WATCH in left and name_blob(watch.read_bytes()) != self._copy.files[WATCH]
        ):
            self._note_pending(WATCH)
        for path in sorted(left - {WATCH}):
            rows = self._copy.rows(path)
            if _goes_with(path, left):
                continue
            if rows is not None:
                self._note_left(path, rows)
            elif self._noted.unfinished:
                self._note_unfinished()
            elif self._is_to_change(path):
                self._note_pending(path)
            else:
                meaning = "the record has nothing that would be written there"
                self._notes.find(fault("mirror", path, _WHERE, meaning, _REWRITE), Cure("mirror"))

    def _note_problems(self, looked: Looked, differing: Sequence[str]) -> None:
        whole = [path for path in differing if self._copy.rows(path) is not None]
        is_noted = self._noted.holds(looked.unit, looked.name)
        for problem in looked.problems:
            if looked.files and not differing and not problem.is_certain:
                meaning = (
                    "what is installed reads another text in the document; both copies hold the one that was"
                    " read first"
                )
                self._notes.find(Finding("unverifiable", problem.check, looked.what, "tracker.db", meaning))
                continue
            if looked.files and not whole:
                remedy = f"the mirror has the same, or nothing; {RESTORE}"
            else:
                remedy = f"{REPAIR}, where the mirror has it as it was"
            self._notes.find(
                fault(problem.check, looked.what, "tracker.db", f"it {problem.says}", remedy),
                *(Cure("rows", path, _put_back(is_noted=is_noted)) for path in whole),
            )

    def _note_difference(self, looked: Looked, path: str) -> None:
        rows = self._copy.rows(path)
        is_noted = self._noted.holds(looked.unit, looked.name)
        changed = list(find_differences(self._connection, self._tables, rows or {}))
        if is_noted and self._noted.unfinished:
            self._note_unfinished()
        elif any(not (is_noted and self._noted.allows(each)) for each in changed):
            self._note_changed(looked.what, path, changed, is_noted=is_noted)
        elif is_noted or self._is_to_change(path):
            self._note_pending(looked.what)
        elif self._is_of_another_release(looked, rows):
            meaning = "the mirror has the same rows in the form of another release"
            self._notes.find(Finding("pending", "mirror", looked.what, _WHERE, meaning, UPDATE))
        else:
            there = "is another one there" if path in self._copy.files else "is not there"
            meaning = f"the file that the record would write {there}"
            self._notes.find(
                fault("mirror", f"{looked.what}, {path}", _WHERE, meaning, _REWRITE), Cure("mirror")
            )

    def _is_to_change(self, path: str) -> bool:
        """Tell whether a readable text changes with an act of which the mirror does not know yet."""
        return path.endswith(_READABLE) and self._noted.has_acts

    def _is_of_another_release(self, looked: Looked, rows: Rows | None) -> bool:
        """Tell whether a file differs in nothing but how its rows are written."""
        if rows is None:
            return not self._copy.is_of_this_release
        return not any(find_added(looked.rows or {}, rows, self._tables))

    def _note_left(self, path: str, rows: Rows) -> None:
        changed = list(find_differences(self._connection, self._tables, rows))
        has_left = self._noted.has_left(path)
        if changed and self._noted.unfinished:
            self._note_unfinished()
        elif any(not (has_left and self._noted.allows(each)) for each in changed):
            self._note_changed(path, path, changed, is_noted=has_left)
        elif has_left:
            self._note_pending(path)
        else:
            meaning = "the record would put its rows elsewhere"
            self._notes.find(fault("mirror", path, _WHERE, meaning, _REWRITE), Cure("mirror"))

    def _note_changed(self, what: str, path: str, changed: Sequence[Difference], *, is_noted: bool) -> None:
        gone = [each for each in changed if each.columns is None]
        other = [each for each in changed if each.columns is not None]
        parts = (("rows that are no longer there", gone), ("rows that no command has changed so", other))
        meaning = "; ".join(f"{words}: {_name_some(found)}" for words, found in parts if found)
        where = f"tracker.db; {path} in mirror.git"
        if not self._noted.is_proof:
            remedy = (
                f"look at both: the record has not noted which commit held all of it; {UPDATE} takes its side"
            )
            self._notes.find(fault("mirror", what, where, meaning, remedy))
            return
        remedy = f"{REPAIR} puts back what the mirror has; if it was meant: {UPDATE}"
        # The bytes of a document stand in a file of their own.
        places = dict.fromkeys((path, path.removesuffix(_ROW)))
        cures = (
            Cure("rows", place, _put_back(is_noted=is_noted)) for place in places if place in self._copy.files
        )
        self._notes.find(fault("mirror", what, where, meaning, remedy), *cures)

    def _note_pending(self, what: str) -> None:
        meaning = "it is not in the mirror yet"
        self._notes.find(Finding("pending", "mirror", what, "tracker.db", meaning, UPDATE))

    def _note_unfinished(self) -> None:
        what = f"what was being destroyed of {self._noted.unfinished}"
        meaning = "destroying was cut short: the mirror still has what the record has no longer"
        remedy = f"give the command again: tracker withdraw {self._noted.unfinished} --destroy"
        self._notes.find(Finding("pending", "mirror", what, _WHERE, meaning, remedy))


def note_alone(looked: Looked, notes: Notes) -> None:
    """Note what is wrong with a unit, where there is no other copy of it."""
    for problem in looked.problems:
        remedy = f"there is no mirror to mend it from; {RESTORE}"
        notes.find(fault(problem.check, looked.what, "tracker.db", f"it {problem.says}", remedy))


def _put_back(*, is_noted: bool) -> str:
    """Return which rows of a file are to be put back: what people may have changed since stays."""
    return UNLAWFUL if is_noted else ALL


def _goes_with(path: str, left: set[str]) -> bool:
    """Tell whether a file without rows is told of with another one: a document's bytes, a readable text."""
    edition = f"{path.removesuffix(_READABLE)}/"
    is_text_of_other = path.endswith(_READABLE) and any(other.startswith(edition) for other in left)
    return f"{path}{_ROW}" in left or is_text_of_other


def _name_some(found: Sequence[Difference]) -> str:
    rest = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(map(str, found[:_MOST_NAMED])) + rest
