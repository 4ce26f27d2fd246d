"""Withdrawing, destroying and opening again: each a transaction, which the archive's own copies follow.

An act counts at once. A destruction is complete when no page, log, commit or copy in the archive's folder
holds what it destroyed; one that was cut short is finished by whatever next writes to the archive.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.errors import (
    ArchiveLocked,
    DecisionInvalid,
    NotInArchive,
    RecordEdited,
    ReferenceInvalid,
    RepositoryUnusable,
    WatchListInvalid,
)
from tracker.model.rights import RightsChange, Scope
from tracker.model.texts import Reference
from tracker.preservation import destroying
from tracker.preservation.copies import destroy_in_kept_copies, read_copies
from tracker.preservation.folder import MIRROR, remove_leftovers, remove_open_copy
from tracker.preservation.mirror import pending, refs
from tracker.preservation.mirror.refs import MAIN
from tracker.preservation.mirror.unexplained import find_forged_orders
from tracker.record.access import withdrawals
from tracker.record.access.refusals import find_by_name
from tracker.record.schema.connection import FILE_NAME, translate
from tracker.record.schema.rows import fetch_column, fetch_value, insert, pick
from tracker.record.schema.units import read_tables
from tracker.record.statements import nearest, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.rights import Act, Rewritten, Ruled
    from tracker.record.storing.store import Store
    from tracker.record.storing.writing import Writing


@dataclass(frozen=True, slots=True)
class DestructionResult:
    """The result of completing a destruction."""

    rewritten: Rewritten | None
    """Of the mirror's history; None where that holds nothing of what was destroyed."""
    completed: tuple[str, ...] = ()
    """The references of the acts that were incomplete before."""
    removed: tuple[str, ...] = ()
    """Copies in the archive's folder that were removed as a whole, each with the reason."""
    documents: frozenset[str] = frozenset()
    """The digests of all that was ever destroyed."""


def _check_orders(writing: Writing) -> None:
    """Raise ``RecordEdited`` where another program wrote an order into a run that the mirror has without it.

    What it names would be removed from copies that prove what the record held.
    """
    from tracker.preservation.git.repository import open_repository  # noqa: PLC0415 (not every archive has a mirror)

    mirror, connection = writing.path.parent / MIRROR, writing.connection
    if not mirror.exists():
        return
    forged: tuple[str, ...] = ()
    with translate(writing.path), suppress(RepositoryUnusable), open_repository(mirror) as repository:
        tip = refs.find_branch(repository, MAIN)
        forged = (
            tuple(find_forged_orders(connection, repository, read_tables(connection), tip)) if tip else ()
        )
    if forged:
        raise RecordEdited(
            f"{FILE_NAME}: another program wrote the order to destroy {', '.join(forged)} into a run that is"
            " over; nothing is removed from the copies before it is restored or accepted: tracker verify"
        )


def _note_in_mirror(writing: Writing) -> None:
    """Write the act into the mirror before anything is removed: the record may be restored from a copy."""
    from tracker.preservation.mirror.update import update_mirror  # noqa: PLC0415 (not every archive has a mirror)

    writing.end_run("complete")
    # An edit waits for a person, and the act itself is in the mirror. With a watch list that is none, what is
    # closed is unknown, and nothing is published; destroying goes on.
    with suppress(RecordEdited, WatchListInvalid), translate(writing.path):
        update_mirror(writing.connection, writing.path.parent)


def _complete_destruction(writing: Writing, instant: str, *, looks_again: bool) -> DestructionResult:
    """Leave nothing of what was destroyed in the file, in its copies, in what was derived, in the mirror.

    Where nothing was cut short, only what ``looks_again`` asks for is done: a mirror may have been put back
    from an older copy. Raises ``ArchiveLocked`` and ``RepositoryUnusable`` where a copy cannot follow, and
    its ``RecordEdited`` before anything is removed, where another program wrote an order.
    """
    folder = writing.path.parent
    with translate(writing.path):
        unfinished = tuple(each.reference for each in withdrawals.read_unfinished(writing.connection))
        if not (unfinished or looks_again):
            return DestructionResult(None)
        if unfinished:
            destroying.overwrite_freed_pages(writing.connection)
        gone = destroying.read_destroyed(writing.connection)
    _check_orders(writing)
    destroying.remove_derived(folder)
    remove_leftovers(folder)
    removed = tuple(destroy_in_kept_copies(folder, gone.documents))
    rewritten = None
    if (folder / MIRROR).exists():
        from tracker.preservation.mirror.rewrite import rewrite_mirror  # noqa: PLC0415 (not every archive has one)

        _note_in_mirror(writing)
        # The commits that were noted are not in the rewritten history, and need not be.
        with writing.batch(), translate(writing.path):
            pending.forget_mirrored(writing.connection)
        rewritten = rewrite_mirror(folder / MIRROR, gone)
    if unfinished:
        with writing.batch(), translate(writing.path):
            _complete_all(writing.connection, instant)
    return DestructionResult(rewritten, unfinished, removed, gone.documents)


