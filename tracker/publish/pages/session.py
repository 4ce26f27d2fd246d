"""A session: who spoke, what most made a priority, and what was new across countries.

What became of topics since the session before is told of the countries of which it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.follow.groups import date_session
from tracker.model.topics import DROPPED, TAKEN_UP
from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.moves import find_before, find_moves
from tracker.publish.pairs import name_pair
from tracker.publish.routes import NotThere, address
from tracker.publish.standings import find_spoken
from tracker.references import session_sort_key
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.record import StatementEntry
    from tracker.model.rights import WithdrawnEntry
    from tracker.model.topics import Topic, Vocabulary
    from tracker.publish.moves import Moves
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import Spoken, TopicStanding

_FEWEST: Final = 2
"""Countries from which a topic is told of that they took up, or dropped."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A statement that was made at the session, and the one before it in its series."""

    entry: StatementEntry
    """Its preferred edition."""
    name: str
    """Of the country."""
    before: str | None
    """The label of the session before at which the country spoke, where the two can be compared."""
    compared: bool
    """Whether what became of topics since then is kept."""

    @property
    def pair(self) -> str | None:
        """What the comparison with that one is called."""
        new = self.entry.reference.statement
        return name_pair(replace(new, session=self.before), new) if self.before and not new.item else None


@dataclass(frozen=True, slots=True)
class Move:
    """A topic that countries took up, or dropped, since the session before."""

    topic: Topic
    countries: tuple[tuple[str, str], ...]
    """Code and name."""
    likely: tuple[tuple[str, str], ...]
    """Those of which it is not sure enough to be claimed."""


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic, and what each country does with it."""

    topic: Topic
    priorities: int
    standings: Mapping[str, TopicStanding]
    """By country, the strongest of its statements; those alone that speak of it."""

    @property
    def weight(self) -> float:
        """The shares of the words together: of equals the one with most comes first."""
        return round(sum(each.share for each in self.standings.values()), 4)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group at a session."""

    code: str
    name: str
    members: int
    spoke: int


@dataclass(frozen=True, slots=True)
class SessionPage:
    """What the page of a session shows, or that of a group at it."""

    body: str
    session: str
    year: str
    speeches: tuple[Speech, ...]
    """By name of the country."""
    withdrawn: tuple[WithdrawnEntry, ...]
    topics: tuple[SharedTopic, ...]
    """A priority of most countries first."""
    taken_up: tuple[Move, ...]
    dropped: tuple[Move, ...]
    read: int
    """How many statements were read for topics."""
    neighbours: tuple[str | None, str | None]
    """The labels of the sessions before and after."""

    @property
    def countries(self) -> tuple[tuple[str, str], ...]:
        """Code and name of each country that spoke, by name."""
        return tuple(dict.fromkeys((each.entry.reference.country, each.name) for each in self.speeches))

    @property
    def comparable(self) -> int:
        """How many countries spoke before."""
        return len({each.entry.reference.country for each in self.speeches if each.before})

    @property
    def compared(self) -> int:
        """Of how many what became of topics is kept."""
        return len({each.entry.reference.country for each in self.speeches if each.compared})


def build_session(shelf: Shelf, body: str, session: str, only: Collection[str] | None = None) -> SessionPage:
    """Return who spoke at a session: all countries, or ``only`` some. Nothing is computed.

    Raises ``NotThere`` where nobody spoke at it, and nothing of it was withdrawn.
    """
    neighbours = _find_neighbours(shelf, body, session)
    entries = [
        each
        for each in shelf.reader.statements(body=body, session=session)
        if only is None or each.reference.country in only
    ]
    before = find_before(shelf, body, session)
    there = {each.reference.country for each in entries}
    moves = {
        country: moves for country, moves in find_moves(shelf, body, session).items() if country in there
    }
    speeches = [
        Speech(
            entry,
            words.country_words(entry.reference.country).name,
            before.get(entry.reference.country),
            entry.reference.country in moves,
        )
        for entry in _prefer(entries)
    ]
    standings = find_spoken(shelf, body=body, session=session)
    spoken = [each for held in standings for each in held.spoken if each.country in there]
    withdrawn = shelf.reader.withdrawn(None, body, session)
    return SessionPage(
        body=body,
        session=session,
        year=words.session_year(body, session, [entry.delivered for entry in entries]),
        speeches=tuple(sorted(speeches, key=lambda each: (each.name, each.entry.reference.item or ""))),
        withdrawn=tuple(each for each in withdrawn if only is None or each.reference.country in only),
        topics=tuple(_share_topics(spoken, shelf.vocabulary)),
        taken_up=tuple(_list_moves(moves, TAKEN_UP, shelf.vocabulary)),
        dropped=tuple(_list_moves(moves, DROPPED, shelf.vocabulary)),
        read=sum(each.standings is not None for each in spoken),
        neighbours=neighbours,
    )


