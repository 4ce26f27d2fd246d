"""Rows that prove what happened to the copies: breaks and omissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.record.schema.rows import fetch_column, insert

if TYPE_CHECKING:
    import sqlite3

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.pending import MirrorState


NOWHERE = "0" * 40
"""For the commit of a branch that is not there."""


def record_break(
    connection: sqlite3.Connection, repository: Repository, mirrored: MirrorState | None, tip: str | None
) -> None:
    """Record that the branch ``main`` is no descendant of the commit that the record noted last, or is gone.

    Where there never was a mirror, and after a history was rewritten by order, no commit is noted.
    """
    noted = mirrored.main if mirrored else None
    if noted is None or (tip is not None and is_descendant(repository, tip, noted) is not False):
        return
    connection.execute(
        "INSERT INTO breaks (run, lost, found) SELECT max(id), ?, ? FROM runs HAVING max(id) IS NOT NULL",
        [noted, tip or NOWHERE],
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
    if fetch_column(connection, last) != (closed,):
        insert(connection, "omissions", mirror=mirror, closed=closed)


def has_omissions(connection: sqlite3.Connection) -> bool:
    """Tell whether a record was rebuilt from a public mirror."""
    return any(connection.execute("SELECT 1 FROM omissions"))
