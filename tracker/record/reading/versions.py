"""The versions of snapshots, and what is kept to read their documents again; nothing here writes."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tracker.model.facts import OF_SIDE
from tracker.model.texts import Reference, Segment, Version
from tracker.record.ledger.decisions import read_rulings
from tracker.record.schema.connection import Record, method, translate
from tracker.record.schema.packing import DOCUMENT, SPANS, read_spans
from tracker.record.schema.rows import insert
from tracker.record.statements import queries
from tracker.record.statements.segments import read_segments

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.model.record import Capture, CaptureSource, VersionEntry
    from tracker.record.storing.store import Store

MOST_REMEMBERED: Final = 4096
"""Answers to one kind of question: names and numbers of half a kilobyte each, and never a text."""

_ENTRIES = f"""
SELECT versions.id, {queries.NAME}, ordinal, extractor, media_type, versions.language, words, started, release
{queries.EDITIONS}
JOIN readable_snapshots AS snapshots ON snapshots.edition = editions.id
JOIN versions ON versions.snapshot = snapshots.id
JOIN runs ON runs.id = versions.run
WHERE TRUE"""

_CAPTURES = f"""
SELECT snapshots.id, {queries.NAME}, ordinal, document, versions.id,
    CASE WHEN language_inferred THEN NULL ELSE editions.language END, source
{queries.SNAPSHOTS}
WHERE TRUE"""

_ORIGINS = """
SELECT source, address, min(id) FROM (
    SELECT source, address, id FROM outcomes WHERE snapshot = ?1
    UNION ALL
    SELECT reviews.source, address, outcomes.id FROM reviews
    JOIN outcomes ON outcomes.id = reviews.outcome WHERE reviews.snapshot = ?1
) GROUP BY source ORDER BY min(id)
"""

_IS_READABLE = "snapshots.id IN (SELECT id FROM readable_snapshots)"
_STATES = f"""
SELECT {queries.NAME}, versions.id, sort, {{facts}}, kind_inferred,
    position, snapshots.id, {_IS_READABLE}, ordinal, document, observed,
    versions.language, extractor, versions.run
{queries.ALL_EDITIONS}
JOIN snapshots ON snapshots.edition = editions.id
JOIN versions ON versions.snapshot = snapshots.id
WHERE statements.body = ?
ORDER BY statements.country, sort, sessions.label, editions.id, snapshots.id, versions.id
"""

_READINGS = """
SELECT snapshots.id, versions.id, document, extractor FROM readable_snapshots AS snapshots
JOIN versions ON versions.id = (SELECT max(id) FROM versions AS other WHERE other.snapshot = snapshots.id)
"""

_VERSION = f"SELECT text, sha256, language, {SPANS}, extractor, media_type FROM versions WHERE id = ?"  # noqa: S608

_PLACE = """
SELECT "start", "end" FROM parts
JOIN snapshots ON snapshots.id = snapshot AND snapshots.document = parts.document
WHERE snapshot = ?
"""

_SEGMENT = ("ordinal", "kind", "paragraph", "start", "end")

_LISTS = """
SELECT text FROM watch_lists JOIN runs ON watch_list = sha256 GROUP BY sha256 ORDER BY max(runs.id) DESC
"""


class Versions(Record):
    """An archive's versions. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    rulings = method(read_rulings)

    def entries(self, reference: Reference) -> tuple[VersionEntry, ...]:
        """Return all versions of the snapshots behind a reference, in the order of the text and of time."""
        from tracker.model.record import VersionEntry  # noqa: PLC0415 (6 ms that a text does not take)

        narrowed, values = queries.narrow_to(reference)
        rows = self.rows(f"{_ENTRIES}{narrowed} ORDER BY {queries.ORDER}, ordinal, versions.id", *values)
        return tuple(
            VersionEntry(number, Reference(*row[:7]), *(*row[7:], self.confirmed(number)))
            for number, *row in rows
        )

    def confirmed(self, version: int) -> tuple[str, ...]:
        """Return the other extractors that read exactly what a version, by its number, holds."""
        return self.column("SELECT extractor FROM confirmations WHERE version = ? ORDER BY id", version)

    def states(self, body: str) -> dict[tuple[str, str], str]:
        """Return by country and session what tells all that the series holds up to there from all else.

        No text is read: a quarter of a second for 11,000 statements.
        """
        from hashlib import sha256  # noqa: PLC0415 (2 ms, for many statements alone)

        found: dict[tuple[str, str], str] = {}
        confirmed = dict(self.rows("SELECT version, max(id) FROM confirmations GROUP BY version"))
        country, digest = None, sha256()
        with translate(self.path):
            query = _STATES.format(facts=queries.select_facts(self.connection, OF_SIDE))
        for row in self.rows(query, body):
            if row[0] != country:
                country, digest = row[0], sha256()
            digest.update(repr((row, confirmed.get(row[6]))).encode("utf-8", "surrogatepass"))
            found[row[0], row[2]] = digest.hexdigest()
        return found

    def captures(self, reference: Reference) -> tuple[Capture, ...]:
        """Return the snapshots behind a reference that may be read, in the order of ``statements``."""
        from tracker.model.record import Capture  # noqa: PLC0415 (as above)

        narrowed, values = queries.narrow_to(reference)
        rows = self.rows(f"{_CAPTURES}{narrowed} ORDER BY {queries.ORDER}, ordinal", *values)
        return tuple(Capture(id_, Reference(*rest[:7]), *rest[7:]) for id_, *rest in rows)

    def readings(self) -> tuple[tuple[int, int, str, str], ...]:
        """Return the number of each snapshot that may be read, its version, document and extractor."""
        return tuple(self.rows(_READINGS))

    def place(self, snapshot: int) -> tuple[int, int]:
        """Return where a part begins and ends in the extractor's output of its document; by its number."""
        start, end = self.row(_PLACE, snapshot)
        return start, end

    def document(self, sha256: str) -> bytes | None:
        """Return the bytes that have this digest; None where the record does not hold them."""
        return next(iter(self.column(f"SELECT {DOCUMENT} FROM documents WHERE sha256 = ?", sha256)), None)  # noqa: S608 (our text)

    def origins(self, snapshot: int) -> tuple[CaptureSource, ...]:
        """Return the sources that gave a snapshot, in the order of their first check."""
        from tracker.model.record import CaptureSource  # noqa: PLC0415
        from tracker.record.ledger.checks import read_content_type  # noqa: PLC0415 (6 ms, to export alone)

        content_type = method(read_content_type)
        return tuple(
            CaptureSource(source, address, content_type(self, outcome))
            for source, address, outcome in self.rows(_ORIGINS, snapshot)
        )

    def watch_lists(self) -> tuple[str, ...]:
        """Return every text that the watch list had, the one of the latest run first."""
        return self.column(_LISTS)

    def version(self, number: int) -> Version:
        """Return one version by its number.

        Raises ``ArchiveUnusable`` where its text has another digest, or a segment is not the text at its
        offsets.
        """
        from tracker.text.identity import digest_text  # noqa: PLC0415 (2 ms, where a text is read)

        text, digest, language, spans, extractor, media_type = self.row(_VERSION, number)
        if digest_text(text) != digest:
            raise self.damaged("a text no longer has its sha256")
        segments = tuple(Segment(*row) for row in method(read_segments)(self, number, _SEGMENT, text))
        try:
            span_map = read_spans(spans)
            is_whole = all(
                text[each.start : each.end] == each.text and each.end <= len(text) for each in segments
            )
        except (TypeError, ValueError) as error:
            raise self.damaged(str(error)) from error
        if not is_whole:
            raise self.damaged("a segment is not the text that its offsets name")
        return Version(text, language, segments, span_map, extractor, media_type)


