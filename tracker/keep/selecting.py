"""What a snapshot's source asks to be read of a page, by the watch list as it is, or else as it last was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tracker.capture.read.extractors import read_extractor
from tracker.capture.watch.watch_list import WATCH_FILE, parse_watch_list, read_watch_list
from tracker.errors import WatchListInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.archive.reading.versions import Versions
    from tracker.model.record import Capture
    from tracker.model.texts import Reference
    from tracker.model.watching import Source


@dataclass(frozen=True, slots=True)
class Selection:
    """How a document is to be read: under which name, and which parts of a page."""

    name: str | None
    selector: str | None = None
    remove: tuple[str, ...] = ()
    content_type: str | None = None


class Selections:
    """The watch lists of an archive, asked what the sources of its snapshots select."""

    def __init__(self, archive: Path, record: Versions) -> None:
        self._path = archive / WATCH_FILE
        self._record = record
        self._present = _by_id(read_watch_list(self._path).sources) if self._path.exists() else {}

    def find(self, capture: Capture, extractor: str) -> Selection | None:
        """Return how to read a snapshot's document; ``extractor`` is how it was read before.

        None where its source had selectors and no watch list that is known names it: what it would select
        today is unknown.
        """
        origins = self._record.origins(capture.id)
        if not origins:
            return Selection(capture.name)
        for sources in self._lists():
            for origin in origins:
                # A link of an index is watched in the index's manner.
                source = sources.get(origin.source.partition(":")[0])
                if source and _feeds(source, capture.reference):
                    return Selection(origin.address, source.selector, source.remove, origins[0].content_type)
        if read_extractor(extractor).settings:
            return None
        return Selection(origins[0].address, content_type=origins[0].content_type)

    def missing(self, capture: Capture) -> str:
        """Return why ``find`` found nothing."""
        origin = self._record.origins(capture.id)[0]
        return f"its source {origin.source} is in no watch list any more, so its selectors are unknown"

    def _lists(self) -> Iterator[Mapping[str, Source]]:
        yield self._present
        yield from self._earlier

    @cached_property
    def _earlier(self) -> list[Mapping[str, Source]]:
        lists = []
        for text in self._record.watch_lists():
            try:
                lists.append(_by_id(parse_watch_list(text.encode(), self._path).sources))
            except WatchListInvalid:
                continue  # An older release read it in another way.
        return lists


def _feeds(source: Source, snapshot: Reference) -> bool:
    """Return whether a source still stands for what it gave: a table may be rewritten for another session."""
    return source.reference is None or source.reference.covers(snapshot)


def _by_id(sources: tuple[Source, ...]) -> Mapping[str, Source]:
    return {source.id: source for source in sources}
