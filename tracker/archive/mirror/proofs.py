"""Rows that prove what happened to the copies: time-stamps, steps of repairs, breaks, omissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import open_repository
from tracker.archive.mirror.refs import MAIN
from tracker.archive.schema.connection import translate
from tracker.archive.schema.rows import fetch_column, has_table, insert, pick
from tracker.errors import RepositoryUnusable
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.pending import MirrorState
    from tracker.archive.storing.store import Store
    from tracker.model.verifying import Timestamp


def read_tip(folder: Path) -> tuple[str, bytes]:
    """Return the commit that holds everything, and the bytes that it is made of.

    Raises ``RepositoryUnusable`` where there is none.
    """
    with open_repository(folder / MIRROR) as repository:
        tip = repository.find_commit(MAIN)
        if tip is None:
            raise RepositoryUnusable(f"{repository.path} holds nothing yet; record a statement: tracker add")
        return tip, repository.read_object(tip)


def keep_timestamp(store: Store, timestamp: Timestamp) -> None:
    """Record what an authority answered, or why it did not."""
    with store.writing.batch(), translate(store.path):
        insert(
            store.writing.connection,
            "timestamps",
            run=store.writing.begin_run(timestamp.asked),
            **pick(timestamp, "tip", "sha256", "authority", "confirmed", "token", "failure"),
        )


def write_steps(connection: sqlite3.Connection, run: int, steps: Iterable[Step]) -> None:
    """Record the steps of a run."""
    connection.executemany(
        "INSERT INTO repairs (run, what, did, how) VALUES (?, ?, ?, ?)",
        [(run, step.what, step.did, step.how) for step in steps],
    )


def read_steps(connection: sqlite3.Connection, run: int) -> tuple[Step, ...]:
    """Return the steps of a run, in their order."""
    rows = connection.execute("SELECT what, did, how FROM repairs WHERE run = ? ORDER BY id", [run])
    return tuple(Step(did=bool(did), what=what, how=how) for what, did, how in rows)


def record_break(
    connection: sqlite3.Connection, repository: Repository, mirrored: MirrorState | None, tip: str | None
) -> None:
    """Record that the branch ``main`` is no descendant of the commit that the record noted last.

    A new mirror has no tip, and after a history was rewritten by order no commit is noted.
    """
    noted = mirrored.main if mirrored else None
    if noted is None or tip is None or is_descendant(repository, tip, noted) is not False:
        return
    connection.execute(
        "INSERT INTO breaks (run, lost, found) SELECT max(id), ?, ? FROM runs HAVING max(id) IS NOT NULL",
        [noted, tip],
    )


def is_descendant(repository: Repository, tip: str, noted: str) -> bool | None:
    """Tell whether a commit is another one, or has it in its history; None where a commit between is lost."""
    if tip == noted:
        return True
    status = repository.attempt("merge-base", "--is-ancestor", noted, tip).status
    if status not in {0, 1} and repository.attempt("rev-list", "--count", tip).status:
        return None
    return status == 0


def record_omissions(connection: sqlite3.Connection, mirror: str, closed: int) -> None:
    """Record from which commit a record was rebuilt, and how many closed rows it lacks.

    A record that is rebuilt every night, and lacks as many rows as the night before, has that once.
    """
    last = "SELECT closed FROM omissions ORDER BY id DESC LIMIT 1"
    if has_table(connection, "omissions") and fetch_column(connection, last) != (closed,):
        insert(connection, "omissions", mirror=mirror, closed=closed)


def has_omissions(connection: sqlite3.Connection) -> bool:
    """Tell whether a record was rebuilt from a public mirror."""
    return has_table(connection, "omissions") and any(connection.execute("SELECT 1 FROM omissions"))
