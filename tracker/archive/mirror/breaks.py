"""Breaks in the history of the mirror: noted for good, since what is written next would hide them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.pending import Mirroring


def note_break(
    connection: sqlite3.Connection, repository: Repository, mirrored: Mirroring | None, tip: str | None
) -> None:
    """Note where the branch ``main`` does not rest on the commit that the record noted last.

    A mirror that is new has no tip, and nothing is noted of one whose history was rewritten by order.
    """
    noted = mirrored.main if mirrored else None
    if noted is None or tip is None or rests_on(repository, tip, noted):
        return
    connection.execute(
        "INSERT INTO breaks (run, lost, found) SELECT max(id), ?, ? FROM runs HAVING max(id) IS NOT NULL",
        [noted, tip],
    )


def rests_on(repository: Repository, tip: str, noted: str) -> bool:
    """Tell whether a commit is another one, or has it in its history."""
    return tip == noted or repository.attempt("merge-base", "--is-ancestor", noted, tip).status == 0
