"""The record compared with its mirror: the files of each unit on both branches, and what may differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.preservation.folder import read_beside
from tracker.preservation.mirror import commits, refs, unexplained
from tracker.preservation.mirror.edits import find_added, find_differences, read_open
from tracker.preservation.mirror.explained import Acts, describe_ways
from tracker.preservation.mirror.pending import read_mirrored, read_pending
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.refs import BRANCHES, PUBLIC, find_branches, name_file
from tracker.preservation.mirror.unit_files import ARCHIVE, edition_path, run_path, statement_folder
from tracker.preservation.verify.findings import ALL, REPAIR, RESTORE, SURPLUS, UNEXPECTED, UPDATE, Fix
from tracker.record.access.closed import read_access
from tracker.record.access.withdrawals import read_unfinished
from tracker.record.schema.connection import WATCH
from tracker.record.schema.rows import fetch_value
from tracker.references import OWN_FILE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.commits import LeftPlace
    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.preservation.mirror.unit_files import UnitFiles
    from tracker.preservation.verify.contents import InspectedUnit
    from tracker.preservation.verify.findings import Findings
    from tracker.record.schema.units import Table, Unit


class MirrorFiles:
    """The files of a commit of the mirror. Raises ``RepositoryUnusable`` where they cannot be listed."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.files = dict(refs.list_tree(repository, tip))
        trailers = commits.read_trailers_of(repository, tip)
        self.run = commits.name_run(trailers)
        """The last run that it holds."""
        self.is_of_this_release = trailers.get("release") == __version__
        self.unmatched = dict.fromkeys(self.files)
        """The paths that no unit of the record has claimed yet."""
        self._repository = repository

    def claim(self, path: str) -> str | None:
        """Return git's name of a file's bytes, None where there is no file; the record accounts for it."""
        self.unmatched.pop(path, None)
        return self.files.get(path)

    def read_rows(self, path: str) -> TableRows | None:
        """Return the rows of a file; None where it is damaged, or holds none."""
        return unexplained.read_mirrored(self._repository, path, self.files.get(path))

    def is_lost(self, path: str) -> bool:
        """Tell whether there is a file whose bytes are gone, or damaged."""
        blob = self.files.get(path)
        return blob is not None and self._repository.read_whole(blob) is None

    def read_content(self, path: str, content: bytes) -> TableRows | None:
        """Return the rows that the bytes of such a file hold; None where they hold none."""
        return unexplained.read_content(self._repository, path, content)


class ExpectedDifferences:
    """What may differ: changes of the record since the mirror was last written."""

    def __init__(
        self, connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: MirrorFiles
    ) -> None:
        pending = read_pending(connection)
        self._acts = Acts(
            connection, tables, mirror.run, lambda: (mirror.read_rows(ARCHIVE) or {}).get("sessions", ())
        )
        self.is_proof = read_mirrored(connection) is not None
        """Whether the mirror's commit is known to have held all of the record."""
        self._left = tuple(map(_path_of, pending.left))
        self.has_moves = bool(self._left)
        """Whether rows have left places of which the mirror has their files."""
        acts = read_unfinished(connection)
        self.unfinished = acts[0].reference if acts else None
        """What was being destroyed when a run was cut short: its rows must not be restored."""
        query = "SELECT 1 FROM withdrawals WHERE run = ?"
        self.has_acts = any(
            unit == "run" and connection.execute(query, [name]).fetchone() for unit, name in pending.units
        )
        """Whether the mirror lacks a withdrawal: then it still has the withdrawn text."""
        self._units = frozenset(pending.units)
        self.noted = frozenset(each.name for each in read_open(connection, tables))
        """Rows that another program changed, as the ledger says, and nobody has accepted."""
        triggers = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
        watched = {name for (name,) in connection.execute(triggers)}
        self._unwatched = frozenset(table.unit for table in tables.values() if table.stored not in watched)
        """Kinds of units with a table that is new, or that a newer release made again."""

    def includes(self, unit: Unit, name: str) -> bool:
        """Tell whether a unit may differ from the mirror."""
        return (unit, name) in self._units or unit in self._unwatched

    def find_edits(self, found: Iterable[RowDifference]) -> list[RowDifference]:
        """Return the differences that nothing but damage, or another program, can explain."""
        return list(self._acts.find_edits(found))

    def has_left(self, path: str) -> bool:
        """Tell whether a file is where rows have been that are elsewhere now."""
        return path.startswith(self._left)


