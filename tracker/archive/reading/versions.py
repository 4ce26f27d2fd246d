"""The versions of snapshots, and what is kept to read their documents again; nothing here writes."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.archive.ledger.decisions import read_rulings
from tracker.archive.ledger.outcomes import read_content_type
from tracker.archive.record.encoding import read_spans
from tracker.archive.record.queries import (
    EDITIONS,
    NAME,
    ORDER,
    SNAPSHOTS,
    edition_is,
    narrow,
    snapshot_is,
    statement_is,
)
from tracker.archive.record.recording import write_version
from tracker.archive.record.statements import insert
from tracker.archive.rights.refusals import refuse
from tracker.archive.schema.connection import (
    archive_file,
    check_schema,
    connect_to_read,
    fetch_row,
    translate,
)
from tracker.errors import ArchiveUnusable
from tracker.model.record import Capture, CaptureSource, VersionEntry
from tracker.model.texts import Reference, Segment, Version
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tracker.archive.storing.store import Store
    from tracker.model.decisions import Ruling

_ENTRIES = f"""
SELECT versions.id, {NAME}, ordinal, extractor, media_type, versions.language, words, started, release
{EDITIONS}
JOIN readable_snapshots AS snapshots ON snapshots.edition = editions.id
JOIN versions ON versions.snapshot = snapshots.id
JOIN runs ON runs.id = versions.run
WHERE TRUE"""

_CAPTURES = f"""
SELECT snapshots.id, {NAME}, ordinal, document, versions.id,
    CASE WHEN language_inferred THEN NULL ELSE editions.language END, source
{SNAPSHOTS}
WHERE TRUE"""

_ORIGINS = """
SELECT source, address, min(id) FROM (
    SELECT source, address, id FROM outcomes WHERE snapshot = ?1
    UNION ALL
    SELECT reviews.source, address, outcomes.id FROM reviews
    JOIN outcomes ON outcomes.id = reviews.outcome WHERE reviews.snapshot = ?1
) GROUP BY source ORDER BY min(id)
"""

_LISTS = """
SELECT text FROM watch_lists JOIN runs ON watch_list = sha256 GROUP BY sha256 ORDER BY max(runs.id) DESC
"""


@contextmanager
def open_versions(folder: Path) -> Iterator[Versions]:
    """Open the versions of the archive in a folder for reading.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged or of a newer release.
    """
    path = archive_file(folder)
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)
        yield Versions(path, connection)


class Versions:
    """An archive's versions. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def entries(self, reference: Reference) -> tuple[VersionEntry, ...]:
        """Return all versions of the snapshots behind a reference, in the order of the text and of time."""
        narrowed, values = _narrow(reference)
        with translate(self.path):
            rows = self._connection.execute(
                f"{_ENTRIES}{narrowed} ORDER BY {ORDER}, ordinal, versions.id", values
            ).fetchall()
        return tuple(self._read_entry(row) for row in rows)

    def _read_entry(self, row: tuple[Any, ...]) -> VersionEntry:
        number, *name, extractor, media_type, language, words, made, release = row
        confirmed = self.confirmed(number)
        return VersionEntry(
            number, Reference(*name), extractor, media_type, language, words, made, release, confirmed
        )

    def confirmed(self, version: int) -> tuple[str, ...]:
        """Return the other extractors that read exactly what a version, by its number, holds."""
        with translate(self.path):
            if not self._has_table("confirmations"):
                return ()
            rows = self._connection.execute(
                "SELECT extractor FROM confirmations WHERE version = ? ORDER BY id", [version]
            )
            return tuple(extractor for (extractor,) in rows)

    def captures(self, reference: Reference) -> tuple[Capture, ...]:
        """Return the snapshots behind a reference that may be read, in the order of ``statements``."""
        narrowed, values = _narrow(reference)
        with translate(self.path):
            rows = self._connection.execute(
                f"{_CAPTURES}{narrowed} ORDER BY {ORDER}, ordinal", values
            ).fetchall()
        return tuple(Capture(id_, Reference(*rest[:7]), *rest[7:]) for id_, *rest in rows)

    def version(self, number: int) -> Version:
        """Return one version by its number."""
        return read_version(self._connection, self.path, number)

    def document(self, sha256: str) -> bytes | None:
        """Return the bytes that have this digest; None where the record does not hold them."""
        with translate(self.path):
            row = self._connection.execute(
                "SELECT bytes FROM documents WHERE sha256 = ?", [sha256]
            ).fetchone()
        return row[0] if row else None

    def origins(self, snapshot: int) -> tuple[CaptureSource, ...]:
        """Return the sources that gave a snapshot, the one that gave it first before the others."""
        with translate(self.path):
            if not self._has_table("outcomes"):
                return ()
            rows = self._connection.execute(_ORIGINS, [snapshot]).fetchall()
            return tuple(
                CaptureSource(source, address, read_content_type(self._connection, outcome))
                for source, address, outcome in rows
            )

    def watch_lists(self) -> tuple[str, ...]:
        """Return every text that the watch list had, the one of the latest run first."""
        with translate(self.path):
            if not self._has_table("watch_lists"):
                return ()
            return tuple(text for (text,) in self._connection.execute(_LISTS))

    def rulings(self) -> tuple[Ruling, ...]:
        """Return all that people decided, in the order in which it was recorded."""
        with translate(self.path):
            return read_rulings(self._connection)

    def _has_table(self, name: str) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [name]).fetchone())


