"""Feeds of what happened: Atom (RFC 4287) and JSON Feed 1.1, of the archive, a body, a country or a topic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from tracker.diff.derive import derive_rows
from tracker.diff.rules import name_rules
from tracker.errors import TrackerError
from tracker.inputs.extras import install_words
from tracker.publish.events import Told, list_events, list_topics, name_event, tell
from tracker.publish.pairs import name_pair
from tracker.publish.routes import Answer, NotThere, address, link
from tracker.publish.standings import list_bodies
from tracker.report.comparison.provenance import name_body, name_country
from tracker.report.safe import one_line, visible
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feedgenerator import Atom1Feed

    from tracker.archive import ArchiveSession
    from tracker.model.topics import Vocabulary
    from tracker.publish.events import Event
    from tracker.publish.routes import Parameters
    from tracker.publish.shelf import Shelf
    from tracker.record.reading.reader import Reader

MOST: Final = 50
"""Events of a feed: the newest."""
_REMEMBERED: Final = 1000
"""Countries and bodies of which is remembered what tells their texts from others."""
_BEFORE_ALL: Final = "1970-01-01T00:00:00Z"
"""The date of a feed of nothing, which is older than any event."""


@dataclass(frozen=True, slots=True)
class Of:
    """What a feed is of; the archive, where nothing is named."""

    body: str | None = None
    country: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed."""

    id: str
    title: str
    updated: str
    address: str
    """Of the page about it, from the root."""
    content: str
    """HTML."""
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, whatever it is written as."""

    id: str
    title: str
    page: str
    """The address of the page that it belongs to, from the root."""
    items: tuple[Item, ...]

    @property
    def updated(self) -> str:
        """When the latest of its events was recorded."""
        return max((item.updated for item in self.items), default=_BEFORE_ALL)


class News:
    """The events of an open copy, each looked at once, however many feeds have it."""

    def __init__(self, archive: ArchiveSession, vocabulary: Vocabulary) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._events = list_events(archive.reader)
        self._began = _read_beginning(archive.reader)
        self._decided = _name_decided(archive.reader)
        self._topics: dict[str, frozenset[str]] = {}
        self._told: dict[str, Told | None] = {}

    def make_feed(self, of: Of, title: str, page: str, find_page: Callable[[Event], str]) -> Feed:
        """Return the feed of something, its newest ``MOST`` events; ``find_page`` tells where one is shown.

        Its id is made of when the archive began and of what it is of.
        """
        items = islice(self._list_items(of, find_page), MOST)
        named = (each or "" for each in (of.body, of.country, of.topic))
        return Feed(name_event("feed", self._began, *named), title, page, tuple(items))

    def _list_items(self, of: Of, find_page: Callable[[Event], str]) -> Iterator[Item]:
        for event in self._events:
            if of.body not in {None, event.new.body} or of.country not in {None, event.new.country}:
                continue
            told = self._tell(event) if of.topic is None or of.topic in self._find_topics(event) else None
            if told:
                tags = (event.kind, event.new.body, event.new.country, *told.topics)
                content = visible(str(told.content))
                yield Item(event.id, told.title, event.updated, find_page(event), content, tags)

    def _find_topics(self, event: Event) -> frozenset[str]:
        if event.id not in self._topics:
            found = list_topics(event, self._archive, self._vocabulary)
            self._topics[event.id] = frozenset(topic for topic, _ in found)
        return self._topics[event.id]

    def _tell(self, event: Event) -> Told | None:
        if event.id not in self._told:
            rows = derive_rows(
                "told", self._name(event), self._archive.derived, lambda: self._tell_rows(event)
            )
            self._told[event.id] = Told(rows[0], Markup(rows[1]), tuple(rows[2])) if rows else None  # noqa: S704 (as it was kept)
        return self._told[event.id]

    def _tell_rows(self, event: Event) -> list[Any]:
        told = tell(event, self._archive, self._vocabulary)
        return [told.title, str(told.content), told.topics] if told else []

    def _name(self, event: Event) -> list[object]:
        """Return all that the words of an event rest on: its series up to there, and what was decided."""
        where = event.new.country, str(event.new.session)
        state = self._archive.versions.states(event.new.body).get(where)
        return [name_rules(), repr(event), state, self._decided, self._vocabulary.digest]


def _read_beginning(reader: Reader) -> str:
    """Return when the first run of the archive began, which tells it from all others."""
    return str(reader.row("SELECT ifnull(min(started), '') FROM runs")[0])


def _name_decided(reader: Reader) -> str:
    """Return what tells all that was decided, and answered by second readers, from all else."""
    return digest_text(repr([reader.rulings(), reader.coded()]))


def load_writer() -> type[Atom1Feed]:
    """Return what writes Atom. Raises ``TrackerError`` where its library is not installed."""
    try:
        from feedgenerator import Atom1Feed  # noqa: PLC0415 (30 ms, for feeds alone)
    except ModuleNotFoundError as error:
        raise TrackerError(f"feeds need feedgenerator; {install_words('site')}") from error
    return Atom1Feed  # type: ignore[no-any-return]


def write_atom(feed: Feed, here: str, base: str = "") -> bytes:
    """Return a feed that stands at an address from the root as Atom.

    Links are absolute below a ``base``, which ends with a slash; without one relative to where the feed is.
    Raises as ``load_writer`` does.
    """
    place = _Place(here, base)
    atom = load_writer()(
        feed.title,
        place.link(feed.page),
        description=None,
        author_name="tracker",
        feed_url=place.link(here),
        feed_guid=feed.id,
    )
    # The library dates a feed of nothing by the clock.
    atom.latest_post_date = lambda: datetime.fromisoformat(feed.updated)
    for item in feed.items:
        atom.add_item(
            item.title,
            place.link(item.address),
            description=None,
            content=item.content,
            unique_id=item.id,
            updateddate=datetime.fromisoformat(item.updated),
            categories=item.tags,
        )
    written = StringIO()
    atom.write(written, "utf-8")
    return written.getvalue().encode()


def write_json(feed: Feed, here: str, base: str = "") -> bytes:
    """Return a feed as JSON Feed 1.1; links are as in ``write_atom``."""
    place = _Place(here, base)
    items = [
        {
            "id": item.id,
            "url": place.link(item.address),
            "title": item.title,
            "content_html": item.content,
            "date_modified": item.updated,
            "tags": item.tags,
        }
        for item in feed.items
    ]
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": place.link(feed.page),
        "feed_url": place.link(here),
        "authors": [{"name": "tracker"}],
        "language": "en",
    }
    return json.dumps({**head, "items": items}, ensure_ascii=False, indent=1).encode()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a feed stands, and what its links begin with."""

    here: str
    base: str

    def link(self, path: str) -> str:
        return self.base + link("", path) if self.base else link(self.here, path)


