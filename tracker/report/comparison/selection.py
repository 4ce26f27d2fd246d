"""What of a comparison is reported, and in which order; the same for every form of the report."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, get_args

from tracker.changes.shifts import AXES
from tracker.model.changes import Change
from tracker.model.topics import Level
from tracker.report.comparison.topic_words import (
    FINDINGS,
    STATUSES,
    actor_words,
    status_words,
)
from tracker.report.comparison.words import is_unchanged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tracker.model.changes import Axis, Comparison, Evidence, Shift
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Counterpart, TopicChange

WORDING_AXES, FACT_AXES = (
    tuple(name for name, axis in AXES.items() if axis.about == about) for about in ("wording", "facts")
)

_QUIET = frozenset({"kept", "typographic"})
_ONE_SIDED = frozenset({"new", "dropped"})
OLD_SIDE = frozenset({"down", "demoted", "dropped"})
"""Statuses of which the old side shows more."""

SHORTEST_ID = 7

MUCH_ALIGNED = 0.5
"""The aligned share below which the sentences of one side only are a list of nearly all of them."""


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift with where it was found: a change, or the counterparts of a topic."""

    shift: Shift
    source: str
    """``#`` and the change's id where it is cited, else the topic's label."""
    cited: bool
    old: Segment | None
    new: Segment | None


@dataclass(frozen=True, slots=True)
class TopicGroup:
    """The topics of one status, strongest first, and how they are headed."""

    name: str
    note: str
    topics: tuple[TopicChange, ...]
    is_finding: bool


def group_topics(comparison: Comparison, only: Collection[str] = ()) -> Iterator[TopicGroup]:
    """Yield the topics by status in the order of the report, empty ones left out.

    What is only perhaps so follows, most certain first.
    """
    statuses = [status for status in STATUSES if not only or status in only]
    for known, status in product(((True, False), (False, True), (False, False)), statuses):
        topics = [
            each
            for each in comparison.topics
            if (each.claimed, each.share_unsure) == known and each.status == status
        ]
        topics.sort(key=_weakness)
        if not any(known):
            topics.sort(key=lambda topic: -(topic.certainty or 0.0))
        if topics:
            yield TopicGroup(*status_words(topics[0]), tuple(topics), known[0] and status in FINDINGS)


def rests_on_intervals(comparison: Comparison, only: Collection[str] = ()) -> bool:
    """Return whether the status of a topic that is shown was decided by an interval."""
    return any(topic.difference for group in group_topics(comparison, only) for topic in group.topics)


def select_shifts(
    comparison: Comparison, axes: Collection[Axis], only: Collection[str] = ()
) -> tuple[ShiftRow, ...]:
    """Return the shifts on some axes, those of changes first, then those of counterparts, in text order."""
    rows = (*_shifts_of_changes(comparison), *_shifts_of_counterparts(comparison))
    return tuple(row for row in rows if row.shift.axis in axes and (not only or row.shift.axis in only))


def select_changes(
    comparison: Comparison, *, everything: bool = False, only: Collection[str] = ()
) -> tuple[Change, ...]:
    """Return the changes whose sentences are shown, in the order given.

    Of two different texts none are shown unless asked for: everything, or an operation that is not
    also a status. Where less than half aligns, what is new or dropped, and always what was kept, is shown
    only where everything or it is asked for. What people decided about is always shown.
    """
    if only:
        asked = set(only) if everything or comparison.genre == "revision" else set(only) - set(STATUSES)
        return tuple(c for c in comparison.changes if c.operation in asked or (c.moved and "moved" in asked))
    if comparison.genre == "session" and not everything:
        return tuple(change for change in comparison.changes if change.decided)
    quiet = _QUIET if comparison.aligned >= MUCH_ALIGNED else _QUIET | _ONE_SIDED
    return tuple(c for c in comparison.changes if everything or _is_news(c, quiet))


def _is_news(change: Change, quiet: Collection[str]) -> bool:
    return change.moved or bool(change.decided) or change.operation not in quiet


def hides_sentences(comparison: Comparison) -> bool:
    """Return whether sentences that have no counterpart are listed only where they are asked for."""
    return not is_unchanged(comparison) and (
        comparison.genre == "session" or comparison.aligned < MUCH_ALIGNED
    )


def find_counterpart(comparison: Comparison, topic: TopicChange) -> Counterpart | None:
    """Return the leading passages of both sides on a topic, where it has counterparts."""
    return next((pair for pair in comparison.counterparts if pair.topic == topic.topic), None)


def name_actors(comparison: Comparison, topic: TopicChange) -> str | None:
    """Say who is no longer named on a topic and who is named now, where it has counterparts."""
    pair = find_counterpart(comparison, topic)
    return actor_words(pair.actors) if pair else None


def cite_changes(comparison: Comparison) -> dict[str, str]:
    """Return for each change's id a ``#`` prefix of seven characters, or more where another begins so."""
    ids = sorted({change.id for change in comparison.changes})
    lengths = dict.fromkeys(ids, SHORTEST_ID)
    for one, other in pairwise(ids):
        needed = _common(one, other) + 1
        lengths[one], lengths[other] = max(lengths[one], needed), max(lengths[other], needed)
    return {name: f"#{name[:length]}" for name, length in lengths.items()}


def _common(one: str, other: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _weakness(topic: TopicChange) -> tuple[int, float, str]:
    """Order topics strongest first on the side that matters: the old one where less is made of it now."""
    sides = (topic.old, topic.new) if topic.status in OLD_SIDE else (topic.new, topic.old)
    reading = sides[0] or sides[1]
    if reading is None:
        return len(get_args(Level)), 0.0, topic.label
    return get_args(Level).index(reading.level), -round(reading.share, 4), topic.label


def _shifts_of_changes(comparison: Comparison) -> Iterator[ShiftRow]:
    cited = cite_changes(comparison)
    for change in comparison.changes:
        for shift in change.shifts:
            yield _row(comparison, shift, cited[change.id], change)


def _shifts_of_counterparts(comparison: Comparison) -> Iterator[ShiftRow]:
    labels = {topic.topic: topic.label for topic in comparison.topics}
    for pair in comparison.counterparts:
        for shift in pair.shifts:
            yield _row(comparison, shift, labels.get(pair.topic, pair.topic), pair)


def _row(comparison: Comparison, shift: Shift, source: str, holder: Change | Counterpart) -> ShiftRow:
    """Place a shift by its evidence; a side without evidence by the first segment there is."""
    cited = isinstance(holder, Change)
    olds = holder.old if isinstance(holder, Change) else (holder.old,)
    news = holder.new if isinstance(holder, Change) else (holder.new,)
    return ShiftRow(
        shift,
        source,
        cited,
        _segment(comparison.old, shift.old, olds),
        _segment(comparison.new, shift.new, news),
    )


def _segment(side: Side, evidence: Evidence | None, indexes: tuple[int, ...]) -> Segment | None:
    if evidence:
        return side.version.segments[evidence.segment]
    return side.version.segments[indexes[0]] if indexes else None
