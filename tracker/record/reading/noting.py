"""The statements and versions of one command: asked once, and noted where the answer shows their texts."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from tracker.record.reading.reader import Reader
from tracker.record.reading.versions import Versions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from tracker.model.citations import CitedText
    from tracker.model.decisions import Ruling
    from tracker.model.record import SearchOrder, SearchPage, SearchScope, VersionEntry
    from tracker.model.texts import Reference, Segment, Side

_MOST_REMEMBERED: Final = 4096
"""Answers to one kind of question: names and numbers of half a kilobyte each, and never a text."""


class NotingReader(Reader):
    """A reader on a connection that sees one moment, so that an answer stays what it was.

    It calls ``note`` with the statements of which it returned parts of texts. Looking back on ten
    statements, each of their neighbours asks for the same ones: names are looked up once.
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, note: Callable[[Iterable[Reference]], None]
    ) -> None:
        super().__init__(path, connection)
        self._note = note
        once = lru_cache(_MOST_REMEMBERED)
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


class RememberingVersions(Versions):
    """Versions on a connection that sees one moment: the list of one reference is read once."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._entries, self._states = lru_cache(_MOST_REMEMBERED)(super().entries), cache(super().states)

    def entries(self, reference: Reference) -> tuple[VersionEntry, ...]:
        """Return what ``Versions.entries`` does, looked up once."""
        return self._entries(reference)

    def states(self, body: str) -> dict[tuple[str, str], str]:
        """Return what ``Versions.states`` does, looked up once."""
        return self._states(body)
