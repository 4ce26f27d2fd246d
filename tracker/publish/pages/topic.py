"""A topic: who speaks of it, since when and how much, with quotations, the first and the last among them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.mentions import find_term
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.pages.topics import complete_counts, find_counts, find_first, find_last
from tracker.publish.routes import NotThere, address
from tracker.publish.standings import complete_standings, name_bodies
from tracker.references import session_sort_key
from tracker.report.document import Quote
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.model.texts import Reference
    from tracker.model.topics import Topic, Vocabulary
    from tracker.publish.pages.topics import Said
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import BodyStandings, Spoken, TopicStanding

    Quoter = Callable[[Spoken, TopicStanding, Topic], "Quoted"]
    Standings = Mapping[Reference, TopicStanding]

_QUOTED: Final = 6
"""Countries of which the strongest statement is quoted."""
_FIRST: Final = 3
"""Statements that are quoted where several were the first, or the last."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a statement says of the topic where it shows best what it does with it."""

    spoken: Spoken
    standing: TopicStanding
    quote: Quote
    """The term that names the topic is marked."""
    language: str


@dataclass(frozen=True, slots=True)
class SessionCount:
    """How many statements of a session speak of the topic."""

    body: str
    session: str
    year: int | None
    of: int
    """How many were read."""
    statements: int
    priorities: int
    share: float
    """Mean share of the words, over all that were read."""


@dataclass(frozen=True, slots=True)
class CountryCount:
    """What one country makes of the topic."""

    code: str
    name: str
    statements: int
    of: int
    priorities: int
    first: Spoken
    last: Spoken
    most: Said
    """The statement that gives it the largest share."""


@dataclass(frozen=True, slots=True)
class TopicPage:
    """What the page of a topic shows."""

    topic: Topic
    broader: Topic | None
    narrower: tuple[Topic, ...]
    of: int
    """How many statements were read."""
    all_countries: int
    statements: int
    priorities: int
    first: tuple[Spoken, ...]
    last: tuple[Spoken, ...]
    first_quotes: tuple[Quoted, ...]
    last_quotes: tuple[Quoted, ...]
    strongest: tuple[Quoted, ...]
    sessions: tuple[SessionCount, ...]
    """The latest first."""
    countries: tuple[CountryCount, ...]
    """Those that make it a priority most often first."""

    @property
    def widest(self) -> float:
        """The largest part of a session that speaks of it, where bars end."""
        return max((each.statements / each.of for each in self.sessions if each.of), default=0.0)


def _build_topic(
    topic: Topic,
    vocabulary: Vocabulary,
    bodies: Sequence[BodyStandings],
    quote: Quoter,
) -> TopicPage:
    """Return the page of a topic; ``quote`` reads what a statement says of it."""
    by_id = {each.id: each for each in vocabulary.topics}
    said = [each for body in bodies for each in body.by_topic.get(topic.id, ())]
    spoken = [each for each, _ in said]
    first, last = (find_first(spoken), find_last(spoken)) if said else ((), ())
    standings = {each.reference: standing for each, standing in said}
    rest = [each for each in said if each[0] not in (*first[:_FIRST], *last[:_FIRST])]

    def quote_all(some: Iterable[Spoken]) -> tuple[Quoted, ...]:
        return tuple(quote(each, standings[each.reference], topic) for each in some)

    return TopicPage(
        topic=topic,
        broader=by_id.get(topic.broader) if topic.broader else None,
        narrower=tuple(each for each in vocabulary.topics if each.broader == topic.id),
        of=sum(body.read for body in bodies),
        all_countries=len(
            {each.country for body in bodies for each in body.spoken if each.standings is not None}
        ),
        statements=len(said),
        priorities=sum(standing.is_priority for _, standing in said),
        first=first,
        last=last,
        first_quotes=quote_all(first[:_FIRST]),
        last_quotes=quote_all(last[:_FIRST]),
        strongest=quote_all(each for each, _ in _list_strongest(rest)),
        sessions=tuple(_count_sessions(bodies, standings)),
        countries=tuple(_count_countries(bodies, standings)),
    )


