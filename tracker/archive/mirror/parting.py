"""Where a record and its mirror went apart: one of them has runs that the other does not.

A run is known by its number and the instant at which it began. A record that was put back from a backup
lacks runs that the mirror has; once it is written to, both have runs of the same numbers that are not one.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR, run_path
from tracker.archive.git.streams import read_commit, read_trailers
from tracker.archive.mirror.commits import SHOWN, read_chain
from tracker.archive.mirror.rebuild import read_file
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
class Begun:
    """A run by what it is known by."""

    number: int
    started: str

    def __str__(self) -> str:
        return f"run {self.number} of {self.started}"


@dataclass(frozen=True, slots=True)
class Parting:
    """What each side has since they went apart, oldest first."""

    common: int
    """The number of the last run that both have; 0 for none."""
    mirror: tuple[Begun, ...]
    record: tuple[Begun, ...]
    destroyed: tuple[str, ...]
    """What the mirror knows to be destroyed and the record holds again."""

    def __str__(self) -> str:
        return self.tell("the mirror")

    def tell(self, mirror: str) -> str:
        """Say which runs each side has, in the words for the other side than the record."""
        after = f"after run {self.common}" if self.common else "before their first runs"
        if self.record:
            told = (
                f"they went apart {after}: {mirror} has {_count(self.mirror)} since, of which the first is"
                f" {self.mirror[0]}, and the record has {_count(self.record)}, of which the first is"
                f" {self.record[0]}"
            )
        else:
            told = (
                f"the record is an older copy that ends {after}: {mirror} has {_count(self.mirror)} since,"
                f" up to {self.mirror[-1]}, which this record does not have"
            )
        return told + self._tell_destroyed()

    def _tell_destroyed(self) -> str:
        if not self.destroyed:
            return ""
        rest = len(self.destroyed) - _MOST_NAMED
        named = ", ".join(self.destroyed[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
        return f"; the record holds again what was destroyed since: {named}"


def check_joined(
    connection: sqlite3.Connection, repository: Repository, tip: str | None, noted: str | None, folder: Path
) -> None:
    """Raise ``HistoriesApart`` where the mirror has a run that the record does not."""
    parting = find_parting(connection, repository, tip, noted)
    if parting:
        raise HistoriesApart(
            f"{folder / MIRROR} and {FILE_NAME} are not of one history: {parting}; {tell_remedy(folder)}"
        )


def tell_remedy(folder: Path) -> str:
    """Return what makes one history of two, ready to be run."""
    return f"to have both in one record: {name_command(TAKE_OVER, folder)}"


def name_command(command: str, folder: Path) -> str:
    """Return a command for the archive in a folder, as it has to be typed here."""
    return command if folder == _DEFAULT else f"{command} --archive {shlex.quote(str(folder))}"


def find_parting(
    connection: sqlite3.Connection, repository: Repository, tip: str | None, noted: str | None
) -> Parting | None:
    """Return how a record and a commit of a mirror went apart; None where the record has all of its runs.

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
    if not said or _is_same(connection, repository, tip, max(_begun(said)), runs):
        return None
    parting = _part(said, runs, lambda run: _is_same(connection, repository, tip, run, runs))
    destroyed = dict.fromkeys(_find_destroyed(connection, repository, tip, parting.mirror))
    return replace(parting, destroyed=tuple(destroyed))


def compare_runs(record: sqlite3.Connection, mirrored: sqlite3.Connection) -> Parting:
    """Return how a record and one that was made from its mirror went apart; either may have nothing since."""
    said, runs = (dict(each.execute("SELECT id, started FROM runs")) for each in (mirrored, record))

    def is_same(run: Begun) -> bool:
        asked = [_read_asked(each, run.number) for each in (mirrored, record)]
        return all(map(_is_alike, *asked))

    return _part(said, runs, is_same)


def _part(said: Mapping[int, str], runs: Mapping[int, str], is_same: Callable[[Begun], bool]) -> Parting:
    """Part the runs of a mirror and of a record behind the last one that both have."""
    alike = (each for each in reversed(_begun(said)) if runs.get(each.number) == each.started)
    common = next((each.number for each in alike if is_same(each)), 0)
    mirror, record = (tuple(each for each in _begun(side) if each.number > common) for side in (said, runs))
    return Parting(common, mirror, record, ())


def _begun(runs: Mapping[int, str]) -> list[Begun]:
    return [Begun(number, started) for number, started in sorted(runs.items())]


def _names_run(trailers: Mapping[str, str]) -> bool:
    """Tell whether a commit is of a run; what somebody else has written names none."""
    return trailers.get("run", "").isdecimal() and trailers["run"] != "0"


def _read_last(repository: Repository, tip: str) -> Begun | None:
    """Return the run that a commit is of, as it says itself."""
    (content,) = repository.read_objects([tip])
    if content is None:
        raise RepositoryUnusable(f"commit {tip[:SHOWN]} cannot be read")
    trailers = read_trailers(read_commit(content).message)
    return Begun(int(trailers["run"]), trailers.get("started", "")) if _names_run(trailers) else None


def _is_same(
    connection: sqlite3.Connection, repository: Repository, tip: str, run: Begun, runs: Mapping[int, str]
) -> bool:
    """Tell whether the record has the mirror's last run: what was asked for is compared, too.

    A backup may be put back, and another command given, within one second.
    """
    if runs.get(run.number) != run.started:
        return False
    asked = _read_asked(connection, run.number)
    rows = _read_rows(repository, tip, run).get("runs", ())
    return all(all(map(_is_alike, asked, (row.get("kind"), row.get("command")))) for row in rows)


def _read_asked(connection: sqlite3.Connection, run: int) -> tuple[object, object]:
    """Return the kind of a run and its command; an older release had no columns for them."""
    cursor = connection.execute("SELECT * FROM runs WHERE id = ?", [run])
    own = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True))
    return own.get("kind"), own.get("command")


def _is_alike(one: object, other: object) -> bool:
    """Tell whether two runs were asked for the same, be it that one side has the name alone of a command."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return one is other
    return one == other or one == name_alone(other) or name_alone(one) == other


def _find_destroyed(
    connection: sqlite3.Connection, repository: Repository, tip: str, runs: Sequence[Begun]
) -> Iterator[str]:
    """Yield what was destroyed in some runs of the mirror, and is there in the record."""
    for run in runs:
        tables = _read_rows(repository, tip, run)
        acts = {row["id"]: row for row in tables.get("withdrawals", ()) if row["act"] == "destroy"}
        for row in tables.get("withdrawn", ()):
            act = acts.get(row["withdrawal"])
            if act and connection.execute(_HELD, [row["document"]]).fetchone():
                yield "{} (destroyed on {:.10})".format(
                    *(str(act[name]) for name in ("reference", "decided"))
                )


def _read_rows(repository: Repository, tip: str, run: Begun) -> Mapping[str, Sequence[Row]]:
    """Return what the mirror has of a run; nothing where its file cannot be read."""
    path = run_path(run.number, run.started)
    blob = repository.find_object(f"{tip}:{path}")
    content = repository.read_whole(blob) if blob else None
    return read_file(repository, path, content) if content is not None else {}


def _count(runs: Sequence[Begun]) -> str:
    return "1 run" if len(runs) == 1 else f"{len(runs):,} runs"
