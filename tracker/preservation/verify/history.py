"""Checks of the mirror's history: a line of commits, each of a run that the record has, and none rewritten.

The rows of runs and snapshots are mirrored once. Each file that a commit of the history changed or deleted is
compared with the record as it is now: so nothing is reported that was put back. And what a commit added to
the file of a run that was over, as an order or a decision that explains a change, is no part of that run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.preservation.mirror import commit_log, refs
from tracker.preservation.mirror.commits import SHORT, name_run, read_chain, read_trailers_of
from tracker.preservation.mirror.divergence import describe_remedy, find_divergence
from tracker.preservation.mirror.edits import find_added, find_differences, read_open
from tracker.preservation.mirror.explained import Acts, describe_ways
from tracker.preservation.mirror.unexplained import read_mirrored
from tracker.preservation.mirror.unit_files import ARCHIVE, DOCUMENTS
from tracker.preservation.verify.findings import REPAIR, RESTORE, START_OVER, UPDATE, Fix
from tracker.record.schema.connection import FILE_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.model.verifying import CheckName
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.verify.findings import Findings

    Runs = Mapping[str, tuple[str, str]]
    """When each run began, and with which release, by its number."""
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.preservation.mirror.unit_files import Row
    from tracker.record.schema.units import Table


REPLACED = "refs/replaced/"
_MOVE_BACK = f"{REPAIR} moves it back there"
_WHERE = "mirror.git"


@dataclass(frozen=True, slots=True)
class BranchState:
    """The commit of the branch ``main``, and the one that the record noted last."""

    tip: str | None
    noted: str | None


def choose_base(
    connection: sqlite3.Connection,
    repository: Repository,
    branch: BranchState,
    findings: Findings,
    folder: Path,
) -> str | None:
    """Return the commit with which the record is compared, and report a branch that is elsewhere.

    It is the commit that the record noted, which proves what it held; or the tip where none was noted, or
    that commit is lost. Where record and mirror have diverged, only a noted commit can be compared.
    """
    tip, noted = branch.tip, branch.noted
    has_diverged = _report_divergence(connection, repository, branch, findings, folder)
    if noted is None or tip == noted:
        return None if has_diverged else tip
    is_lost = repository.find_commit(noted) is None
    if has_diverged:
        return None if is_lost else noted
    place = f"it is at {tip[:SHORT]}" if tip else "it is at no commit"
    finding: tuple[CheckName, str, str] = ("history", "branch main", _WHERE)
    if is_lost:
        meaning = f"{place}, and {noted[:SHORT]}, which the record wrote last, is lost"
        findings.fault(*finding, meaning, START_OVER)
        return tip
    how, remedy, fixes = "the history was rewritten or cut", _MOVE_BACK, [Fix("branch", refs.MAIN, noted)]
    descends = tip is not None and refs.is_descendant(repository, tip, noted)
    if descends is None:
        how, remedy, fixes = "a commit between them is lost", REPAIR, [Fix("objects")]
    elif descends:
        how, remedy, fixes = _explain_later_commits(repository, noted, str(tip), _read_runs(connection))
    meaning = f"{place}, and the record wrote {noted[:SHORT]} last: {how}"
    if remedy == UPDATE:
        findings.pending(*finding, meaning)
    else:
        findings.fault(*finding, meaning, remedy, *fixes)
    return noted


def _report_divergence(
    connection: sqlite3.Connection,
    repository: Repository,
    branch: BranchState,
    findings: Findings,
    folder: Path,
) -> bool:
    """Report where the mirror has runs that the record does not.

    No fix that would write to the mirror is offered then: its later runs exist nowhere else. A record without
    runs of its own can be made again from it.
    """
    try:
        divergence = find_divergence(connection, repository, branch.tip, branch.noted)
    except RepositoryUnusable:
        return False  # The check of objects reports the damage.
    if divergence:
        findings.has_diverged = True
        where = f"{FILE_NAME}; branch main of {_WHERE}"
        fixes = [] if divergence.record else [Fix("record")]
        remedy = describe_remedy(divergence, folder)
        findings.fault("history", "record and mirror", where, str(divergence), remedy, *fixes)
    return divergence is not None


def _explain_later_commits(
    repository: Repository, noted: str, tip: str, runs: Runs
) -> tuple[str, str, list[Fix]]:
    """Return how there came to be commits after the noted one, what to do, and the fix."""
    try:
        chain = list(read_chain(repository, f"{noted}..{tip}"))
    except RepositoryUnusable as error:
        return f"later commits cannot be read ({error})", START_OVER, []
    if any(_find_fault(parents, trailers, runs, 0) for _, parents, trailers in chain):
        return "somebody else has written to it", _MOVE_BACK, [Fix("branch", refs.MAIN, noted)]
    return "a run was interrupted before the record had noted its commits", UPDATE, []


def check_chain(
    connection: sqlite3.Connection, repository: Repository, base: str, noted: str | None, findings: Findings
) -> None:
    """Check that each commit up to ``base`` has one parent and is of a run of the record, in their order.

    Raises ``RepositoryUnusable`` where a commit cannot be read.
    """
    runs = _read_runs(connection)
    committed: set[str] = set()
    commits: list[str] = []
    last = 0
    for commit, parents, trailers in read_chain(repository, base):
        findings.count("history")
        run = trailers.get("run", "")
        if wrong := _find_fault(parents, trailers, runs, last):
            remedy = f"look at it: git -C mirror.git show {commit[:SHORT]}; {START_OVER}"
            findings.fault("history", f"commit {commit[:SHORT]}", _WHERE, wrong, remedy)
        last = max(last, int(run)) if run.isdecimal() else last
        committed.add(run)
        commits.append(commit)
    for commit in commit_log.list_unnoted(connection, commits) if noted else ():
        meaning = "the record no longer keeps what it needs to write this commit again"
        what, remedy = f"{commit_log.COMMITS} {commit[:SHORT]}", f"{REPAIR} notes it again"
        findings.fault("history", what, FILE_NAME, meaning, remedy, Fix("log", commit, commit_log.COMMITS))
    lost = [run for run in runs if int(run) <= last and run not in committed]
    if lost:
        rest = f" and of {len(lost) - 1:,} more" if lost[1:] else ""
        meaning = "the history, which has later ones, does not have it: the history was rewritten"
        findings.fault("history", f"the commit of run {lost[0]}{rest}", _WHERE, meaning, START_OVER)
    if noted is None:
        meaning = (
            "the record has not noted at which commit the mirror had everything: whether that is the latest"
            " one is unknown"
        )
        findings.unverifiable("history", "branch main", _WHERE, meaning, UPDATE)


def check_breaks(connection: sqlite3.Connection, findings: Findings) -> None:
    """Report where the history was once replaced, unless a person has accepted that."""
    query = "SELECT id, run, lost, found, accepted FROM breaks ORDER BY id"
    for number, run, lost, found, accepted in connection.execute(query):
        meaning = (
            f"by the time of run {run} it was gone with the mirror, which was begun again: nothing proves"
            " what the record held before"
            if found == refs.NOWHERE
            else f"at the time of run {run} the branch main was at {found[:SHORT]}, which was no descendant"
            " of it: the history had been rewritten, or an older copy had taken its place"
        )
        what = f"commit {lost[:SHORT]}"
        if accepted:
            findings.unverifiable("history", what, _WHERE, f"{meaning}; it was accepted as it is")
            continue
        remedy = f"{REPAIR} accepts the history as it is; if you did not change it, find out who did first"
        findings.fault("history", what, _WHERE, meaning, remedy, Fix("break", str(number)))


def check_log(connection: sqlite3.Connection, findings: Findings) -> None:
    """Report what the record notes of the mirror's commits and is damaged: it could not be written again."""
    for table, name in commit_log.find_damaged(connection):
        meaning = "what the record keeps under this name, to write the mirror again, is something else"
        remedy = f"{REPAIR}, if the mirror has it undamaged"
        findings.fault(
            "history", f"{table} {name[:SHORT]}", FILE_NAME, meaning, remedy, Fix("log", name, table)
        )


