"""What changed inside topics that stay: asked, promised, threatened, condemned or named on one side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import quote
from tracker.report.document import Entry, Section, Span
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.changes import Act, Comparison, Inside, SideOfTwo
    from tracker.report.redline import SideName

    Place = tuple[SideName, int]

TITLE: Final = "asked, promised, named"
FILTER: Final = "inside"
"""What a report is narrowed to these by."""
WORDS: Final[Mapping[SideOfTwo, Mapping[Act, str]]] = {
    "new": {
        "asks": "asked now",
        "promises": "promised now",
        "threatens": "threatened now",
        "condemns": "condemned now",
        "names": "named now",
        "figure": "a figure now",
    },
    "old": {
        "asks": "no longer asked",
        "promises": "no longer promised",
        "threatens": "no longer threatened",
        "condemns": "no longer condemned",
        "names": "no longer named",
        "figure": "a figure no longer",
    },
}
"""What one side alone does inside a topic, by the side that does it."""
_SHOWN: Final = 4
"""How many are told at most where not everything is asked for."""
_OF_TOPIC: Final = 2
"""And how many of one topic."""


def show_inside(
    comparison: Comparison, *, everything: bool, led: Collection[Place] = ()
) -> Iterator[Section]:
    """Yield what one side does inside topics that stay and the other does not, the largest first.

    Where not everything is asked for, what is claimed alone, each sentence once, a few of each topic, and
    none that has ``led`` the report.
    """
    found = comparison.inside if everything else _choose(comparison.inside, led)
    if found:
        labels = {topic.topic: one_line(topic.label) for topic in comparison.topics}
        entries = tuple(_show(comparison, labels[each.topic], each) for each in found)
        note = "on one side alone, inside what stays"
        yield Section(TITLE, entries, note=note, first=1, rows=2 if everything else 1)


def _choose(found: Sequence[Inside], led: Collection[Place]) -> list[Inside]:
    told, topics = set(led), list[str]()
    chosen: list[Inside] = []
    for each in found:
        place = (each.side, each.evidence.segment)
        if each.claimed and place not in told and topics.count(each.topic) < _OF_TOPIC:
            told.add(place)
            topics.append(each.topic)
            chosen.append(each)
    return chosen[:_SHOWN]


def _show(comparison: Comparison, label: str, each: Inside) -> Entry:
    marked = (each.evidence.start, each.evidence.end)
    likely = "" if each.claimed else f"{wording.LIKELY} "
    sure = "" if each.claimed else f" {wording.chance_mark(each.certainty)}"
    return Entry(
        (Span(label, "bold"), Span(f", {likely}{WORDS[each.side][each.act]}{sure}")),
        evidence=(quote(comparison, each.side, each.evidence.segment, marked),),
        topic=each.topic,
        kinds=(FILTER, *(() if each.claimed else (wording.LIKELY,))),
    )
