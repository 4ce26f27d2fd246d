"""What runs in a process that reads: loads its libraries, gives up what it may not, and answers requests."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Final, cast

from tracker.capture.read.parse import parse
from tracker.capture.sandbox.bounds import MOST_ANSWERED, Bounds
from tracker.capture.sandbox.confine import confine, extend_processor_time, measure_peak
from tracker.capture.sandbox.wire import LONG, MEMORY, READ, READY, UNREADABLE, encode, measure, receive, send
from tracker.capture.watch.links import nested_sitemaps, read_links
from tracker.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Settings = Mapping[str, "str | list[str] | None"]

_LIBRARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "pdf": ("pypdfium2",),
    "zip": ("docx",),
    "html": ("lxml.html", "trafilatura", "cssselect"),
    "text": ("charset_normalizer", "markdown_it"),
    "index": ("lxml.html",),
}
"""Loaded while files may still be written, so that Python can keep them compiled."""

_NEARLY: Final = 0.875
"""Of its memory: libraries that ran short may have given half of a text instead of an error."""
_TIRED: Final = 0.25
"""Of its memory: what it once took it may never give back, and the next document has a right to all of it."""


def serve(kind: str, bounds: Bounds, parent: int) -> None:
    """Answer requests on standard input until it ends, which it does with whoever started this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = _take_pipes()
    for library in _LIBRARIES[kind]:
        import_module(library)
    confine(bounds, parent)
    with suppress(BrokenPipeError):
        send(answers, READY)
        for request, data in _receive_all(requests):
            extend_processor_time(bounds)
            send(answers, *_answer(json.loads(request), data, bounds))
            if measure_peak() > _TIRED * bounds.memory:
                return


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the pipes of requests and answers, out of the way of libraries that read or print."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return pipes


def _receive_all(pipe: IO[bytes]) -> Iterator[tuple[bytes, ...]]:
    with suppress(EOFError):
        while True:
            yield receive(pipe, sys.maxsize)


def _answer(request: dict[str, str | list[str] | None], data: bytes, bounds: Bounds) -> tuple[bytes, ...]:
    read = _READINGS[str(request.pop("reading"))]
    try:
        fields = tuple(map(encode, read(data, request)))
    except MemoryError:
        return (MEMORY,)
    except DocumentUnreadable as error:
        # Short of memory, libraries find faults in what has none.
        return (MEMORY,) if _is_nearly_full(bounds) else (UNREADABLE, encode(str(error)))
    if _is_nearly_full(bounds):
        return (MEMORY,)
    return (READ, *fields) if measure(READ, *fields) <= MOST_ANSWERED else (LONG,)


def _is_nearly_full(bounds: Bounds) -> bool:
    return measure_peak() > _NEARLY * bounds.memory


def _read_document(data: bytes, settings: Settings) -> Iterator[str | None]:
    remove = tuple(cast("list[str]", settings["remove"]))
    named = {name: cast("str | None", settings[name]) for name in ("name", "selector", "content_type")}
    extraction = parse(data, remove=remove, **named)
    yield from (extraction.text, extraction.media_type, extraction.extractor, extraction.title)


def _read_links(data: bytes, settings: Settings) -> Iterator[str]:
    for link in read_links(data, str(settings["url"]), cast("str | None", settings["content_type"])):
        yield from link


def _read_sitemaps(data: bytes, settings: Settings) -> Iterator[str]:
    yield from nested_sitemaps(data, str(settings["url"]))


_READINGS: Final[Mapping[str, Callable[[bytes, Settings], Iterator[str | None]]]] = {
    "document": _read_document,
    "links": _read_links,
    "sitemaps": _read_sitemaps,
}


if __name__ == "__main__":
    _kind, *_numbers = sys.argv[1:] or ("html", "60", str(2 * 1024**3), str(os.getppid()))
    _processor, _memory, _parent = map(int, _numbers)
    serve(_kind, Bounds(_processor, _memory), _parent)
