"""``tracker reextract``: kept bytes are read again, and what reads otherwise becomes a new version."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from tracker.capture.read.extract import decodes_as, extract
from tracker.capture.read.extractors import is_declared, is_installed, read_extractor
from tracker.capture.row_texts import is_table_extractor, read_table_text
from tracker.capture.sandbox.protocol import KEPT_DOCUMENT
from tracker.capture.watch_list import WATCH_FILE, parse_watch_list, read_watch_list
from tracker.comparing.decisions.rulings import find_quotes, place_segments, settle_rulings
from tracker.errors import DocumentUnreadable, ReaderStopped, WatchListInvalid, Withdrawn
from tracker.model.record import Reread
from tracker.model.texts import Extraction, Reference
from tracker.record.reading.reader import Reader
from tracker.record.reading.versions import add_confirmation, add_version
from tracker.references import parse_reference
from tracker.text.identity import digest_bytes
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Quote, Ruling
    from tracker.model.record import Capture
    from tracker.model.texts import Version
    from tracker.model.watching import Source
    from tracker.record.reading.versions import Versions
    from tracker.record.storing.store import Store


EVERYTHING = Reference("", "")
"""Names no country and no body, and so narrows nothing."""

NO_BYTES = "the record does not hold its bytes"
DAMAGED = "its bytes do not match their sha256; restore the record from a copy"


def reextract(
    archive: ArchiveSession,
    wanted: Sequence[str],
    started: str,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Reread, ...]:
    """Read the documents of snapshots again, all or those behind references, and keep what differs.

    Each new version is a transaction, so that a run that was cut short is simply run again; where all is
    read as before nothing is written, a run neither. ``started`` is an instant in UTC, ``progress`` is
    called with the snapshots done and in all. A ``dry_run`` writes nothing. Raises ``NotInArchive``,
    ``ArchiveLocked``, ``ArchiveUnusable`` and ``WatchListInvalid``.
    """
    references = tuple(parse_reference(text) for text in wanted) or (EVERYTHING,)
    with ExitStack() as stack:
        store = None if dry_run else stack.enter_context(archive.store("reextract"))
        record = store.versions if store else archive.versions
        captures, found = _find_captures(record, references)
        rulings = settle_rulings(record.rulings())
        rereading = _Rereading(record, store, _Selections(archive.folder, record), rulings, started)
        for number, capture in enumerate(captures):
            progress(number, len(captures))
            found.append(rereading.read(capture))
        progress(len(captures), len(captures))
    return tuple(found)


def count_outdated(record: Versions) -> int:
    """Return how many snapshots were last read by other extractors than today's, and may read otherwise."""
    return sum(_is_outdated(record, *reading) for reading in record.readings())


def _is_outdated(record: Versions, snapshot: int, version: int, sha256: str, extractor: str) -> bool:
    if is_installed(extractor) and not is_declared(extractor):
        return False
    installed = [name for name in (extractor, *record.confirmed(version)) if is_installed(name)]
    if not installed or not all(map(is_declared, installed)):
        return not installed
    data, origins = record.document(sha256), record.origins(snapshot)
    content_type = origins[0].content_type if origins else None
    return data is not None and not any(decodes_as(name, data, content_type) for name in installed)


def is_faulty(found: Sequence[Reread]) -> bool:
    """Return whether something that was read before cannot be read now."""
    return any(each.status == "unreadable" for each in found)


def _find_captures(record: Versions, references: Sequence[Reference]) -> tuple[list[Capture], list[Reread]]:
    """Return snapshots, each once, and apart those that were withdrawn.

    Raises ``NotInArchive`` for a reference that has none of either.
    """
    captures: dict[Capture, None] = {}
    withdrawn: dict[Reread, None] = {}
    reader = Reader(record.path, record.connection)
    for reference in references:
        there = record.captures(reference)
        closed = reader.withdrawn_snapshots(reference)
        if not (there or closed or reference == EVERYTHING):
            raise reader.missing(reference)
        captures |= dict.fromkeys(there)
        withdrawn |= dict.fromkeys(
            Reread(each.reference, "skipped", reason=str(each.withdrawal)) for each in closed
        )
    return list(captures), list(withdrawn)


class _Tables:
    """The output for the table that was read last: its rows come one after the other."""

    def __init__(self) -> None:
        self._last: tuple[tuple[str, str], str] = (("", ""), "")

    def read(self, sha256: str, data: bytes, extractor: str) -> str:
        """Return the texts of a whole table. Raises ``DocumentUnreadable``."""
        if self._last[0] != (sha256, extractor):
            self._last = (sha256, extractor), read_table_text(data, extractor)
        return self._last[1]


