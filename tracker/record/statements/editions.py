"""Rows about statements and editions: found, made, amended; and which edition a document belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid
from tracker.model.facts import FACTS, NAMES, OF_SNAPSHOT, read_facts
from tracker.model.record import Amendment
from tracker.record.schema.rows import fetch_named, fetch_row, fetch_value, insert, pick, update_row
from tracker.references import find_body, resolve_session, session_sort_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from tracker.model.record import Declaration
    from tracker.model.texts import Reference, TextKind


_Held = dict[str, str | int | None]

GUESSED = "guessed "
"""What the field of an amendment begins with where its value was inferred, not declared."""


IDENTITY = "ifnull('part ' || parts.sha256, snapshots.document)"
"""What tells a snapshot from the next one of its edition, beside a row of ``parts``, if it is a part."""


def identify_part(sha256: str) -> str:
    """Return what tells a part from others, by the digest of its text; as ``IDENTITY`` has it."""
    return f"part {sha256}"


def find_editions(connection: sqlite3.Connection, statement: int) -> tuple[Edition, ...]:
    """Return a statement's editions with their latest snapshot, the preferred one first."""
    rows = connection.execute(
        "SELECT editions.id, kind, kind_inferred, language, language_inferred,"  # noqa: S608 (our names)
        f" snapshots.id, max(snapshots.ordinal), {IDENTITY}"
        " FROM editions JOIN snapshots ON snapshots.edition = editions.id"
        " LEFT JOIN parts ON parts.snapshot = snapshots.id AND parts.document = snapshots.document"
        " WHERE statement = ? GROUP BY editions.id ORDER BY position",
        [statement],
    )
    return tuple(
        Edition(id_, kind, bool(kind_inferred), language, bool(language_inferred), *latest)
        for id_, kind, kind_inferred, language, language_inferred, *latest in rows
    )


def create_statement(connection: sqlite3.Connection, reference: Reference) -> int:
    """Make a statement, with its body and session where the archive has not met them."""
    if reference.session is None:
        raise ReferenceInvalid(f"{reference} names no session; write {reference}/SESSION")
    _create_session(connection, reference.body, reference.session)
    return insert(
        connection, "statements", item=reference.item or None, **pick(reference, "country", "body", "session")
    )


def create_edition(
    connection: sqlite3.Connection, statement: int, declaration: Declaration, language: str
) -> int:
    """Make a statement's next edition; the first one is the preferred one."""
    reference = declaration.reference
    others = fetch_value(connection, "SELECT count(*) FROM editions WHERE statement = ?", [statement])
    return insert(
        connection,
        "editions",
        statement=statement,
        position=others + 1,
        kind=reference.kind,
        kind_inferred=declaration.kind_inferred or reference.kind is None,
        language=reference.language or language,
        language_inferred=declaration.language_inferred or reference.language is None,
    )


def has_new_facts(
    connection: sqlite3.Connection, statement: int, snapshot: int, declaration: Declaration
) -> bool:
    """Return whether a declaration says anything about a statement that the archive does not hold."""
    return bool(_new_facts(_held_values(connection, statement, snapshot), declaration))


def amend_statement(
    connection: sqlite3.Connection,
    statement: int,
    snapshot: int,
    declaration: Declaration,
    begin_run: Callable[[], int],
    *,
    is_new: bool = False,
) -> tuple[Amendment, ...]:
    """Fill in what a declaration adds, and replace what it contradicts.

    What had been declared before is kept in the table ``amendments`` and returned; what is filled in is kept
    there as well, unless the statement ``is_new``, so that another program's change is not taken for it. A
    declared title replaces an inferred one, and never the other way round. ``snapshot`` is the one whose
    address the declaration may amend.
    """
    held = _held_values(connection, statement, snapshot)
    new_facts = _new_facts(held, declaration)
    if new_facts:
        # It belongs to a run, so that a record restored from an older copy differs from its mirror.
        begin_run()
    rows = {"statements": statement, "snapshots": snapshot}
    for fact in FACTS:
        if fact.name in new_facts:
            update_row(connection, fact.table, ("id", rows[fact.table]), {fact.name: new_facts[fact.name]})
    if "title" in new_facts:
        update_row(
            connection, "statements", ("id", statement), {"title_inferred": declaration.title_inferred}
        )
    amended = [
        Amendment(field, str(held[field]), value)
        for field, value in new_facts.items()
        if _is_amended(held, field)
    ]
    filled = [
        Amendment(f"{GUESSED if field == 'title' and declaration.title_inferred else ''}{field}", "", value)
        for field, value in new_facts.items()
        if not (is_new or _is_amended(held, field))
    ]
    for amendment in (*amended, *filled):
        concerned = snapshot if amendment.field in OF_SNAPSHOT else None
        _write_amendment(connection, begin_run(), statement, concerned, amendment)
    return tuple(amended)


