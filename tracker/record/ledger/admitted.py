"""What the archive holds that a new document is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import is_statement
from tracker.errors import DocumentUnreadable, Withdrawn
from tracker.model.texts import Reference
from tracker.model.watching import History, Kept
from tracker.record.access.refusals import find_withdrawn_content, find_withdrawn_elsewhere
from tracker.record.schema.packing import DOCUMENT
from tracker.record.schema.rows import fetch_row, fetch_value
from tracker.record.statements.queries import EDITIONS, NAME, SNAPSHOTS, edition_is, narrow, statement_is

if TYPE_CHECKING:
    import sqlite3

_LATEST = 20
"""How many snapshots back a source's own measure is taken from: the same cost at ten and at ten thousand."""

_TWINS = f"""
SELECT DISTINCT {NAME} {SNAPSHOTS}
WHERE snapshots.id IN (
    SELECT snapshot FROM versions WHERE sha256 = ? UNION SELECT id FROM snapshots WHERE document = ?
)
"""  # noqa: S608 (our names)

_SIBLINGS = f"""
SELECT {NAME}, ordinal, observed, document, words, versions.language, extractor, text {SNAPSHOTS}
WHERE country = ? AND statements.body = ? AND session <> ?
AND ordinal = (SELECT max(ordinal) FROM snapshots AS other WHERE other.edition = snapshots.edition)
ORDER BY abs(CAST(session AS INTEGER) - CAST(? AS INTEGER)), snapshots.id LIMIT ?
"""  # noqa: S608 (our names)

_SNAPSHOT = """
SELECT snapshots.id FROM snapshots
JOIN editions ON editions.id = snapshots.edition
JOIN statements ON statements.id = editions.statement
WHERE country = ? AND body = ? AND session = ? AND item IS ? AND kind IS ? AND language = ? AND ordinal = ?
"""

_CONFIRMED = """
SELECT 1 FROM snapshots WHERE edition = ? AND (
    id NOT IN (SELECT snapshot FROM outcomes WHERE snapshot IS NOT NULL AND outcome IN ('new', 'changed'))
    OR id IN (SELECT snapshot FROM reviews WHERE snapshot IS NOT NULL)
) LIMIT 1
"""
"""Whether a person recorded any snapshot of an edition, since no night did, or accepted one."""

_LAST_GIVEN = """
SELECT snapshot FROM outcomes WHERE source = ? AND snapshot IS NOT NULL ORDER BY id DESC LIMIT 1
"""


def read_history(
    connection: sqlite3.Connection, source: str, reference: Reference | None, document: str, text: str
) -> History:
    """Return what is kept of the edition that a source feeds, and which statements hold the same.

    ``document`` and ``text`` are the SHA-256 of the arriving bytes and of their clean text.
    """
    edition = _find_edition(connection, source, reference)
    kept = () if edition is None else _select(connection, "snapshots.edition = ?", edition, _LATEST)
    is_confirmed = not kept or bool(fetch_value(connection, _CONFIRMED, [edition]))
    is_first = not kept or not is_confirmed
    siblings = _read_siblings(connection, reference) if reference and is_first else ()
    return History(kept, _read_twins(connection, reference, document, text), siblings, is_confirmed)


def read_current(connection: sqlite3.Connection, source: str, reference: Reference | None) -> Kept | None:
    """Return the snapshot that a source last gave, or else the latest of the edition that it feeds.

    Several sources may feed one edition, each in its own wording: none has changed as long as each says
    what itself said before.
    """
    if reference is None:
        return None
    snapshot = _given_snapshot(connection, source, reference)
    if snapshot is not None:
        return next(iter(_select(connection, "snapshots.id = ?", snapshot, 1)), None)
    edition = _find_edition(connection, source, reference)
    return (
        None
        if edition is None
        else next(iter(_select(connection, "snapshots.edition = ?", edition, 1)), None)
    )


