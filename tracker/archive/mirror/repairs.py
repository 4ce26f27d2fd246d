"""Rows about what was done to make an archive whole: step by step, for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def write_steps(connection: sqlite3.Connection, run: int, steps: Iterable[Step]) -> None:
    """Note the steps of a run."""
    connection.executemany(
        "INSERT INTO repairs (run, what, did, how) VALUES (?, ?, ?, ?)",
        [(run, step.what, step.did, step.how) for step in steps],
    )


def read_steps(connection: sqlite3.Connection, run: int) -> tuple[Step, ...]:
    """Return the steps of a run, in their order."""
    rows = connection.execute("SELECT what, did, how FROM repairs WHERE run = ? ORDER BY id", [run])
    return tuple(Step(did=bool(did), what=what, how=how) for what, did, how in rows)