def complete_and_log(writing: Writing, instant: str) -> None:
    """Complete interrupted destructions, and log that; where that fails, the command itself goes on."""
    import logging  # noqa: PLC0415 (seldom needed)

    unfinished = withdrawals.read_unfinished(writing.connection)
    what = f"the destruction of {', '.join(each.reference for each in unfinished)}, which had been cut short,"
    try:
        _complete_destruction(writing, instant, looks_again=False)
    except (ArchiveLocked, RepositoryUnusable) as error:
        message = f"{what} cannot be completed yet: {error}"
    else:
        message = f"{what} is complete now"
    logging.getLogger("tracker").warning("tracker: %s", message)


_Key = tuple[int | None, str, str | None]
_Standing = dict[_Key, "Act"]

_CHANGES: Mapping[Act, tuple[Act | None, ...]] = {
    "withdraw": (None,),
    "destroy": (None, "withdraw"),
    "lift": ("withdraw",),
}
"""What an act changes: open material (None), or material under another act."""


class Rights:
    """What an open store does about the rights in its material, under the archive's lock."""

    def __init__(self, store: Store) -> None:
        self._writing = store.writing
        self._connection = store.writing.connection
        self._path = store.path
        self._mirror = store.path.parent / MIRROR

    def describe(self, act: Act, reference: Reference) -> Scope:
        """Return what an act would be about; raises what doing it would."""
        with translate(self._path):
            targets, standing = self._find(act, reference)
            return self._scope(reference, targets, standing)

    def change(self, act: Act, reference: Reference, ruled: Ruled) -> RightsChange:
        """Do an act and all that follows from it; the mirror's branches follow when the store is closed.

        Done again, it changes nothing. Raises ``DecisionInvalid`` where it cannot be done,
        ``NotInArchive`` and ``ReferenceInvalid`` where the reference means nothing, or several things, and
        ``ArchiveLocked`` and ``RepositoryUnusable`` where a copy could not follow.
        """
        with self._writing.batch(), translate(self._path):
            targets, standing = self._find(act, reference)
            number, is_new = self._decide(act, str(reference), ruled, targets, standing)
            if act == "destroy" and is_new:
                destroying.destroy_rows(self._connection)
        if is_new:
            remove_open_copy(self._path.parent)
        carried = _complete_destruction(self._writing, ruled.decided, looks_again=act == "destroy")
        with translate(self._path):
            return RightsChange(
                withdrawal=withdrawals.read_withdrawal(self._connection, number),
                scope=self._scope(reference, targets, _read_acts_in_force(self._connection)),
                is_new=is_new,
                has_mirror=self._mirror.exists(),
                rewritten=carried.rewritten,
                completed=carried.completed,
                removed=carried.removed,
                copies=read_copies(self._path.parent, carried.documents) if act == "destroy" else (),
            )

    def _find(self, act: Act, reference: Reference) -> tuple[tuple[_Target, ...], _Standing]:
        targets = _find_targets(self._connection, reference)
        standing = _read_acts_in_force(self._connection)
        if act == "lift" and all(_is(each, standing, "destroy") for each in targets):
            raise DecisionInvalid(f"{reference} was destroyed, and nothing is left to open")
        if act == "destroy":
            # Other parts of a document lose its bytes, and keep their texts.
            others = tuple(each for each in _find_sharing(self._connection, targets) if not each.is_part)
            for other in others:
                if other.key not in standing:
                    raise DecisionInvalid(
                        f"{reference} shares its bytes with {other.reference}, which is open;"
                        f" withdraw that first: tracker withdraw {other.reference}"
                    )
            targets = (*targets, *others)
        return targets, standing

    def _decide(
        self, act: Act, reference: str, ruled: Ruled, targets: Sequence[_Target], standing: _Standing
    ) -> tuple[int, bool]:
        """Write an act on what it changes, and return its number; where that is nothing, the latest one's."""
        concerned = [each for each in targets if _stands(each, standing) in _CHANGES[act]]
        if not concerned:
            last = _read_last(self._connection, targets)
            if last is None:
                raise DecisionInvalid(f"{reference} is not withdrawn")
            return last, False
        run = self._writing.begin_run(ruled.decided)
        return _write_withdrawal(self._connection, act, reference, ruled, run, concerned), True

    def _scope(self, reference: Reference, targets: Sequence[_Target], standing: _Standing) -> Scope:
        destroyed = sum(each.snapshot is not None and _is(each, standing, "destroy") for each in targets)
        return _describe_scope(self._connection, reference, targets, destroyed)