def find_snapshot(connection: sqlite3.Connection, reference: Reference) -> int:
    """Return the id of the snapshot that a full reference names, one that the archive itself gave."""
    wanted = [getattr(reference, part) for part in ("country", "body", "session", "item", "kind", "language")]
    return int(fetch_row(connection, _SNAPSHOT, [*wanted, reference.snapshot])[0])


def read_document(connection: sqlite3.Connection, sha256: str, reference: Reference | None = None) -> bytes:
    """Return the bytes that have this digest; where there is no such row, the file is damaged.

    Raises ``Withdrawn`` where they were withdrawn from the statement that they came for, or from any where
    that is unknown and no open snapshot has them, and where they were destroyed. ``DocumentUnreadable``
    where the record came from a public mirror, which has only the digest of what was not accepted.
    """
    withdrawn = find_withdrawn_content(connection, reference, sha256)
    if withdrawn:
        raise Withdrawn(f"document {sha256[:12]}, of {withdrawn.reference}, was {withdrawn}")
    elsewhere = find_withdrawn_elsewhere(connection, reference, sha256)
    if elsewhere and elsewhere.is_destroyed:
        raise Withdrawn(f"document {sha256[:12]} is not there: {elsewhere}")
    (data,) = fetch_row(connection, f"SELECT {DOCUMENT} FROM documents WHERE sha256 = ?", [sha256])  # noqa: S608 (our text)
    if data is None:
        raise DocumentUnreadable(
            f"of document {sha256[:12]} a public copy has only the digest; to fetch it: tracker snapshot"
        )
    return bytes(data)


def _given_snapshot(connection: sqlite3.Connection, source: str, reference: Reference) -> int | None:
    """Return the snapshot of a source's latest check that has one, if that fits the reference.

    The watch list may name another statement since then.
    """
    given: int | None = fetch_value(connection, _LAST_GIVEN, [source])
    narrowed, values = narrow([*statement_is(reference), *edition_is(reference)])
    fitting = f"SELECT 1 {SNAPSHOTS} WHERE snapshots.id = ? AND item IS ?{narrowed}"
    return given if given and fetch_value(connection, fitting, [given, reference.item, *values]) else None


def _find_edition(connection: sqlite3.Connection, source: str, reference: Reference | None) -> int | None:
    """Return the edition that a source fed last, or else the preferred one that fits its reference."""
    if reference is None:
        return None
    snapshot = _given_snapshot(connection, source, reference)
    if snapshot is not None:
        return int(fetch_row(connection, "SELECT edition FROM snapshots WHERE id = ?", [snapshot])[0])
    narrowed, values = narrow([*statement_is(reference), *edition_is(reference)])
    query = f"SELECT editions.id {EDITIONS} WHERE item IS ?{narrowed} ORDER BY editions.position LIMIT 1"
    edition: int | None = fetch_value(connection, query, [reference.item, *values])
    return edition


def _select(connection: sqlite3.Connection, clause: str, value: int, limit: int) -> tuple[Kept, ...]:
    rows = connection.execute(
        f"SELECT {NAME}, ordinal, observed, document, words, versions.language, extractor, text"
        f" {SNAPSHOTS} WHERE {clause} ORDER BY ordinal DESC LIMIT ?",
        [value, limit],
    )
    return tuple(Kept(Reference(*row[:7]), *row[7:]) for row in rows.fetchall())


def _read_siblings(connection: sqlite3.Connection, reference: Reference) -> tuple[Kept, ...]:
    place = (reference.country, reference.body, reference.session)
    rows = connection.execute(_SIBLINGS, [*place, reference.session, _LATEST])
    return tuple(Kept(Reference(*row[:7]), *row[7:]) for row in rows.fetchall())


def _read_twins(
    connection: sqlite3.Connection, reference: Reference | None, document: str, text: str
) -> tuple[Reference, ...]:
    found = [Reference(*row) for row in connection.execute(_TWINS, [text, document])]
    return tuple(each for each in found if reference is None or not is_statement(each, reference))
