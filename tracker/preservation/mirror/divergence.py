"""Where a record and its mirror have diverged: one of them has runs that the other does not.

A run is identified by its number and the instant at which it began. A record that was restored from a backup
lacks runs that the mirror has. Nothing is written to it then: both would have different runs with the same
numbers, as they have where the mirror was away while the record was written.
"""

from __future__ import annotations

import os
import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tracker.errors import HistoriesApart, RepositoryUnusable
from tracker.files import temporary_folder
from tracker.inputs.passwords import strip_user
from tracker.preservation.folder import MIRROR
from tracker.preservation.git.repository import clone_repository, open_repository
from tracker.preservation.mirror.commits import read_chain, read_trailers_of
from tracker.preservation.mirror.pending import read_mirrored
from tracker.preservation.mirror.rebuild import read_file
from tracker.preservation.mirror.refs import BRANCHES, MAIN, find_branch, recover
from tracker.preservation.mirror.unit_files import run_path
from tracker.record.access.withheld import name_command as name_alone
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.rows import read_dicts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import Row

_DEFAULT = Path("snapshots")
_REPAIR = "tracker verify --repair"
_BESIDE = "from-mirror"
"""The folder that is proposed for the archive of a mirror."""
Extent = Literal["none", "part", "whole"]
"""How much the record has of a run of the mirror."""

_HELD = "SELECT 1 FROM documents WHERE sha256 = ? AND bytes IS NOT NULL"
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, order=True)
class RunStart:
    """What identifies a run."""

    number: int
    started: str

    def __str__(self) -> str:
        return f"run {self.number} of {self.started}"


