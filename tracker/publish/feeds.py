"""Feeds of what happened: Atom (RFC 4287) and JSON Feed 1.1, of the archive, a body, a country or a topic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from tracker import __version__
from tracker.diff.derive import derive_rows
from tracker.errors import TrackerError
from tracker.inputs.extras import install_words
from tracker.publish.events import Told, list_events, list_topics, name_event, tell
from tracker.publish.frame import name_templates
from tracker.publish.routes import link
from tracker.report.safe import visible
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feedgenerator import Atom1Feed

    from tracker.archive import ArchiveSession
    from tracker.model.topics import Vocabulary
    from tracker.publish.events import Event
    from tracker.record.reading.reader import Reader

MOST: Final = 50
"""Events of a feed: the newest."""
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
        self._began = read_beginning(archive.reader)
        self._decided = digest_text(repr([archive.reader.rulings(), archive.reader.coded()]))
        self._topics: dict[str, frozenset[str]] = {}
        self._told: dict[str, Told | None] = {}

    def make_feed(self, of: Of, title: str, page: str, address: Callable[[Event], str]) -> Feed:
        """Return the feed of something, its newest ``MOST`` events; ``address`` is of the page of an event.

        Its id is made of when the archive began and of what it is of.
        """
        items = islice(self._list_items(of, address), MOST)
        named = (each or "" for each in (of.body, of.country, of.topic))
        return Feed(name_event("feed", self._began, *named), title, page, tuple(items))

    def _list_items(self, of: Of, address: Callable[[Event], str]) -> Iterator[Item]:
        for event in self._events:
            if of.body not in {None, event.new.body} or of.country not in {None, event.new.country}:
                continue
            told = self._tell(event) if of.topic is None or of.topic in self._find_topics(event) else None
            if told:
                tags = (event.kind, event.new.body, event.new.country, *told.topics)
                content = visible(str(told.content))
                yield Item(event.id, told.title, event.updated, address(event), content, tags)

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
        return [__version__, name_templates(), repr(event), state, self._decided, self._vocabulary.digest]


def read_beginning(reader: Reader) -> str:
    """Return when the first run of the archive began, which tells it from all others."""
    return str(reader.row("SELECT ifnull(min(started), '') FROM runs")[0])


def load_writer() -> type[Atom1Feed]:
    """Return what writes Atom. Raises ``TrackerError`` where its library is not installed."""
    try:
        from feedgenerator import Atom1Feed  # noqa: PLC0415 (30 ms, for feeds alone)
    except ModuleNotFoundError as error:
        raise TrackerError(f"feeds need feedgenerator; {install_words('site')}") from error
    return Atom1Feed  # type: ignore[no-any-return]


def write_atom(feed: Feed, address: str, base: str = "") -> bytes:
    """Return a feed that stands at an address from the root as Atom.

    Links are absolute below a ``base``, which ends with a slash; without one relative to where the feed is.
    Raises as ``load_writer`` does.
    """
    place = _Place(address, base)
    atom = load_writer()(
        feed.title,
        place.link(feed.page),
        description=None,
        author_name="tracker",
        feed_url=place.link(address),
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


def write_json(feed: Feed, address: str, base: str = "") -> bytes:
    """Return a feed as JSON Feed 1.1; links are as in ``write_atom``."""
    place = _Place(address, base)
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
        "feed_url": place.link(address),
        "authors": [{"name": "tracker"}],
        "language": "en",
    }
    return json.dumps({**head, "items": items}, ensure_ascii=False, indent=1).encode()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a feed stands, and what its links begin with."""

    address: str
    base: str

    def link(self, address: str) -> str:
        return self.base + link("", address) if self.base else link(self.address, address)
