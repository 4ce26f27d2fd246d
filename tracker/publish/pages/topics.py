"""All topics: who first spoke of each, when, and how many do, of the statements that were read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from tracker.diff.derive import derive_rows, find_rows
from tracker.publish.frame import cite_page, render
from tracker.publish.routes import address
from tracker.publish.standings import Spoken, complete_standings, find_spoken, name_bodies
from tracker.publish.words import country_words
from tracker.references import parse_reference
from tracker.report.layout import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.topics import Topic, Vocabulary
    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf
    from tracker.publish.standings import BodyStandings, TopicStanding

_DAY: Final = len("2024-05-20")
_NEVER: Final = 9999
FIRST: Final = 12
"""Topics that the first page has."""
_KIND: Final = "first topics"

Said = tuple[Spoken, "TopicStanding"]
"""A statement that speaks of a topic, and what it does with it."""


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic, and the statements that speak of it."""

    topic: Topic
    statements: int
    priorities: int
    """How many of them make it a priority."""
    countries: int
    first: tuple[Spoken, ...]
    """The first to speak of it: one, or all of its first year where dates do not tell them apart."""
    last: tuple[Spoken, ...]
    """The last ones, likewise."""


def count_topics(bodies: Sequence[BodyStandings], vocabulary: Vocabulary) -> tuple[TopicCount, ...]:
    """Return the topics that some statement speaks of, those of most statements first."""
    found = []
    for topic in vocabulary.topics:
        said = [each for body in bodies for each in body.by_topic.get(topic.id, ())]
        if said:
            found.append(_count(topic, said))
    return tuple(sorted(found, key=lambda each: (-each.statements, -each.priorities, each.topic.label)))


def complete_counts(shelf: Shelf) -> tuple[TopicCount, ...]:
    """Return the topics of all statements; those that were not read are read now. The first few are kept."""
    counts = count_topics(complete_standings(shelf), shelf.vocabulary)
    rows = [
        [count.topic.id, count.statements, count.priorities, count.countries]
        + [[_write(each) for each in spoken] for spoken in (count.first, count.last)]
        for count in counts[:FIRST]
    ]
    derive_rows(_KIND, name_bodies(shelf), shelf.archive.derived, rows.copy)
    return counts


def find_counts(shelf: Shelf) -> tuple[TopicCount, ...] | None:
    """Return the topics that most statements speak of, as they were counted; None where not all were read."""

    def find() -> tuple[TopicCount, ...] | None:
        rows = find_rows(_KIND, name_bodies(shelf), shelf.archive.derived)
        topics = {topic.id: topic for topic in shelf.vocabulary.topics}
        if rows is None:
            return None
        return tuple(
            TopicCount(topics[name], said, made, by, tuple(map(_read, first)), tuple(map(_read, last)))
            for name, said, made, by, first, last in rows
        )

    return shelf.recall(("first topics",), find)


def find_first(spoken: Sequence[Spoken]) -> tuple[Spoken, ...]:
    """Return the earliest statement; all of the earliest year where not each has a date to the day."""
    return _find_end(spoken, 0)


def find_last(spoken: Sequence[Spoken]) -> tuple[Spoken, ...]:
    """Return the latest statement; all of the latest year where not each has a date to the day."""
    return _find_end(spoken, -1)


def _find_end(spoken: Sequence[Spoken], end: Literal[0, -1]) -> tuple[Spoken, ...]:
    """Return those of the first year or the last, and of that of the first day or the last, by country."""
    known = [each for each in spoken if each.year] or [*spoken]
    year = sorted(each.year or _NEVER for each in known)[end]
    found = [each for each in known if (each.year or _NEVER) == year]
    days = [_read_day(each) for each in found]
    if all(days):
        day = sorted(filter(None, days))[end]
        found = [each for each, own in zip(found, days, strict=True) if own == day]
    return tuple(sorted(found, key=lambda each: country_words(each.country).name))


def _read_day(spoken: Spoken) -> str | None:
    delivered = spoken.delivered or ""
    return delivered if len(delivered) == _DAY else None


def _write(spoken: Spoken) -> list[Any]:
    return [str(spoken.reference), spoken.year, spoken.delivered]


def _read(row: list[Any]) -> Spoken:
    reference, year, delivered = row
    return Spoken(parse_reference(reference), year, delivered, None)


def _count(topic: Topic, said: Sequence[Said]) -> TopicCount:
    spoken = [statement for statement, _ in said]
    return TopicCount(
        topic,
        statements=len(said),
        priorities=sum(standing.is_priority for _, standing in said),
        countries=len({statement.country for statement in spoken}),
        first=find_first(spoken),
        last=find_last(spoken),
    )


def rests_on(shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return what tells all statements from others, and the vocabulary."""
    return [*name_bodies(shelf), shelf.vocabulary.digest]


def show(shelf: Shelf, _parameters: Parameters) -> Answer:
    """Return the list of topics; statements that were not read for them are read now."""
    counts = complete_counts(shelf)
    spoken = {each.topic.id for each in counts} | {each.topic.broader for each in counts}
    silent = tuple(topic for topic in shelf.vocabulary.topics if topic.id not in spoken)
    read = sum(body.of for body in find_spoken(shelf))
    citation = cite_page(shelf, f"topics of {counted(read, 'statement')}")
    return render("topics", address("topics"), counts=counts, silent=silent, read=read, citation=citation)
