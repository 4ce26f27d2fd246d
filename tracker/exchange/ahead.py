"""The documents of an import read before their turn, by other processes where there are processors for them.

What they read is handed out as it is asked for, and is what reading it here gives; this process alone writes.
All is read here where there is one processor or little to read, and what another process failed at.
"""

from __future__ import annotations

from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.exchange.add import ReadDocument, read_bytes
from tracker.model.texts import Extraction, Run, Segment, SegmentKind, SpanMap, Version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor, Future

_ENOUGH: Final = 64
"""Documents to be read for which processes are started: one starts in the time that a hundred texts take."""
_MOST: Final = 256
"""Documents that are read before their turn, so that nobody waits while a session is recorded."""
_MOST_BYTES: Final = 16 * 1024 * 1024
"""Bytes of documents that are read before their turn, which bounds the memory."""
_MOST_PROCESSES: Final = 4
"""Two read plain text as fast as one records it."""


class Document(NamedTuple):
    """A document to be read: its bytes, what suggests their type, and its language where that is known."""

    data: bytes
    name: str
    language: str | None


class ReadAhead:
    """Reads the documents that are asked for, and some of those that are ``coming`` meanwhile."""

    def __init__(self) -> None:
        self._executor: Executor | None = None
        self._is_alone = False
        self._waiting: dict[Document, Future[_Packed] | None] = {}
        self._bytes = 0

    def read(self, document: Document, coming: Iterator[Document]) -> ReadDocument:
        """Return what was read in a document, asked for once. Raises ``DocumentUnreadable``."""
        try:
            self._look_ahead(coming)
            future = self._waiting.get(document)
            if future:
                return _unpack(future.result())
        except (BrokenExecutor, MemoryError, OSError):
            # A process was ended, is short of memory, or could not be started.
            self.close()
        finally:
            self.forget(document)
        return read_bytes(*document)

    def forget(self, document: Document) -> None:
        """Let go of a document that is not asked for."""
        if document in self._waiting:
            self._bytes -= len(document.data)
            del self._waiting[document]

    def close(self) -> None:
        """End the processes, whatever they do, and start none again."""
        self._is_alone = True
        self._waiting.clear()
        if self._executor:
            from tracker.follow.workers import end_processes  # noqa: PLC0415 (as below)

            end_processes()
            with suppress(OSError):
                self._executor.shutdown(cancel_futures=True)
            self._executor = None

    def _look_ahead(self, coming: Iterator[Document]) -> None:
        while not self._is_alone and len(self._waiting) < _MOST and self._bytes < _MOST_BYTES:
            document = next(coming, None)
            if document is None:
                return
            self._waiting[document] = self._submit(document)
            self._bytes += len(document.data)
            if self._executor is None and len(self._waiting) >= _ENOUGH:
                self._start()

    def _start(self) -> None:
        from tracker.follow.workers import count_cores, start_processes  # noqa: PLC0415 (of use to large imports)

        cores = count_cores()
        if cores == 1:
            self.close()
            return
        self._executor = start_processes(min(cores, _MOST_PROCESSES))
        self._waiting = {each: self._submit(each) for each in self._waiting}

    def _submit(self, document: Document) -> Future[_Packed] | None:
        return self._executor.submit(_read, document) if self._executor else None


@contextmanager
def reading_ahead() -> Iterator[ReadAhead]:
    """Yield what reads documents; no process is left behind, however the block ends."""
    ahead = ReadAhead()
    try:
        yield ahead
    finally:
        ahead.close()


class _Packed(NamedTuple):
    """What was read, as texts and numbers: its hundreds of objects take three times as long to send."""

    extraction: Extraction
    text: str
    language: str
    segments: list[tuple[SegmentKind, int, int, int]]
    runs: list[tuple[int, int, int, int]]


def _read(document: Document) -> _Packed:
    extraction, version = read_bytes(*document)
    segments = [(each.kind, each.paragraph, each.start, each.end) for each in version.segments]
    runs = [(each.clean_start, each.clean_end, each.raw_start, each.raw_end) for each in version.spans.runs]
    return _Packed(extraction, version.text, version.language, segments, runs)


def _unpack(packed: _Packed) -> ReadDocument:
    extraction, text = packed.extraction, packed.text
    segments = tuple(
        Segment(ordinal, kind, paragraph, start, end, text[start:end])
        for ordinal, (kind, paragraph, start, end) in enumerate(packed.segments)
    )
    spans = SpanMap(tuple(Run(*run) for run in packed.runs))
    version = Version(text, packed.language, segments, spans, extraction.extractor, extraction.media_type)
    return ReadDocument(extraction, version)