def _list_strongest(said: Iterable[Said]) -> Iterator[Said]:
    """Yield the statements that give a topic the largest shares of their words, one of each country."""
    seen: set[str] = set()
    for spoken, standing in sorted(said, key=lambda each: (not each[1].is_priority, -each[1].share)):
        if spoken.country not in seen and len(seen) < _QUOTED:
            seen.add(spoken.country)
            yield spoken, standing


def _count_sessions(bodies: Sequence[BodyStandings], standings: Standings) -> Iterator[SessionCount]:
    """Yield each session from the first that speaks of it on, the latest first."""
    for body in bodies:
        held: dict[str, list[Spoken]] = defaultdict(list)
        for each in body.spoken:
            if each.standings is not None:
                held[each.session].append(each)
        labels = sorted(held, key=lambda label: session_sort_key(body.body, label), reverse=True)
        counts = [_count_session(body.body, label, held[label], standings) for label in labels]
        while counts and not counts[-1].statements:
            counts.pop()
        yield from counts


def _count_session(body: str, label: str, spoken: Sequence[Spoken], standings: Standings) -> SessionCount:
    said = [standings[each.reference] for each in spoken if each.reference in standings]
    return SessionCount(
        body,
        label,
        next((each.year for each in spoken if each.year), None),
        len(spoken),
        len(said),
        sum(each.is_priority for each in said),
        sum(each.share for each in said) / len(spoken),
    )


def _count_countries(bodies: Sequence[BodyStandings], standings: Standings) -> Iterator[CountryCount]:
    read: dict[str, list[Spoken]] = defaultdict(list)
    for body in bodies:
        for each in body.spoken:
            if each.standings is not None:
                read[each.country].append(each)
    counts = []
    for code, spoken in read.items():
        said = [(each, standings[each.reference]) for each in spoken if each.reference in standings]
        if said:
            every = [each for each, _ in said]
            counts.append(
                CountryCount(
                    *words.country_words(code),
                    statements=len(said),
                    of=len(spoken),
                    priorities=sum(standing.is_priority for _, standing in said),
                    first=find_first(every)[0],
                    last=find_last(every)[-1],
                    most=max(said, key=lambda each: each[1].share),
                )
            )
    return iter(sorted(counts, key=lambda each: (-each.priorities, -each.statements, each.name)))


def _quote_statement(shelf: Shelf, spoken: Spoken, standing: TopicStanding, topic: Topic) -> Quoted:
    """Return what a statement says of a topic, with the term that names it marked."""
    version = shelf.reader.side(spoken.reference).version
    text = version.segments[standing.leading].text if standing.is_shown else ""
    (met,) = match_topics([text], shelf.vocabulary, language=version.language)
    term = find_term(topic.id, met)
    marks = ((term.start, term.end),) if term else ()
    return Quoted(spoken, standing, Quote("", text, marks), version.language)


def _find(shelf: Shelf, name: str) -> Topic:
    found = next((topic for topic in shelf.vocabulary.topics if topic.id == name), None)
    if found is None:
        raise NotThere(f"The vocabulary has no topic {name}.")
    return found


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells all statements from others: who is first to speak of it rests on every one."""
    return [_find(shelf, parameters["topic"]).id, *name_bodies(shelf), shelf.vocabulary.digest]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a topic; statements that were not read for topics are read now.

    Raises ``NotThere`` where the vocabulary has no topic of that name.
    """
    topic = _find(shelf, parameters["topic"])
    bodies = complete_standings(shelf)
    if find_counts(shelf) is None:
        complete_counts(shelf)
    page = _build_topic(topic, shelf.vocabulary, bodies, partial(_quote_statement, shelf))
    citation = cite_page(shelf, f"{topic.id} in {counted(page.of, 'statement')}")
    return render("topic", address("topic", **parameters), page=page, citation=citation)
