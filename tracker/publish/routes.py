"""Every page there is: one table, by which they are served, written to files and linked to each other.

A path is the name of a file, with its ending. A part of it that is a name of somebody else's is
percent-encoded in the file's own name, so that no name leads to another folder. What a page comes to is an
``Answer``, or an error that says why there is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote, unquote

from tracker.publish.pages import load_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.publish.shelf import Shelf

    Parameters = Mapping[str, str]

HTML: Final = "text/html; charset=utf-8"


class NotThere(Exception):
    """What is asked for is not in the open copy; its text says what is, in one sentence."""


class Gone(Exception):
    """What is asked for was withdrawn; its text says by whose authority, and for which reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, a feed or a table, as it is served and as it is written to a file."""

    body: bytes
    media_type: str = HTML
    status: int = 200
    rests_on: str = ""
    """The digest of all that it was made from: it is the same until that is another."""


class View(Protocol):
    """A module of ``pages``; two functions that do no more than read the open copy."""

    def show(self, shelf: Shelf, parameters: Parameters) -> Answer:
        """Return the page. Raises ``NotThere`` and ``Gone``, and ``TrackerError`` as the archive does."""

    def rests_on(self, shelf: Shelf, parameters: Parameters) -> list[object]:
        """Return, as plain values, all that the page is made from, beside our own code; raises as above.

        It is asked far more often than the page: it computes nothing.
        """


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of page."""

    name: str
    pattern: str
    """Its path: ``{name}`` is one part of it, ``{name...}`` one or more."""
    module: str
    """In ``pages``; read when it is first asked for."""
    work: str = ""
    """What is being done while a reader waits, as in "comparing"; nothing where none has to wait."""
    asked: tuple[str, ...] = ()
    """The names that may stand behind the question mark; such a page is served, and never frozen."""

    @property
    def view(self) -> View:
        """What makes it."""
        view: View = load_view(self.module)
        return view


ROUTES: Final = (
    Route("index", "index.html", "index"),
    Route("body", "bodies/{body}.html", "body"),
    Route("country", "countries/{country}.html", "country"),
    Route("session", "sessions/{body}/{session}.html", "session"),
    Route("group", "groups/{group}/{body}/{session}.html", "group"),
    Route("series", "series/{country}/{body}.html", "series", work="following its topics"),
    Route("statement", "statements/{reference...}.html", "statement", work="reading it"),
    Route("comparison", "compare/{pair...}.html", "comparison", work="comparing"),
    Route("topics", "topics.html", "topics", work="reading all statements for topics"),
    Route("topic", "topics/{topic}.html", "topic", work="reading all statements for topics"),
    Route("method", "method.html", "method"),
    Route("feed", "feeds/all.{form}", "feed", work="reading what happened"),
    Route("body feed", "feeds/bodies/{body}.{form}", "feed", work="reading what happened"),
    Route("country feed", "feeds/countries/{country}.{form}", "feed", work="reading what happened"),
    Route("topic feed", "feeds/topics/{topic}.{form}", "feed", work="reading what happened"),
    Route("search", "search.html", "search", asked=("q", "page")),
    Route("table", "data/{table}.{form}", "data"),
    Route("data", "data/{table}/{name...}.{form}", "data", work="writing the table"),
    Route("static", "static/{name}", "static"),
)

_NAMED: Final = {route.name: route for route in ROUTES}
_FIELD: Final = re.compile(r"\{(\w+)(\.\.\.)?\}")
_SAFE: Final = "~@-_."


def find_route(path: str) -> tuple[Route, Parameters] | None:
    """Return the route of a path, without a slash before it, and what it names; None where there is none."""
    for route in ROUTES:
        if match := _compile(route.pattern).fullmatch(path):
            found = {name: unquote(value) for name, value in match.groupdict().items()}
            # One path for each page: any other spelling of it is none.
            return (route, found) if address(route.name, **found) == path else None
    return None


def address(name: str, /, **parameters: str) -> str:
    """Return the path of a page. Raises ``KeyError`` for a route or a part that is not there."""

    def fill(field: re.Match[str]) -> str:
        value = parameters[field[1]]
        return "/".join(map(_encode, value.split("/"))) if field[2] else _encode(value)

    return _FIELD.sub(fill, _NAMED[name].pattern)


def link(here: str, path: str) -> str:
    """Return the address of a page as another one has it: relative, so that both may be anywhere."""
    own, other = here.split("/")[:-1], path.split("/")
    same = 0
    while same < min(len(own), len(other) - 1) and own[same] == other[same]:
        same += 1
    return quote("/".join([*[".."] * (len(own) - same), *other[same:]]), safe="/~@")


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    at, parts = 0, []
    for field in _FIELD.finditer(pattern):
        parts += [re.escape(pattern[at : field.start()]), rf"(?P<{field[1]}>{'.+' if field[2] else '[^/]+'})"]
        at = field.end()
    return re.compile("".join([*parts, re.escape(pattern[at:])]), re.DOTALL)


def _encode(part: str) -> str:
    """Return a part of a path as a file may be called: no part is empty, or leads up or is hidden."""
    encoded = quote(part, safe=_SAFE)
    return f"%2E{encoded[1:]}" if encoded.startswith(".") else encoded
