"""Recording one document: which statement and edition it belongs to, and the rows that are written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.model.facts import OF_SNAPSHOT
from tracker.model.record import Recorded
from tracker.record.schema.packing import decode_plain, pack, write_spans
from tracker.record.schema.rows import fetch_column, fetch_value, insert, pick
from tracker.record.statements import editions
from tracker.record.statements.queries import STATEMENT_NAME, WITH_STATEMENTS, find_statement
from tracker.record.statements.segments import write_segments
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from tracker.model.record import Declaration, Outcome
    from tracker.model.texts import Place, Version
    from tracker.record.statements.editions import Edition


@dataclass(frozen=True, slots=True)
class Intake:
    """A document or a part of one to be recorded, with what is declared about it and what was read in it."""

    declaration: Declaration
    data: bytes
    sha256: str
    version: Version
    raw: str
    observed: str
    source: str | None
    place: Place | None = None
    """Where a part stands in the document: ``version`` and ``raw`` are of the part; None for all of it."""

    @property
    def identity(self) -> str:
        """What tells whether this is an edition's latest snapshot."""
        return self.sha256 if self.place is None else editions.identify_part(digest_text(self.raw))


def keep_document(connection: sqlite3.Connection, intake: Intake, begin_run: Callable[[], int]) -> Recorded:
    """Write what is new about a document, and return what that was; nothing is written where nothing is new.

    ``begin_run`` returns the id of the current run, and makes its row when first asked.
    """
    declaration = intake.declaration
    known = find_statement(connection, declaration.reference)
    statement = known or editions.create_statement(connection, declaration.reference)
    edition = _find_edition(connection, statement, intake)
    outcome: Outcome = "unchanged"
    if edition is None:
        edition_id = editions.create_edition(connection, statement, declaration, _language(intake))
        snapshot, ordinal, outcome = _write_snapshot(connection, intake, edition_id, 1, begin_run()), 1, "new"
    else:
        edition_id, snapshot, ordinal = edition.id, edition.snapshot, edition.ordinal
        if edition.identity != intake.identity:
            ordinal, outcome = ordinal + 1, "changed"
            snapshot = _write_snapshot(connection, intake, edition_id, ordinal, begin_run())
        elif intake.place and not has_place(connection, snapshot, intake.sha256):
            write_document(connection, intake.sha256, intake.data, intake.version.media_type)
            _write_place(connection, intake, intake.place, snapshot, begin_run())
        _clarify(connection, edition, intake, begin_run)
    amended = editions.amend_statement(
        connection, statement, snapshot, declaration, begin_run, is_new=known is None
    )
    return Recorded(
        editions.name_edition(connection, declaration.reference, edition_id),
        outcome,
        ordinal,
        amended,
        () if outcome == "unchanged" else _find_elsewhere(connection, statement, intake.version),
    )


def _find_elsewhere(connection: sqlite3.Connection, statement: int, version: Version) -> tuple[str, ...]:
    """Return the other statements that have the same text, in the order in which they came."""
    query = (
        f"SELECT DISTINCT {STATEMENT_NAME} FROM versions JOIN readable_snapshots ON readable_snapshots.id ="  # noqa: S608 (constants)
        f" versions.snapshot {WITH_STATEMENTS} WHERE versions.sha256 = ? AND statements.id != ?"
        " ORDER BY statements.id"
    )
    return fetch_column(connection, query, [digest_text(version.text), statement])


def find_unchanged(
    connection: sqlite3.Connection, declaration: Declaration, sha256: str, part: str | None = None
) -> Recorded | None:
    """Return the answer for bytes that are an edition's latest snapshot, where nothing new is declared.

    ``part`` is the digest of the text of a part of them, which was seen in these bytes before.
    """
    statement = find_statement(connection, declaration.reference)
    if statement is None:
        return None
    name = editions.declared_name(declaration)
    identity = sha256 if part is None else editions.identify_part(part)
    edition = editions.find_same_bytes(editions.find_editions(connection, statement), name, identity)
    if edition is None or editions.adds_declaration(edition, name):
        return None
    if part and not has_place(connection, edition.snapshot, sha256):
        return None
    if editions.has_new_facts(connection, statement, edition.snapshot, declaration):
        return None
    reference = replace(declaration.reference, kind=edition.kind, language=edition.language, snapshot=None)
    return Recorded(reference, "unchanged", edition.ordinal)


