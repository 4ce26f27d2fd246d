"""Feeds of the archive, and of each body, country and topic that it has."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from tracker.publish.feeds import News, Of, read_beginning, write_atom, write_json
from tracker.publish.pairs import name_pair
from tracker.publish.routes import Answer, NotThere, address
from tracker.publish.standings import list_bodies
from tracker.report.comparison.provenance import name_body, name_country
from tracker.report.safe import one_line
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracker.publish.events import Event
    from tracker.publish.feeds import Feed
    from tracker.publish.routes import Parameters
    from tracker.publish.shelf import Shelf

_MOST: Final = 1000
"""Countries and bodies of which is remembered what tells their texts from others."""

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
    decided = digest_text(repr([shelf.reader.rulings(), shelf.reader.coded()]))
    texts = [_name_texts(shelf, body, of.country) for body in bodies]
    return [shelf.vocabulary.digest, read_beginning(shelf.reader), texts, decided]


@lru_cache(maxsize=_MOST)
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
