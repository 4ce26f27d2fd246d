"""The history of the mirror: one commit upon another, each of a run that the record knows, none taken out."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from tracker.archive.mirror.branches import MAIN
from tracker.archive.mirror.commits import SHOWN, read_chain
from tracker.archive.mirror.parting import find_parting, tell_remedy
from tracker.archive.mirror.proofs import rests_on
from tracker.archive.schema.connection import FILE_NAME
from tracker.archive.verify.notes import BEGIN_ANEW, REPAIR, RESTORE, UPDATE, Cure, fault
from tracker.errors import RepositoryUnusable
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.verify.notes import JudgeToken, Notes

    Runs = Mapping[str, tuple[str, str]]
    """When each run began, and by which release, by its number."""

_TIMESTAMPS_TABLE = "tracker.db, table timestamps"


def check_timestamps(
    connection: sqlite3.Connection, repository: Repository, judge: JudgeToken, notes: Notes
) -> None:
    """Check every token that was kept."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'timestamps'").fetchone():
        return
    rows = connection.execute("SELECT tip, sha256, authority, token FROM timestamps WHERE token IS NOT NULL")
    for tip, digest, authority, token in rows:
        notes.look("timestamps")
        what = f"time-stamp of commit {tip[:12]} by {authority}"
        content = repository.read_whole(tip)
        if content is None:
            meaning = "the commit is not in the mirror: a history that was begun anew, or rewritten by order"
            notes.find(Finding("unverifiable", "timestamps", what, _TIMESTAMPS_TABLE, meaning))
            continue
        standing, meaning = judge(bytes(token), content)
        if sha256(content).hexdigest() != digest:
            standing, meaning = "fault", "the row names another digest than the commit has"
        if standing == "fault":
            notes.find(fault("timestamps", what, _TIMESTAMPS_TABLE, meaning, RESTORE))
        elif standing == "unverifiable":
            remedy = "put the certificates of the authorities that you trust into timestamp-roots.pem"
            notes.find(Finding("unverifiable", "timestamps", what, _TIMESTAMPS_TABLE, meaning, remedy))


_Later = Literal["ours", "foreign", "unreadable"]