class RememberingVersions(Versions):
    """Versions on a connection that sees one moment: the list of one reference is read once."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._entries, self._states = lru_cache(MOST_REMEMBERED)(super().entries), cache(super().states)

    def entries(self, reference: Reference) -> tuple[VersionEntry, ...]:
        """Return what ``Versions.entries`` does, looked up once."""
        return self._entries(reference)

    def states(self, body: str) -> dict[tuple[str, str], str]:
        """Return what ``Versions.states`` does, looked up once."""
        return self._states(body)


def add_version(
    store: Store, capture: Capture, data: bytes, version: Version, raw: str, instant: str
) -> None:
    """Add another version of a snapshot, which counts from now on; ``instant`` is one in UTC.

    Raises ``Withdrawn`` where its text was withdrawn.
    """
    from tracker.record.access.refusals import refuse_withdrawn  # noqa: PLC0415
    from tracker.record.statements import recording  # noqa: PLC0415 (what writes loads 4 ms that reading does not)

    with store.batch(), translate(store.path):
        refuse_withdrawn(store.writing, capture.reference, capture.document, version.text)
        run = store.writing.begin_run(instant)
        recording.write_version(store.writing.connection, capture.id, data, version, raw, run=run)


def add_confirmation(store: Store, version: int, extractor: str, instant: str) -> None:
    """Note that another extractor reads exactly what a version, by its number, holds."""
    with store.batch(), translate(store.path):
        insert(
            store.writing.connection,
            "confirmations",
            version=version,
            extractor=extractor,
            run=store.writing.begin_run(instant),
        )
