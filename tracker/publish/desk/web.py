"""What is below ``decide/``: pages for who has the secret address, and what their script asks and sends.

Each person has an address with a secret, then a cookie, and a second secret for what writes. It knows nothing
of the server: a request is a value, and so is the reply.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tracker.errors import ArchiveLocked, TrackerError
from tracker.inputs.formats import parse_report
from tracker.model.strict import read_typed
from tracker.publish.desk.answers import list_linked
from tracker.publish.desk.rows import name_snapshots
from tracker.publish.desk.sitting import MISFITS, Sent
from tracker.publish.frame import read_template, render
from tracker.publish.routes import HTML
from tracker.report.answers.coding import LEVEL_KEYS, side_names
from tracker.report.comparison.words import place
from tracker.report.records import write_json
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.publish.desk.opening import Opened
    from tracker.publish.desk.rows import AskedPair
    from tracker.publish.desk.sitting import Desk

    View = Callable[[Desk, "Person", "Asked"], "Reply"]

ROOT: Final = "decide/"
LARGEST: Final = 1 << 18
"""Bytes of what a page sends: some thousand answers."""
NOT_YET: Final = 202
"""The status where something is being compared, or copied: the page asks again, and no browser complains."""
_JSON: Final = "application/json; charset=utf-8"
COOKIE: Final = "tracker-desk"
_SECRET_BYTES: Final = 24
_TYPES: Final = {"desk.js": "text/javascript; charset=utf-8", "desk.css": "text/css; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who decides, with the secrets of this start of the server."""

    name: str
    token: str
    """In the address that is printed, once."""
    cookie: str
    """What a browser has in its place; no script can read it."""
    csrf: str
    """What a page sends with what it writes; no page of another origin can read it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request below ``decide/``."""

    method: str
    path: str
    """What comes after ``decide/``."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With names in small letters."""
    cookies: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    body: bytes = b""
    media_type: str = HTML
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Posted:
    """What a page sends: the pair, and answers on its rows."""

    old: str
    new: str
    given: tuple[Sent, ...]


