"""The engine of all imports: the items of a source are written in batches, and each gets an entry.

Each batch is one transaction. An interrupted run is simply run again: it recognises what is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from tracker.archive import open_store
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.model.preserving import ImportedCapture, ImportedFile, ImportedRevision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tracker.record.storing.store import Store

    Progress = Callable[[int, int], None]
    """Is told how many items are safe on disk, and how many there are."""

BATCH = 25
"""Items in a transaction: an interrupted run loses at most this much work.

The full-text index is written out with each. In those of 100 an import takes 3 percent less, and the index is
up to a tenth larger until SQLite has merged its parts.
"""

Entry = TypeVar("Entry", ImportedFile, ImportedRevision, ImportedCapture)


@dataclass(frozen=True, slots=True)
class Item(Generic[Entry]):
    """What a source yields: a line of the report, and how the item is written and its line completed."""

    entry: Entry
    write: Callable[[Store], Entry] | None = None
    """None where nothing is to be written: the entry says why. It is called once, after those before it."""


def show_nothing(_done: int, _total: int) -> None:
    """Show no progress."""


def import_items(
    items: Iterable[Item[Entry]],
    total: int,
    archive: Path,
    progress: Progress,
    *,
    started: str | None = None,
    dry_run: bool = False,
) -> tuple[Entry, ...]:
    """Write the items of a source, ``total`` in number, in their order, and return their entries.

    An item that cannot be read, or that was withdrawn, is *skipped*, and its note says why. With ``started``
    (ISO 8601 in UTC), the run begins at this instant if there is anything to write; otherwise it begins with
    the first thing that is written, and ``items`` may be an iterator. A ``dry_run`` writes nothing. Raises as
    ``open_store`` does.
    """
    if dry_run or (started and not any(item.write for item in items)):
        return tuple(item.entry for item in items)
    entries: list[Entry] = []
    with open_store(archive, "import") as store:
        if started:
            store.begin(started)
        remaining = iter(items)
        for done in range(0, total, BATCH):
            progress(done, total)
            with store.batch():
                entries += [_write(store, item) for item in islice(remaining, BATCH)]
    progress(total, total)
    return tuple(entries)


def _write(store: Store, item: Item[Entry]) -> Entry:
    if item.write is None:
        return item.entry
    try:
        return item.write(store)
    except (DocumentUnreadable, ReferenceInvalid, Withdrawn) as error:
        return replace(item.entry, status="skipped", note=str(error))
