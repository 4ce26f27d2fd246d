"""Commits of the mirror that changed or deleted what was mirrored, and no act on record explains it.

The rows of runs and snapshots are mirrored once. Each file that a commit of the history changed or deleted is
compared with the record as it is now: so nothing is reported that was put back. And what a commit added to
the file of a run that was over, as an order or a decision that explains a change, is no part of that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tracker.preservation.mirror.commits import SHORT, name_run, read_trailers_of
from tracker.preservation.mirror.edits import ACCEPT, find_added, find_differences, read_open
from tracker.preservation.mirror.explained import Acts
from tracker.preservation.mirror.paths import ARCHIVE
from tracker.preservation.mirror.unexplained import read_mirrored
from tracker.preservation.verify.findings import RESTORE
from tracker.record.schema.connection import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.preservation.mirror.row_files import Row
    from tracker.preservation.verify.findings import Findings
    from tracker.record.schema.units import Table

_CHANGES = (
    "log", "--first-parent", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=MD", "--format=%x00%H",
)  # fmt: skip
_RUNS = "runs/"
_WHERE = "mirror.git"


def check_rewritten(
    connection: sqlite3.Connection,
    repository: Repository,
    tables: Mapping[str, Table],
    base: str,
    known: Collection[str],
    findings: Findings,
) -> None:
    """Report each commit that replaced or slipped in a row, unless that is ``known`` to differ."""
    for commit, each in find_rewritten(connection, repository, tables, base):
        if each.name not in known:
            did = (
                f"added {each.name} to a run that was over"
                if each.is_added
                else f"replaced {each.describe()}"
            )
            meaning = f"it {did}, and no act on record says why"
            remedy = (
                f"look at it: git -C mirror.git show {commit[:SHORT]}; {RESTORE}; to accept it instead:"
                f" {ACCEPT.format(each.name)}"
            )
            findings.fault("history", f"commit {commit[:SHORT]}", _WHERE, meaning, remedy)


def check_noted(
    connection: sqlite3.Connection,
    tables: Mapping[str, Table],
    known: Collection[str],
    findings: Findings,
) -> None:
    """Report what another program changed, as the ledger says, where the mirror says no more of it."""
    for each in read_open(connection, tables):
        if each.name not in known:
            meaning = (
                f"another program changed {each.describe()} after it was mirrored, and nobody accepted that"
            )
            remedy = f"{RESTORE}; to accept it instead: {ACCEPT.format(each.name)}"
            findings.fault("mirror", each.name, FILE_NAME, meaning, remedy)


def find_rewritten(
    connection: sqlite3.Connection, repository: Repository, tables: Mapping[str, Table], base: str
) -> Iterator[tuple[str, RowDifference]]:
    """Yield each row that a commit changed, deleted or added without an act, with the latest such commit.

    Raises ``RepositoryUnusable`` where the history cannot be read.
    """
    seen: set[str] = set()
    for change in _list_changes(repository, base):
        rows = read_mirrored(repository, change.path, change.old)
        if not rows:
            continue
        for each in chain(
            _find_replaced(connection, repository, tables, change, rows),
            _find_slipped_in(connection, repository, tables, change, rows),
        ):
            if each.name not in seen:
                seen.add(each.name)
                yield change.commit, each


@dataclass(frozen=True, slots=True)
class _Change:
    """A file that a commit changed or deleted, and git's names of its bytes before and after."""

    commit: str
    path: str
    old: str
    new: str


def _find_replaced(
    connection: sqlite3.Connection,
    repository: Repository,
    tables: Mapping[str, Table],
    change: _Change,
    rows: TableRows,
) -> Iterator[RowDifference]:
    """Yield the rows before a change that the record has otherwise, and no act on record explains that."""
    differing = list(find_differences(connection, tables, rows))
    if not differing:
        return

    def read_sessions() -> Sequence[Row]:
        archive = repository.find_object(f"{change.commit}^:{ARCHIVE}")
        return (read_mirrored(repository, ARCHIVE, archive) or {}).get("sessions", ())

    yield from Acts(connection, tables, 0, read_sessions, accepts_all=True).find_edits(differing)


def _find_slipped_in(
    connection: sqlite3.Connection,
    repository: Repository,
    tables: Mapping[str, Table],
    change: _Change,
    rows: TableRows,
) -> Iterator[RowDifference]:
    """Yield the rows that came to the file of a run after the commit before, which had that run."""
    new = read_mirrored(repository, change.path, change.new) if change.path.startswith(_RUNS) else None
    added = list(find_added(new, rows, tables)) if new else []
    if added:
        parent = repository.find_commit(f"{change.commit}^")
        last = name_run(read_trailers_of(repository, parent)) if parent else 0
        yield from Acts(connection, tables, last, tuple, accepts_all=True).find_edits(added)


def _list_changes(repository: Repository, base: str) -> Iterator[_Change]:
    """Yield each change or deletion of a file, the latest first."""
    answer = repository.ask(*_CHANGES, base, "--", _RUNS, "statements", "documents", "watch_lists", ARCHIVE)
    for entry in answer.decode().split("\0")[1:]:
        commit, *lines = entry.splitlines()
        for line in filter(None, lines):
            described, _, path = line.partition("\t")
            _, _, old, new, _ = described.split()
            yield _Change(commit, path, old, new)
