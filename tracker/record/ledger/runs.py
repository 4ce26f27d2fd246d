"""Rows about runs: when each began, its command, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import __version__
from tracker.model.ledger import RunEntry
from tracker.model.verifying import Step
from tracker.record.ledger.checks import REPEATED
from tracker.record.schema.rows import fetch_column, fetch_value, insert
from tracker.record.statements.clocks import read_reading

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from typing import Any

    from tracker.model.ledger import CheckOutcome, RunKind, RunStatus
    from tracker.model.watching import WatchList

_RUNS = """
SELECT runs.id, kind, command, started, ended, status, release, watch_list,
    (SELECT count(*) FROM snapshots WHERE run = runs.id) AS made,
    (SELECT count(*) FROM versions JOIN snapshots ON snapshots.id = snapshot
        WHERE versions.run = runs.id AND snapshots.run <> runs.id) AS reread
FROM runs
"""

_COUNTS = "SELECT outcome, count(*) FROM outcomes WHERE run = ? GROUP BY outcome ORDER BY min(id)"

_REPEATS = "SELECT count(*) FROM repeats WHERE run = ?"


def write_run(
    connection: sqlite3.Connection, kind: RunKind, command: str, started: str, watched: WatchList | None
) -> int:
    """Note that a run has begun, with the watch list it read, and return its id."""
    if watched:
        _write_watch_list(connection, watched)
    return insert(
        connection,
        "runs",
        started=started,
        release=__version__,
        kind=kind,
        command=command,
        status="running",
        watch_list=watched and watched.sha256,
    )


def write_watched(connection: sqlite3.Connection, run: int, watched: WatchList) -> None:
    """Note which watch list a run reads that has begun already."""
    _write_watch_list(connection, watched)
    connection.execute("UPDATE runs SET watch_list = ? WHERE id = ?", (watched.sha256, run))


def _write_watch_list(connection: sqlite3.Connection, watched: WatchList) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO watch_lists (sha256, text) VALUES (?, ?)", (watched.sha256, watched.text)
    )


def end_run(connection: sqlite3.Connection, run: int, status: RunStatus, ended: str) -> None:
    """Note how a run ended; if the clock was set back since, it ends when it began."""
    connection.execute(
        "UPDATE runs SET status = ?, ended = max(started, ?) WHERE id = ?", (status, ended, run)
    )


def write_steps(connection: sqlite3.Connection, run: int, steps: Iterable[Step]) -> None:
    """Record what a run repaired in the archive, and what it found lost."""
    connection.executemany(
        "INSERT INTO repairs (run, what, did, how) VALUES (?, ?, ?, ?)",
        [(run, step.what, step.did, step.how) for step in steps],
    )


_TAKEN = "another program took away, or changed, "
_RESTORED = "made again; what else may have changed meanwhile is named by: tracker verify"


def write_restored(connection: sqlite3.Connection, run: int, parts: str) -> Step:
    """Record that parts of the schema were gone, or others, and were made again by a run."""
    step = Step(did=True, what=f"{_TAKEN}{parts}", how=_RESTORED)
    write_steps(connection, run, [step])
    return step


def read_restored(connection: sqlite3.Connection) -> tuple[tuple[int, str, str], ...]:
    """Return the runs that made parts of the schema again, with what and how, oldest first."""
    query = "SELECT run, what, how FROM repairs WHERE instr(what, ?) = 1 ORDER BY id"
    return tuple(connection.execute(query, [_TAKEN]))


def read_last_instant(connection: sqlite3.Connection, kind: RunKind) -> str | None:
    """Return when the last run of a kind ended, or else began; the last one by its number."""
    query = "SELECT coalesce(ended, started) FROM runs WHERE kind = ? ORDER BY id DESC LIMIT 1"
    instant: str | None = fetch_value(connection, query, [kind])
    return instant


def has_unfinished(connection: sqlite3.Connection) -> bool:
    """Return whether a run is noted as running."""
    return bool(fetch_value(connection, "SELECT 1 FROM runs WHERE status = 'running' LIMIT 1"))


def mark_interrupted(connection: sqlite3.Connection) -> None:
    """Mark every running run as interrupted: the lock is ours, so its process has ended."""
    connection.execute("UPDATE runs SET status = 'interrupted' WHERE status = 'running'")


def read_runs(
    connection: sqlite3.Connection, first: str = "", last: str = "~", kind: RunKind | None = None
) -> tuple[RunEntry, ...]:
    """Return the runs that began between two instants (text of ISO dates), of a kind, oldest first."""
    rows = connection.execute(
        f"{_RUNS} WHERE started >= ? AND started < ? AND kind IS coalesce(?, kind) ORDER BY id",
        [first, last, kind],
    )
    return tuple(_read_entry(connection, row) for row in rows.fetchall())


def read_run(connection: sqlite3.Connection, run: int) -> RunEntry | None:
    """Return one run."""
    row = connection.execute(f"{_RUNS} WHERE runs.id = ?", [run]).fetchone()
    return _read_entry(connection, row) if row else None


def read_watch_lists(connection: sqlite3.Connection, limit: int) -> tuple[tuple[str, str], ...]:
    """Return the watch lists that runs read last, each by its SHA-256 and as a text."""
    return tuple(
        connection.execute(
            "SELECT sha256, text FROM watch_lists JOIN runs ON watch_list = sha256"
            " GROUP BY sha256 ORDER BY max(runs.id) DESC LIMIT ?",
            [limit],
        )
    )


def read_untold(connection: sqlite3.Connection, run: int) -> tuple[int, ...]:
    """Return a nightly run, and those before it since the last that came to its end."""
    nights = "SELECT %s FROM runs WHERE kind = 'snapshot'"
    last = f"{nights % 'max(id)'} AND status = 'complete' AND id < ?"
    return fetch_column(
        connection, f"{nights % 'id'} AND id <= ? AND id > coalesce(({last}), 0) ORDER BY id", [run, run]
    )


def _read_entry(connection: sqlite3.Connection, row: tuple[Any, ...]) -> RunEntry:
    id_, kind, command, started, ended, status, release, watch_list, made, reread = row
    counts: dict[CheckOutcome, int] = dict(connection.execute(_COUNTS, [id_]).fetchall())
    if again := fetch_value(connection, _REPEATS, [id_]):
        counts[REPEATED] = counts.get(REPEATED, 0) + again
    named = tuple(counts.items())
    clock = read_reading(connection, id_)
    return RunEntry(
        id=id_,
        kind=kind,
        command=command,
        started=started,
        ended=ended,
        status=status,
        release=release,
        watch_list=watch_list,
        outcomes=named,
        snapshots=made,
        rereadings=reread,
        clock=clock,
    )
