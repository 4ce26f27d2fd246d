"""The archive opened: its record, with the copies that follow each writing; or both, for one command."""

from __future__ import annotations

import shlex
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Self

from tracker.errors import ArchiveUnusable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.texts import Reference
from tracker.record.schema.connection import (
    FILE_NAME,
    WATCH,
    Record,
    archive_file,
    is_blank,
    is_record,
    method,
    open_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tracker.model.ledger import RunKind
    from tracker.record.derived.answers import Derived
    from tracker.record.reading.reader import Reader
    from tracker.record.reading.versions import Versions
    from tracker.record.storing.store import Store


def create_archive(folder: Path, group: str | None = None) -> None:
    """Make an empty archive in a folder; see ``storing.store.create_archive``.

    Raises as that does, and ``ArchiveUnusable`` where a mirror is there whose record is gone.
    """
    from tracker.preservation import following  # noqa: PLC0415 (as below)
    from tracker.preservation.folder import MIRROR  # noqa: PLC0415 (as below)
    from tracker.record.storing import store  # noqa: PLC0415 (as below)

    if (folder / MIRROR).exists() and not (folder / FILE_NAME).exists():
        raise ArchiveUnusable(
            f"{folder / FILE_NAME} is gone and its mirror is there; to make it again from that:"
            f" tracker verify --repair --archive {shlex.quote(str(folder))}"
        )
    store.create_archive(folder, following, group)


@contextmanager
def begin_archive(folder: Path) -> Iterator[None]:
    """Make an archive for this block, and take it away where nothing was recorded or watched by its end."""
    from tracker.record.modes import folders_taken_back  # noqa: PLC0415 (to begin one alone)

    listed = _read_watched(folder)
    with folders_taken_back(folder):
        create_archive(folder)
        try:
            yield
        finally:
            with suppress(TrackerError, OSError):
                if _read_watched(folder) == listed:
                    _discard_unused(folder)


def _read_watched(folder: Path) -> bytes | None:
    with suppress(OSError):
        return (folder / WATCH).read_bytes()
    return None


def _discard_unused(folder: Path) -> None:
    """Remove a record in which there are no runs; raises ``ArchiveLocked`` where one writes now."""
    from tracker.record.lock import take_lock  # noqa: PLC0415 (where one was begun)

    path = archive_file(folder)
    lock = take_lock(folder)
    try:
        with open_record(folder, Record) as record:
            is_used = record.connection.execute("SELECT 1 FROM runs").fetchone()
        for ending in () if is_used else ("-wal", "-shm", ""):
            path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    finally:
        lock.release()


def lacks_archive(folder: Path) -> bool:
    """Tell whether an archive could be begun in a folder: there is none, and nothing in its place.

    Raises as ``open_record`` does for a file that SQLite cannot open.
    """
    path = folder / FILE_NAME
    return not folder.is_file() and not path.is_symlink() and (not path.exists() or is_blank(path))


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
    What was derived in the folder ``derived_beside`` is looked for too, and nothing is kept there.
    """

    def __init__(
        self, folder: Path, *, trusts_derived: bool = True, derived_beside: Path | None = None
    ) -> None:
        self.folder = folder
        self._derived_beside = derived_beside
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
        beside = self._derived_beside if is_kept else None
        return self._closing.enter_context(open_derived(self.folder if is_kept else None, beside))

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

    def find_unsendable(self) -> dict[Reference, str]:
        """Return the snapshots that no language model may be shown, each with the source that closes it.

        Raises ``WatchListInvalid`` where the watch list cannot be read, so that this is unknown.
        """
        from tracker.record.access.handing_on import list_unsendable  # noqa: PLC0415 (to ask a model alone)

        return method(list_unsendable)(self.reader, self.folder)

    def is_touched(self) -> bool:
        """Tell whether another program has changed the record, as it was read; see ``touched.is_touched``."""
        from tracker.preservation.mirror.touched import is_touched  # noqa: PLC0415 (where it is read alone)

        return self._record is not None and is_touched(self._record.connection)

    def _has_record(self) -> bool:
        """Tell whether the folder has a record of this program: what another keeps there stays."""
        return self._record is not None or is_record(self.folder / FILE_NAME)

    def _open(self) -> tuple[Reader, Versions]:
        if self._record is None or self._views is None:
            # What only writes needs neither: 8 ms.
            from tracker.record.reading.reader import NotingReader  # noqa: PLC0415
            from tracker.record.reading.versions import RememberingVersions  # noqa: PLC0415

            self._record = record = open_record(self.folder, Record, one_moment=True)
            self._views = (
                NotingReader(record.path, record.connection, self.note_shown),
                RememberingVersions(record.path, record.connection),
            )
        return self._views

    def _end_reading(self) -> None:
        if self._record is not None:
            self._record.close()
            self._record = self._views = None