def _find_neighbours(shelf: Shelf, body: str, session: str) -> tuple[str | None, str | None]:
    """Return the sessions of a body before and after one, at which somebody spoke.

    Raises as ``build_session`` does.
    """
    withdrawn = (str(each.reference.session) for each in shelf.reader.withdrawn(None, body))
    known = {*(label for _, label in shelf.states(body)), *withdrawn}
    labels = sorted(known, key=lambda label: session_sort_key(body, label))
    if session not in labels:
        raise NotThere(f"The archive has no open statement at session {session} of {body}.")
    at = labels.index(session)
    return labels[at - 1] if at else None, labels[at + 1] if at + 1 < len(labels) else None


def _prefer(entries: Sequence[StatementEntry]) -> Iterator[StatementEntry]:
    """Yield the first edition of each statement."""
    seen = set()
    for entry in entries:
        name = entry.reference.country, entry.reference.item
        if name not in seen:
            seen.add(name)
            yield entry


def _share_topics(spoken: Sequence[Spoken], vocabulary: Vocabulary) -> Iterator[SharedTopic]:
    held: dict[str, dict[str, TopicStanding]] = defaultdict(dict)
    for each in spoken:
        for standing in each.standings or ():
            known = held[standing.topic].get(each.country)
            if known is None or (standing.is_priority, standing.share) > (known.is_priority, known.share):
                held[standing.topic][each.country] = standing
    topics = [
        SharedTopic(topic, sum(each.is_priority for each in held[topic.id].values()), held[topic.id])
        for topic in vocabulary.topics
        if topic.id in held
    ]
    return iter(sorted(topics, key=lambda each: (-each.priorities, -each.weight, each.topic.label)))


def _list_moves(
    moves: Mapping[str, Moves], statuses: Collection[str], vocabulary: Vocabulary
) -> Iterator[Move]:
    """Yield the topics of which this became, those that most countries moved first."""
    sure: dict[str, list[tuple[str, str]]] = defaultdict(list)
    likely: dict[str, list[tuple[str, str]]] = defaultdict(list)
    countries = sorted(((code, words.country_words(code).name) for code in moves), key=lambda each: each[1])
    for named in countries:
        for each in moves[named[0]].topics:
            if each.status in statuses:
                sure[each.topic].append(named)
            elif each.likely in statuses:
                likely[each.topic].append(named)
    found = [
        Move(topic, tuple(sure[topic.id]), tuple(likely[topic.id]))
        for topic in vocabulary.topics
        if sure[topic.id] and len(sure[topic.id]) + len(likely[topic.id]) >= min(_FEWEST, len(moves))
    ]
    return iter(sorted(found, key=lambda each: (-len(each.countries), -len(each.likely), each.topic.label)))


def _list_groups(shelf: Shelf, page: SessionPage) -> tuple[GroupRow, ...]:
    """Return the groups of which a member spoke at a session, by name."""
    date = date_session(page.body, page.session, [each.entry.delivered for each in page.speeches])
    spoke = {code for code, _ in page.countries}
    rows = []
    for group in shelf.groups.values():
        members = group.members_on(date)
        if there := spoke & {*members}:
            rows.append(GroupRow(group.id, group.name, len(members), len(there)))
    return tuple(sorted(rows, key=lambda row: row.name))


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the statements of the session from all others, and what of them is kept."""
    body, session = parameters["body"], parameters["session"]
    states = sorted([*place, state] for place, state in shelf.states(body).items() if place[1] == session)
    spoken = [each for held in find_spoken(shelf, body=body, session=session) for each in held.spoken]
    return [
        states,
        [str(each.reference) for each in shelf.reader.withdrawn(None, body, session)],
        sorted(find_moves(shelf, body, session)),
        sorted(find_before(shelf, body, session).items()),
        [each.standings is not None for each in spoken],
        _find_neighbours(shelf, body, session),
        [shelf.reader.rulings(), shelf.reader.coded()],
        [repr(group) for group in shelf.groups.values()],
        shelf.vocabulary.digest,
    ]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a session. Raises ``NotThere`` where nobody spoke at it."""
    body, session = parameters["body"], parameters["session"]
    page = build_session(shelf, body, session)
    groups = _list_groups(shelf, page)
    citation = cite_page(shelf, f"{body}/{session}, {counted(len(page.speeches), 'statement')}")
    here = address("session", **parameters)
    return render("session", here, page=page, groups=groups, citation=citation)
