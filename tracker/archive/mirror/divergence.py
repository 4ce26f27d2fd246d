"""Where a record and its mirror have diverged: one of them has runs that the other does not.

A run is identified by its number and the instant at which it began. A record that was restored from a backup
lacks runs that the mirror has; once it is written to, both have different runs with the same numbers.
"""

from __future__ import annotations

import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR, run_path
from tracker.archive.git.repository import open_repository
from tracker.archive.mirror.commits import read_chain, read_trailers_of
from tracker.archive.mirror.pending import read_mirrored
from tracker.archive.mirror.rebuild import read_file
from tracker.archive.mirror.refs import find_branch
from tracker.archive.rights.scrubbing import name_command as name_alone
from tracker.archive.schema.connection import FILE_NAME
from tracker.errors import HistoriesApart, RepositoryUnusable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.row_files import Row

TAKE_OVER = "tracker mirror take-over"
_DEFAULT = Path("snapshots")
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
    connection: sqlite3.Connection, repository: Repository, tip: str | None, noted: str | None, folder: Path
) -> None:
    """Raise ``HistoriesApart`` where the mirror has a run that the record does not."""
    divergence = find_divergence(connection, repository, tip, noted)
    if divergence:
        raise HistoriesApart(
            f"{folder / MIRROR} and {FILE_NAME} do not match: {divergence}; {describe_remedy(folder)}"
        )


def describe_divergence(folder: Path, connection: sqlite3.Connection) -> str | None:
    """Return how the record in a folder and its mirror diverged, and what to do; None where they have not.

    Nor where that cannot be told, without git or with a damaged mirror, which ``verify`` reports.
    """
    if not (folder / MIRROR).exists():
        return None
    mirrored = read_mirrored(connection)
    with suppress(RepositoryUnusable), open_repository(folder / MIRROR) as repository:
        tip = find_branch(repository, "refs/heads/main")
        found = find_divergence(connection, repository, tip, mirrored.main if mirrored else None)
        return f"{found}; {describe_remedy(folder)}" if found else None
    return None


def describe_remedy(folder: Path) -> str:
    """Return the command that merges both histories, ready to be run."""
    return f"to have both in one record: {format_command(TAKE_OVER, folder)}"


def format_command(command: str, folder: Path) -> str:
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
    last = _read_last(repository, tip)
    if last and _is_same(connection, repository, tip, last, runs):
        return None
    said = {
        int(trailers["run"]): trailers.get("started", "")
        for _, _, trailers in read_chain(repository, tip)
        if _names_run(trailers)
    }
    if not said or _is_same(connection, repository, tip, max(_list_starts(said)), runs):
        return None
    divergence = _split(said, runs, lambda run: _is_same(connection, repository, tip, run, runs))
    destroyed = dict.fromkeys(_find_destroyed(connection, repository, tip, divergence.mirror))
    return replace(divergence, destroyed=tuple(destroyed))


def compare_runs(record: sqlite3.Connection, mirrored: sqlite3.Connection) -> Divergence:
    """Return how a record and one rebuilt from its mirror diverged; either may have no runs since."""
    said, runs = (dict(each.execute("SELECT id, started FROM runs")) for each in (mirrored, record))

    def is_same(run: RunStart) -> bool:
        own = [_read_command(each, run.number) for each in (mirrored, record)]
        return all(map(_is_same_command, *own))

    return _split(said, runs, is_same)


def _split(
    said: Mapping[int, str], runs: Mapping[int, str], is_same: Callable[[RunStart], bool]
) -> Divergence:
    """Split the runs of a mirror and of a record after the last one that both have."""
    alike = (each for each in reversed(_list_starts(said)) if runs.get(each.number) == each.started)
    common = next((each.number for each in alike if is_same(each)), 0)
    mirror, record = (
        tuple(each for each in _list_starts(side) if each.number > common) for side in (said, runs)
    )
    return Divergence(common, mirror, record, ())


def _list_starts(runs: Mapping[int, str]) -> list[RunStart]:
    return [RunStart(number, started) for number, started in sorted(runs.items())]


def _names_run(trailers: Mapping[str, str]) -> bool:
    """Tell whether a commit is of a run; one that somebody else has written names none."""
    return trailers.get("run", "").isdecimal() and trailers["run"] != "0"


def _read_last(repository: Repository, tip: str) -> RunStart | None:
    """Return the run of a commit, as the commit itself says."""
    trailers = read_trailers_of(repository, tip)
    return RunStart(int(trailers["run"]), trailers.get("started", "")) if _names_run(trailers) else None


def _is_same(
    connection: sqlite3.Connection, repository: Repository, tip: str, run: RunStart, runs: Mapping[int, str]
) -> bool:
    """Tell whether the record has a run of the mirror; its command is compared, too.

    A backup may be restored, and another command run, within one second.
    """
    if runs.get(run.number) != run.started:
        return False
    own = _read_command(connection, run.number)
    rows = _read_rows(repository, tip, run).get("runs", ())
    return all(all(map(_is_same_command, own, (row.get("kind"), row.get("command")))) for row in rows)


def _read_command(connection: sqlite3.Connection, run: int) -> tuple[object, object]:
    kind, command = connection.execute("SELECT kind, command FROM runs WHERE id = ?", [run]).fetchone()
    return kind, command


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
