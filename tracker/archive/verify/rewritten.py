"""Commits of the mirror that changed or deleted what was mirrored, and no act on record explains it.

The rows of runs and snapshots are mirrored once. Each file that a commit of the history changed or deleted is
compared with the record as it is now: so nothing is reported that was put back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import ARCHIVE
from tracker.archive.mirror.commits import SHORT
from tracker.archive.mirror.edits import ACCEPT, find_differences, read_open
from tracker.archive.mirror.explained import Acts
from tracker.archive.mirror.kept import read_mirrored
from tracker.archive.schema.connection import FILE_NAME
from tracker.archive.verify.findings import RESTORE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.edits import RowDifference
    from tracker.archive.mirror.row_files import Row
    from tracker.archive.schema.schema_map import Table
    from tracker.archive.verify.findings import Findings

_CHANGES = (
    "log", "--first-parent", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=MD", "--format=%x00%H",
)  # fmt: skip
_WHERE = "mirror.git"


def check_rewritten(
    connection: sqlite3.Connection,
    repository: Repository,
    tables: Mapping[str, Table],
    base: str,
    known: Collection[str],
    findings: Findings,
) -> None:
    """Report each commit that replaced a row, unless the rows are ``known`` to differ from the mirror."""
    for commit, each in find_rewritten(connection, repository, tables, base):
        if each.name not in known:
            meaning = f"it replaced {each.describe()}, and no act on record says why"
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
    """Yield each row that a commit changed or deleted without an act, with the latest such commit.

    Raises ``RepositoryUnusable`` where the history cannot be read.
    """
    seen: set[str] = set()
    for commit, path, blob in _list_changes(repository, base):
        rows = read_mirrored(repository, path, blob)
        differing = list(find_differences(connection, tables, rows)) if rows else []
        if not differing:
            continue

        def read_sessions(commit: str = commit) -> Sequence[Row]:
            archive = repository.find_object(f"{commit}^:{ARCHIVE}")
            return (read_mirrored(repository, ARCHIVE, archive) or {}).get("sessions", ())

        for each in Acts(connection, tables, 0, read_sessions, accepts_all=True).find_edits(differing):
            if each.name not in seen:
                seen.add(each.name)
                yield commit, each


def _list_changes(repository: Repository, base: str) -> Iterator[tuple[str, str, str]]:
    """Yield commit, path and earlier content of each change or deletion of a file, the latest first."""
    answer = repository.ask(*_CHANGES, base, "--", "runs", "statements", "documents", "watch_lists", ARCHIVE)
    for entry in answer.decode().split("\0")[1:]:
        commit, *lines = entry.splitlines()
        for line in filter(None, lines):
            described, _, path = line.partition("\t")
            yield commit, path, described.split()[2]