_MOVE_BACK = f"{REPAIR} moves it back there"
_WHERE = "mirror.git"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the branch ``main`` stands, and the commit that the record noted last."""

    tip: str | None
    noted: str | None


def find_base(
    connection: sqlite3.Connection, repository: Repository, standing: Standing, notes: Notes, folder: Path
) -> str | None:
    """Return the commit that the record is to be compared with, and note where the branch is not there.

    That is the commit that the record noted, which is proof of what it held; the tip where none was noted,
    or it is lost. Where both went apart there is nothing to compare but what was noted.
    """
    tip, noted = standing.tip, standing.noted
    if noted is None or tip == noted:
        return None if _are_apart(connection, repository, standing, notes, folder) else tip
    if repository.find_commit(noted) is None:
        if _are_apart(connection, repository, standing, notes, folder):
            return None
        meaning = f"{_tell_tip(tip)}, and {noted[:SHOWN]}, which the record wrote last, is lost"
        notes.find(fault("history", "branch main", _WHERE, meaning, BEGIN_ANEW))
        return tip
    if _are_apart(connection, repository, standing, notes, folder):
        return noted
    if tip is not None and rests_on(repository, tip, noted):
        kind, how, remedy = _judge_later(repository, noted, tip, _read_runs(connection))
    else:
        kind, how, remedy = "foreign", "the history was rewritten or cut", _MOVE_BACK
    meaning = f"{_tell_tip(tip)}, and the record wrote {noted[:SHOWN]} last: {how}"
    if kind == "ours":
        notes.find(Finding("pending", "history", "branch main", _WHERE, meaning, remedy))
    else:
        cures = [Cure("branch", MAIN, noted)] if kind == "foreign" else []
        notes.find(fault("history", "branch main", _WHERE, meaning, remedy), *cures)
    return noted


def _are_apart(
    connection: sqlite3.Connection, repository: Repository, standing: Standing, notes: Notes, folder: Path
) -> bool:
    """Tell whether the mirror has runs that the record does not, and note it.

    Nothing is offered that would write to the mirror: what it has since is in no other place.
    """
    try:
        parting = find_parting(connection, repository, standing.tip, standing.noted)
    except RepositoryUnusable:
        return False  # Its objects are damaged, which is told for itself.
    if parting is None:
        return False
    notes.apart = True
    where = f"{FILE_NAME}; branch main of {_WHERE}"
    notes.find(fault("history", "record and mirror", where, str(parting), tell_remedy(folder)))
    return True


def check_chain(
    connection: sqlite3.Connection, repository: Repository, base: str, noted: str | None, notes: Notes
) -> None:
    """Check that each commit up to one follows upon one other and is of a run of the record, in their order.

    Raises ``RepositoryUnusable`` where a commit cannot be read.
    """
    runs = _read_runs(connection)
    committed: set[str] = set()
    last = 0
    for commit, parents, trailers in read_chain(repository, base):
        notes.look("history")
        run = trailers.get("run", "")
        wrong = _find_fault(run, parents, trailers, runs, last)
        if wrong:
            remedy = f"look at it: git -C mirror.git show {commit[:SHOWN]}; {BEGIN_ANEW}"
            notes.find(fault("history", f"commit {commit[:SHOWN]}", _WHERE, wrong, remedy))
        last = max(last, int(run)) if run.isdecimal() else last
        committed.add(run)
    lost = [run for run in runs if int(run) <= last and run not in committed]
    if lost:
        rest = f" and of {len(lost) - 1:,} more" if lost[1:] else ""
        meaning = "it is not in the history, which has later ones: it was rewritten"
        notes.find(fault("history", f"the commit of run {lost[0]}{rest}", _WHERE, meaning, BEGIN_ANEW))
    if noted is None:
        meaning = (
            "the record has not noted at which commit the mirror held it all: whether that is the latest"
            " one cannot be told"
        )
        notes.find(Finding("unverifiable", "history", "branch main", _WHERE, meaning, UPDATE))


def check_breaks(connection: sqlite3.Connection, notes: Notes) -> None:
    """Note where the history was once broken off, and whether a person has taken it as it stands."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'breaks'").fetchone():
        return
    for number, run, lost, found, accepted in connection.execute(
        "SELECT id, run, lost, found, accepted FROM breaks ORDER BY id"
    ):
        meaning = (
            f"at the time of run {run} the branch main stood at {found[:SHOWN]}, which did not rest on it:"
            " the history had been rewritten, or an older copy had taken its place"
        )
        what = f"commit {lost[:SHOWN]}"
        if accepted:
            accepted_meaning = f"{meaning}; it was accepted as it is"
            notes.find(Finding("unverifiable", "history", what, _WHERE, accepted_meaning))
            continue
        remedy = (
            f"{REPAIR} takes the history as it stands; if it was not you who changed it, look into it first"
        )
        notes.find(fault("history", what, _WHERE, meaning, remedy), Cure("break", str(number)))


def _read_runs(connection: sqlite3.Connection) -> Runs:
    rows = connection.execute("SELECT id, started, release FROM runs")
    return {str(run): (started, release) for run, started, release in rows}


def _tell_tip(tip: str | None) -> str:
    return f"it stands at {tip[:SHOWN]}" if tip else "it stands at no commit"


def _judge_later(repository: Repository, noted: str, tip: str, runs: Runs) -> tuple[_Later, str, str]:
    """Return whose commits stand behind the one that was noted, what that means, and what to do."""
    try:
        chain = list(read_chain(repository, f"{noted}..{tip}"))
    except RepositoryUnusable as error:
        return "unreadable", f"what is behind it cannot be read ({error})", BEGIN_ANEW
    found = [(trailers.get("run", ""), parents, trailers) for _, parents, trailers in chain]
    if not any(_find_fault(run, parents, trailers, runs, 0) for run, parents, trailers in found):
        return "ours", "a run was cut short before the record had noted its commits", UPDATE
    return "foreign", "somebody else has written to it", _MOVE_BACK


def _find_fault(run: str, parents: int, trailers: Mapping[str, str], runs: Runs, last: int) -> str | None:
    """Return what is wrong with a commit, given the last run before it."""
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
