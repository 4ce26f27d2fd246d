"""The archive opened: its record, with the copies that follow each writing; or both, for one command."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Self

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.model.texts import Reference
from tracker.record.reading.reader import Reader
from tracker.record.reading.versions import Versions
from tracker.record.schema.connection import FILE_NAME, is_record
from tracker.record.schema.rows import Record, method, open_record

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from tracker.model.citations import CitedText
    from tracker.model.decisions import Ruling
    from tracker.model.ledger import RunKind
    from tracker.model.record import SearchOrder, SearchPage, SearchScope, VersionEntry
    from tracker.model.texts import Segment, Side
    from tracker.record.derived.answers import Derived
    from tracker.record.storing.store import Store


def create_archive(folder: Path, group: str | None = None) -> None:
    """Make an empty archive in a folder; see ``storing.store.create_archive``."""
    from tracker.preservation import following  # noqa: PLC0415 (as below)
    from tracker.record.storing import store  # noqa: PLC0415 (as below)

    store.create_archive(folder, following, group)


def open_store(folder: Path, kind: RunKind = "record", clock: Callable[[], str] | None = None) -> Store:
    """Open the archive in a folder for writing; see ``storing.store.open_store``.

    Raises as that does; ``HistoriesApart``, with nothing written, where the mirror has runs that the record
    does not; and at the end ``RepositoryUnusable``, ``RecordEdited`` and ``WatchListInvalid`` where the
    mirror cannot follow.
    """
    from tracker.preservation import following  # noqa: PLC0415 (94 ms, only where it is written)
    from tracker.record.lock import read_clock  # noqa: PLC0415 (as above)
    from tracker.record.storing import store  # noqa: PLC0415 (as above)

    return store.open_store(folder, following, kind, clock or read_clock)


class ArchiveSession:
    """The archive in a folder, for one command; use it in a ``with`` statement.

    Nothing is opened before it is asked for, so that comparing two files needs no archive. All views read
    on one connection, in one transaction: what they return is of one moment, also while another process
    writes; one that ends meanwhile waits ``BUSY_SECONDS`` for it. Each raises as ``open_record`` does.
    """

    def __init__(self, folder: Path, *, trusts_derived: bool = True) -> None:
        self.folder = folder
        self._trusts_derived = trusts_derived
        self._record: Record | None = None
        self._views: tuple[Reader, Versions] | None = None
        self._closing = ExitStack()
        self._shown: set[Reference] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened, and keep what was derived; what is asked afterwards is of a later moment."""
        self._end_reading()
        self._closing.close()
        self.__dict__.pop("derived", None)

    @property
    def reader(self) -> Reader:
        """The statements."""
        return self._open()[0]

    @property
    def versions(self) -> Versions:
        """The versions of snapshots."""
        return self._open()[1]

    @cached_property
    def derived(self) -> Derived:
        """What was derived from the archive; in memory where there is none to trust. Never raises."""
        from tracker.record.derived.answers import open_derived  # noqa: PLC0415 (4 ms, to compare alone)

        is_kept = self._trusts_derived and self._has_record()
        return self._closing.enter_context(open_derived(self.folder if is_kept else None))

    def store(self, kind: RunKind) -> Store:
        """Open the archive for writing; raises as ``open_store`` does.

        Reading ends before, since it would keep the store from moving everything into the one file. What
        is read afterwards is of a later moment.
        """
        self._end_reading()
        return open_store(self.folder, kind)

    def note_shown(self, references: Iterable[Reference]) -> None:
        """Note that the answer shows parts of these statements; what the reader returns is noted already."""
        self._shown.update(references)

    @contextmanager
    def unnoted(self) -> Iterator[None]:
        """Note nothing of what is read in this block, since none of it is shown."""
        before = self._shown.copy()
        yield
        self._shown = before

    def find_closed(self) -> tuple[Reference, ...]:
        """Return the snapshots that the answer shows something of, and that are not open to all.

        Raises ``WatchListInvalid`` where the watch list cannot be read, so that this is unknown.
        """
        if not self._shown or not self.folder.exists():
            return ()
        from tracker.record.access.handing_on import list_closed  # noqa: PLC0415 (2 ms, for what prints of texts)

        reader, found = self.reader, set[Reference]()
        closed = method(list_closed)(reader, self.folder)
        for each in tuple(self._shown) if closed else ():
            with suppress(NotInArchive, ReferenceInvalid):
                found.add(reader.resolve(each))
        return tuple(each for each in closed if each in found)

    def _has_record(self) -> bool:
        """Tell whether the folder has a record of this program: what another keeps there stays."""
        return self._record is not None or is_record(self.folder / FILE_NAME)

    def _open(self) -> tuple[Reader, Versions]:
        if self._record is None or self._views is None:
            self._record = record = open_record(self.folder, Record, one_moment=True)
            self._views = (
                _NotingReader(record.path, record.connection, self.note_shown),
                _RememberingVersions(record.path, record.connection),
            )
        return self._views

    def _end_reading(self) -> None:
        if self._record is not None:
            self._record.close()
            self._record = self._views = None


_MOST_REMEMBERED: Final = 4096
"""Answers to one kind of question: names and numbers of half a kilobyte each, and never a text."""


class _NotingReader(Reader):
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


class _RememberingVersions(Versions):
    """Versions on a connection that sees one moment: the list of one reference is read once."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._entries = lru_cache(_MOST_REMEMBERED)(super().entries)

    def entries(self, reference: Reference) -> tuple[VersionEntry, ...]:
        """Return what ``Versions.entries`` does, looked up once."""
        return self._entries(reference)
