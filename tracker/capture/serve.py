"""The program of a reader process: load libraries, drop privileges, and answer requests."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import IO, TYPE_CHECKING, Final, cast

from tracker.capture.links import read_links
from tracker.capture.read.extract import check_size, check_text, giving_reasons, quiet_libraries
from tracker.capture.read.plain import read_charset
from tracker.capture.read.readers import READERS, Settings, choose_reader
from tracker.capture.sandbox.confine import confine, extend_processor_time, measure_peak
from tracker.capture.sandbox.protocol import (
    LONG,
    MAX_ANSWER,
    MEMORY,
    READ,
    READY,
    UNREADABLE,
    Limits,
    encode,
    measure,
    receive,
    send,
    take_pipes,
)
from tracker.capture.spreadsheets import read_sheet
from tracker.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tracker.model.texts import Extraction

    Request = Mapping[str, "str | list[str] | None"]

_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "index": ("chardet", "lxml.html", "webencodings.labels"),
    "spreadsheet": ("python_calamine",),
}
"""What reads the links of an index, and a table of metadata."""

_NEARLY_FULL: Final = 0.875
"""The share of memory above which an answer is not trusted: libraries short of memory may drop text."""
_WORN_OUT: Final = 0.25
"""The share of memory above which the process ends, so that the next document has all of it."""


def serve(kind: str, limits: Limits, parent: int) -> None:
    """Answer requests on standard input until it closes, which it does when the parent process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = take_pipes()
    for library in list_libraries(kind):
        import_module(library)
    level = confine(limits, parent)
    with suppress(BrokenPipeError):
        send(answers, READY, level.encode())
        for request, data in _receive_all(requests):
            extend_processor_time(limits)
            send(answers, *_answer(json.loads(request), data, limits))
            if measure_peak() > _WORN_OUT * limits.memory:
                return


def list_libraries(kind: str) -> tuple[str, ...]:
    """Return what a process loads before it is confined, by name: what uses it imports it later."""
    if kind in _OTHERS:
        return _OTHERS[kind]
    return tuple(name for reader in READERS.values() if reader.kind == kind for name in reader.libraries)


def _receive_all(pipe: IO[bytes]) -> Iterator[tuple[bytes, ...]]:
    with suppress(EOFError):
        while True:
            yield receive(pipe, sys.maxsize)


def _answer(request: dict[str, str | list[str] | None], data: bytes, limits: Limits) -> tuple[bytes, ...]:
    read = _READINGS[str(request.pop("reading"))]
    try:
        fields = tuple(map(encode, read(data, request)))
    except MemoryError:
        return (MEMORY,)
    except DocumentUnreadable as error:
        # Short of memory, libraries find faults in what has none.
        return (MEMORY,) if _is_nearly_full(limits) else (UNREADABLE, encode(str(error)))
    if _is_nearly_full(limits):
        return (MEMORY,)
    return (READ, *fields) if measure(READ, *fields) <= MAX_ANSWER else (LONG,)


def _is_nearly_full(limits: Limits) -> bool:
    return measure_peak() > _NEARLY_FULL * limits.memory


def _read_document(data: bytes, request: Request) -> Iterator[str | None]:
    remove = tuple(cast("list[str]", request["remove"]))
    named = {name: cast("str | None", request[name]) for name in ("name", "selector", "content_type")}
    extraction = parse(data, remove=remove, **named)
    yield from (extraction.text, extraction.media_type, extraction.extractor, extraction.title)


def _read_links(data: bytes, request: Request) -> Iterator[str]:
    for link in read_links(data, str(request["url"]), cast("str | None", request["content_type"])):
        yield from (link.address, link.text, "index" if link.is_index else "")


_READINGS: Final[Mapping[str, Callable[[bytes, Request], Iterator[str | None]]]] = {
    "document": _read_document,
    "links": _read_links,
    "spreadsheet": lambda data, _: read_sheet(data),
}


_QUIETED: Final = tuple({name for reader in READERS.values() for name in reader.quiet})


def parse(
    data: bytes,
    name: str | None = None,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
) -> Extraction:
    """Return what ``extract`` returns, without limits of time or memory.

    Raises ``DocumentUnreadable``, without the document's name, and ``MemoryError``.
    """
    with giving_reasons(), quiet_libraries(*_QUIETED):
        check_size(data)
        settings = Settings(name, selector, remove, read_charset(content_type))
        extraction = choose_reader(data).read(data, settings)
        check_text(extraction.text)
    return extraction


if __name__ == "__main__":
    _kind, *_numbers = sys.argv[1:] or ("html", "60", str(2 * 1024**3), str(os.getppid()))
    _processor, _memory, _parent = map(int, _numbers)
    serve(_kind, Limits(_processor, _memory), _parent)
