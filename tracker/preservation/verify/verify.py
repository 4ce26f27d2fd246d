"""Verifying an archive: the record by itself, the record beside its mirror, and the mirror by itself.

Nothing is written and no run has to wait: the record is read in one transaction, and compared with the commit
that the mirror's branch had when that began.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import ArchiveLocked, ArchiveUnusable, RepositoryUnusable
from tracker.model.verifying import Verified
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.program import load_git
from tracker.preservation.git.repository import open_repository
from tracker.preservation.mirror import pending, refs
from tracker.preservation.mirror.unit_files import UnitFiles
from tracker.preservation.rollback import find_newer_copies, find_rollback
from tracker.preservation.verify import contents, history, mirror_files, structure
from tracker.preservation.verify.findings import MIRROR_FIXES, REPAIR, RESTORE, UPDATE, Findings, Fix
from tracker.preservation.verify.history import BranchState
from tracker.preservation.verify.objects import check_objects
from tracker.preservation.verify.structure import is_damage
from tracker.record.access.closed import find_watch_list
from tracker.record.derived.answers import DERIVED_NAME
from tracker.record.lock import LOCK_NAME, describe_lost_log, find_lost_log
from tracker.record.schema.connection import FILE_NAME, Record, open_record, translate
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.model.verifying import CheckName
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.verify.findings import Hooks


def verify_archive(folder: Path, hooks: Hooks) -> tuple[Verified, tuple[Fix, ...]]:
    """Verify the archive in a folder, and return what was found and what would repair it.

    Raises ``ArchiveUnusable`` where there is no archive, or it cannot be opened for another reason than
    damage, and ``ArchiveLocked`` where a run keeps writing to both copies.
    """
    findings, base = Findings(), None
    mirrored = nullcontext(None) if hooks.is_alone else _open_mirror(folder, findings)
    with mirrored as repository:
        has_mirror = not hooks.is_alone and (folder / MIRROR).exists()
        record = _open_record(folder, findings, has_mirror=has_mirror)
        if record is not None:
            with closing(record) as connection, translate(folder / FILE_NAME):
                base = _Verification(folder, connection, repository, findings).run(hooks)
        elif repository is not None:
            _report_lost_branches(repository, findings)
            check_objects(repository, None, findings)
    mirror = folder / MIRROR
    verified = Verified(
        str(folder / FILE_NAME),
        str(mirror) if mirror.exists() else None,
        base,
        hooks.instant,
        findings.summarize(),
        findings.results(),
        hooks.sandbox,
    )
    return verified, tuple(
        fix for fix in findings.fixes if not (findings.has_diverged and fix.kind in MIRROR_FIXES)
    )


@dataclass(frozen=True, slots=True)
class _Verification:
    folder: Path
    connection: sqlite3.Connection
    repository: Repository | None
    findings: Findings

    def run(self, hooks: Hooks) -> str | None:
        """Check everything, and return the commit that the record was compared with."""
        connection, repository, findings = self.connection, self.repository, self.findings
        branch, base, mirror = history.BranchState(None, None), None, None
        with self._surviving("file"):
            branch = _begin_reading(connection, repository)
            if repository is not None:
                base = history.choose_base(connection, repository, branch, findings, self.folder)
                mirror = self._list_mirror(repository, base)
            has_pages = structure.check_file(connection, findings)
            if structure.check_tables(connection, findings):
                if has_pages:
                    _report_lost_log(self.folder, connection, findings)
                    self._check_record()
                if not hooks.is_alone:
                    with self._surviving("rows"):
                        self._check_derived(hooks)
                edited = self._check_units(mirror, hooks)
                self._check_history(base, branch.noted, edited)
        with self._surviving("history"):
            self._check_rollback(hooks)
        has_mirror = (self.folder / MIRROR).exists()
        is_empty = (
            repository is not None and base is None and branch.noted is None and not findings.has_diverged
        )
        if (not has_mirror or is_empty) and not hooks.is_alone:
            _report_missing_mirror(findings, branch.noted, is_there=has_mirror)
        if repository is not None:
            check_objects(repository, base, findings)
        return base

    def _check_rollback(self, hooks: Hooks) -> None:
        """Report that all of the archive is older than what is known outside of its folder."""
        if self.findings.has_diverged:
            return  # The record alone is older, which its mirror tells.
        found = [each for each in (find_rollback(self.folder, self.connection),) if each]
        newer, silent = ((), {}) if hooks.is_alone else find_newer_copies(self.folder, self.connection)
        for each in (*found, *newer):
            self.findings.fault("history", each.what, str(self.folder), each.meaning, each.remedy)
        for place, why in silent.items():
            meaning = f"a copy that was pushed there was not compared: {why}"
            self.findings.unverifiable("history", place, place, meaning)

    def _check_record(self) -> None:
        with self._surviving("rows"):
            structure.check_links(self.connection, self.findings)
            contents.check_rows(self.connection, self.findings)
        structure.check_search(self.connection, self.findings)

    def _check_derived(self, hooks: Hooks) -> None:
        """Compare a sample of what is derived with what is computed again: another one after each run."""
        (run,) = self.connection.execute("SELECT max(id) FROM runs").fetchone()
        number, differing = hooks.recompute(str(run))
        self.findings.count("derived", number)
        meaning = "it was kept as another answer than the one that is computed today"
        for what in differing:
            self.findings.fault("derived", what, DERIVED_NAME, meaning, f"delete {DERIVED_NAME}")

    def _list_mirror(self, repository: Repository, base: str | None) -> mirror_files.MirrorFiles | None:
        try:
            return mirror_files.MirrorFiles(repository, base) if base else None
        except RepositoryUnusable as error:
            self._report_unreadable("mirror", "the files of the mirror", error)
            return None

    def _check_units(self, mirror: mirror_files.MirrorFiles | None, hooks: Hooks) -> set[str]:
        """Check each unit, and return the rows that are reported to be edits."""
        units = UnitFiles(self.connection)
        comparisons = self._open_comparisons(mirror, units)
        until = mirror.run if mirror else None
        inspector = contents.UnitInspector(self.connection, units, self.findings, hooks.reread, until)
        total = inspector.count()
        for done, unit in enumerate(inspector.inspect(), 1):
            for comparison in comparisons:
                comparison.compare(unit)
            if not comparisons:
                mirror_files.report_without_mirror(unit, self.findings)
            hooks.progress(done, total)
        for comparison in comparisons:
            comparison.finish(find_watch_list(self.folder))
        return set().union(
            *(each.edits for each in comparisons if isinstance(each, mirror_files.MainComparison))
        )

    def _open_comparisons(
        self, mirror: mirror_files.MirrorFiles | None, units: UnitFiles
    ) -> list[mirror_files.MainComparison | mirror_files.PublicComparison]:
        """Return what each unit is compared with: the two branches of the mirror, unless they are equal."""
        if mirror is None or self.repository is None:
            return []
        connection, findings = self.connection, self.findings
        expected = mirror_files.ExpectedDifferences(connection, units.tables, mirror)
        main = mirror_files.MainComparison(connection, units.tables, mirror, expected, findings)
        if findings.has_diverged:
            # The public branch is at the mirror's later runs, of which the record knows nothing.
            return [main]
        watch = find_watch_list(self.folder)
        public = mirror_files.open_public_comparison(self.repository, units, watch, mirror.run, main)
        return [main, public] if public else [main]

    def _check_history(self, base: str | None, noted: str | None, edited: set[str]) -> None:
        connection, repository, findings = self.connection, self.repository, self.findings
        history.check_breaks(connection, findings)
        history.check_log(connection, findings)
        tables = read_tables(connection)
        history.check_noted(connection, tables, edited, findings)
        if repository is None:
            return
        try:
            if base is not None:
                history.check_chain(connection, repository, base, noted, findings)
                history.check_rewritten(connection, repository, tables, base, edited, findings)
            history.check_replaced(connection, repository, findings)
        except RepositoryUnusable as error:
            self._report_unreadable("history", "the commits of the mirror", error)

    def _report_unreadable(self, check: CheckName, what: str, error: RepositoryUnusable) -> None:
        meaning = f"they cannot be read before its objects are repaired: {error}"
        self.findings.unverifiable(check, what, MIRROR, meaning, REPAIR)

    @contextmanager
    def _surviving(self, check: CheckName) -> Iterator[None]:
        """Report that something could not be read to its end, and go on."""
        try:
            yield
        except (sqlite3.DatabaseError, ArchiveUnusable) as error:
            # Who computes answers again reads the record as commands do.
            damage = error.__cause__ if isinstance(error, ArchiveUnusable) else error
            if not structure.is_corruption(damage):
                raise
            meaning = f"it cannot be read to its end: {damage}"
            self.findings.fault(check, FILE_NAME, FILE_NAME, meaning, structure.REBUILD, Fix("record"))


_TRIES = 5
"""How often reading the record is started again where a run writes to the mirror meanwhile."""


@contextmanager
def _open_mirror(folder: Path, findings: Findings) -> Iterator[Repository | None]:
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
                list(refs.find_branches(repository, refs.BRANCHES))
            except RepositoryUnusable as error:
                meaning = f"it cannot be opened: {error}"
                remedy = f"{REPAIR} writes it again from what is whole in it and from the record"
                findings.fault("objects", "the mirror", MIRROR, meaning, remedy, Fix("objects"))
                yield None
                return
            yield repository


def _open_record(folder: Path, findings: Findings, *, has_mirror: bool) -> sqlite3.Connection | None:
    """Open the record for reading; None where it is damaged or gone, which is reported.

    Raises ``ArchiveUnusable`` where there is no archive, or it cannot be opened for another reason.
    """
    try:
        return open_record(folder, Record, to_repair=True).connection
    except ArchiveUnusable as error:
        if not is_damage(error) and not (has_mirror and _is_gone(folder / FILE_NAME)):
            raise
        remedy = f"{REPAIR} makes it again from the mirror" if has_mirror else RESTORE
        fixes = [Fix("record")] if has_mirror else []
        findings.fault("file", FILE_NAME, str(folder), f"it cannot be opened: {error}", remedy, *fixes)
        return None


_UNENDED = "SELECT id, started FROM runs WHERE status = 'running' ORDER BY id DESC LIMIT 1"


def _report_lost_log(folder: Path, connection: sqlite3.Connection, findings: Findings) -> None:
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


def _begin_reading(connection: sqlite3.Connection, repository: Repository | None) -> BranchState:
    """Begin the transaction in which the record is read, and return the state of the mirror's branch then.

    Raises ``ArchiveLocked`` where a run keeps writing to both.
    """
    for _ in range(_TRIES):
        tip = refs.find_branch(repository, refs.MAIN) if repository else None
        connection.execute("BEGIN")
        noted = _read_noted(connection)
        if repository is None or refs.find_branch(repository, refs.MAIN) == tip:
            return BranchState(tip, noted)
        connection.execute("ROLLBACK")
    raise ArchiveLocked("another run keeps writing to the mirror; try again after it has ended")


def _report_missing_mirror(findings: Findings, noted: str | None, *, is_there: bool) -> None:
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


def _report_lost_branches(repository: Repository, findings: Findings) -> None:
    """Report a branch that is not there, where the record cannot tell at which commit it was."""
    for name, tip in zip(refs.BRANCHES, refs.find_branches(repository, refs.BRANCHES), strict=True):
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
