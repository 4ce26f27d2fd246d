"""A country: its statements by body and session, the groups it belongs to, and what it speaks of most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.publish import words
from tracker.publish.frame import cite_page, render
from tracker.publish.pages.topics import count_topics
from tracker.publish.routes import NotThere, address
from tracker.publish.standings import find_spoken, list_decided
from tracker.references import session_sort_key
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.record import StatementEntry
    from tracker.model.rights import WithdrawnEntry
    from tracker.model.texts import Reference
    from tracker.model.topics import Vocabulary
    from tracker.publish.pages.topics import TopicCount
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import BodyStandings, TopicStanding
    from tracker.references.groups import Group

_TOPICS: Final = 3
"""Topics that are named beside a statement."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement, with what most of it is about."""

    entry: StatementEntry
    """Its preferred edition."""
    editions: int
    year: str
    """"" where the label of the session says it, or nothing tells it."""
    topics: tuple[str, ...] | None
    """The labels of the topics with most of its words; None where it was not read yet."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a country said at one body."""

    body: str
    statements: tuple[StatementRow, ...]
    """The latest first."""
    sessions: int


@dataclass(frozen=True, slots=True)
class Belonging:
    """A group, and since when a country belongs to it."""

    code: str
    name: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class CountryPage:
    """What the page of a country shows."""

    code: str
    series: tuple[Series, ...]
    withdrawn: tuple[WithdrawnEntry, ...]
    groups: tuple[Belonging, ...]
    topics: tuple[TopicCount, ...]
    """Those that its statements speak of, of most first."""
    read: int
    of: int


def _build_country(
    code: str,
    entries: Sequence[StatementEntry],
    withdrawn: Sequence[WithdrawnEntry],
    standings: Sequence[BodyStandings],
    groups: Iterable[Group],
    vocabulary: Vocabulary,
) -> CountryPage:
    """Return the page of a country; ``standings`` are of its own statements."""
    labels = {topic.id: topic.label for topic in vocabulary.topics}
    spoken = {_name(each.reference): each.standings for body in standings for each in body.spoken}
    series = []
    for body in dict.fromkeys(entry.reference.body for entry in entries):
        own = [entry for entry in entries if entry.reference.body == body]
        by_statement: dict[tuple[str, str, str], list[StatementEntry]] = {}
        for entry in own:
            by_statement.setdefault(_name(entry.reference), []).append(entry)
        rows = [
            StatementRow(
                editions[0],
                len(editions),
                words.session_year(body, name[1], [each.delivered for each in editions]),
                _list_topics(spoken.get(name), labels),
            )
            for name, editions in by_statement.items()
        ]
        rows.sort(key=lambda row: session_sort_key(body, str(row.entry.reference.session)), reverse=True)
        series.append(Series(body, tuple(rows), len({name[1] for name in by_statement})))
    return CountryPage(
        code,
        tuple(series),
        tuple(withdrawn),
        tuple(_list_groups(code, groups)),
        count_topics(standings, vocabulary),
        sum(body.read for body in standings),
        sum(body.of for body in standings),
    )


def _name(reference: Reference) -> tuple[str, str, str]:
    """Return what names a statement of a country, whichever its edition."""
    return reference.body, str(reference.session), reference.item or ""


def _list_topics(
    standings: Sequence[TopicStanding] | None, labels: Mapping[str, str]
) -> tuple[str, ...] | None:
    if standings is None:
        return None
    priorities = sorted(
        (each for each in standings if each.is_priority), key=lambda each: (-each.share, labels[each.topic])
    )
    return tuple(labels[each.topic] for each in priorities[:_TOPICS])


def _list_groups(code: str, groups: Iterable[Group]) -> Iterable[Belonging]:
    for group in groups:
        for member in group.members:
            if member.country == code:
                since, until = words.date_words(member.since), words.date_words(member.until)
                yield Belonging(group.id, group.name, since, until)


def rests_on(shelf: Shelf, parameters: Parameters) -> list[object]:
    """Return what tells the country's statements and groups from all others, and how many were read.

    What people decided about them is told too, since standings rest on it.
    """
    code = parameters["country"]
    standings = find_spoken(shelf, country=code)
    states = [
        [*place, state]
        for body in standings
        for place, state in shelf.states(body.body).items()
        if place[0] == code
    ]
    withdrawn = [str(each.reference) for each in shelf.reader.withdrawn(code)]
    groups = [*_list_groups(code, shelf.groups.values())]
    decided = list_decided(shelf, country=code)
    read = [body.read for body in standings]
    return [sorted(states), withdrawn, groups, decided, shelf.vocabulary.digest, read]


def show(shelf: Shelf, parameters: Parameters) -> Answer:
    """Return the page of a country. Raises ``NotThere`` where the copy has nothing of it."""
    code = parameters["country"]
    entries, withdrawn = shelf.reader.statements(code), shelf.reader.withdrawn(code)
    if not (entries or withdrawn):
        raise NotThere(f"The archive has no open statement of {words.country_words(code).name}.")
    standings = find_spoken(shelf, country=code)
    page = _build_country(code, entries, withdrawn, standings, shelf.groups.values(), shelf.vocabulary)
    citation = cite_page(shelf, f"{code}, {counted(page.of, 'statement')}")
    return render("country", address("country", country=code), page=page, citation=citation)
