"""How neighbouring sentences change a topic's treatment: asides, announced subjects, ceremony and titles."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tracker.topics.levels.cues import ready

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.model.texts import Segment, Version
    from tracker.topics.levels.cues import Cues
    from tracker.topics.levels.roles import Treatment

_ANNOUNCED: Final = 8
"""Ordinals an announcement of several subjects can be followed by. Of 5,278 readings of topics in 123
speeches one is another with half as many, none with twice as many."""
_LOOK_AHEAD: Final = 12
"""Sentences in which a subject announced without its name is looked for; of these readings none is another
with half or twice as many."""

Treatments = tuple[tuple["Treatment", ...], ...]
"""By segment, what it does with each topic it names."""


def find_titles(segments: Sequence[Segment]) -> frozenset[int]:
    """Return the headings before the first sentence: titles of the statement and its occasion."""
    headings = takewhile(lambda segment: segment.kind == "heading", segments)
    return frozenset(segment.ordinal for segment in headings)


def find_ceremony(segments: Sequence[Segment], cues: Cues) -> frozenset[int]:
    """Return the ordinals of segments that thank, congratulate or greet."""
    return frozenset(segment.ordinal for segment in segments if cues.find("ceremony", ready(segment.text)))


def set_asides(segments: Sequence[Segment], treatments: Treatments, cues: Cues) -> Treatments:
    """Return the treatments with those in an aside, and in what follows on it, marked as aside.

    An aside goes on within its paragraph while sentences open with a connective.
    """
    marked = list(treatments)
    paragraph = -1
    for place, segment in enumerate(segments):
        text = ready(segment.text)
        if treatments[place] and cues.find_all("aside", text):
            paragraph = segment.paragraph
        elif segment.paragraph != paragraph or not cues.find("connective", text):
            paragraph = -1
        if paragraph >= 0:
            marked[place] = tuple(item._replace(role="aside", rule="set aside") for item in treatments[place])
    return tuple(marked)


def declare_announced(segments: Sequence[Segment], treatments: Treatments, cues: Cues) -> Treatments:
    """Return the treatments with the subjects that the speaker announced marked as declared.

    "I will address three issues" makes the main topics of the items or of the sentences that begin with an
    ordinal declared; "I want to focus on another challenge" the topic named most in the sentences after.
    """
    marked = list(treatments)
    expected = 0
    for place, segment in enumerate(segments):
        text = ready(segment.text)
        if cues.find("announce_one", text):
            _declare(marked, place, _most_named(treatments[place + 1 : place + 1 + _LOOK_AHEAD]))
        if expected and (segment.kind == "item" or cues.find("ordinal", text)):
            expected -= 1
            _declare_first(marked, place, whole=segment.kind == "item")
        if cues.find("announce", text):
            expected = _ANNOUNCED
    return tuple(marked)


def _most_named(treatments: Treatments) -> str | None:
    counts = Counter(
        item.topic for items in treatments for item in items if item.role not in {"weak", "aside"}
    )
    best = max(counts, key=lambda topic: counts[topic], default=None)
    return best if best is not None and counts[best] > 1 else None


def _declare(marked: list[tuple[Treatment, ...]], after: int, topic: str | None) -> None:
    for place in range(after + 1, min(after + 1 + _LOOK_AHEAD, len(marked))):
        if any(item.topic == topic for item in marked[place]):
            marked[place] = _mark_declared(marked[place], {topic}, "announced as the subject")
            return


def _declare_first(marked: list[tuple[Treatment, ...]], place: int, *, whole: bool) -> None:
    """Mark the first main topic of a sentence as declared, or all that an item of a list is about.

    A fragment has no main topic, but may have only one: *First, corruption.*
    """
    named = [item.topic for item in marked[place] if item.role not in {"weak", "aside"}]
    main = [item.topic for item in marked[place] if item.role not in {"weak", "aside", "side"}]
    declared = named if whole or len({*named}) == 1 else main[:1]
    marked[place] = _mark_declared(marked[place], declared, "one of the subjects announced")


def _mark_declared(
    items: Sequence[Treatment], topics: Collection[str | None], rule: str
) -> tuple[Treatment, ...]:
    return tuple(
        item._replace(role="declared", rule=rule) if item.topic in topics else item for item in items
    )


_NAME: Final = re.compile(r"\b[A-Z][\w’-]+\b")
_ALIGNS: Final = re.compile(r"\b([A-Z][\w’-]+) (?:aligns|associates) itself\b")
_SUBJECT: Final = re.compile(
    r"^\W*(?:The )?([A-Z][\w’-]+) (?:[a-z]+ly )?(?:will|has|have|is|welcomes|supports|intends|remains|"
    r"continues|proposes|believes|calls|urges|stands)\b"
)
_PERFORMING: Final = re.compile(
    r"^\W*([A-Z][\w’-]+) (?:[a-z]+ly |also |therefore |now )?(?:proposes|pledges|reaffirms|supports"
    r"|reiterates|welcomes|condemns|urges|commends|calls (?:on|upon|for)|stands (?:ready|firmly|by|with)"
    r"|attaches|(?:is|remains) (?:[a-z]+ly )?committed|(?:has )?(?:ratified|signed|decided)|will continue"
    r"|(?:has|sees) (?:two|three|four|five) (?:\w+ ){0,2}(?:priorities|tasks|goals))\b"
)
_BODIES: Final = frozenset(
    {
        *(
            "It",
            "This",
            "That",
            "They",
            "We",
            "He",
            "She",
            "Africa",
            "Europe",
            "Humanity",
            "Everyone",
            "Nobody",
        ),
        *("Assembly", "Commission", "Committee", "Conference", "Congress", "Convention", "Council", "Group"),
        *("Ministry", "Nations", "Office", "Organization", "Secretariat", "Session", "Statement", "Union"),
        *("Chair", "Minister", "President", "Secretary", "General", "National", "United"),
    }
)
_SENTENCES: Final = 2


def find_speaker(version: Version, own_names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names that align themselves with another statement or are, in a title, the speaker's.

    A name in a title is the speaker's when it is the subject of two sentences or more; bodies never are.
    Where no ``own_names`` are known, so is the name that opens a sentence in which it proposes, welcomes or
    the like: of 400 speeches in English the rule found one in 194, in 189 of them the country's.
    """
    titles = " ".join(version.segments[place].text for place in find_titles(version.segments))
    subjects = Counter(match[1] for segment in version.segments if (match := _SUBJECT.match(segment.text)))
    titled = {name for name in _NAME.findall(titles) if subjects[name] >= _SENTENCES}
    aligned = {match[1] for match in _ALIGNS.finditer(version.text)}
    texts = [] if own_names else [segment.text for segment in version.segments]
    performing = {match[1] for text in texts if (match := _PERFORMING.match(text))}
    return tuple(sorted((titled | aligned | performing) - _BODIES))
