"""Rows about links that an index led to, and about statements that are expected or not made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.ledger import DiscoveredLink, Expectation
from tracker.model.texts import Reference
from tracker.record.schema.rows import insert, pick
from tracker.record.statements.queries import read_reference

if TYPE_CHECKING:
    import sqlite3

    from tracker.model.watching import Discovery


def write_candidate(connection: sqlite3.Connection, run: int, discovery: Discovery, found: str) -> None:
    """Remember a link; one that is known stays as it is."""
    connection.execute(
        "INSERT OR IGNORE INTO candidates (source, address, text, reference, found, run)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            discovery.source,
            discovery.address,
            discovery.text,
            str(discovery.reference) if discovery.reference else None,
            found,
            run,
        ),
    )


def name_candidate(connection: sqlite3.Connection, address: str, reference: Reference) -> None:
    """Give a link the reference that a person named, by which it is watched from now on."""
    connection.execute("UPDATE candidates SET reference = ? WHERE address = ?", (str(reference), address))


def refuse_candidate(connection: sqlite3.Connection, address: str) -> None:
    """Note that a person said of a link without a reference that it is no statement: it is left alone then.

    Of a link that has one, only the document was rejected; it is looked at the next night as well.
    """
    connection.execute(
        "UPDATE candidates SET refused = 1 WHERE address = ? AND reference IS NULL", (address,)
    )


def read_candidates(connection: sqlite3.Connection, source: str) -> tuple[DiscoveredLink, ...]:
    """Return the links that an index ever led to, in the order in which they were found."""
    return _select(connection, "source = ?", [source])


def read_candidates_below(connection: sqlite3.Connection, source: str) -> tuple[DiscoveredLink, ...]:
    """Return the links of an index and of the indexes that it names, whose ids begin with its own."""
    # Between "id:" and "id;" lie exactly the ids that begin with "id:"; a range uses the index.
    return _select(
        connection, "source = ? OR (source > ? AND source < ?)", [source, f"{source}:", f"{source};"]
    )


def _select(connection: sqlite3.Connection, clause: str, values: list[str]) -> tuple[DiscoveredLink, ...]:
    rows = connection.execute(
        f"SELECT source, address, text, reference, refused FROM candidates WHERE {clause} ORDER BY id",  # noqa: S608 (our own clauses)
        values,
    )
    return tuple(
        DiscoveredLink(index, address, text, reference and read_reference(reference), bool(refused))
        for index, address, text, reference, refused in rows
    )


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
    insert(
        connection,
        "expectations",
        run=run,
        **pick(expectation.reference, "country", "body", "session", "item"),
        **pick(expectation, "state", "person", "noted", "due", "note"),
    )


def read_expectations(connection: sqlite3.Connection) -> tuple[Expectation, ...]:
    """Return the latest note on each statement, with when its first snapshot was taken, if it was."""
    return tuple(
        Expectation(Reference(*name), state, person, noted, due, note, captured)
        for *name, state, person, noted, due, note, captured in connection.execute(_EXPECTATIONS)
    )
