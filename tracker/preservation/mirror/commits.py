"""The commits of the mirror: pending changes are split by run, and each run has one commit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.preservation.git.streams import CommitMessage, read_commit, read_trailers
from tracker.record.statements.queries import SNAPSHOT_NAME, WITH_STATEMENTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.pending import Pending
    from tracker.record.schema.units import Unit

SHORT = 12
"""How many digits of a commit's name are shown."""


def read_trailers_of(repository: Repository, commit: str) -> dict[str, str]:
    """Return the trailers of a commit. Raises ``RepositoryUnusable`` where it cannot be read."""
    (content,) = repository.read_objects([commit])
    return _parse_trailers(commit, content)


def name_run(trailers: Mapping[str, str]) -> int:
    """Return the number of the run that a commit is of; 0 where it names none, or no number."""
    run = trailers.get("run", "")
    return int(run) if run.isdecimal() else 0


def read_chain(repository: Repository, base: str) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    """Yield the commits up to one, oldest first, each with the number of its parents and its trailers.

    Raises ``RepositoryUnusable`` where one cannot be read.
    """
    listed = repository.ask("rev-list", "--topo-order", "--reverse", "--parents", base).decode()
    lines = [line.split() for line in listed.splitlines()]
    contents = repository.read_objects([line[0] for line in lines])
    for (commit, *parents), content in zip(lines, contents, strict=True):
        yield commit, len(parents), _parse_trailers(commit, content)


def _parse_trailers(commit: str, content: bytes | None) -> dict[str, str]:
    if content is None:
        raise RepositoryUnusable(f"commit {commit[:SHORT]} cannot be read")
    return read_trailers(read_commit(content).message)


LeftPlace = tuple["str | int | None", ...]

_MOST_NAMED = 20

_FIRST_RUN: Mapping[Unit, str] = {
    "snapshot": "SELECT max(run) FROM (SELECT run FROM snapshots WHERE id = ?1"
    " UNION ALL SELECT run FROM versions WHERE snapshot = ?1"
    " UNION ALL SELECT confirmations.run FROM confirmations JOIN versions ON versions.id = version"
    " WHERE snapshot = ?1)",
    "statement": "SELECT min(run) FROM snapshots JOIN editions ON editions.id = edition WHERE statement = ?1",
    "document": "SELECT min(run) FROM (SELECT min(run) AS run FROM snapshots WHERE document = ?1"
    " UNION ALL SELECT min(outcomes.run) FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome"
    " WHERE document = ?1)",
    "watch_list": "SELECT min(id) FROM runs WHERE watch_list = ?1",
    "run": "SELECT ?1 + 0",
}
"""The run with which a unit is committed, unless the mirror has that run already."""

_LAST_RUN: Mapping[Unit, str] = {
    **_FIRST_RUN,
    "statement": "SELECT max(run) FROM (SELECT run FROM amendments WHERE statement = ?1"
    " UNION ALL SELECT run FROM snapshots JOIN editions ON editions.id = edition WHERE statement = ?1)",
}
"""The last run that wrote to a unit."""

_SNAPSHOTS = f"""
SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS}
WHERE snapshots.run = ?1 OR snapshots.id IN (SELECT snapshot FROM versions WHERE run = ?1)
ORDER BY snapshots.id LIMIT ?2
"""  # noqa: S608 (our names)

_COUNTS = """
SELECT (SELECT count(*) FROM snapshots WHERE run = ?1), (
    SELECT count(*) FROM versions JOIN snapshots ON snapshots.id = snapshot
    WHERE versions.run = ?1 AND snapshots.run <> ?1
)
"""
"""Snapshots that a run made, and those whose bytes it read again."""


@dataclass(frozen=True, slots=True)
class RunChanges:
    """What the commit of a run changes: units by kind and name, and the places that rows have left."""

    run: int
    units: Sequence[tuple[Unit, str]]
    left: Sequence[LeftPlace]
    is_edit: bool
    """Whether the units were changed after their run was mirrored."""
    is_last: bool


def split_by_run(connection: sqlite3.Connection, pending: Pending, mirrored: int) -> list[RunChanges]:
    """Split pending changes by run, oldest first; changes that belong to no new run go with the last."""
    (latest,) = connection.execute("SELECT ifnull(max(id), 0) FROM runs").fetchone()
    by_run: dict[int, list[tuple[Unit, str]]] = defaultdict(list)
    for unit, name in pending.units:
        query = _FIRST_RUN.get(unit)
        run = connection.execute(query, [name]).fetchone()[0] if query else None
        by_run[run if run and mirrored < run <= latest else latest].append((unit, name))
    by_run[latest] += []
    return [
        RunChanges(run, by_run[run], pending.left if run == latest else (), run <= mirrored, run == latest)
        for run in sorted(by_run)
    ]


def is_later(connection: sqlite3.Connection, unit: Unit, name: str, run: int) -> bool:
    """Tell whether a run after another one wrote to a unit, or may have, where it is of no run."""
    query = _LAST_RUN.get(unit)
    last = connection.execute(query, [name]).fetchone()[0] if query else None
    return query is None or (last is not None and last > run)


def write_message(connection: sqlite3.Connection, changes: RunChanges) -> CommitMessage:
    """Return the message of a run's commit; the same record gives the same commit, whenever it is made."""
    row = connection.execute(
        "SELECT started, ended, ifnull(kind, 'record'), release FROM runs WHERE id = ?", [changes.run]
    ).fetchone()
    if row is None:
        return CommitMessage("An archive without runs\n\nRun: 0\n", 0)
    started, ended, kind, release = row
    run = changes.run
    said, trailer = f"Edits after run {run}", f"After-run: {run}"
    if not changes.is_edit:
        said, trailer = _describe_run(connection, run, kind)
    trailers = f"{trailer}\nRun: {run}\nStarted: {started}\nRelease: {release}\n"
    return CommitMessage(f"{said}\n\n{trailers}", _to_seconds(ended or started))


def _describe_run(connection: sqlite3.Connection, run: int, kind: str) -> tuple[str, str]:
    made, again = connection.execute(_COUNTS, [run]).fetchone()
    names = [name for (name,) in connection.execute(_SNAPSHOTS, [run, _MOST_NAMED])]
    more = made + again - len(names)
    rest = [f"and {more:,} more"] if more > 0 else []
    subject = f"Run {run} ({kind}): {made:,} snapshot{'' if made == 1 else 's'}"
    subject += f", {again:,} read again" if again else ""
    return "\n".join([subject, *([""] if names else []), *names, *rest]), f"Kind: {kind}"


def _to_seconds(instant: str) -> int:
    """Return seconds since 1970, at least 0: the run's own rows have the true date."""
    moment = datetime.fromisoformat(instant)
    return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