@dataclass(frozen=True, slots=True)
class _Rereading:
    """What a run was given; without a store nothing is written."""

    record: Versions
    store: Store | None
    selections: _Selections
    rulings: tuple[Ruling, ...]
    started: str
    tables: _Tables = field(default_factory=_Tables)

    def read(self, capture: Capture) -> Reread:
        """Read one snapshot's document again, and write what is new about it."""
        old = self.record.version(capture.version)
        answer = Reread(capture.reference, "same", was=old.extractor)
        data = self.record.document(capture.document)
        if data is None:
            return replace(answer, status="skipped", reason=NO_BYTES)
        if digest_bytes(data) != capture.document:
            return replace(answer, status="unreadable", reason=DAMAGED)
        if is_table_extractor(old.extractor):
            return self._read_row(capture, data, old, answer)
        return self._read_whole(capture, data, old, answer)

    def _read_whole(self, capture: Capture, data: bytes, old: Version, answer: Reread) -> Reread:
        selection = self.selections.find(capture, old.extractor)
        if selection is None:
            return replace(answer, status="skipped", reason=self.selections.missing(capture))
        try:
            extraction = extract(
                data,
                selection.name,
                selector=selection.selector,
                remove=selection.remove,
                content_type=selection.content_type,
                limits=KEPT_DOCUMENT,
            )
        except ReaderStopped as error:
            return replace(answer, status="unverifiable", reason=f"{error.cause}: its version stays")
        except DocumentUnreadable as error:
            return replace(answer, status="unreadable", reason=str(error))
        return self._weigh(capture, data, extraction, old, answer)

    def _read_row(self, capture: Capture, data: bytes, old: Version, answer: Reread) -> Reread:
        """Read a row of a table again, at its place in the output for the whole table."""
        start, end = self.record.place(capture.id)
        try:
            text = self.tables.read(capture.document, data, old.extractor)
        except DocumentUnreadable as error:
            return replace(answer, status="unreadable", reason=str(error))
        extraction = Extraction(text[start:end], old.media_type, old.extractor)
        return self._weigh(capture, data, extraction, old, answer)

    def _weigh(
        self, capture: Capture, data: bytes, extraction: Extraction, old: Version, answer: Reread
    ) -> Reread:
        new = read_text(
            extraction.text,
            extractor=extraction.extractor,
            media_type=extraction.media_type,
            language=capture.language,
        )
        answer = replace(answer, now=new.extractor, sentences=(len(old.segments), len(new.segments)))
        if replace(new, extractor=old.extractor) == old:
            self._confirm(capture, old, new)
            return answer
        if self.store:
            try:
                add_version(self.store, capture, data, new, extraction.text, self.started)
            except Withdrawn as error:
                return replace(answer, status="skipped", reason=str(error))
        return self._compare(answer, old, new)

    def _confirm(self, capture: Capture, old: Version, new: Version) -> None:
        """Note under which other name the same is read, so that snapshots can be recognised as read alike."""
        if self.store and new.extractor not in {old.extractor, *self.record.confirmed(capture.version)}:
            add_confirmation(self.store, capture.version, new.extractor, self.started)

    def _compare(self, answer: Reread, old: Version, new: Version) -> Reread:
        before, after = (Counter(segment.text for segment in each.segments) for each in (old, new))
        quoted = [(ruling, quotes) for ruling in self.rulings for quotes in _quotes(ruling, answer.reference)]
        places = place_segments(new)
        lost = [ruling for ruling, quotes in quoted if find_quotes(places, quotes) is None]
        return replace(
            answer,
            status="extraction",
            gone=tuple((before - after).elements()),
            come=tuple((after - before).elements()),
            followed=len(quoted) - len(lost),
            lost=tuple(lost),
        )


def _quotes(ruling: Ruling, snapshot: Reference) -> Iterator[Sequence[Quote]]:
    """Yield what a decision quotes of a snapshot."""
    unit = ruling.unit
    for side, quotes in ((unit.old, unit.old_quotes), (unit.new, unit.new_quotes)):
        if side == snapshot and quotes:
            yield quotes


@dataclass(frozen=True, slots=True)
class _Selection:
    """How a document is to be read: under which name, and which parts of a page."""

    name: str | None
    selector: str | None = None
    remove: tuple[str, ...] = ()
    content_type: str | None = None


class _Selections:
    """The watch lists of an archive, asked what the sources of its snapshots select."""

    def __init__(self, archive: Path, record: Versions) -> None:
        self._path = archive / WATCH_FILE
        self._record = record
        self._present = _by_id(read_watch_list(self._path).sources) if self._path.exists() else {}

    def find(self, capture: Capture, extractor: str) -> _Selection | None:
        """Return how to read a snapshot's document; ``extractor`` is how it was read before.

        None where its source had selectors and no watch list that is known names it: what it would select
        today is unknown.
        """
        origins = self._record.origins(capture.id)
        if not origins:
            return _Selection(capture.name)
        for sources in self._lists():
            for origin in origins:
                # A link of an index is watched in the index's manner.
                source = sources.get(origin.source.partition(":")[0])
                if source and _feeds(source, capture.reference):
                    return _Selection(origin.address, source.selector, source.remove, origins[0].content_type)
        if read_extractor(extractor).settings:
            return None
        return _Selection(origins[0].address, content_type=origins[0].content_type)

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
