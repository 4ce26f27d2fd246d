"""Rows about documents that were not accepted: kept with their bytes until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.ledger import CHALLENGED, Review
from tracker.record.access.withdrawals import OPEN_REVIEWS
from tracker.record.ledger.checks import read_check
from tracker.record.schema.rows import fetch_column, fetch_row, fetch_value
from tracker.record.statements.queries import NAME, join_snapshot, read_name, read_reference

if TYPE_CHECKING:
    import sqlite3

    from tracker.model.ledger import Check

_REVIEWS = f"""
SELECT outcomes.reference, reviews.id, reviews.source, outcomes.address, reviews.document, documents.size,
    documents.media_type, iif(outcomes.snapshot IS NULL, cause, '{CHALLENGED}'), detail, outcomes.observed,
    verdict, person, decided, reason, {NAME}, ordinal
FROM reviews
JOIN outcomes ON outcomes.id = reviews.outcome
JOIN documents ON documents.sha256 = reviews.document
{join_snapshot("coalesce(reviews.snapshot, outcomes.snapshot)")}
"""  # noqa: S608 (our own text)

_IS_WITHDRAWN = f"""EXISTS (
    SELECT 1 FROM standing_withdrawals AS standing WHERE standing.document = reviews.document
    AND NOT EXISTS (SELECT 1 FROM readable_snapshots AS kept WHERE kept.document = standing.document)
    AND reviews.id NOT IN ({OPEN_REVIEWS})
)"""  # noqa: S608 (our own text)


def write_review(connection: sqlite3.Connection, outcome: int, source: str, sha256: str) -> None:
    """Put a document before a person; one that this source gave before keeps its place, or its verdict."""
    connection.execute(
        "INSERT OR IGNORE INTO reviews (outcome, source, document) VALUES (?, ?, ?)",
        (outcome, source, sha256),
    )


def challenge_snapshot(connection: sqlite3.Connection, snapshot: int) -> None:
    """Put a snapshot before a person, with the check that made it; one that no check made stays as it is."""
    connection.execute(
        "INSERT OR IGNORE INTO reviews (outcome, source, document) SELECT id, source, sha256 FROM outcomes"
        " WHERE snapshot = ? AND outcome IN ('new', 'changed') ORDER BY id LIMIT 1",
        [snapshot],
    )


def is_challenged(connection: sqlite3.Connection, snapshot: int) -> bool:
    """Return whether a better candidate took a snapshot's place, and no person confirmed it since."""
    query = (
        "SELECT 1 FROM outcomes JOIN reviews ON reviews.outcome = outcomes.id"
        " WHERE outcomes.snapshot = ? AND verdict IS NOT 'accept'"
    )
    return fetch_value(connection, query, [snapshot]) is not None


def settle_review(connection: sqlite3.Connection, review: Review, run: int, snapshot: int | None) -> None:
    """Note how a person decided; what was decided before is replaced."""
    connection.execute(
        "UPDATE reviews SET verdict = ?, person = ?, decided = ?, reason = ?, run = ?, snapshot = ?"
        " WHERE id = ?",
        (review.verdict, review.person, review.decided, review.reason, run, snapshot, review.id),
    )


def read_waiting(connection: sqlite3.Connection) -> tuple[Review, ...]:
    """Return the documents that wait for a person, oldest first; what was withdrawn does not."""
    return _select(connection, f"verdict IS NULL AND NOT {_IS_WITHDRAWN} ORDER BY reviews.id")


def read_decided(connection: sqlite3.Connection, first: str, last: str) -> tuple[Review, ...]:
    """Return the documents decided on from one instant to before another, in the order of time."""
    return _select(connection, "decided >= ? AND decided < ? ORDER BY decided, reviews.id", first, last)


def read_review(connection: sqlite3.Connection, review: int) -> Review | None:
    """Return one review by its number."""
    return next(iter(_select(connection, "reviews.id = ?", review)), None)


def find_verdict(connection: sqlite3.Connection, source: str, sha256: str) -> str | None:
    """Return how a person decided on these very bytes from this source: accept, reject or None."""
    found = find_review(connection, source, sha256)
    return found.verdict if found else None


def find_review(connection: sqlite3.Connection, source: str, sha256: str) -> Review | None:
    """Return the review of these very bytes from this source; None where there is none."""
    found = _select(connection, "reviews.source = ? AND reviews.document = ?", source, sha256)
    return next(iter(found), None)


def read_last(connection: sqlite3.Connection, source: str) -> Review | None:
    """Return the latest review of a document from a source that was not withdrawn."""
    clause = f"reviews.source = ? AND NOT {_IS_WITHDRAWN} ORDER BY reviews.id DESC LIMIT 1"
    return next(iter(_select(connection, clause, source)), None)


def read_evidence(connection: sqlite3.Connection, review: int) -> Check:
    """Return the check by which a document came, with its exchanges."""
    (outcome,) = fetch_row(connection, "SELECT outcome FROM reviews WHERE id = ?", [review])
    return read_check(connection, outcome)


def read_returns(connection: sqlite3.Connection, review: int) -> tuple[str, ...]:
    """Return when the same bytes came again from the same source, oldest first."""
    return fetch_column(
        connection,
        "SELECT later.observed FROM reviews JOIN outcomes AS later ON later.source = reviews.source"
        " AND later.sha256 = reviews.document AND later.id > reviews.outcome"
        " WHERE reviews.id = ? ORDER BY later.id",
        [review],
    )


def _select(connection: sqlite3.Connection, clause: str, *values: object) -> tuple[Review, ...]:
    rows = connection.execute(f"{_REVIEWS} WHERE {clause}", values)
    return tuple(
        Review(*(*row[:3], reference and read_reference(reference), *row[3:13], read_name(row[13:])))
        for reference, *row in rows
    )