def _stands(target: _Target, standing: _Standing) -> Act | None:
    return standing.get(target.key)


def _is(target: _Target, standing: _Standing, act: Act) -> bool:
    return _stands(target, standing) == act


def _write_withdrawal(
    connection: sqlite3.Connection,
    act: Act,
    reference: str,
    ruled: Ruled,
    run: int,
    targets: Iterable[_Target],
) -> int:
    """Add an act on snapshots and documents; the digests of their texts are noted with it.

    It is complete with that, but for a destruction, which has to be carried through the copies.
    """
    number = insert(
        connection,
        "withdrawals",
        act=act,
        reference=reference,
        completed=None if act == "destroy" else ruled.decided,
        run=run,
        **pick(ruled, "decided", "authority", "reason", "person"),
    )
    for target in targets:
        connection.execute(
            "INSERT INTO withdrawn (withdrawal, snapshot, document, text, words)"
            " SELECT ?1, ?2, ?3, sha256, words FROM versions WHERE snapshot IS ?2"
            " UNION SELECT ?1, ?2, ?3, NULL, NULL"
            " WHERE NOT EXISTS (SELECT 1 FROM versions WHERE snapshot IS ?2)",
            [number, target.snapshot, target.document],
        )
    return number


def _complete_all(connection: sqlite3.Connection, instant: str) -> None:
    """Note that every act is complete."""
    connection.execute("UPDATE withdrawals SET completed = ? WHERE completed IS NULL", [instant])


def _read_acts_in_force(connection: sqlite3.Connection) -> _Standing:
    """Return the act in force for each snapshot, and each document of a statement, that is withdrawn."""
    return {
        (snapshot, document, statement): act
        for snapshot, document, statement, act in connection.execute(_IN_FORCE)
    }


def _read_last(connection: sqlite3.Connection, targets: Iterable[_Target]) -> int | None:
    """Return the number of the latest act on any of some snapshots and documents."""
    found = [fetch_value(connection, _LAST, each.key) for each in targets]
    return max(filter(None, found), default=None)


_STATEMENT = f"iif(snapshot IS NULL, {withdrawals.OF_STATEMENT}, NULL)"

_IN_FORCE = f"""
SELECT snapshot, document, {_STATEMENT}, standing.act FROM standing_withdrawals AS standing
JOIN withdrawals ON withdrawals.id = withdrawal
"""  # noqa: S608 (our own text)

_LAST = f"""
SELECT max(withdrawal) FROM withdrawn JOIN withdrawals ON withdrawals.id = withdrawal
WHERE snapshot IS ?1 AND document = ?2 AND {_STATEMENT} IS ?3
"""  # noqa: S608 (our own text)

_SNAPSHOTS = f"""
SELECT snapshots.id, {queries.NAME}, ordinal, holdings.document, size, source,
    snapshots.id IN (SELECT snapshot FROM parts) {queries.ALL_EDITIONS}
JOIN snapshots ON snapshots.edition = editions.id
JOIN holdings ON holdings.snapshot = snapshots.id
JOIN documents ON documents.sha256 = holdings.document
"""  # noqa: S608 (our own text)

_REFUSED = """
SELECT DISTINCT outcomes.reference, document, documents.size FROM reviews
JOIN outcomes ON outcomes.id = reviews.outcome
JOIN documents ON documents.sha256 = reviews.document
WHERE outcomes.reference IS NOT NULL AND verdict IS NOT 'accept'
AND document NOT IN (SELECT document FROM holdings)
ORDER BY reviews.id
"""

_RECEIVED = """
SELECT DISTINCT outcomes.reference FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome
WHERE document IN (SELECT value FROM json_each(?)) AND outcomes.reference IS NOT NULL
AND verdict IS NOT 'accept' ORDER BY reviews.id
"""

_IS_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class _Target:
    """A snapshot with its document, or a document that waits for a review or was rejected in one."""

    snapshot: int | None
    reference: Reference | None
    document: str
    size: int
    source: str | None = None
    is_part: bool = False
    """Whether it is a part of the document: its text is its own, and the bytes are those of others too."""
    statement: str | None = None
    """For which a document came that is no snapshot."""

    @property
    def key(self) -> _Key:
        """What tells it from others: a document that is no snapshot may have come for several statements."""
        return self.snapshot, self.document, self.statement