def read_version(connection: sqlite3.Connection, path: Path, number: int) -> Version:
    """Return a version; ``path`` is the file that is named where the version is not what it was.

    Raises ``ArchiveUnusable`` where its text has another digest, or a segment is not the text at its place.
    """
    with translate(path):
        text, digest, language, spans, extractor, media_type = fetch_row(
            connection,
            "SELECT text, sha256, language, spans, extractor, media_type FROM versions WHERE id = ?",
            [number],
        )
        rows = connection.execute(
            'SELECT ordinal, kind, paragraph, "start", "end", text FROM segments'
            " WHERE version = ? ORDER BY ordinal",
            [number],
        ).fetchall()
    if digest_text(text) != digest:
        raise _damaged(path, "a text no longer has its sha256")
    segments = tuple(Segment(*row) for row in rows)
    try:
        span_map = read_spans(spans)
        is_whole = all(text[each.start : each.end] == each.text for each in segments)
    except (TypeError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not is_whole:
        raise _damaged(path, "a segment is not the text that its offsets name")
    return Version(text, language, segments, span_map, extractor, media_type)


def _narrow(reference: Reference) -> tuple[str, list[object]]:
    return narrow([*statement_is(reference), *edition_is(reference), *snapshot_is(reference)])


def _damaged(path: Path, why: str) -> ArchiveUnusable:
    return ArchiveUnusable(f"{path} is damaged ({why}); restore it from a copy")


def add_version(
    store: Store, capture: Capture, data: bytes, version: Version, raw: str, instant: str
) -> None:
    """Add another version of a snapshot, which counts from now on; ``instant`` is one in UTC.

    Raises ``Withdrawn`` where its text was withdrawn.
    """
    with store.batch(), translate(store.path):
        refuse(store.writing, capture.reference, capture.document, digest_text(version.text))
        run = store.writing.begin_run(instant)
        write_version(store.writing.connection, capture.id, data, version, raw, run=run)


def add_confirmation(store: Store, version: int, extractor: str, instant: str) -> None:
    """Note that another extractor reads exactly what a version, by its number, holds."""
    with store.batch(), translate(store.path):
        insert(
            store.writing.connection,
            "INSERT INTO confirmations (version, extractor, run) VALUES (?, ?, ?)",
            (version, extractor, store.writing.begin_run(instant)),
        )
