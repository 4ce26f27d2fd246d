"""From a path to a page: the page, kept or made, or one that says why there is none."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tracker.diff.rules import name_rules
from tracker.errors import NotInArchive, ReferenceInvalid, Withdrawn
from tracker.model.plain import to_row
from tracker.publish.frame import render
from tracker.publish.routes import Answer, Gone, NotThere, find_route
from tracker.publish.shelf import open_shelf
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracker.publish.routes import Parameters, Route
    from tracker.publish.shelf import Shelf

_KIND: Final = "page"
_TEXTS: Final = ("text/", "application/json")
"""How the types begin of what is kept as text."""
_TITLES: Final = {
    HTTPStatus.NOT_FOUND: "Not here",
    HTTPStatus.GONE: "Withdrawn",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A fault",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not now",
}
_ABSENT: Final = (NotThere, Gone, NotInArchive, ReferenceInvalid)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that there is."""

    path: str
    route: Route
    parameters: Parameters
    rests_on: str


def answer(shelf: Shelf, path: str, asked: Mapping[str, str] | None = None) -> Answer:
    """Return the page at a path, with what stands behind the question mark; or the page that says why not.

    Raises ``ArchiveUnusable`` where the copy is damaged.
    """
    wanted = look_up(shelf, path, asked)
    if isinstance(wanted, Answer):
        return wanted
    return find_kept(shelf, wanted) or keep(shelf, wanted, make(shelf, wanted))


def answer_from(place: Path, base: str | None, path: str, asked: Mapping[str, str]) -> Answer:
    """Return what ``answer`` does of the open copy in a folder."""
    with open_shelf(place, base) as shelf:
        return answer(shelf, path, asked)


def look_up(shelf: Shelf, path: str, asked: Mapping[str, str] | None = None) -> Wanted | Answer:
    """Return which page is at a path and what it rests on; or the page that says why there is none."""
    found = find_route(path)
    if found is None:
        return refuse(path, NotThere("There is no such page."))
    route, parameters = found
    parameters = {**parameters, **{name: (asked or {}).get(name, "") for name in route.asked}}
    try:
        return Wanted(path, route, parameters, _name_page(route, shelf, parameters))
    except _ABSENT as error:
        return refuse(path, error)


def find_kept(shelf: Shelf, wanted: Wanted) -> Answer | None:
    """Return a page that was computed before from all that it rests on now."""
    kept = shelf.archive.derived.answer(_KIND, wanted.rests_on) if wanted.route.work else None
    if kept is None:
        return None
    media_type, text, data = json.loads(kept)
    return Answer(b64decode(data) if data else text.encode(), media_type, rests_on=wanted.rests_on)


def make(shelf: Shelf, wanted: Wanted) -> Answer:
    """Return a page made now, or the one that says why there is none."""
    try:
        return replace(wanted.route.view.show(shelf, wanted.parameters), rests_on=wanted.rests_on)
    except _ABSENT as error:
        return refuse(wanted.path, error)


def keep(shelf: Shelf, wanted: Wanted, found: Answer) -> Answer:
    """Keep a page where it was worth the work, and return it."""
    if wanted.route.work and found.rests_on:
        is_text = found.media_type.startswith(_TEXTS)
        text, data = (found.body.decode(), "") if is_text else ("", b64encode(found.body).decode())
        kept = json.dumps([found.media_type, text, data])
        shelf.archive.derived.keep_answer(_KIND, wanted.rests_on, name_rules(), kept)
    return found


def refuse(path: str, error: Exception, *, status: int = 404, home: str = "") -> Answer:
    """Return the page that says why there is none at a path: it was withdrawn, or is not there.

    ``home`` is the address that its links start from, where it is shown in the place of any page.
    """
    of = HTTPStatus.GONE if isinstance(error, Gone | Withdrawn) else HTTPStatus(status)
    page = render("absent", path, reason=str(error), title=_TITLES[of], home=home)
    return replace(page, status=of)


def wait(path: str, work: str, counted: tuple[int, int] = (0, 0), *, status: int = 202) -> Answer:
    """Return the page that says what is being done, and asks again by itself.

    ``counted`` tells how many statements were read for topics, and of how many, while that is done.
    """
    return replace(render("waiting", path, work=work, counted=counted), status=status)


def _name_page(route: Route, shelf: Shelf, parameters: Parameters) -> str:
    """Return the digest of all that a page rests on, our own code too; raises as a view does."""
    parts = route.view.rests_on(shelf, parameters)
    told = [name_rules(), route.name, shelf.base, sorted(parameters.items()), parts]
    return digest_text(json.dumps(told, default=to_row))
