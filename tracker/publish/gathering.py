"""Who spoke at one session, all or the members of a group, which groups, and what became of topics since.

What became of topics is told of the countries of which it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tracker.follow.groups import date_session
from tracker.publish import words
from tracker.publish.moves import find_before, find_moves
from tracker.publish.pairs import name_pair
from tracker.publish.standings import find_spoken
from tracker.report.series.panels import DROPPED, TAKEN_UP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.record import StatementEntry
    from tracker.model.rights import WithdrawnEntry
    from tracker.model.topics import Topic, Vocabulary
    from tracker.publish.moves import Moves
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import Spoken, TopicStanding
    from tracker.references.groups import Group

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
class Gathering:
    """A session as pages show it."""

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


def gather(
    shelf: Shelf,
    body: str,
    session: str,
    neighbours: tuple[str | None, str | None],
    only: Collection[str] | None = None,
) -> Gathering:
    """Return who spoke at a session: all countries, or ``only`` some. Nothing is computed."""
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
    return Gathering(
        body,
        session,
        words.session_year(body, session, [entry.delivered for entry in entries]),
        tuple(sorted(speeches, key=lambda each: (each.name, each.entry.reference.item or ""))),
        tuple(each for each in withdrawn if only is None or each.reference.country in only),
        tuple(_share_topics(spoken, shelf.vocabulary)),
        tuple(_list_moves(moves, TAKEN_UP, shelf.vocabulary)),
        tuple(_list_moves(moves, DROPPED, shelf.vocabulary)),
        sum(each.standings is not None for each in spoken),
        neighbours,
    )


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


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group at a session."""

    code: str
    name: str
    members: int
    spoke: int


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to a group on the day of a session."""

    group: Group
    date: str
    """The ISO date on which they were asked for: of the first speech, else the end of the year."""
    codes: tuple[str, ...]

    def silent(self, gathering: Gathering) -> tuple[tuple[str, str], ...]:
        """Return code and name of each member of which there is no statement."""
        spoke = {code for code, _ in gathering.countries}
        named = (words.country_words(code) for code in self.codes if code not in spoke)
        return tuple(sorted((tuple(each) for each in named), key=lambda each: each[1]))  # type: ignore[misc]


def find_members(shelf: Shelf, code: str, body: str, session: str) -> Members | None:
    """Return who belongs to a group at a session; None for a group that nobody knows."""
    group = shelf.groups.get(code)
    if group is None:
        return None
    entries = shelf.reader.statements(body=body, session=session)
    date = date_session(body, session, [entry.delivered for entry in entries])
    return Members(group, date, group.members_on(date))


def list_groups(shelf: Shelf, gathering: Gathering) -> tuple[GroupRow, ...]:
    """Return the groups of which a member spoke at a session, by name."""
    date = date_session(
        gathering.body, gathering.session, [each.entry.delivered for each in gathering.speeches]
    )
    spoke = {code for code, _ in gathering.countries}
    rows = []
    for group in shelf.groups.values():
        members = group.members_on(date)
        if there := spoke & {*members}:
            rows.append(GroupRow(group.id, group.name, len(members), len(there)))
    return tuple(sorted(rows, key=lambda row: row.name))
