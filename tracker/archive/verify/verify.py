"""Verifying an archive: the record by itself, the record beside its mirror, and the mirror by itself.

Nothing is written and nobody has to wait: the record is read in one transaction, and compared with the
commit that stood in the mirror when that began.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import DOCUMENTS, MIRROR
from tracker.archive.mirror.parting import TAKE_OVER, name_command
from tracker.archive.mirror.tree import list_tree
from tracker.archive.mirror.unit_files import UnitFiles
from tracker.archive.rights.access import find_watch_list
from tracker.archive.schema.connection import FILE_NAME, translate
from tracker.archive.verify.chain import Standing, check_breaks, check_chain, check_timestamps, find_base
from tracker.archive.verify.comparing import Comparison, note_alone
from tracker.archive.verify.copies import Copy
from tracker.archive.verify.expected_differences import Noted
from tracker.archive.verify.notes import OF_MIRROR, REPAIR, Cure, Notes, fault
from tracker.archive.verify.objects import check_objects
from tracker.archive.verify.opening import begin_reading, note_lone_record, open_mirror, open_record
from tracker.archive.verify.public import PublicComparison, begin_public
from tracker.archive.verify.row_checks import check_orders
from tracker.archive.verify.structure import (
    check_file,
    check_links,
    check_search,
    check_tables,
    is_corruption,
)
from tracker.archive.verify.units import Inspection
from tracker.errors import RepositoryUnusable
from tracker.model.verifying import Finding, Verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.verify.notes import Means
    from tracker.model.verifying import Check

REPLACED = "refs/replaced/"


def check_replaced(
    connection: sqlite3.Connection, repository: Repository, notes: Notes, folder: Path
) -> None:
    """Note each history that was put aside and holds documents which the record does not."""
    kept = {name for (name,) in connection.execute("SELECT sha256 FROM documents")}
    for ref in repository.ask("for-each-ref", "--format=%(refname)", REPLACED).decode().split():
        try:
            files = list(list_tree(repository, ref, (DOCUMENTS,)))
        except RepositoryUnusable:
            continue  # Its objects are damaged, which is told for itself.
        names = {path.rpartition("/")[2] for path, _ in files if not path.endswith(".json")}
        lacking = len(names - kept)
        if lacking:
            meaning = f"it was put aside, and holds documents that the record does not, {lacking:,} of them"
            remedy = f"to have them in the record: {name_command(f'{TAKE_OVER} {ref}', folder)}"
            notes.find(Finding("unverifiable", "history", ref, "mirror.git", meaning, remedy))


def verify_archive(folder: Path, means: Means) -> tuple[Verified, tuple[Cure, ...]]:
    """Verify the archive in a folder, and return what was found and what would mend it.

    Raises ``ArchiveUnusable`` where there is no archive, or it cannot be opened for another reason than
    damage, and ``ArchiveLocked`` where a run goes on writing to both copies.
    """
    notes, base = Notes(), None
    with open_mirror(folder, notes) as repository:
        record = open_record(folder, notes, has_mirror=repository is not None)
        if record is not None:
            with closing(record) as connection, translate(folder / FILE_NAME):
                base = _Verification(folder, connection, repository, notes).run(means)
        elif repository is not None:
            check_objects(repository, None, notes)
    mirror = folder / MIRROR
    verified = Verified(
        str(folder / FILE_NAME),
        str(mirror) if mirror.exists() else None,
        base,
        means.instant,
        notes.checks(),
        notes.findings(),
    )
    return verified, tuple(cure for cure in notes.cures if not (notes.apart and cure.kind in OF_MIRROR))


class _Verification:
    def __init__(
        self, folder: Path, connection: sqlite3.Connection, repository: Repository | None, notes: Notes
    ) -> None:
        self._folder = folder
        self._connection = connection
        self._repository = repository
        self._notes = notes

    def run(self, means: Means) -> str | None:
        """Check all there is, and return the commit that the record was compared with."""
        standing, base, copy = Standing(None, None), None, None
        with self._surviving("file"):
            standing = begin_reading(self._connection, self._repository)
            if self._repository is not None:
                base = find_base(self._connection, self._repository, standing, self._notes, self._folder)
                copy = self._list_copy(self._repository, base)
            has_pages = check_file(self._connection, self._notes)
            if check_tables(self._connection, self._notes):
                if has_pages:
                    self._check_record()
                self._check_units(copy, means)
                self._check_history(base, standing.noted)
                if self._repository is not None:
                    check_timestamps(self._connection, self._repository, means.judge_token, self._notes)
        has_mirror = (self._folder / MIRROR).exists()
        if not has_mirror or self._holds_nothing(base, standing):
            note_lone_record(self._notes, standing.noted, is_there=has_mirror)
        if self._repository is not None:
            check_objects(self._repository, base, self._notes)
        return base

    def _holds_nothing(self, base: str | None, standing: Standing) -> bool:
        """Tell whether there is a mirror without any commit."""
        is_there = self._repository is not None and base is None
        return is_there and standing.noted is None and not self._notes.apart

    def _check_record(self) -> None:
        with self._surviving("rows"):
            check_links(self._connection, self._notes)
            check_orders(self._connection, self._notes)
        check_search(self._connection, self._notes)

    def _list_copy(self, repository: Repository, base: str | None) -> Copy | None:
        if base is None:
            return None
        try:
            return Copy(repository, base)
        except RepositoryUnusable as error:
            self._note_unreadable("mirror", "the files of the mirror", error)
            return None

    def _check_units(self, copy: Copy | None, means: Means) -> None:
        units = UnitFiles(self._connection)
        compare = self._begin_comparison(copy, units)
        until = copy.run if copy else None
        inspection = Inspection(self._connection, units, self._notes, means.reread, until)
        total = inspection.count()
        for done, looked in enumerate(inspection.look(), 1):
            for each in compare:
                each.compare(looked)
            if not compare:
                note_alone(looked, self._notes)
            means.progress(done, total)
        for each in compare:
            each.finish(find_watch_list(self._folder))

    def _begin_comparison(self, copy: Copy | None, units: UnitFiles) -> list[Comparison | PublicComparison]:
        """Return what each unit is compared with: the two branches of the mirror, where they are two."""
        if copy is None or self._repository is None:
            return []
        connection, notes = self._connection, self._notes
        noted = Noted(connection, units.tables)
        main = Comparison(connection, units.tables, copy, noted, notes)
        if notes.apart:
            # The public branch stands where the mirror has gone on to, of which the record knows nothing.
            return [main]
        public = begin_public(
            connection, self._repository, units, noted, notes, find_watch_list(self._folder), copy.run
        )
        return [main, *([public] if public else [])]

    def _check_history(self, base: str | None, noted: str | None) -> None:
        check_breaks(self._connection, self._notes)
        try:
            if self._repository is not None and base is not None:
                check_chain(self._connection, self._repository, base, noted, self._notes)
            if self._repository is not None:
                check_replaced(self._connection, self._repository, self._notes, self._folder)
        except RepositoryUnusable as error:
            self._note_unreadable("history", "the commits of the mirror", error)

    def _note_unreadable(self, check: Check, what: str, error: RepositoryUnusable) -> None:
        meaning = f"they cannot be read before its objects are mended: {error}"
        self._notes.find(Finding("unverifiable", check, what, MIRROR, meaning, REPAIR))

    @contextmanager
    def _surviving(self, check: Check) -> Iterator[None]:
        """Note that something could not be read to its end, and go on."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if not is_corruption(error):
                raise
            meaning = f"it cannot be read to its end: {error}"
            remedy = f"{REPAIR} makes the record again from the mirror"
            self._notes.find(fault(check, FILE_NAME, FILE_NAME, meaning, remedy), Cure("record"))
