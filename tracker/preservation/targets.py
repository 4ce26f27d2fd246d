"""What a reference to be withdrawn means: snapshots, and documents that were never accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.model.rights import Scope
from tracker.model.texts import Reference
from tracker.record.access.refusals import find_by_name
from tracker.record.schema.rows import fetch_column
from tracker.record.statements import encoding, nearest, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

_SNAPSHOTS = f"""
SELECT snapshots.id, {queries.NAME}, ordinal, document, size, source {queries.ALL_EDITIONS}
JOIN snapshots ON snapshots.edition = editions.id
JOIN documents ON documents.sha256 = snapshots.document
"""

_REFUSED = """
SELECT DISTINCT outcomes.reference, document, documents.size FROM reviews
JOIN outcomes ON outcomes.id = reviews.outcome
JOIN documents ON documents.sha256 = reviews.document
WHERE outcomes.reference IS NOT NULL AND verdict IS NOT 'accept'
AND document NOT IN (SELECT document FROM snapshots)
ORDER BY reviews.id
"""

_IS_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Target:
    """A snapshot with its document, or a document that waits for a review or was rejected in one."""

    snapshot: int | None
    reference: Reference | None
    document: str
    size: int
    source: str | None = None


def find_targets(connection: sqlite3.Connection, reference: Reference) -> tuple[Target, ...]:
    """Return all that a statement, an edition or a snapshot consists of, withdrawn or not.

    Raises ``ReferenceInvalid`` for a series, a date and what could be several, ``NotInArchive`` for nothing.
    """
    if reference.session is None:
        raise ReferenceInvalid(f"{reference} is a series; name a statement, as in {reference}/SESSION")
    if isinstance(reference.snapshot, str):
        raise ReferenceInvalid(f"{reference}: name the snapshot by its number; see: tracker log")
    found = _select(connection, *queries.narrow_to(reference))
    if not found and (absent := find_by_name(connection, reference)):
        raise NotInArchive(f"{reference} was {absent}; a public copy has none of it: use the archive")
    if not found:
        raise NotInArchive(nearest.describe_nearest(connection, reference))
    found = _choose_statement(reference, found)
    if reference.snapshot is not None:
        return (_choose_one(reference, found),)
    return (*found, *_find_refused(connection, reference))


def find_sharing(connection: sqlite3.Connection, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the other snapshots that hold the same bytes, withdrawn or not."""
    own = {target.snapshot for target in targets}
    found: dict[int | None, Target] = {}
    for document in dict.fromkeys(target.document for target in targets):
        for other in _select(connection, " AND document = ?", [document]):
            if other.snapshot not in own:
                found[other.snapshot] = other
    return tuple(found.values())


def describe_scope(
    connection: sqlite3.Connection, reference: Reference, targets: Sequence[Target], destroyed: int
) -> Scope:
    """Return what targets are, and what else the archive and its user have of the same."""
    sizes = {target.document: target.size for target in targets}
    readable = set(fetch_column(connection, "SELECT id FROM readable_snapshots"))
    sharing = [other for other in find_sharing(connection, targets) if other.snapshot in readable]
    own = {target.snapshot for target in (*targets, *sharing)}
    alike = [each for each in _find_alike(connection, targets) if each.snapshot in readable - own]
    return Scope(
        reference=str(reference),
        snapshots=_references(targets),
        documents=len(sizes),
        size=sum(sizes.values()),
        joined=tuple(each for each in _references(targets) if not _is_of(each, reference)),
        destroyed=destroyed,
        sharing=_references(sharing),
        alike=_references(alike),
        files=tuple(dict.fromkeys(str(target.source) for target in targets if _is_file(target.source))),
    )


def _select(connection: sqlite3.Connection, narrowed: str, values: list[object]) -> tuple[Target, ...]:
    rows = connection.execute(f"{_SNAPSHOTS} WHERE TRUE{narrowed} ORDER BY snapshots.id", values).fetchall()
    return tuple(Target(id_, Reference(*rest[:7]), *rest[7:]) for id_, *rest in rows)


def _choose_statement(reference: Reference, found: Sequence[Target]) -> tuple[Target, ...]:
    items = dict.fromkeys(each.reference.item for each in found if each.reference)
    if len(items) > 1 and None not in items:
        choices = ", ".join(str(replace(reference, item=item)) for item in items)
        raise ReferenceInvalid(f"{reference} has several statements; name one: {choices}")
    item = reference.item or (None if None in items else next(iter(items)))
    return tuple(each for each in found if each.reference and each.reference.item == item)


def _choose_one(reference: Reference, found: Sequence[Target]) -> Target:
    if len(found) > 1:
        choices = ", ".join(map(str, _references(found)))
        raise ReferenceInvalid(f"{reference} could be several snapshots; name one: {choices}")
    return found[0]


def _find_refused(connection: sqlite3.Connection, reference: Reference) -> list[Target]:
    """Return the documents that a source gave for the same statement and that nobody accepted."""
    parts = ("country", "body", "session", "item")
    found = []
    for text, document, size in connection.execute(_REFUSED).fetchall():
        proposed = encoding.read_reference(text)
        is_same = all(getattr(proposed, part) == getattr(reference, part) for part in parts)
        fits = reference.kind in {None, proposed.kind} and reference.language in {None, proposed.language}
        if is_same and fits:
            found.append(Target(None, None, document, size))
    return found


def _find_alike(connection: sqlite3.Connection, targets: Iterable[Target]) -> tuple[Target, ...]:
    found: dict[int | None, Target] = {}
    for target in targets:
        texts = fetch_column(
            connection,
            "SELECT sha256 FROM versions WHERE snapshot = ?1"
            " UNION SELECT text FROM withdrawn WHERE snapshot = ?1",
            [target.snapshot],
        )
        for text in texts:
            same = " AND snapshots.id IN (SELECT snapshot FROM versions WHERE sha256 = ?)"
            found |= {each.snapshot: each for each in _select(connection, same, [text])}
    return tuple(found.values())


def _references(targets: Iterable[Target]) -> tuple[Reference, ...]:
    return tuple(target.reference for target in targets if target.reference)


def _is_of(snapshot: Reference, reference: Reference) -> bool:
    parts = ("country", "body", "session", "item", "kind", "language", "snapshot")
    return all(getattr(reference, part) in {None, getattr(snapshot, part)} for part in parts)


def _is_file(source: str | None) -> bool:
    return bool(source) and not str(source).startswith(_IS_WEB)
