"""Reading the archive with plain ``sqlite3``, on read-only media as well; nothing here writes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.model.facts import OF_SIDE, list_facts
from tracker.model.texts import Reference, Side
from tracker.record.ledger import decisions
from tracker.record.reading.versions import MOST_REMEMBERED, Versions
from tracker.record.schema.connection import Record, method, open_record, translate
from tracker.record.schema.packing import DOCUMENT, decode_plain
from tracker.record.schema.rows import fetch_named, fetch_value
from tracker.record.statements import nearest, queries
from tracker.record.statements.clocks import is_captured_by_confirmed_clock
from tracker.record.statements.memberships import read_groups

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable
    from os import PathLike

    from tracker.model.citations import CitedText
    from tracker.model.decisions import Ruling
    from tracker.model.record import (
        Appearance,
        SearchOrder,
        SearchPage,
        SearchScope,
        SnapshotEntry,
        StatementEntry,
    )
    from tracker.model.rights import WithdrawnEntry, WithdrawnSnapshot
    from tracker.model.texts import Segment


_LEFT_OUT = "SELECT closed FROM omissions ORDER BY id DESC LIMIT 1"


def open_reader(folder: str | PathLike[str]) -> Reader:
    """Open the archive in a folder for reading; use it in a ``with`` statement.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged or of a newer release.
    """
    return open_record(Path(folder), Reader)


class Reader(Record):
    """An archive open for reading. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    rulings = method(decisions.read_rulings)
    opinions = method(decisions.read_opinions)
    measured = method(decisions.read_measured)
    shown_to = method(decisions.read_shown)
    requests = method(decisions.read_requests)
    coded = method(decisions.read_coded)
    groups = method(read_groups)

    def search(
        self,
        query: str,
        scope: SearchScope | None = None,
        *,
        order: SearchOrder = "best",
        limit: int = 20,
        page: int = 1,
    ) -> SearchPage:
        """Return a page of the segments that a query finds, as ``search_passages`` does."""
        from tracker.record.statements.search import search_passages  # noqa: PLC0415 (9 ms, to search alone)

        return method(search_passages)(self, query, scope, order=order, limit=limit, page=page)

    def segments(
        self, body: str, language: str, beginnings: Iterable[Collection[str]] | None
    ) -> tuple[tuple[Reference, Segment], ...]:
        """Return the segments that hold words with these beginnings, as ``find_segments`` does."""
        from tracker.record.statements.search import find_segments  # noqa: PLC0415 (as above)

        return method(find_segments)(self, body, language, beginnings)

    def searchable(self, scope: SearchScope) -> tuple[tuple[str, int | None, str], ...]:
        """Return what there is to search in, as ``list_searchable`` does."""
        from tracker.record.statements.search import list_searchable  # noqa: PLC0415 (as above)

        return method(list_searchable)(self, scope)

    def statements(
        self, country: str | None = None, body: str | None = None, session: str | None = None
    ) -> tuple[StatementEntry, ...]:
        """Return every edition, by country, body, order of session, item, and the preferred one first."""
        from tracker.model.record import StatementEntry  # noqa: PLC0415 (6 ms, of which a comparison needs none)

        narrowed, values = queries.narrow(queries.series_is(country, body, session))
        names = list_facts(StatementEntry)
        with translate(self.path):
            facts = queries.select_facts(self.connection, names)
        rows = self.rows(
            f"SELECT {queries.NAME}, kind_inferred, words, ordinal, observed, {facts}"
            f" {queries.SNAPSHOTS} WHERE {queries.LATEST}{narrowed} ORDER BY {queries.ORDER}",
            *values,
        )
        return tuple(
            StatementEntry(
                reference=Reference(*row[:6]),
                kind_inferred=bool(row[6]),
                words=row[7],
                snapshots=row[8],
                observed=row[9],
                **dict(zip(names, row[10:], strict=True)),
            )
            for row in rows
        )

    def sessions(self, country: str, body: str) -> tuple[str, ...]:
        """Return the labels of the sessions at which a country spoke, in their order."""
        return self.column(
            "SELECT DISTINCT sessions.label FROM sessions"
            " JOIN statements ON statements.body = sessions.body AND statements.session = sessions.label"
            " WHERE country = ? AND sessions.body = ? AND EXISTS ("
            "SELECT 1 FROM editions JOIN readable_snapshots ON edition = editions.id"
            " WHERE statement = statements.id"
            ") ORDER BY sessions.sort, sessions.label",
            country,
            body,
        )

    def log(self, reference: Reference) -> tuple[SnapshotEntry, ...]:
        """Return the snapshots behind a reference, from a series down to one of them, oldest first.

        Raises ``NotInArchive`` where there is none.
        """
        from tracker.model.record import SnapshotEntry  # noqa: PLC0415
        from tracker.record.ledger.checks import read_checked  # noqa: PLC0415 (as above)
        from tracker.record.ledger.reviews import is_challenged  # noqa: PLC0415 (as above)

        narrowed, values = queries.narrow_to(reference)
        rows = self.rows(
            f"SELECT snapshots.id, {queries.NAME}, ordinal, observed, documents.sha256, size,"
            " documents.media_type, extractor, versions.language, words,"
            " CASE WHEN source LIKE 'http%' THEN source ELSE coalesce(url, source) END, kind_inferred"
            f" {queries.SNAPSHOTS} JOIN documents ON documents.sha256 = snapshots.document"
            f" WHERE TRUE{narrowed} ORDER BY {queries.ORDER}, ordinal",
            *values,
        )
        if not rows:
            raise self.missing(reference)
        checked, confirmed = method(read_checked), method(is_captured_by_confirmed_clock)
        challenged = method(is_challenged)
        return tuple(
            replace(
                SnapshotEntry(Reference(*row[1:8]), *row[8:-1]),
                checked=checked(self, row[0]),
                kind_inferred=bool(row[-1]),
                clock_confirmed=confirmed(self, row[0]),
                challenged=challenged(self, row[0]),
            )
            for row in rows
        )

    def appearances(self) -> tuple[Appearance, ...]:
        """Return how each snapshot that may be read came into the archive, by edition, the oldest first."""
        from tracker.model.record import Appearance  # noqa: PLC0415 (as above)

        rows = self.rows(
            f"SELECT {queries.NAME}, ordinal, snapshots.document, snapshots.observed, runs.started,"  # noqa: S608 (our text)
            " announced, ifnull(cause, ''), ifnull(detail, '')"
            f" {queries.SNAPSHOTS} JOIN runs ON runs.id = snapshots.run"
            " LEFT JOIN outcomes ON outcomes.id = (SELECT min(id) FROM outcomes AS first"
            " WHERE first.snapshot = snapshots.id AND outcome IN ('new', 'changed'))"
            f" ORDER BY {queries.ORDER}, ordinal"
        )
        return tuple(Appearance(Reference(*row[:7]), *row[7:]) for row in rows)

    def side(self, reference: Reference) -> Side:
        """Return one statement: the preferred edition that fits, its latest snapshot or the one named.

        Raises ``ReferenceInvalid`` with the choices where several statements fit, and ``NotInArchive``
        with what there is nearest where none does.
        """
        found = self._find(reference)
        with translate(self.path):
            row = fetch_named(
                self.connection,
                "SELECT statements.country, statements.body, statements.session, item, editions.kind,"
                f" kind_inferred, {queries.select_facts(self.connection, OF_SIDE)},"
                f" document AS sha256, ordinal AS snapshot {queries.SNAPSHOTS} WHERE {queries.IS_OF_VERSION}",
                [found],
            )
        return Side(
            name=str(replace(reference, item=row.pop("item"))),
            version=Versions(self.path, self.connection).version(found),
            kind_inferred=bool(row.pop("kind_inferred")),
            **row,
        )

    def resolve(self, reference: Reference) -> Reference:
        """Return the full reference of what ``side`` would return: with item, edition and snapshot.

        Raises as ``side`` does.
        """
        row = self.row(
            f"SELECT {queries.NAME}, ordinal {queries.SNAPSHOTS} WHERE {queries.IS_OF_VERSION}",
            self._find(reference),
        )
        return Reference(*row)

    def cited(self, reference: Reference) -> CitedText:
        """Return what a publication tells of the snapshot that ``side`` would return; raises as it does."""
        from tracker.model.citations import CitedText  # noqa: PLC0415 (as above)

        found = self._find(reference)
        with translate(self.path):
            row = fetch_named(
                self.connection,
                "SELECT statements.country, statements.body, statements.session, editions.kind,"
                f" kind_inferred, editions.language, snapshots.id, {queries.select_facts(self.connection)},"
                " CASE WHEN source LIKE 'http%' THEN source WHEN url LIKE 'http%' THEN url END AS place,"
                f" observed, document AS sha256 {queries.SNAPSHOTS} WHERE versions.id = ?",
                [found],
            )
            row["url"] = row.pop("place")
            row["kind_inferred"] = bool(row["kind_inferred"])
            row["clock_confirmed"] = is_captured_by_confirmed_clock(self.connection, row.pop("id"))
        return CitedText(reference=str(self.resolve(reference)), **row)

    def identify(self, reference: Reference) -> tuple[object, ...]:
        """Return what tells the text that ``side`` would return, and its reading, from all others.

        The day is among it: which situations are met rests on the year. Raises as ``side`` does.
        """
        return self.row(
            f"SELECT {queries.NAME}, ordinal, document, versions.id, versions.sha256, versions.language,"
            f" extractor, versions.run, delivered {queries.SNAPSHOTS} WHERE {queries.IS_OF_VERSION}",
            self._find(reference),
        )

    def raw(self, reference: Reference) -> str:
        """Return the extractor's own output behind a reference, which the span map points into.

        Raises as ``side`` does.
        """
        from hashlib import sha256  # noqa: PLC0415 (2 ms that a list does not take)

        raw, extractor, media_type, document, data = self.row(
            f"SELECT raw, extractor, versions.media_type, document, {DOCUMENT} FROM versions"  # noqa: S608 (our text)
            " JOIN snapshots ON snapshots.id = versions.snapshot"
            " JOIN documents ON documents.sha256 = snapshots.document WHERE versions.id = ?",
            self._find(reference),
        )
        if not isinstance(data, bytes) or sha256(data).hexdigest() != document:
            raise self.damaged(f"document {document[:12]} no longer has its sha256")
        text: str | None = decode_plain(data, extractor, media_type) if raw is None else raw
        if text is None:
            raise self.damaged(f"document {document[:12]} is not what {extractor!r} reads")
        return text

    def withdrawn(
        self, country: str | None = None, body: str | None = None, session: str | None = None
    ) -> tuple[WithdrawnEntry, ...]:
        """Return every edition of which all was withdrawn, in the order of ``statements``."""
        from tracker.record.access.withdrawals import read_entries  # noqa: PLC0415 (as above)

        here = method(read_entries)(self, queries.series_is(country, body, session))
        if not self._count_closed():
            return here
        from tracker.record.access.refusals import read_absent  # noqa: PLC0415 (a public copy alone)

        return (*here, *method(read_absent)(self, (country, body, session)))

    def withdrawn_snapshots(self, reference: Reference) -> tuple[WithdrawnSnapshot, ...]:
        """Return the snapshots behind a reference that are withdrawn, in the order of ``log``."""
        from tracker.record.access.withdrawals import read_snapshots  # noqa: PLC0415 (as above)

        return method(read_snapshots)(self, reference)

    def missing(self, reference: Reference) -> NotInArchive:
        """Return the error that says what the archive lacks, and what it has nearest to that.

        It is a ``Withdrawn`` where there is something that was withdrawn.
        """
        from tracker.record.access.refusals import find_by_name  # noqa: PLC0415 (as above)
        from tracker.record.access.withdrawals import read_behind  # noqa: PLC0415 (as above)

        with translate(self.path):
            if behind := read_behind(self.connection, reference) or find_by_name(self.connection, reference):
                return Withdrawn(f"{reference} was {behind}")
            closed = self._count_closed()
            partial = f" (a public copy: {closed:,} rows are closed, and not in it)" if closed else ""
            return NotInArchive(f"{nearest.describe_nearest(self.connection, reference)}{partial}")

    def _count_closed(self) -> int:
        """Return how many rows a public copy lacks since they are closed; 0 in an archive of one's own."""
        return fetch_value(self.connection, _LEFT_OUT) or 0

    def _find(self, reference: Reference) -> int:
        """Return the id of the version that a reference means."""
        if reference.session is None:
            raise ReferenceInvalid(f"{reference} is a series; name a session, as in {reference}/SESSION")
        edition = self._find_edition(reference)
        narrowed, values = queries.narrow([("editions.id = ?", edition), *queries.snapshot_is(reference)])
        # By a date, what was observed last counts, not what was recorded last.
        order = "observed DESC, ordinal DESC" if isinstance(reference.snapshot, str) else "ordinal DESC"
        rows = self.rows(
            f"SELECT versions.id {queries.SNAPSHOTS} WHERE TRUE{narrowed} ORDER BY {order} LIMIT 1", *values
        )
        if not rows:
            raise self.missing(reference)
        return int(rows[0][0])

    def _find_edition(self, reference: Reference) -> int:
        """Return the id of the preferred edition that fits."""
        narrowed, values = queries.narrow([*queries.statement_is(reference), *queries.edition_is(reference)])
        rows = self.rows(
            f"SELECT editions.id, item {queries.EDITIONS} WHERE TRUE{narrowed} ORDER BY {queries.ITEM_ORDER}",
            *values,
        )
        if not rows:
            raise self.missing(reference)
        items = list(dict.fromkeys(item for _, item in rows))
        if len(items) > 1 and None not in items:
            choices = ", ".join(str(replace(reference, item=item)) for item in items)
            raise ReferenceInvalid(f"{reference} has several statements; name one: {choices}")
        return int(rows[0][0])


