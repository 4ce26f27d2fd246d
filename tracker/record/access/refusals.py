"""Whether what arrives was withdrawn: the same bytes or text, or anything of a withdrawn statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import Withdrawn
from tracker.record.access.withdrawals import OF_STATEMENT, read_withdrawal
from tracker.record.schema.rows import fetch_value
from tracker.record.statements.queries import ALL_EDITIONS, edition_is, find_statement, narrow
from tracker.references import parse_reference
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from tracker.model.rights import Elsewhere, Withdrawal, WithdrawnEntry
    from tracker.model.texts import Reference
    from tracker.record.storing.writing import Writing

_OWN = f"""
SELECT max(withdrawal) FROM standing_withdrawals AS standing
JOIN withdrawals ON withdrawals.id = standing.withdrawal
LEFT JOIN snapshots ON snapshots.id = standing.snapshot
LEFT JOIN editions ON editions.id = snapshots.edition
WHERE (standing.document = ?1 OR standing.text = ?2)
AND iif(editions.statement IS NULL, {OF_STATEMENT} = ?4, editions.statement = ?3)
"""  # noqa: S608 (our own text)

_ANY = """
SELECT withdrawal FROM standing_withdrawals AS standing
WHERE (standing.document = ?1 OR standing.text = ?2) AND NOT EXISTS (
    SELECT 1 FROM readable_snapshots AS kept
    LEFT JOIN versions ON versions.snapshot = kept.id AND versions.sha256 = standing.text
    WHERE kept.document = standing.document OR versions.id IS NOT NULL
) ORDER BY act = 'destroy' DESC, withdrawal DESC LIMIT 1
"""
"""What one statement may not have, another may that holds it openly."""

_WHOLE = """
SELECT max(withdrawal) FROM editions
JOIN snapshots ON snapshots.edition = editions.id
LEFT JOIN standing_withdrawals AS standing ON standing.snapshot = snapshots.id
WHERE statement = ? HAVING count(*) = count(standing.snapshot)
"""

_GIVEN = """
SELECT snapshots.edition, snapshots.id FROM outcomes
JOIN snapshots ON snapshots.id = outcomes.snapshot
JOIN editions ON editions.id = snapshots.edition
WHERE outcomes.source = ? AND statement = ? ORDER BY outcomes.id DESC LIMIT 1
"""

_LATEST = """
SELECT withdrawal FROM snapshots
JOIN standing_withdrawals AS standing ON standing.snapshot = snapshots.id
WHERE edition = ?1 AND ordinal = (SELECT max(ordinal) FROM snapshots AS other WHERE other.edition = ?1)
"""


_BY_A_PERSON = ("add", "review")

_ITS_OWN = "; if it is a statement of its own, record it by tracker add"

_NAMED = """
SELECT id, reference FROM withdrawals
WHERE id IN (SELECT withdrawal FROM standing_withdrawals) ORDER BY id DESC
"""


def is_public_copy(connection: sqlite3.Connection) -> bool:
    """Tell whether a record was made from a public copy, which lacks what is closed."""
    return bool(fetch_value(connection, "SELECT 1 FROM omissions LIMIT 1"))


def has_withdrawals(connection: sqlite3.Connection) -> bool:
    """Return whether there is any withdrawal: most archives have none, and each document asks."""
    return bool(fetch_value(connection, "SELECT 1 FROM withdrawals LIMIT 1"))


def find_withdrawn_content(
    connection: sqlite3.Connection, reference: Reference | None, sha256: str | None, text: str | None = None
) -> Withdrawal | None:
    """Return the act by which these bytes, or this text (SHA-256 of both), were withdrawn from a statement.

    Without a reference, the act by which they were withdrawn from any, where none holds them openly.
    """
    if reference is None:
        return _read(connection, _ANY, [sha256, text])
    statement = find_statement(connection, reference)
    return _read(connection, _OWN, [sha256, text, statement, str(reference.statement)])


def find_withdrawn_elsewhere(
    connection: sqlite3.Connection, reference: Reference | None, sha256: str | None, text: str | None = None
) -> Elsewhere | None:
    """Return where these bytes, or this text, were withdrawn that are not withdrawn from this statement."""
    if reference is None or not has_withdrawals(connection):
        return None
    found = find_withdrawn_content(connection, None, sha256, text)
    if found is None or find_withdrawn_content(connection, reference, sha256, text):
        return None
    from tracker.model.rights import Elsewhere  # noqa: PLC0415 (4 ms where nothing was withdrawn)

    return Elsewhere(found.reference, is_destroyed=found.act == "destroy")


def find_withdrawn_statement(
    connection: sqlite3.Connection, reference: Reference | None, source: str | None = None
) -> Withdrawal | None:
    """Return the act by which all of a statement was withdrawn, or what a source gave of it last.

    A text that a publisher has changed a little is still withdrawn, so nothing is recorded automatically
    until a person has recorded another text there. ``source`` feeds the reference.
    """
    if reference is None or not fetch_value(connection, "SELECT 1 FROM standing_withdrawals LIMIT 1"):
        return None
    statement = find_statement(connection, reference)
    if statement is None:
        return find_by_name(connection, reference)
    whole = _read(connection, _WHOLE, [statement])
    if whole:
        return whole
    edition, given = connection.execute(_GIVEN, [source, statement]).fetchone() or (
        _find_edition(connection, statement, reference),
        None,
    )
    if fetch_value(connection, "SELECT 1 FROM readable_snapshots WHERE id = ?", [given]):
        return None
    return _read(connection, _LATEST, [edition])


def find_by_name(connection: sqlite3.Connection, reference: Reference) -> Withdrawal | None:
    """Return the act on a statement, or an edition, of which a public copy has no more than that."""
    return next((act for named, act in _read_named(connection) if named.covers(reference)), None)


def read_absent(
    connection: sqlite3.Connection, series: tuple[str | None, str | None, str | None]
) -> tuple[WithdrawnEntry, ...]:
    """Return what was withdrawn and a public copy has no row of, by country, body and session where given."""
    from tracker.model.rights import WithdrawnEntry  # noqa: PLC0415 (4 ms where nothing was withdrawn)

    found = {
        named: act
        for named, act in _read_named(connection)
        if find_statement(connection, named) is None
        and all(
            want in {None, has}
            for want, has in zip(series, (named.country, named.body, named.session), strict=True)
        )
    }
    return tuple(WithdrawnEntry(named, 0, None, found[named]) for named in sorted(found, key=str))


def _read_named(connection: sqlite3.Connection) -> Iterator[tuple[Reference, Withdrawal]]:
    """Yield the acts in force of a public copy with what each names, the latest first."""
    for number, text in connection.execute(_NAMED).fetchall() if is_public_copy(connection) else ():
        named = parse_reference(text)
        if named.snapshot is None:
            yield named, read_withdrawal(connection, number)


def refuse_withdrawn(writing: Writing, reference: Reference, sha256: str, text: str | None = None) -> None:
    """Raise ``Withdrawn`` for what may not be recorded; in an import, also where a whole statement was.

    What was withdrawn as another statement is recorded by a person, one document at a time.
    """
    if not has_withdrawals(writing.connection):
        return
    digest = None if text is None else digest_text(text)
    found = find_withdrawn_content(writing.connection, reference, sha256, digest)
    if found is None and writing.kind == "import":
        found = find_withdrawn_statement(writing.connection, reference)
    if found:
        raise Withdrawn(f"{reference} may not be recorded: {found.reference} was {found}")
    elsewhere = find_withdrawn_elsewhere(writing.connection, reference, sha256, digest)
    if elsewhere and (elsewhere.is_destroyed or writing.kind not in _BY_A_PERSON):
        step = "" if elsewhere.is_destroyed else _ITS_OWN
        raise Withdrawn(f"{reference} may not be recorded: {elsewhere}{step}")


def _find_edition(connection: sqlite3.Connection, statement: int, reference: Reference) -> int | None:
    """Return the preferred edition that fits a reference, withdrawn or not."""
    narrowed, values = narrow(edition_is(reference))
    query = f"SELECT editions.id {ALL_EDITIONS} WHERE statements.id = ?{narrowed} ORDER BY position LIMIT 1"
    edition: int | None = fetch_value(connection, query, [statement, *values])
    return edition


def _read(connection: sqlite3.Connection, query: str, values: list[object]) -> Withdrawal | None:
    number = fetch_value(connection, query, values)
    return read_withdrawal(connection, number) if number else None
