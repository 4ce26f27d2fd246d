"""Rows about statements that are not there: expected, or known never to have been made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.citing import Reference
from tracker.model.ledger import Expectation

if TYPE_CHECKING:
    import sqlite3

_EXPECTATIONS = """
SELECT country, body, session, item, state, person, noted, due, note, (
    SELECT min(observed) FROM statements
    JOIN editions ON editions.statement = statements.id
    JOIN snapshots ON snapshots.edition = editions.id
    WHERE statements.country = expectations.country AND statements.body = expectations.body
    AND statements.session = expectations.session AND item_asked IS coalesce(item_asked, statements.item)
)
FROM (
    SELECT *, item AS item_asked, max(id) AS latest FROM expectations
    GROUP BY country, body, session, item
) AS expectations
ORDER BY country, body, latest
"""


def write_expectation(connection: sqlite3.Connection, run: int, expectation: Expectation) -> None:
    """Note what a person says of a statement; of several notes on one statement the latest counts."""
    reference = expectation.reference
    connection.execute(
        "INSERT INTO expectations (country, body, session, item, state, person, noted, due, note, run)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            reference.country,
            reference.body,
            reference.session,
            reference.item,
            expectation.state,
            expectation.person,
            expectation.noted,
            expectation.due,
            expectation.note,
            run,
        ),
    )


def read_expectations(connection: sqlite3.Connection) -> tuple[Expectation, ...]:
    """Return the latest note on each statement, with when its first snapshot was taken, if it was."""
    return tuple(
        Expectation(Reference(*name), state, person, noted, due, note, captured)
        for *name, state, person, noted, due, note, captured in connection.execute(_EXPECTATIONS)
    )