_FORMS: Final[dict[str, tuple[str, Callable[[Feed, str, str], bytes]]]] = {
    "atom": ("application/atom+xml; charset=utf-8", write_atom),
    "json": ("application/feed+json; charset=utf-8", write_json),
}
"""By the ending of a feed its media type, and what writes it."""


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return a feed. Raises ``NotThere`` where there is no such body, country or topic."""
    of = _read_of(shelf, parameters)
    media_type, write = _FORMS[parameters["form"]]
    title, page, here = _describe(shelf, of, parameters["form"])
    feed = _read_news(shelf).make_feed(of, title, page, partial(_find_page, shelf))
    return Answer(write(feed, here, shelf.base or ""), media_type)


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the texts that it may tell of from all others, and what was decided of them."""
    of = _read_of(shelf, parameters)
    bodies = [of.body] if of.body else list_bodies(shelf)
    texts = [_name_texts(shelf, body, of.country) for body in bodies]
    return [shelf.vocabulary.digest, _read_beginning(shelf.reader), texts, _name_decided(shelf.reader)]


@lru_cache(maxsize=_REMEMBERED)
def _name_texts(shelf: Shelf, body: str, country: str | None) -> str:
    """Return what tells the texts at a body, or those of a country, and what was withdrawn from others."""
    states = {place: state for place, state in shelf.states(body).items() if country in {None, place[0]}}
    return digest_text(repr([states, shelf.reader.withdrawn(country, body)]))


@lru_cache(maxsize=1)
def _read_news(shelf: Shelf) -> News:
    """Return the news of an open copy as it is opened now, for all of its feeds."""
    return News(shelf.archive, shelf.vocabulary)


def _read_of(shelf: Shelf, parameters: Parameters) -> Of:
    if parameters["form"] not in _FORMS:
        raise NotThere("A feed ends in .atom or .json.")
    of = Of(*(parameters.get(name) for name in ("body", "country", "topic")))
    if of.topic and of.topic not in {topic.id for topic in shelf.vocabulary.topics}:
        raise NotThere(f"No topic is called {one_line(of.topic)}.")
    if (of.body or of.country) and not shelf.reader.statements(of.country, of.body):
        raise NotThere(f"The archive has no statement of {one_line(of.body or of.country or '')}.")
    return of


def _describe(shelf: Shelf, of: Of, form: str) -> tuple[str, str, str]:
    """Return the title of a feed, the address of the page that it belongs to, and its own."""
    if of.body:
        own = address("body feed", body=of.body, form=form)
        return f"Statements at the {name_body(of.body)}", address("body", body=of.body), own
    if of.country:
        own = address("country feed", country=of.country, form=form)
        return f"Statements of {name_country(of.country)}", address("country", country=of.country), own
    if of.topic:
        label = next(topic.label for topic in shelf.vocabulary.topics if topic.id == of.topic)
        own = address("topic feed", topic=of.topic, form=form)
        return f"{label}: who takes it up", address("topic", topic=of.topic), own
    return "Statements", address("index"), address("feed", form=form)


def _find_page(shelf: Shelf, event: Event) -> str:
    if event.kind == "priorities" and event.old:
        return address("comparison", pair=name_pair(event.old, event.new))
    return address("statement", reference=shelf.name_latest(event.new))