def _write_amendment(
    connection: sqlite3.Connection, run: int, statement: int, snapshot: int | None, amendment: Amendment
) -> None:
    """Add that something else is declared of a statement, or of the edition or address of a snapshot."""
    insert(
        connection,
        "amendments",
        statement=statement,
        snapshot=snapshot,
        run=run,
        **pick(amendment, "field", "earlier", "later"),
    )


def _amend_edition(
    connection: sqlite3.Connection, run: int, edition: Edition, field: str, value: str
) -> None:
    statement = fetch_value(connection, "SELECT statement FROM editions WHERE id = ?", [edition.id])
    _write_amendment(connection, run, statement, edition.snapshot, Amendment(field, "", value))


def set_inferred_language(connection: sqlite3.Connection, edition: Edition, language: str, run: int) -> None:
    """Set an edition's language to that of a later text; it stays an inferred one."""
    if language != edition.language:
        update_row(connection, "editions", ("id", edition.id), {"language": language})
        _amend_edition(connection, run, edition, f"{GUESSED}language", language)


def name_edition(connection: sqlite3.Connection, reference: Reference, edition: int) -> Reference:
    """Return a reference to an edition by its kind and language."""
    kind, language = fetch_row(connection, "SELECT kind, language FROM editions WHERE id = ?", [edition])
    return replace(reference, kind=kind, language=language, snapshot=None)


def clarify_edition(connection: sqlite3.Connection, edition: Edition, name: EditionName, run: int) -> None:
    """Replace what had been inferred of an edition by what was declared."""
    named = clarified(edition, name)
    values = {
        "kind": named.kind,
        "kind_inferred": edition.kind_inferred and name.kind is None,
        "language": named.language,
        "language_inferred": edition.language_inferred and name.language is None,
    }
    update_row(connection, "editions", ("id", edition.id), values)
    for field, declared, is_guess in (
        ("kind", name.kind, edition.kind_inferred), ("language", name.language, edition.language_inferred)
    ):  # fmt: skip
        if declared is not None and is_guess:
            _amend_edition(connection, run, edition, field, declared)


def _held_values(connection: sqlite3.Connection, statement: int, snapshot: int) -> _Held:
    return fetch_named(
        connection,
        f"SELECT {', '.join(NAMES)}, title_inferred FROM statements, snapshots"  # noqa: S608 (our names)
        " WHERE statements.id = ? AND snapshots.id = ?",
        [statement, snapshot],
    )


def _new_facts(held: _Held, declaration: Declaration) -> dict[str, str]:
    said = {field: value for field, value in read_facts(declaration).items() if value}
    if declaration.title_inferred and held["title"]:
        said.pop("title", None)
    return {field: value for field, value in said.items() if value != held[field] or _is_guess(held, field)}


def _is_guess(held: _Held, field: str) -> bool:
    return field == "title" and bool(held["title_inferred"])


def _is_amended(held: _Held, field: str) -> bool:
    return bool(held[field]) and not _is_guess(held, field)


def _create_session(connection: sqlite3.Connection, body_id: str, label: str) -> None:
    if fetch_value(connection, "SELECT 1 FROM sessions WHERE body = ? AND label = ?", [body_id, label]):
        return
    body = find_body(body_id)
    session = resolve_session(body, label)
    connection.execute("INSERT OR IGNORE INTO bodies (id, name) VALUES (?, ?)", [body_id, body.name])
    insert(
        connection,
        "sessions",
        body=body_id,
        label=label,
        sort=sort_text(session_sort_key(body_id, label)),
        **pick(session, "kind", "year", "starts", "ends"),
    )