@dataclass(frozen=True, slots=True)
class Divergence:
    """The runs that each side has since record and mirror diverged, oldest first."""

    common: int
    """The number of the last run that both have; 0 for none."""
    mirror: tuple[RunStart, ...]
    record: tuple[RunStart, ...]
    """Those of the record alone; not one that the mirror has too, and that ended after the backup."""
    destroyed: tuple[str, ...]
    """What was destroyed according to the mirror, and is in the record again."""

    def __str__(self) -> str:
        return self.describe("the mirror")

    def describe(self, mirror: str) -> str:
        """Say which runs each side has; ``mirror`` names the side that is not the record."""
        after = f"after run {self.common}" if self.common else "before their first runs"
        if self.record:
            text = (
                f"they diverged {after}: {mirror} has {_count(self.mirror)} since, of which the first is"
                f" {self.mirror[0]}, and the record has {_count(self.record)}, of which the first is"
                f" {self.record[0]}"
            )
        else:
            text = (
                f"the record is an older copy that ends {after}: {mirror} has {_count(self.mirror)} since,"
                f" up to {self.mirror[-1]}, which this record does not have"
            )
        return text + self._describe_destroyed()

    def _describe_destroyed(self) -> str:
        if not self.destroyed:
            return ""
        rest = len(self.destroyed) - _MOST_NAMED
        named = ", ".join(self.destroyed[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        return f"; the record has again what was destroyed since: {named}"


def check_not_diverged(
    connection: sqlite3.Connection, repository: Repository, tip: str | None, folder: Path
) -> None:
    """Raise ``HistoriesApart`` where the mirror has a run that the record does not."""
    if found := _find_noted(connection, repository, tip):
        raise HistoriesApart(_describe(found, folder))


def check_joined(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise ``HistoriesApart`` before a write where the mirror in a folder has runs that the record lacks.

    What a killed run has written completely is moved to its place before; the archive's lock is held. Without
    git, or with a damaged mirror, nothing can be told, and the record comes first.
    """
    found = None
    with suppress(RepositoryUnusable), open_repository(folder / MIRROR, to_write=True) as repository:
        found = _find_noted(connection, repository, recover(repository, BRANCHES)[0])
    if found:
        raise HistoriesApart(f"nothing was written: {_describe(found, folder)}")


def describe_divergence(folder: Path, connection: sqlite3.Connection) -> str | None:
    """Return how the record in a folder and its mirror diverged, and what to do; None where they have not.

    Nor where that cannot be told, without git or with a damaged mirror, which ``verify`` reports.
    """
    if not (folder / MIRROR).exists():
        return None
    with suppress(RepositoryUnusable), open_repository(folder / MIRROR) as repository:
        found = _find_noted(connection, repository, find_branch(repository, MAIN))
        return f"{found}; {describe_remedy(found, folder)}" if found else None
    return None


def check_copy(connection: sqlite3.Connection, repository: Repository, remote: str, branch: str) -> None:
    """Raise ``HistoriesApart`` where a copy of the mirror has runs that the record does not.

    Pushing would remove them. The copy is fetched for this. Raises ``RepositoryUnusable`` where that fails.
    """
    with temporary_folder("clone") as place:
        clone, address = place / MIRROR, repository.find_address(remote)
        clone_repository(address, clone)
        with open_repository(clone) as copy:
            found = find_divergence(connection, copy, find_branch(copy, branch), None)
    if found:
        shown = strip_user(remote)
        source = shown if os.path.exists(remote) else strip_user(address)  # noqa: PTH110 (of any length)
        raise HistoriesApart(
            f"{shown} has what this record lacks: {found.describe(shown)}; {_propose_rebuild(source)}"
        )


def _find_noted(connection: sqlite3.Connection, repository: Repository, tip: str | None) -> Divergence | None:
    mirrored = read_mirrored(connection)
    return find_divergence(connection, repository, tip, mirrored.main if mirrored else None)


def _describe(divergence: Divergence, folder: Path) -> str:
    remedy = describe_remedy(divergence, folder)
    return f"{folder / MIRROR} and {FILE_NAME} do not match: {divergence}; {remedy}"


def describe_remedy(divergence: Divergence, folder: Path) -> str:
    """Return what to do, with a command that is ready to be run."""
    if divergence.record:
        return f"neither is changed, and one must be chosen; {_propose_rebuild(str(folder / MIRROR))}"
    return (
        "to make the record again from the mirror, and keep this file beside it:"
        f" {_format_command(_REPAIR, folder)}"
    )


def _propose_rebuild(mirror: str) -> str:
    command = f"tracker rebuild {shlex.quote(mirror)} --archive {_BESIDE}"
    return f"to have the other one as an archive of its own: {command}"


def _format_command(command: str, folder: Path) -> str:
    """Return a command for the archive in a folder, as it is typed in the current folder."""
    return command if folder == _DEFAULT else f"{command} --archive {shlex.quote(str(folder))}"


def find_divergence(
    connection: sqlite3.Connection, repository: Repository, tip: str | None, noted: str | None
) -> Divergence | None:
    """Return how a record and a commit of a mirror diverged; None where the record has all of its runs.

    ``noted`` is the commit that the record noted last. Raises ``RepositoryUnusable`` where a commit cannot be
    read.
    """
    if tip is None or tip == noted:
        return None
    runs = dict(connection.execute("SELECT id, started FROM runs ORDER BY id"))

    def compare(run: RunStart) -> Extent:
        if runs.get(run.number) != run.started:
            return "none"
        theirs = next(iter(_read_rows(repository, tip, run).get("runs", ())), None)
        return _compare(_read_run(connection, run.number), theirs)

    last = _read_last(repository, tip)
    if last and compare(last) == "whole":
        return None
    said = {
        int(trailers["run"]): trailers.get("started", "")
        for _, _, trailers in read_chain(repository, tip)
        if _names_run(trailers)
    }
    if not said or compare(max(_list_starts(said))) == "whole":
        return None
    divergence = _split(said, runs, compare)
    destroyed = dict.fromkeys(_find_destroyed(connection, repository, tip, divergence.mirror))
    return replace(divergence, destroyed=tuple(destroyed))


def compare_runs(record: sqlite3.Connection, mirrored: sqlite3.Connection) -> Divergence:
    """Return how a record and one rebuilt from its mirror diverged; either may have no runs since."""
    said, runs = (dict(each.execute("SELECT id, started FROM runs")) for each in (mirrored, record))

    def compare(run: RunStart) -> Extent:
        if runs.get(run.number) != run.started:
            return "none"
        return _compare(*(_read_run(each, run.number) for each in (record, mirrored)))

    return _split(said, runs, compare)


def _split(
    said: Mapping[int, str], runs: Mapping[int, str], compare: Callable[[RunStart], Extent]
) -> Divergence:
    """Split the runs of a mirror and of a record after the last one that both have whole."""
    starts = reversed(_list_starts(said))
    common = next((each.number for each in starts if compare(each) == "whole"), 0)
    mirror, record = (
        tuple(each for each in _list_starts(side) if each.number > common) for side in (said, runs)
    )
    own = tuple(each for each in record if each not in mirror or compare(each) == "none")
    return Divergence(common, mirror, own, ())


def _list_starts(runs: Mapping[int, str]) -> list[RunStart]:
    return [RunStart(number, started) for number, started in sorted(runs.items())]


def _names_run(trailers: Mapping[str, str]) -> bool:
    """Tell whether a commit is of a run; one that somebody else has written names none."""
    return trailers.get("run", "").isdecimal() and trailers["run"] != "0"


def _read_last(repository: Repository, tip: str) -> RunStart | None:
    """Return the run of a commit, as the commit itself says."""
    trailers = read_trailers_of(repository, tip)
    return RunStart(int(trailers["run"]), trailers.get("started", "")) if _names_run(trailers) else None


def _compare(own: Row, theirs: Row | None) -> Extent:
    """Return how much the record has of a run of the mirror that has the same number and beginning.

    Its command is compared too, since a backup may be restored, and another command run, within one second.
    In a backup that was made in the midst of a run it has not ended, as it has in the mirror.
    """
    if theirs is None:
        return "whole"
    if not all(_is_same_command(own[name], theirs.get(name)) for name in ("kind", "command")):
        return "none"
    return "part" if theirs.get("ended") and not own["ended"] else "whole"


def _read_run(connection: sqlite3.Connection, run: int) -> Row:
    (row,) = read_dicts(connection.execute("SELECT kind, command, ended FROM runs WHERE id = ?", [run]))
    return row


def _is_same_command(one: object, other: object) -> bool:
    """Tell whether two runs had the same command; one side may have the name of the command only."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return one is other
    return one == other or one == name_alone(other) or name_alone(one) == other


def _find_destroyed(
    connection: sqlite3.Connection, repository: Repository, tip: str, runs: Sequence[RunStart]
) -> Iterator[str]:
    """Yield what some runs of the mirror destroyed, and the record still holds."""
    for run in runs:
        tables = _read_rows(repository, tip, run)
        acts = {row["id"]: row for row in tables.get("withdrawals", ()) if row["act"] == "destroy"}
        for row in tables.get("withdrawn", ()):
            act = acts.get(row["withdrawal"])
            if act and connection.execute(_HELD, [row["document"]]).fetchone():
                yield "{} (destroyed on {:.10})".format(
                    *(str(act[name]) for name in ("reference", "decided"))
                )


def _read_rows(repository: Repository, tip: str, run: RunStart) -> Mapping[str, Sequence[Row]]:
    """Return what the mirror has of a run; nothing where its file cannot be read."""
    path = run_path(run.number, run.started)
    blob = repository.find_object(f"{tip}:{path}")
    content = repository.read_whole(blob) if blob else None
    return read_file(repository, path, content) if content is not None else {}


def _count(runs: Sequence[RunStart]) -> str:
    return "1 run" if len(runs) == 1 else f"{len(runs):,} runs"
