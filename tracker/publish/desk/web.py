"""What is below ``decide/``: pages that hold nothing of the archive, and what their scripts ask for and send.

The address of each person ends in a secret, behind a ``#``: no browser sends that. The page keeps it for its
tab (``sessionStorage``), and its script sends it in a header with all that it asks for. A cookie would not
do: a browser sends one to every port of this machine, and so to the servers of other programs and people.

It knows nothing of the server: a request is a value, and so is the reply.
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
from tracker.publish.words import country_words
from tracker.report.answers.coding import LEVEL_KEYS, side_names
from tracker.report.comparison.words import place
from tracker.report.records import write_json
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.publish.desk.opening import Opened
    from tracker.publish.desk.rows import AskedPair
    from tracker.publish.desk.sitting import Desk
    from tracker.publish.pairs import Pair

    View = Callable[[Desk, "Person", "Asked"], "Reply"]

ROOT: Final = "decide/"
LARGEST: Final = 1 << 18
"""Bytes of what a page sends: some thousand answers."""
NOT_YET: Final = 202
"""The status where something is being compared, or copied: the page asks again, and no browser complains."""
HEADER: Final = "x-tracker-desk"
"""The header that tells who asks. A page of another origin may send none of that name."""
_JSON: Final = "application/json; charset=utf-8"
_SECRET_BYTES: Final = 24
_SCRIPT: Final = "text/javascript; charset=utf-8"
_FILES: Final = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": _SCRIPT,
    "desk_door.js": _SCRIPT,
    "desk_list.js": _SCRIPT,
}
_PAGES: Final = {"": "desk_list", "pair": "desk"}
"""The templates of the pages that a browser opens: the same for whoever opens them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who decides, with the secret of this start of the server."""

    name: str
    secret: str
    """It is in the address that is printed, once."""

    @property
    def place(self) -> str:
        """The person's own address, below that of the server."""
        return f"{ROOT}#token={self.secret}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request below ``decide/``."""

    method: str
    path: str
    """What comes after ``decide/``."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """With names in small letters."""
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
        if asked.method == "GET" and (open_to_all := _find_shell(asked.path)):
            return open_to_all
        person = _find_person(self.people, asked.headers.get(HEADER, ""))
        if person is None:
            return _say("open the address that tracker serve --judge has printed for you", 403)
        view = _VIEWS.get((asked.method, asked.path))
        if view is None:
            return _say(f"there is no such page; all pairs are at /{ROOT}", 404)
        return self._show(view, person, asked)

    def _show(self, view: View, person: Person, asked: Asked) -> Reply:
        if asked.method == "POST" and not _is_from_page(asked.headers):
            return _say("this does not come from a page of this desk; answer there", 403)
        self._desk.note_seen(person.name)
        try:
            return view(self._desk, person, asked)
        except MISFITS as error:
            return _say(str(error), 409 if asked.method == "POST" else 404)
        except ArchiveLocked as error:
            return _say(str(error), NOT_YET)
        except TrackerError as error:
            return _say(str(error), 503)


def _say(reason: str, status: int) -> Reply:
    return Reply(f"{one_line(reason)}\n".encode(), "text/plain; charset=utf-8", status)


def _to_json(value: object) -> Reply:
    return Reply(write_json(value).encode(), _JSON)


# Who may decide ----------------------------------------------------------------------------------------


def _admit(names: Iterable[str]) -> tuple[Person, ...]:
    """Return people with new secrets."""
    return tuple(Person(name, secrets.token_urlsafe(_SECRET_BYTES)) for name in names)


def _find_person(people: Sequence[Person], secret: str) -> Person | None:
    """Return whose secret a request has."""
    return next((each for each in people if _is_same(each.secret, secret)), None)


def _is_from_page(headers: Mapping[str, str]) -> bool:
    """Tell whether a request that writes comes from a page of ours: by its origin, its site and its type.

    ``headers`` have names in small letters; one that has ``host`` was checked by the server.
    """
    return (
        headers.get("origin") == f"http://{headers.get('host')}"
        and headers.get("sec-fetch-site", "same-origin") == "same-origin"
        and headers.get("content-type") == "application/json"
    )


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


# Pages -------------------------------------------------------------------------------------------------


def _find_shell(path: str) -> Reply | None:
    """Return a page without anything of the archive, or a file of ours that it loads."""
    if path in _PAGES:
        return Reply(render(_PAGES[path], ROOT).body)
    return Reply(read_template(path), _FILES[path]) if path in _FILES else None


# What the scripts ask and send ---------------------------------------------------------------------------


def _list_pairs(desk: Desk, person: Person, _asked: Asked) -> Reply:
    """Return all pairs, by body and sessions."""
    groups = groupby(
        desk.opening.list_neighbours(),
        lambda pair: (pair[1].body, str(pair[0].session), str(pair[1].session)),
    )
    listed = [
        {"title": one_line(f"{body}, {old} → {new}"), "pairs": list(map(_name_pair, pairs))}
        for (body, old, new), pairs in groups
    ]
    return _to_json({"person": person.name, "groups": listed, "left_out": desk.opening.closed})


def _name_pair(pair: Pair) -> dict[str, str]:
    old, new = pair
    name = ", ".join(filter(None, (country_words(new.country).name, new.item)))
    return {"old": str(old), "new": str(new), "name": one_line(name)}


def _list_rows(desk: Desk, person: Person, asked: Asked) -> Reply:
    """Return all that is asked of a pair, with its sentences, and what was said of it."""
    opened = desk.opening.open(*_read_pair(asked))
    pair = opened.pair
    comparison = pair.compared.comparison
    names = side_names(comparison)
    return _to_json(
        {
            "person": person.name,
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
    ("GET", "pairs"): _list_pairs,
    ("GET", "rows"): _list_rows,
    ("GET", "state"): _send_state,
    ("POST", "answers"): _take,
    ("POST", "finish"): _finish,
}
