"""What changed inside topics that stay: asked, promised, threatened, condemned or named on one side."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import quote
from tracker.report.document import Entry, Section, Span
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.changes import Act, Comparison, Inside
    from tracker.report.redline import SideName

    Place = tuple[SideName, int]

TITLE: Final = "asked, promised, named"
FILTER: Final = "inside"
"""What a report is narrowed to these by."""
WORDS: Final[Mapping[Act, str]] = {
    "asks": "a request",
    "promises": "a promise",
    "threatens": "a threat",
    "condemns": "a condemnation",
    "names": "a name",
    "figure": "a figure",
}
"""What one side alone has inside a topic."""
_SHOWN: Final = 4
"""How many are told at most where not everything is asked for."""
_OF_TOPIC: Final = 2
"""And how many of one topic."""


def show_inside(
    comparison: Comparison, *, everything: bool, led: Collection[Place] = ()
) -> Iterator[Section]:
    """Yield what one side does inside topics that stay and the other does not, the largest first.

    Where not everything is asked for, what is claimed alone, each sentence once, a few of each topic first,
    and none that has ``led`` the report.
    """
    ranked = comparison.inside if everything else _rank(comparison.inside, led)
    if ranked:
        labels = {topic.topic: one_line(topic.label) for topic in comparison.topics}
        shown = ranked if everything else ranked[:_SHOWN]
        entries = tuple(_show(comparison, labels[each.topic], each) for each in shown)
        left, rows = len(ranked) - len(shown), 2 if everything else 1
        yield Section(TITLE, entries, note="inside topics that stay", first=1, left=left, rows=rows)


def _rank(found: Sequence[Inside], led: Collection[Place]) -> list[Inside]:
    """Return what is claimed, what of a topic comes after its largest ones last."""
    told, topics = set(led), Counter[str]()
    first: list[Inside] = []
    others: list[Inside] = []
    for each in found:
        place = (each.side, each.evidence.segment)
        if each.claimed and place not in told:
            told.add(place)
            topics[each.topic] += 1
            (first if topics[each.topic] <= _OF_TOPIC else others).append(each)
    return first + others


def _show(comparison: Comparison, label: str, each: Inside) -> Entry:
    marked = (each.evidence.start, each.evidence.end)
    likely = "" if each.claimed else f"{wording.LIKELY} "
    sure = "" if each.claimed else f" {wording.chance_mark(each.certainty)}"
    other = wording.side_labels(comparison)[each.side == "old"]
    return Entry(
        (Span(label, "bold"), Span(f", {likely}{WORDS[each.act]} with no similar wording in {other}{sure}")),
        evidence=(quote(comparison, each.side, each.evidence.segment, marked),),
        topic=each.topic,
        kinds=(FILTER, *(() if each.claimed else (wording.LIKELY,))),
    )