class Door:
    """Answers for the desk: to nobody but the people that it was made with."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.people = _admit(desk.people)

    def answer(self, asked: Asked) -> Reply:
        """Return the reply to a request, or why there is none."""
        if not asked.path and (known := _find_by_token(self.people, asked.query.get("token", ""))):
            return _let_in(known)
        person = _find_by_cookie(self.people, asked.cookies)
        if person is None or "token" in asked.query:
            return _say("open the address that tracker serve --judge has printed for you", 403)
        view = _VIEWS.get((asked.method, asked.path))
        return self._show(view, person, asked) if view else _say("there is no such page", 404)

    def _show(self, view: View, person: Person, asked: Asked) -> Reply:
        if asked.method == "POST" and not _may_write(person, asked.headers):
            return _say("this does not come from a page of this desk", 403)
        self._desk.note_seen(person.name)
        try:
            return view(self._desk, person, asked)
        except MISFITS as error:
            return _say(str(error), 409 if asked.method == "POST" else 404)
        except ArchiveLocked as error:
            return _say(str(error), NOT_YET)
        except TrackerError as error:
            return _say(str(error), 503)


def _let_in(person: Person) -> Reply:
    """Return what gives a browser the cookie, and leads on to an address without the secret."""
    cookie = f"{COOKIE}={person.cookie}; Path=/{ROOT}; HttpOnly; SameSite=Strict"
    return Reply(status=303, headers={"location": "./", "set-cookie": cookie})


def _say(reason: str, status: int) -> Reply:
    return Reply(f"{one_line(reason)}\n".encode(), "text/plain; charset=utf-8", status)


def _to_json(value: object) -> Reply:
    return Reply(write_json(value).encode(), _JSON)


# Who may decide ----------------------------------------------------------------------------------------


def _admit(names: Iterable[str]) -> tuple[Person, ...]:
    """Return people with new secrets."""
    return tuple(Person(name, *(secrets.token_urlsafe(_SECRET_BYTES) for _ in range(3))) for name in names)


def _find_by_token(people: Sequence[Person], token: str) -> Person | None:
    """Return whose address has a token."""
    return next((each for each in people if _is_same(each.token, token)), None)


def _find_by_cookie(people: Sequence[Person], cookies: Mapping[str, str]) -> Person | None:
    """Return whose cookie a browser has sent."""
    return next((each for each in people if _is_same(each.cookie, cookies.get(COOKIE, ""))), None)


def _may_write(person: Person, headers: Mapping[str, str]) -> bool:
    """Tell whether a request comes from a page of ours: by its origin, its site, and the page's own secret.

    ``headers`` have names in small letters; one that has ``host`` was checked by the server.
    """
    return (
        headers.get("origin") == f"http://{headers.get('host')}"
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and headers.get("content-type") == "application/json"
        and _is_same(person.csrf, headers.get("x-tracker-csrf", ""))
    )


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


# Pages -------------------------------------------------------------------------------------------------


def _show_list(desk: Desk, person: Person, _asked: Asked) -> Reply:
    """Return the page of all pairs, by body and sessions."""
    groups = [
        (f"{body}, {old} → {new}", list(pairs))
        for (body, old, new), pairs in groupby(
            desk.opening.list_neighbours(),
            lambda pair: (pair[1].body, str(pair[0].session), str(pair[1].session)),
        )
    ]
    left_out = desk.opening.closed
    return Reply(render("desk_list", ROOT, groups=groups, person=person, left_out=left_out).body)


def _show_pair(_desk: Desk, person: Person, asked: Asked) -> Reply:
    """Return the page of one pair, whose rows its script asks for."""
    old, new = _read_pair(asked)
    return Reply(render("desk", ROOT, old=old, new=new, person=person).body)


def _send_file(_desk: Desk, _person: Person, asked: Asked) -> Reply:
    return Reply(read_template(asked.path), _TYPES[asked.path])


# What the script asks and sends ------------------------------------------------------------------------


def _list_rows(desk: Desk, person: Person, asked: Asked) -> Reply:
    """Return all that is asked of a pair, with its sentences, and what was said of it."""
    opened = desk.opening.open(*_read_pair(asked))
    pair = opened.pair
    comparison = pair.compared.comparison
    names = side_names(comparison)
    return _to_json(
        {
            "old": str(pair.compared.old),
            "new": str(pair.compared.new),
            "names": names,
            "levels": tuple(LEVEL_KEYS.items()),
            "rows": pair.rows,
            "sentences": {
                "old": _list_sentences(pair, 0),
                "new": _list_sentences(pair, 1),
            },
            "next": [str(each) for each in opened.next] if opened.next else None,
            "state": _tell_state(desk, person, opened),
        }
    )


def _list_sentences(pair: AskedPair, side: int) -> list[dict[str, str]]:
    """Return the sentences of a side, each with the change that it is of."""
    comparison = pair.compared.comparison
    version = (comparison.old, comparison.new)[side].version
    changes = {at: each.id for each in comparison.changes for at in (each.old, each.new)[side]}
    return [
        {"place": place(segment), "text": one_line(segment.text), "change": changes.get(at, "")}
        for at, segment in enumerate(version.segments)
    ]


def _send_state(desk: Desk, person: Person, asked: Asked) -> Reply:
    """Return what was said of a pair, or only what waits where nothing is new since a revision."""
    if asked.query.get("since") == str(desk.revision):
        return _to_json({"revision": desk.revision, "waiting": desk.tell_waiting(person.name)._asdict()})
    sides = _read_pair(asked)
    opened = desk.opening.find(name_snapshots(*sides)) or desk.opening.open(*sides)
    return _to_json(_tell_state(desk, person, opened))


def _tell_state(desk: Desk, person: Person, opened: Opened) -> dict[str, object]:
    revision = desk.revision
    said = desk.list_said(opened)
    rows = {row.name for row in opened.pair.rows}
    return {
        "revision": revision,
        "said": said,
        "linked": list_linked(opened.pair, said),
        "done": {name: sum(name in said.get(row, {}) for row in rows) for name in desk.people},
        "waiting": desk.tell_waiting(person.name)._asdict(),
    }


def _take(desk: Desk, person: Person, asked: Asked) -> Reply:
    """Take answers, and return which were refused."""
    try:
        posted = read_typed(_Posted, parse_report(asked.body))
    except ValueError as error:
        return _say(str(error), 400)
    refused = desk.give(person.name, posted.old, posted.new, posted.given)
    return _to_json({"refused": refused, "waiting": desk.tell_waiting(person.name)._asdict()})


def _finish(desk: Desk, person: Person, _asked: Asked) -> Reply:
    desk.finish(person.name)
    return _to_json({"waiting": desk.tell_waiting(person.name)._asdict()})


def _read_pair(asked: Asked) -> tuple[str, str]:
    return asked.query.get("old", ""), asked.query.get("new", "")


_VIEWS: Final[Mapping[tuple[str, str], View]] = {
    ("GET", ""): _show_list,
    ("GET", "pair"): _show_pair,
    ("GET", "rows"): _list_rows,
    ("GET", "state"): _send_state,
    ("POST", "answers"): _take,
    ("POST", "finish"): _finish,
    **{("GET", name): _send_file for name in _TYPES},
}
