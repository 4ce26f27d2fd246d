"""The passages that show what became of a topic: the leading ones of both sides, or the closest one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.report.comparison.selection import find_counterpart
from tracker.report.comparison.words import place

if TYPE_CHECKING:
    from tracker.model.comparison import Comparison
    from tracker.model.texts import Segment
    from tracker.model.topics import TopicChange

_FROM_OLD = frozenset({"down", "demoted", "dropped"})


@dataclass(frozen=True, slots=True)
class Quotation:
    """A segment to quote, led by when and where it was said: ``was ¶3``."""

    side: Literal["old", "new"]
    lead: str
    text: str


def select_passages(
    comparison: Comparison, topic: TopicChange, *, everything: bool = False
) -> tuple[Quotation, ...]:
    """Return what to quote on a topic: old side first.

    A topic that is new, or not repeated, is shown by its one leading passage, and the latter by the
    closest passage now. A topic that is on both sides is shown by its counterparts, or by the leading
    passage of the side where more was made of it; of a revision that keeps it, by none, since its
    sentences are compared.
    """
    if topic.status == "dropped":
        return (*_leading(comparison, topic, "was"), *_closest(comparison, topic))
    if topic.status == "kept" and comparison.genre == "revision" and not everything:
        return ()
    pair = find_counterpart(comparison, topic)
    if pair:
        return (
            _quotation("was", comparison.old.version.segments[pair.old]),
            _quotation("now", comparison.new.version.segments[pair.new]),
        )
    if everything:
        return (*_leading(comparison, topic, "was"), *_leading(comparison, topic, "now"))
    return _leading(comparison, topic, "was" if topic.status in _FROM_OLD else "now")


def _leading(comparison: Comparison, topic: TopicChange, when: str) -> tuple[Quotation, ...]:
    side, reading = (comparison.old, topic.old) if when == "was" else (comparison.new, topic.new)
    return (_quotation(when, side.version.segments[reading.leading]),) if reading else ()


def _closest(comparison: Comparison, topic: TopicChange) -> tuple[Quotation, ...]:
    if topic.closest is None:
        return ()
    segment = comparison.new.version.segments[topic.closest.segment]
    lead = f"closest now {place(segment)} (similarity {topic.closest.score:.2f})"
    return (Quotation("new", lead, segment.text),)


def _quotation(when: str, segment: Segment) -> Quotation:
    return Quotation("old" if when == "was" else "new", f"{when} {place(segment)}", segment.text)