def _path_of(place: LeftPlace) -> str:
    match place:
        case (int(run), started):
            return run_path(run, str(started))
        case (_, _, _, _):
            return f"{statement_folder(place)}/"
        case (*_, int(ordinal)):
            return f"{edition_path(place)}/{ordinal}."
        case _:
            return edition_path(place)


_MOST_NAMED = 3
_READABLE, _ROW = ".txt", ".json"
_ROWS = (_ROW, ".jsonl")
_WHERE = "mirror.git"
_NAMED = "SELECT 1 FROM snapshots WHERE document = ?1 UNION ALL SELECT 1 FROM reviews WHERE document = ?1"
_REWRITE = f"{REPAIR} writes the mirror again from the record"


@dataclass(frozen=True, slots=True)
class MainComparison:
    """Compares inspected units of the record with the files of the mirror's branch ``main``."""

    connection: sqlite3.Connection
    tables: Mapping[str, Table]
    mirror: MirrorFiles
    expected: ExpectedDifferences
    findings: Findings
    edits: set[str] = field(default_factory=set)
    """The rows that were reported to be edits."""
    doubtful: set[str] = field(default_factory=set)
    """The files of which the record has other rows than those that it should have."""

    def compare(self, unit: InspectedUnit) -> None:
        """Compare a unit's files with those of the mirror, and report what differs, and its problems."""
        self.findings.count("mirror", len(unit.files))
        differing = [path for path, data in unit.files.items() if self.mirror.claim(path) != name_file(data)]
        if unit.problems:
            self._report_problems(unit, differing)
        else:
            for path in differing:
                if self.mirror.is_lost(path):
                    meaning = (
                        "the mirror has lost this file: nothing shows whether the record has it as it was"
                    )
                    self.findings.unverifiable("mirror", f"{unit.what}, {path}", _WHERE, meaning, REPAIR)
                else:
                    self._report_difference(unit, path)

    def finish(self, watch: Path) -> None:
        """Report the files of the mirror that the record does not account for."""
        left = set(self.mirror.unmatched)
        self.findings.count("mirror", len(left))
        for path, name in ((WATCH, watch.name), (OWN_FILE, OWN_FILE)):
            if name_file(read_beside(watch, name)) != self.mirror.files.get(path):
                self._report_pending(path)
        for path in sorted(left - {WATCH, OWN_FILE}):
            if _belongs_to_another(path, left):
                continue
            rows = self.mirror.read_rows(path)
            if rows is not None:
                self._report_unmatched(path, rows)
            elif self.expected.unfinished:
                self._report_unfinished()
            elif self._may_be_outdated(path):
                self._report_pending(path)
            else:
                self._report_rewrite(path, "the record has nothing that would be written there")

    def _report_problems(self, unit: InspectedUnit, differing: Sequence[str]) -> None:
        intact = [path for path in differing if self.mirror.read_rows(path) is not None]
        is_expected = self.expected.includes(unit.unit, unit.name)
        self.doubtful.update(unit.files)
        for problem in unit.problems:
            if unit.files and not differing and not problem.is_certain:
                meaning = (
                    "the installed extractor reads another text in the document; both copies have the one"
                    " that was read first"
                )
                self.findings.unverifiable(problem.check, unit.what, "tracker.db", meaning)
                continue
            if unit.files and not intact:
                remedy = f"the mirror has the same, or nothing; {RESTORE}"
            else:
                remedy = f"{REPAIR}, if the mirror has it undamaged"
            fixes = [_restore_rows(path, is_expected=is_expected) for path in intact]
            fixes += self._find_stray(unit)
            self.findings.fault(problem.check, unit.what, "tracker.db", f"it {problem.says}", remedy, *fixes)
        for path in intact:
            differing_rows = self._find_changes(self.mirror.read_rows(path) or {}, is_expected=is_expected)
            noted = [each for each in differing_rows if is_expected or each.name in self.expected.noted]
            if noted:
                self._report_changed(unit.what, path, noted, is_expected=is_expected)

    def _find_stray(self, unit: InspectedUnit) -> list[Fix]:
        """Return what deletes a document that is no document: bytes under a name that nothing ever had."""
        is_known = any(path in self.mirror.files for path in unit.files)
        if unit.unit != "document" or is_known or fetch_value(self.connection, _NAMED, [unit.name]):
            return []
        return [Fix("rows", f"documents/{unit.name}", SURPLUS)]

    def _report_difference(self, unit: InspectedUnit, path: str) -> None:
        rows = self.mirror.read_rows(path)
        is_expected = self.expected.includes(unit.unit, unit.name)
        changed = self._find_changes(rows or {}, is_expected=is_expected)
        changed += self._find_added(unit, path, rows)
        if is_expected and self.expected.unfinished:
            self._report_unfinished()
        elif changed:
            self._report_changed(unit.what, path, changed, is_expected=is_expected)
        elif is_expected or self._may_be_outdated(path):
            self._report_pending(unit.what)
        elif self._is_of_another_release(unit, rows):
            meaning = "the mirror has the same rows in the form of another release"
            self.findings.pending("mirror", unit.what, _WHERE, meaning)
        else:
            there = "is another one there" if path in self.mirror.files else "is not there"
            self._report_rewrite(f"{unit.what}, {path}", f"the file that the record would write {there}")

    def _may_be_outdated(self, path: str) -> bool:
        """Tell whether a withdrawal that the mirror lacks may have changed a readable text."""
        return path.endswith(_READABLE) and self.expected.has_acts

    def _is_of_another_release(self, unit: InspectedUnit, rows: TableRows | None) -> bool:
        """Tell whether a file differs only in how its rows are written."""
        if rows is None:
            return not self.mirror.is_of_this_release
        return not any(find_added(unit.rows or {}, rows, self.tables))

    def _find_changes(self, rows: TableRows, *, is_expected: bool) -> list[RowDifference]:
        """Return what differs; of what is expected to, what no act explains."""
        found = list(find_differences(self.connection, self.tables, rows))
        return self.expected.find_edits(found) if is_expected else found

    def _find_added(self, unit: InspectedUnit, path: str, rows: TableRows | None) -> list[RowDifference]:
        """Return the rows that came to a file of runs that are over; they may have moved with their place."""
        data = unit.files[path]
        if data is None or not path.endswith(_ROWS) or (rows is None and self.expected.has_moves):
            return []
        new = self.mirror.read_content(path, data) or {}
        return self.expected.find_edits(find_added(new, rows or {}, self.tables))

    def _report_unmatched(self, path: str, rows: TableRows) -> None:
        has_left = self.expected.has_left(path)
        changed = self._find_changes(rows, is_expected=has_left)
        if changed and self.expected.unfinished:
            self._report_unfinished()
        elif changed:
            self._report_changed(path, path, changed, is_expected=has_left)
        elif has_left:
            self._report_pending(path)
        else:
            self._report_rewrite(path, "the record would put its rows elsewhere")

    def _report_changed(
        self, what: str, path: str, changed: Sequence[RowDifference], *, is_expected: bool
    ) -> None:
        gone = [each for each in changed if each.columns is None and not each.is_added]
        other = [each for each in changed if each.columns is not None]
        added = [each for each in changed if each.is_added]
        parts = (
            ("rows that are missing", gone),
            ("rows with changes that no command makes", other),
            ("rows that came to a run that is over", added),
        )
        self.edits.update(each.name for each in changed)
        self.doubtful.add(path)
        meaning = "; ".join(f"{words}: {_name_some(found)}" for words, found in parts if found)
        where = f"tracker.db; {path} in mirror.git"
        if not self.expected.is_proof:
            remedy = (
                "look at both: the record has not noted which commit had all of it;"
                f" {UPDATE} writes the record's rows"
            )
            self.findings.fault("mirror", what, where, meaning, remedy)
            return
        remedy = describe_ways(changed, f"{REPAIR} restores what the mirror has")
        # The bytes of a document are in a file of their own.
        places = [each for each in (path, path.removesuffix(_ROW)) if each in self.mirror.files]
        fixes = (_restore_rows(each, is_expected=is_expected) for each in dict.fromkeys(places))
        surplus = (Fix("rows", each.name, SURPLUS) for each in added)
        self.findings.fault("mirror", what, where, meaning, remedy, *surplus, *fixes)

    def _report_rewrite(self, what: str, meaning: str) -> None:
        self.findings.fault("mirror", what, _WHERE, meaning, _REWRITE, Fix("mirror"))

    def _report_pending(self, what: str) -> None:
        self.findings.pending("mirror", what, "tracker.db", "it is not in the mirror yet")

    def _report_unfinished(self) -> None:
        what = f"what was being destroyed of {self.expected.unfinished}"
        meaning = "destroying was interrupted: the mirror still has what the record no longer has"
        remedy = f"run it again: tracker withdraw {self.expected.unfinished} --destroy"
        self.findings.pending("mirror", what, _WHERE, meaning, remedy)


