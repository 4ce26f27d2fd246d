"""The record compared with the branch ``public``: open material, and digests of everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.preservation.mirror.branches import BRANCHES, PUBLIC
from tracker.preservation.mirror.pending import read_mirrored
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.refs import find_branches, name_file
from tracker.preservation.verify.findings import REPAIR, Fix
from tracker.preservation.verify.mirror_files import MirrorFiles
from tracker.record.access.closed import read_access
from tracker.record.schema.connection import WATCH

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import UnitFiles
    from tracker.preservation.verify.contents import InspectedUnit
    from tracker.preservation.verify.findings import Findings
    from tracker.preservation.verify.mirror_files import ExpectedDifferences

_WHERE = "mirror.git"
_BRANCH = "branch public of mirror.git"
_REWRITE = f"{REPAIR}, which writes it again from the record"


def open_public_comparison(
    connection: sqlite3.Connection,
    repository: Repository,
    units: UnitFiles,
    expected: ExpectedDifferences,
    findings: Findings,
    watch: Path,
    until: int,
) -> PublicComparison | None:
    """Return the comparison with the public branch; None where it equals ``main``, or must be rewritten."""
    access = read_access(connection, units.tables, watch)
    main, public = find_branches(repository, BRANCHES)
    if access.is_open and public == main:
        return None
    tip = repository.find_commit(PUBLIC)
    if tip is None:
        meaning = "it is not there, and main is"
        findings.fault("mirror", "branch public", _WHERE, meaning, _REWRITE, Fix("objects"), Fix("mirror"))
        return None
    mirrored = read_mirrored(connection)
    if mirrored is None or mirrored.closed != access:
        meaning = "the access rules have changed since it was written"
        findings.pending("mirror", "branch public", _WHERE, meaning)
        return None
    redaction = Redaction(connection, access, units.tables)
    return PublicComparison(units, redaction, MirrorFiles(repository, tip), expected, findings, until)


@dataclass(frozen=True, slots=True)
class PublicComparison:
    """Compares inspected units of the record with what the public branch has of them."""

    units: UnitFiles
    redaction: Redaction
    mirror: MirrorFiles
    expected: ExpectedDifferences
    findings: Findings
    until: int

    def compare(self, unit: InspectedUnit) -> None:
        """Compare what may be public of a unit with the files of the branch."""
        if unit.rows is None or unit.problems:
            return
        seen = self.redaction.redact(unit.unit, dict(unit.rows))
        shown = {} if seen is None else self.units.files(unit.unit, seen, unit.name, self.until)
        is_expected = self.expected.includes(unit.unit, unit.name)
        for path in unit.files:
            self.findings.count("mirror")
            data, found = shown.get(path), self.mirror.claim(path)
            if found != name_file(data) and not is_expected:
                lacks = (
                    "the public branch lacks it"
                    if found is None
                    else "the public branch has more, or other data, than it may"
                )
                self._report(f"{unit.what}, {path}", lacks)

    def finish(self, watch: Path) -> None:
        """Report the files of the branch that the record does not account for."""
        shown = watch.is_file() and not self.redaction.closes(watch.read_text(encoding="utf-8-sig"))
        for path in self.mirror.unmatched:
            if not (self.expected.has_left(path) or (path == WATCH and shown)):
                self._report(path, "the public branch has it, and the record has nothing public there")

    def _report(self, what: str, meaning: str) -> None:
        self.findings.fault("mirror", what, _BRANCH, meaning, _REWRITE, Fix("mirror"))