class NotingReader(Reader):
    """A reader for one command, on a connection that sees one moment, so that an answer stays what it was.

    It calls ``note`` with the statements of which it returned parts of texts. Looking back on ten
    statements, each of their neighbours asks for the same ones: names are looked up once.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, note: Callable[[Iterable[Reference]], None]
    ) -> None:
        super().__init__(path, connection)
        self._note = note
        once = lru_cache(MOST_REMEMBERED)
        self._resolved, self._identified = once(super().resolve), once(super().identify)
        self._sessions, self._rulings = once(super().sessions), once(super().rulings)

    def resolve(self, reference: Reference) -> Reference:
        """Return what ``Reader.resolve`` does, looked up once."""
        return self._resolved(reference)

    def identify(self, reference: Reference) -> tuple[object, ...]:
        """Return what ``Reader.identify`` does, looked up once."""
        return self._identified(reference)

    def sessions(self, country: str, body: str) -> tuple[str, ...]:
        """Return what ``Reader.sessions`` does, looked up once."""
        return self._sessions(country, body)

    def rulings(self) -> tuple[Ruling, ...]:
        """Return what ``Reader.rulings`` does, looked up once."""
        return self._rulings()

    def side(self, reference: Reference) -> Side:
        """Return what ``Reader.side`` does, and note whose texts it shows."""
        side = super().side(reference)
        self._note([reference])
        return side

    def cited(self, reference: Reference) -> CitedText:
        """Return what ``Reader.cited`` does, and note whose texts it shows."""
        cited = super().cited(reference)
        self._note([reference])
        return cited

    def raw(self, reference: Reference) -> str:
        """Return what ``Reader.raw`` does, and note whose texts it shows."""
        raw = super().raw(reference)
        self._note([reference])
        return raw

    def segments(
        self, body: str, language: str, beginnings: Iterable[Collection[str]] | None
    ) -> tuple[tuple[Reference, Segment], ...]:
        """Return what ``Reader.segments`` does, and note whose texts it shows."""
        found = super().segments(body, language, beginnings)
        self._note(reference for reference, _ in found)
        return found

    def search(
        self,
        query: str,
        scope: SearchScope | None = None,
        *,
        order: SearchOrder = "best",
        limit: int = 20,
        page: int = 1,
    ) -> SearchPage:
        """Return what ``Reader.search`` does, and note whose texts it shows."""
        found = super().search(query, scope, order=order, limit=limit, page=page)
        self._note(hit.reference for hit in found.hits)
        return found