def _find_targets(connection: sqlite3.Connection, reference: Reference) -> tuple[_Target, ...]:
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


def _find_sharing(connection: sqlite3.Connection, targets: Sequence[_Target]) -> tuple[_Target, ...]:
    """Return the other snapshots that hold the same bytes, withdrawn or not."""
    own = {target.snapshot for target in targets}
    found: dict[int | None, _Target] = {}
    for document in dict.fromkeys(target.document for target in targets):
        for other in _select(connection, " AND holdings.document = ?", [document]):
            if other.snapshot not in own:
                found[other.snapshot] = other
    return tuple(found.values())


def _describe_scope(
    connection: sqlite3.Connection, reference: Reference, targets: Sequence[_Target], destroyed: int
) -> Scope:
    """Return what targets are, and what else the archive and its user have of the same."""
    sizes = {target.document: target.size for target in targets}
    readable = set(fetch_column(connection, "SELECT id FROM readable_snapshots"))
    sharing = [other for other in _find_sharing(connection, targets) if other.snapshot in readable]
    own = {target.snapshot for target in (*targets, *sharing)}
    alike = [each for each in _find_alike(connection, targets) if each.snapshot in readable - own]
    return Scope(
        reference=str(reference),
        snapshots=_references(targets),
        documents=len(sizes),
        size=sum(sizes.values()),
        joined=tuple(each for each in _references(targets) if not _is_of(each, reference)),
        destroyed=destroyed,
        sharing=_references(each for each in sharing if not each.is_part),
        parts=_references(each for each in sharing if each.is_part),
        alike=_references(alike),
        received=_find_received(connection, reference, sizes),
        files=tuple(dict.fromkeys(str(target.source) for target in targets if _is_file(target.source))),
    )


def _select(connection: sqlite3.Connection, narrowed: str, values: list[object]) -> tuple[_Target, ...]:
    rows = connection.execute(f"{_SNAPSHOTS} WHERE TRUE{narrowed} ORDER BY snapshots.id", values).fetchall()
    return tuple(
        _Target(id_, Reference(*rest[:7]), rest[7], rest[8], rest[9], is_part=bool(rest[10]))
        for id_, *rest in rows
    )


def _choose_statement(reference: Reference, found: Sequence[_Target]) -> tuple[_Target, ...]:
    items = dict.fromkeys(each.reference.item for each in found if each.reference)
    if len(items) > 1 and None not in items:
        choices = ", ".join(str(replace(reference, item=item)) for item in items)
        raise ReferenceInvalid(f"{reference} has several statements; name one: {choices}")
    item = reference.item or (None if None in items else next(iter(items)))
    return tuple(each for each in found if each.reference and each.reference.item == item)


def _choose_one(reference: Reference, found: Sequence[_Target]) -> _Target:
    if len(found) > 1:
        choices = ", ".join(map(str, _references(found)))
        raise ReferenceInvalid(f"{reference} could be several snapshots; name one: {choices}")
    return found[0]


def _find_refused(connection: sqlite3.Connection, reference: Reference) -> list[_Target]:
    """Return the documents that a source gave for the same statement and that nobody accepted."""
    parts = ("country", "body", "session", "item")
    found = []
    for text, document, size in connection.execute(_REFUSED).fetchall():
        proposed = queries.read_reference(text)
        is_same = all(getattr(proposed, part) == getattr(reference, part) for part in parts)
        fits = reference.kind in {None, proposed.kind} and reference.language in {None, proposed.language}
        if is_same and fits:
            found.append(_Target(None, None, document, size, statement=str(reference.statement)))
    return found


def _find_received(
    connection: sqlite3.Connection, reference: Reference, documents: Iterable[str]
) -> tuple[Reference, ...]:
    """Return the other statements for which the same bytes came, and were not accepted."""
    asked = json.dumps(sorted(documents))
    found = map(queries.read_reference, fetch_column(connection, _RECEIVED, [asked]))
    return tuple(each for each in found if each.statement != reference.statement)


def _find_alike(connection: sqlite3.Connection, targets: Iterable[_Target]) -> tuple[_Target, ...]:
    found: dict[int | None, _Target] = {}
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


def _references(targets: Iterable[_Target]) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(target.reference for target in targets if target.reference))


def _is_of(snapshot: Reference, reference: Reference) -> bool:
    parts = ("country", "body", "session", "item", "kind", "language", "snapshot")
    return all(getattr(reference, part) in {None, getattr(snapshot, part)} for part in parts)


def _is_file(source: str | None) -> bool:
    return bool(source) and not str(source).startswith(_IS_WEB)