def sort_text(key: tuple[object, ...]) -> str:
    """Return a text that sorts as the key does: numbers padded with zeros, parts between blanks."""
    return " ".join(_sort_part(part) for part in key)


def _sort_part(part: object) -> str:
    if isinstance(part, tuple):
        return sort_text(part)
    if isinstance(part, int):
        return f"{part:08d}"
    return "" if part is None else str(part)


UNKNOWN_LANGUAGE = "und"
"""The language code of a text whose language is unknown (ISO 639-3)."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as the archive holds it, with its latest snapshot."""

    id: int
    kind: TextKind | None
    kind_inferred: bool
    language: str
    language_inferred: bool
    snapshot: int
    ordinal: int
    """The number of the latest snapshot; ``snapshot`` is its row."""
    identity: str
    """The digest of its document; of a part, that of its text, so that only what changed makes a snapshot."""

    @property
    def name(self) -> EditionName:
        """Its kind and language."""
        return EditionName(self.kind, self.language)


@dataclass(frozen=True, slots=True)
class EditionName:
    """The kind and language that somebody declared; ``None`` where nobody did."""

    kind: TextKind | None
    language: str | None


def declared_name(declaration: Declaration) -> EditionName:
    """Return what was declared of the edition, leaving out what was inferred."""
    reference = declaration.reference
    return EditionName(
        None if declaration.kind_inferred else reference.kind,
        None if declaration.language_inferred else reference.language,
    )


def find_same_bytes(editions: Sequence[Edition], name: EditionName, identity: str) -> Edition | None:
    """Return the edition whose latest snapshot these bytes, or this part, are, the preferred one first.

    What was declared then and what is declared now must agree; what was only inferred then is replaced,
    unless another edition already has the name.
    """
    fitting = [edition for edition in editions if edition.identity == identity and _agrees(edition, name)]
    exact = [edition for edition in fitting if clarified(edition, name) == edition.name]
    taken = {edition.name for edition in editions}
    free = [edition for edition in fitting if clarified(edition, name) not in taken]
    return next(iter([*exact, *free]), None)


def choose_edition(
    editions: Sequence[Edition], name: EditionName, language: str, identity: str
) -> Edition | None:
    """Return the edition that a document is the next snapshot of, or ``None`` where it begins one.

    A declared kind and language name it. Otherwise the same bytes find their edition again, then the
    preferred edition of the declared kind, if any, in the text's language. An unknown
    language (``und``) separates no text from another, neither this one nor one recorded before.
    """
    fitting = [edition for edition in editions if name.kind in {None, edition.kind}]
    exact = next((edition for edition in fitting if edition.language == (name.language or language)), None)
    if exact and name.kind and name.language:
        return exact
    is_untold = language == UNKNOWN_LANGUAGE and not name.language
    vague = (edition for edition in fitting if is_untold or has_unknown_language(edition))
    return find_same_bytes(editions, name, identity) or exact or next(vague, None)


def has_unknown_language(edition: Edition) -> bool:
    """Return whether an edition's language is unknown: not declared, and not recognised in its text."""
    return edition.language == UNKNOWN_LANGUAGE and edition.language_inferred


def clarified(edition: Edition, name: EditionName) -> EditionName:
    """Return the edition's name after a declaration has replaced what was inferred."""
    return EditionName(
        name.kind if name.kind and edition.kind_inferred else edition.kind,
        name.language if name.language and edition.language_inferred else edition.language,
    )


def adds_declaration(edition: Edition, name: EditionName) -> bool:
    """Return whether a declaration says what had only been inferred about the edition."""
    return bool((name.kind and edition.kind_inferred) or (name.language and edition.language_inferred))


def _agrees(edition: Edition, name: EditionName) -> bool:
    kind = name.kind is None or edition.kind_inferred or edition.kind == name.kind
    return kind and (name.language is None or edition.language_inferred or edition.language == name.language)