def _find_edition(connection: sqlite3.Connection, statement: int, intake: Intake) -> Edition | None:
    there = editions.find_editions(connection, statement)
    return editions.choose_edition(
        there, editions.declared_name(intake.declaration), _language(intake), intake.identity
    )


def _language(intake: Intake) -> str:
    return intake.declaration.reference.language or intake.version.language


def _clarify(
    connection: sqlite3.Connection, edition: Edition, intake: Intake, begin_run: Callable[[], int]
) -> None:
    """Apply a declared kind or language; a text in another language is segmented by other rules."""
    name = editions.declared_name(intake.declaration)
    same_bytes = edition.identity == intake.identity
    if editions.has_unknown_language(edition) and not (same_bytes or name.language):
        editions.set_inferred_language(connection, edition, _language(intake), begin_run())
    if not editions.adds_declaration(edition, name):
        return
    editions.clarify_edition(connection, edition, name, begin_run())
    if same_bytes and editions.clarified(edition, name).language != edition.language:
        _write_version(connection, edition.snapshot, intake, begin_run())


def _write_snapshot(
    connection: sqlite3.Connection, intake: Intake, edition: int, ordinal: int, run: int
) -> int:
    write_document(connection, intake.sha256, intake.data, intake.version.media_type)
    snapshot = insert(
        connection,
        "snapshots",
        edition=edition,
        ordinal=ordinal,
        document=intake.sha256,
        run=run,
        **pick(intake, "observed", "source"),
        **pick(intake.declaration, *OF_SNAPSHOT),
    )
    if intake.place:
        _write_place(connection, intake, intake.place, snapshot, run)
    _write_version(connection, snapshot, intake, run)
    return snapshot


def _write_version(connection: sqlite3.Connection, snapshot: int, intake: Intake, run: int) -> None:
    is_part = intake.place is not None
    write_version(connection, snapshot, intake.data, intake.version, intake.raw, run=run, is_part=is_part)


def has_place(connection: sqlite3.Connection, snapshot: int, document: str) -> bool:
    """Return whether a part was seen in a document before."""
    query = "SELECT 1 FROM parts WHERE snapshot = ? AND document = ?"
    return bool(fetch_value(connection, query, [snapshot, document]))


def _write_place(
    connection: sqlite3.Connection, intake: Intake, place: Place, snapshot: int, run: int
) -> None:
    insert(
        connection,
        "parts",
        snapshot=snapshot,
        document=intake.sha256,
        observed=intake.observed,
        run=run,
        **pick(place, "ordinal", "start", "end", "page", "paragraph", "starts", "ends", "turn"),
        sha256=digest_text(intake.raw),
    )


def write_document(connection: sqlite3.Connection, sha256: str, data: bytes, media_type: str) -> None:
    """Keep bytes, each only once; those of which a public mirror had only the digest are filled in."""
    if fetch_value(connection, "SELECT bytes IS NOT NULL FROM documents WHERE sha256 = ?", [sha256]):
        return
    kept = pack(data)
    connection.execute(
        "INSERT INTO documents (sha256, size, media_type, bytes) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes WHERE documents.bytes IS NULL"
        " AND sha256 NOT IN (SELECT document FROM standing_withdrawals WHERE act = 'destroy')",
        (sha256, len(data), media_type, kept),
    )


def write_version(
    connection: sqlite3.Connection,
    snapshot: int,
    data: bytes,
    version: Version,
    raw: str,
    *,
    run: int,
    is_part: bool = False,
) -> None:
    """Add what was read in a snapshot's bytes; the latest version counts, and earlier ones stay.

    The output of the extractor is kept where it is not the document itself, decoded; that of a part always.
    """
    row = insert(
        connection,
        "versions",
        snapshot=snapshot,
        run=run,
        sha256=digest_text(version.text),
        spans=write_spans(version.spans),
        raw=raw if is_part or decode_plain(data, version.extractor, version.media_type) != raw else None,
        **pick(version, "extractor", "media_type", "language", "words", "text"),
    )
    write_segments(connection, row, version)