def check_replaced(connection: sqlite3.Connection, repository: Repository, findings: Findings) -> None:
    """Report each replaced history that holds documents which the record does not have."""
    kept = {name for (name,) in connection.execute("SELECT sha256 FROM documents")}
    for ref in repository.ask("for-each-ref", "--format=%(refname)", REPLACED).decode().split():
        try:
            files = list(refs.list_tree(repository, ref, (DOCUMENTS,)))
        except RepositoryUnusable:
            continue  # The check of objects reports the damage.
        names = {path.rpartition("/")[2] for path, _ in files if not path.endswith(".json")}
        if lacking := len(names - kept):
            meaning = f"it was replaced, and has documents that the record does not have, {lacking:,} of them"
            remedy = f"look at it: git -C mirror.git log --stat {ref}"
            findings.unverifiable("history", ref, _WHERE, meaning, remedy)


def _read_runs(connection: sqlite3.Connection) -> Runs:
    rows = connection.execute("SELECT id, started, release FROM runs")
    return {str(run): (started, release) for run, started, release in rows}


def _find_fault(parents: int, trailers: Mapping[str, str], runs: Runs, last: int) -> str | None:
    """Return what is wrong with a commit, given the last run before it."""
    run = trailers.get("run", "")
    if parents > 1:
        return "it joins two histories, which tracker never does"
    if not run.isdecimal():
        return "it names no run: tracker did not write it"
    if run == "0" and not last:
        return None
    said = (trailers.get("started"), trailers.get("release"))
    if runs.get(run) != said:
        return f"it is of run {run}, begun {said[0]}, which the record does not have"
    return f"it is of run {run}, and comes after one of run {last}" if int(run) < last else None


_CHANGES = (
    "log", "--first-parent", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=MD", "--format=%x00%H",
)  # fmt: skip
_RUNS = "runs/"


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
            remedy = describe_ways([each], f"look at it: git -C mirror.git show {commit[:SHORT]}; {RESTORE}")
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
            remedy = describe_ways([each], RESTORE)
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


def list_dropped(repository: Repository, tables: Mapping[str, Table], base: str) -> Iterator[str]:
    """Yield the name of each row that a commit up to ``base`` left out of the file of a run.

    Raises ``RepositoryUnusable`` where the history, or such a file, cannot be read.
    """
    for change in _list_changes(repository, base):
        if not change.path.startswith(_RUNS):
            continue
        old = read_mirrored(repository, change.path, change.old)
        if old is None:
            raise RepositoryUnusable(f"{change.path} before commit {change.commit[:SHORT]} is damaged")
        new = read_mirrored(repository, change.path, change.new) or {}
        known = {name: rows for name, rows in old.items() if name in tables}
        yield from (each.name for each in find_added(known, new, tables))


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