def report_without_mirror(unit: InspectedUnit, findings: Findings) -> None:
    """Report what is wrong with a unit of which there is no other copy."""
    for problem in unit.problems:
        remedy = f"there is no mirror to repair it from; {RESTORE}"
        findings.fault(problem.check, unit.what, "tracker.db", f"it {problem.says}", remedy)


def _restore_rows(path: str, *, is_expected: bool) -> Fix:
    """Return the fix that restores a file's rows: changes that people may have made since then stay."""
    return Fix("rows", path, UNEXPECTED if is_expected else ALL)


def _belongs_to_another(path: str, left: set[str]) -> bool:
    """Tell whether a file without rows is reported with another: a document's bytes, a readable text."""
    edition = f"{path.removesuffix(_READABLE)}/"
    is_text_of_other = path.endswith(_READABLE) and any(other.startswith(edition) for other in left)
    return f"{path}{_ROW}" in left or is_text_of_other


def _name_some(found: Sequence[RowDifference]) -> str:
    rest = f" and {len(found) - _MOST_NAMED:,} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(map(str, found[:_MOST_NAMED])) + rest


_BRANCH = "branch public of mirror.git"
_WRITE_AGAIN = f"{REPAIR}, which writes it again from the record"


def open_public_comparison(
    repository: Repository, units: UnitFiles, watch: Path, until: int, main: MainComparison
) -> PublicComparison | None:
    """Return the comparison with the public branch; None where it equals ``main``, or must be rewritten."""
    connection, findings = main.connection, main.findings
    access = read_access(connection, units.tables, watch)
    private, public = find_branches(repository, BRANCHES)
    if access.is_open and public == private:
        return None
    tip = repository.find_commit(PUBLIC)
    if tip is None:
        meaning = "it is not there, and main is"
        findings.fault(
            "mirror", "branch public", _WHERE, meaning, _WRITE_AGAIN, Fix("objects"), Fix("mirror")
        )
        return None
    mirrored = read_mirrored(connection)
    if mirrored is None or mirrored.closed != access:
        meaning = "the access rules have changed since it was written"
        findings.pending("mirror", "branch public", _WHERE, meaning)
        return None
    redaction = Redaction(connection, access, units.tables)
    return PublicComparison(units, redaction, MirrorFiles(repository, tip), main, until)


