"""A body: its sessions, the countries that spoke there, and what they speak of most."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.pages.topics import count_topics
from tracker.publish.routes import NotThere, address
from tracker.publish.standings import find_spoken, list_decided
from tracker.references import session_sort_key
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.record import StatementEntry
    from tracker.publish.pages.topics import TopicCount
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import BodyStandings


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, and who spoke there."""

    label: str
    year: str
    """"" where the label says it, or nothing tells it."""
    countries: int
    statements: int


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A country, and the sessions at which it spoke."""

    code: str
    name: str
    sessions: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    """What the page of a body shows."""

    code: str
    sessions: tuple[SessionRow, ...]
    """The latest first."""
    countries: tuple[SeriesRow, ...]
    """By name."""
    topics: tuple[TopicCount, ...]
    read: int
    of: int
    """How many statements there are, of which so many were read for topics."""
    span: str


def _build_body(
    code: str, entries: Sequence[StatementEntry], standings: BodyStandings, topics: Sequence[TopicCount]
) -> BodyPage:
    """Return the page of a body with these editions."""
    held: dict[str, list[StatementEntry]] = defaultdict(list)
    spoke: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        held[str(entry.reference.session)].append(entry)
        spoke[entry.reference.country].add(str(entry.reference.session))
    labels = sorted(held, key=lambda label: session_sort_key(code, label))
    return BodyPage(
        code,
        tuple(_describe(code, label, held[label]) for label in reversed(labels)),
        tuple(sorted((_follow(code, *each) for each in spoke.items()), key=lambda each: each.name)),
        tuple(topics),
        standings.read,
        standings.of,
        words.span_words(each.year for each in standings.spoken),
    )


def _describe(body: str, label: str, entries: Sequence[StatementEntry]) -> SessionRow:
    return SessionRow(
        label,
        words.session_year(body, label, [entry.delivered for entry in entries]),
        len({entry.reference.country for entry in entries}),
        len({(entry.reference.country, entry.reference.item) for entry in entries}),
    )


def _follow(body: str, country: str, labels: set[str]) -> SeriesRow:
    ordered = sorted(labels, key=lambda label: session_sort_key(body, label))
    return SeriesRow(*words.country_words(country), len(ordered), ordered[0], ordered[-1])


def _find_standings(shelf: Shelf, code: str) -> BodyStandings:
    for found in find_spoken(shelf, body=code):
        return found
    raise NotThere(f"The archive has no open statement at a body {code}.")


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the statements of the body from all others, what was decided, how many were read."""
    code = parameters["body"]
    states = sorted(map(list, shelf.states(code).items()))
    decided = list_decided(shelf, body=code)
    return [states, decided, shelf.vocabulary.digest, _find_standings(shelf, code).read]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a body. Raises ``NotThere`` where nobody spoke there."""
    code = parameters["body"]
    standings = _find_standings(shelf, code)
    topics = count_topics([standings], shelf.vocabulary)
    page = _build_body(code, shelf.reader.statements(body=code), standings, topics)
    citation = cite_page(shelf, f"{code}, {counted(page.of, 'statement')}")
    return render("body", address("body", body=code), page=page, citation=citation)
