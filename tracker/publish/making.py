"""Pages made by processes beside the one that writes them: each looks what a page rests on, and makes it."""

from __future__ import annotations

import posixpath
import re
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from tracker.errors import TrackerError
from tracker.publish.answering import look_up, make
from tracker.publish.pairs import read_pair
from tracker.publish.routes import Answer, find_route
from tracker.publish.shelf import open_shelf
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.model.texts import Reference
    from tracker.publish.shelf import Shelf
    from tracker.record.derived.answers import Answers

_LINK: Final = re.compile(r"""\s(?:href|src)="([^"#?][^"]*)\"""")
_OUTSIDE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|//")
_SERVED: Final = re.compile(rb'<p class="note served">.*?</p>\n?', re.DOTALL)
"""Tables of single pages: there would be ten for each page, which take longer to write than all pages."""
_LINKING: Final = (".html", ".atom")
_closing: Final = ExitStack()
CHANGED: Final = "the archive has changed meanwhile; give the same command again, which goes on"
HEAD: Final = b'<meta charset="utf-8">'
NOINDEX: Final = b'\n<meta name="robots" content="noindex">'


@dataclass(frozen=True, slots=True)
class Source:
    """What all pages of a site are made from, and where they are written."""

    place: Path
    """The folder of the open copy."""
    state: str
    """What the copy has to be; see ``Shelf``."""
    base: str | None
    out: Path
    unindexed: frozenset[Reference]
    """The statements that search engines may not have."""

    def is_unindexed(self, path: str) -> bool:
        """Return whether a page is of a statement that search engines may not have."""
        return bool(self.unindexed) and not self.unindexed.isdisjoint(_list_statements(path))


@dataclass(frozen=True, slots=True)
class PageWork:
    """A page that is wanted."""

    path: str
    had: str
    """What the file rests on that is there; "" where it is to be made in any case."""


@dataclass(frozen=True, slots=True)
class PageUnit:
    """Pages that go to a worker together."""

    works: tuple[PageWork, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was made, or is as it was."""

    body: bytes | None
    """None where the file is what it would be."""
    rests_on: str
    links: tuple[str, ...]
    """The paths of our own to which it leads."""
    answers: Answers
    """What was computed for it, to be kept."""


def make_pages(unit: PageUnit) -> tuple[Page | str, ...]:
    """Return each page, or why it could not be made.

    The copy is opened once in a process. Raises ``TrackerError`` where it is no longer the one asked for.
    """
    shelf = _open(unit.source.place, unit.source.base)
    if shelf.state != unit.source.state:
        raise TrackerError(CHANGED)
    return tuple(_try(work, unit.source, shelf) for work in unit.works)


@lru_cache(maxsize=1)
def _open(place: Path, base: str | None) -> Shelf:
    """Return the copy as it is now; it is closed with the process."""
    return _closing.enter_context(open_shelf(place, base, is_frozen=True))


def _try(work: PageWork, source: Source, shelf: Shelf) -> Page | str:
    try:
        return _make(work, source, shelf)
    except TrackerError as error:
        return str(error)


def _make(work: PageWork, source: Source, shelf: Shelf) -> Page | str:
    """Return a page, made where it would be another than it is."""
    path = work.path
    wanted = look_up(shelf, path)
    rests_on = f"{wanted.rests_on} {source.is_unindexed(path)}" if wanted.rests_on else ""
    body = None
    if not rests_on or rests_on != work.had:
        found = wanted if isinstance(wanted, Answer) else make(shelf, wanted)
        if found.status not in {HTTPStatus.OK, HTTPStatus.GONE}:
            return "there is no such page, and another one leads to it"
        body = _mark(path, found.body, source)
    text = (source.out / path).read_bytes() if body is None else body
    links = dict.fromkeys(_list_links(path, text, source.base)) if path.endswith(_LINKING) else ()
    return Page(body, rests_on, tuple(links), shelf.archive.derived.take_answers())


def _mark(path: str, body: bytes, source: Source) -> bytes:
    """Return a page without what is served alone, and as its source asks not for search engines."""
    body = _SERVED.sub(b"", body) if path.endswith(".html") else body
    return body.replace(HEAD, HEAD + NOINDEX, 1) if source.is_unindexed(path) else body


def _list_links(path: str, body: bytes, base: str | None) -> Iterator[str]:
    """Yield the paths of our own files to which a page or a feed leads."""
    here = posixpath.dirname(path)
    for found in dict.fromkeys(_LINK.findall(body.decode())):
        link = unescape(found)
        named = re.split("[?#]", link, maxsplit=1)[0]
        if base and named.startswith(base):
            yield unquote(named.removeprefix(base))
        elif not _OUTSIDE.match(link):
            yield posixpath.normpath(posixpath.join(here, unquote(named)))


def _list_statements(path: str) -> list[Reference]:
    """Return the statements that a page is of, by country, body, session and item."""
    found = find_route(path)
    parameters = found[1] if found else {}
    named: tuple[Reference, ...] = ()
    if "pair" in parameters:
        named = read_pair(parameters["pair"])
    elif "reference" in parameters:
        named = (parse_reference(parameters["reference"]),)
    return [each.statement for each in named]
