"""Rows about documents that were not accepted: kept with their bytes until a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.ledger.outcomes import read_check
from tracker.archive.record.encoding import read_reference
from tracker.archive.schema.connection import fetch_row
from tracker.model.ledger import Review
from tracker.model.texts import Reference

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from tracker.model.ledger import Check

_NAME = "statements.country, statements.body, statements.session, item, editions.kind, editions.language"

_REVIEWS = f"""
SELECT reviews.id, reviews.source, outcomes.address, outcomes.reference, reviews.document, documents.size,
    documents.media_type, cause, detail, outcomes.observed, verdict, person, decided, reason, {_NAME}, ordinal
FROM reviews
JOIN outcomes ON outcomes.id = reviews.outcome
JOIN documents ON documents.sha256 = reviews.document
LEFT JOIN snapshots ON snapshots.id = reviews.snapshot
LEFT JOIN editions ON editions.id = snapshots.edition
LEFT JOIN statements ON statements.id = editions.statement
"""  # noqa: S608 (names from the list above)


_IS_WITHDRAWN = """EXISTS (
    SELECT 1 FROM standing_withdrawals AS standing WHERE standing.document = reviews.document
    AND NOT EXISTS (SELECT 1 FROM readable_snapshots AS kept WHERE kept.document = standing.document)
)"""


def write_document(connection: sqlite3.Connection, sha256: str, data: bytes, media_type: str) -> None:
    """Keep bytes, each only once."""
    connection.execute(
        "INSERT OR IGNORE INTO documents (sha256, size, media_type, bytes) VALUES (?, ?, ?, ?)",
        (sha256, len(data), media_type, data),
    )


def write_review(connection: sqlite3.Connection, outcome: int, source: str, sha256: str) -> None:
    """Put a document before a person; one that this source gave before keeps its place, or its verdict."""
    connection.execute(
        "INSERT OR IGNORE INTO reviews (outcome, source, document) VALUES (?, ?, ?)",
        (outcome, source, sha256),
    )


def settle_review(connection: sqlite3.Connection, review: Review, run: int, snapshot: int | None) -> None:
    """Note how a person decided; what was decided before is replaced."""
    connection.execute(
        "UPDATE reviews SET verdict = ?, person = ?, decided = ?, reason = ?, run = ?, snapshot = ?"
        " WHERE id = ?",
        (review.verdict, review.person, review.decided, review.reason, run, snapshot, review.id),
    )


def read_waiting(connection: sqlite3.Connection) -> tuple[Review, ...]:
    """Return the documents that wait for a person, oldest first; what was withdrawn does not."""
    rows = connection.execute(f"{_REVIEWS} WHERE verdict IS NULL AND NOT {_IS_WITHDRAWN} ORDER BY reviews.id")
    return tuple(_read_review(row) for row in rows)


def read_decided(connection: sqlite3.Connection, first: str, last: str) -> tuple[Review, ...]:
    """Return the documents decided on from one instant to before another, in the order of time."""
    rows = connection.execute(
        f"{_REVIEWS} WHERE decided >= ? AND decided < ? ORDER BY decided, reviews.id", [first, last]
    )
    return tuple(_read_review(row) for row in rows)


def read_review(connection: sqlite3.Connection, review: int) -> Review | None:
    """Return one review by its number."""
    row = connection.execute(f"{_REVIEWS} WHERE reviews.id = ?", [review]).fetchone()
    return _read_review(row) if row else None


def find_verdict(connection: sqlite3.Connection, source: str, sha256: str) -> str | None:
    """Return how a person decided on these very bytes from this source; None where nobody did."""
    row = connection.execute(
        "SELECT verdict FROM reviews WHERE source = ? AND document = ?", [source, sha256]
    ).fetchone()
    return row[0] if row else None


def find_review(connection: sqlite3.Connection, source: str, sha256: str) -> Review | None:
    """Return the review of these very bytes from this source; None where they were never put off."""
    row = connection.execute(
        f"{_REVIEWS} WHERE reviews.source = ? AND reviews.document = ?", [source, sha256]
    ).fetchone()
    return _read_review(row) if row else None


def read_last(connection: sqlite3.Connection, source: str) -> Review | None:
    """Return the latest review of a document from a source that was not withdrawn."""
    row = connection.execute(
        f"{_REVIEWS} WHERE reviews.source = ? AND NOT {_IS_WITHDRAWN} ORDER BY reviews.id DESC LIMIT 1",
        [source],
    ).fetchone()
    return _read_review(row) if row else None


def read_evidence(connection: sqlite3.Connection, review: int) -> Check:
    """Return the check by which a document came, with its exchanges."""
    (outcome,) = fetch_row(connection, "SELECT outcome FROM reviews WHERE id = ?", [review])
    return read_check(connection, outcome)


def read_returns(connection: sqlite3.Connection, review: int) -> tuple[str, ...]:
    """Return when the same bytes came again from the same source, oldest first."""
    rows = connection.execute(
        "SELECT later.observed FROM reviews JOIN outcomes AS later ON later.source = reviews.source"
        " AND later.sha256 = reviews.document AND later.id > reviews.outcome"
        " WHERE reviews.id = ? ORDER BY later.id",
        [review],
    )
    return tuple(str(row[0]) for row in rows)


def _read_review(row: tuple[Any, ...]) -> Review:
    id_, source, address, reference, sha256, size, media_type, cause, detail, observed, *rest = row
    verdict, person, decided, reason, *snapshot = rest
    return Review(
        id_,
        source,
        address,
        read_reference(reference) if reference else None,
        sha256,
        size,
        media_type,
        cause,
        detail,
        observed,
        verdict,
        person,
        decided,
        reason,
        Reference(*snapshot) if snapshot[0] else None,
    )