@dataclass(frozen=True, slots=True)
class PublicComparison:
    """Compares inspected units of the record with what the public branch has of them."""

    units: UnitFiles
    redaction: Redaction
    mirror: MirrorFiles
    main: MainComparison
    """It compares each unit first: of what the record should not have, the branch may have what it should."""
    until: int

    def compare(self, unit: InspectedUnit) -> None:
        """Compare what may be public of a unit with the files of the branch."""
        claimed = {path: self.mirror.claim(path) for path in unit.files}
        if unit.rows is None or not self.main.doubtful.isdisjoint(unit.files):
            return
        seen = self.redaction.redact(unit.unit, dict(unit.rows))
        shown = {} if seen is None else self.units.files(unit.unit, seen, unit.name, self.until)
        is_expected = self.main.expected.includes(unit.unit, unit.name)
        for path, found in claimed.items():
            self.main.findings.count("mirror")
            data = shown.get(path)
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
            is_explained = self.main.expected.has_left(path) or path in self.main.doubtful
            if not (is_explained or (path == WATCH and shown) or path == OWN_FILE):
                self._report(path, "the public branch has it, and the record has nothing public there")

    def _report(self, what: str, meaning: str) -> None:
        self.main.findings.fault("mirror", what, _BRANCH, meaning, _WRITE_AGAIN, Fix("mirror"))
