"""What of a comparison is reported, and in which order; the same for every form of the report."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, get_args

from tracker.errors import TrackerError
from tracker.model.changes import AXES, Change
from tracker.model.topics import Status
from tracker.report.comparison.topic_words import STATUSES
from tracker.report.comparison.words import MUCH_ALIGNED, OPERATIONS, is_unchanged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tracker.model.changes import Axis, Comparison, Evidence, Shift
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Counterpart

FILTERS: tuple[str, ...] = tuple(
    dict.fromkeys((*get_args(Status), *OPERATIONS, "moved", *AXES, "perhaps", "phrases"))
)
"""What a report may be narrowed to."""

_OF_COUNTRIES = tuple(status for status in STATUSES if status != "kept")
"""And one of many countries, of which only what became of topics is told."""

WORDING_AXES, FACT_AXES = (
    tuple(name for name, axis in AXES.items() if axis.about == about) for about in ("wording", "facts")
)

_QUIET = frozenset({"kept", "typographic"})
_ONE_SIDED = frozenset({"new", "dropped"})
SHORTEST_ID = 7


class ShiftRow(NamedTuple):
    """A shift with where it was found: a change, or the counterparts of a topic."""

    shift: Shift
    source: str
    """``#`` and the change's id where it is cited, else the topic's label."""
    old: Segment | None
    new: Segment | None
    change: str = ""
    topic: str = ""
    """The id of either, where it was found."""


def read_filters(texts: Collection[str], *, by_country: bool = False) -> frozenset[str]:
    """Return what a report is to be narrowed to, named with commas between; raises ``TrackerError``."""
    known = _OF_COUNTRIES if by_country else FILTERS
    words = frozenset(word.strip() for text in texts for word in text.split(",") if word.strip())
    if unknown := sorted(words - frozenset(known)):
        raise TrackerError(f"--only {unknown[0]}: expected one of {', '.join(known)}")
    return words


def rests_on_intervals(comparison: Comparison) -> bool:
    """Return whether the status of a topic was decided by an interval."""
    return any(topic.difference for topic in comparison.topics)


def select_shifts(
    comparison: Comparison, axes: Collection[Axis], only: Collection[str] = ()
) -> tuple[ShiftRow, ...]:
    """Return the shifts on some axes, those of changes first, then those of counterparts, in text order.

    What a change and a topic's counterparts, or those of two topics, tell of the same words is told once.
    """
    rows: dict[tuple[object, ...], ShiftRow] = {}
    for row in (*_shifts_of_changes(comparison), *_shifts_of_counterparts(comparison)):
        if row.shift.axis in axes and (not only or row.shift.axis in only):
            rows.setdefault((row.shift.axis, row.shift.old, row.shift.new), row)
    return tuple(rows.values())


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


def kinds_of_change(change: Change) -> tuple[str, ...]:
    """Return by which words of ``--only`` a report is narrowed to a change."""
    axes = dict.fromkeys(shift.axis for shift in change.shifts)
    return (change.operation, *(["moved"] if change.moved else []), *axes)


def none_words(only: Collection[str]) -> str:
    """Say that a narrowed report is empty."""
    return f"None of these: {', '.join(name for name in FILTERS if name in only)}."


def is_revision(comparison: Comparison) -> bool:
    """Return whether so much aligns that the edits lead the report, and not the topics."""
    return comparison.genre == "revision" and comparison.aligned >= MUCH_ALIGNED


def hides_sentences(comparison: Comparison) -> bool:
    """Return whether sentences that have no counterpart are listed only where they are asked for."""
    return not is_unchanged(comparison) and (
        comparison.genre == "session" or comparison.aligned < MUCH_ALIGNED
    )


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
    olds = holder.old if isinstance(holder, Change) else (holder.old,)
    news = holder.new if isinstance(holder, Change) else (holder.new,)
    return ShiftRow(
        shift,
        source,
        _segment(comparison.old, shift.old, olds),
        _segment(comparison.new, shift.new, news),
        **({"change": holder.id} if isinstance(holder, Change) else {"topic": holder.topic}),
    )


def _segment(side: Side, evidence: Evidence | None, indexes: tuple[int, ...]) -> Segment | None:
    if evidence:
        return side.version.segments[evidence.segment]
    return side.version.segments[indexes[0]] if indexes else None
