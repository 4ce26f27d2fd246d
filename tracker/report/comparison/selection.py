"""What of a comparison is reported, and in which order; the same for every form of the report."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, get_args

from tracker.errors import TrackerError
from tracker.model.changes import AXES, Change
from tracker.model.compared import list_shifts, place_shift
from tracker.model.topics import Status
from tracker.report.comparison.words import MUCH_ALIGNED, OPERATIONS, STATUSES, is_unchanged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tracker.model.changes import Axis, Comparison, Shift
    from tracker.model.texts import Segment
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

    What several of them tell of the same words is told once.
    """
    cited = cite_changes(comparison)
    labels = {topic.topic: topic.label for topic in comparison.topics}
    return tuple(
        _row(comparison, shift, holder, cited, labels)
        for holder, shift in list_shifts(comparison)
        if shift.axis in axes and (not only or shift.axis in only)
    )


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


def _row(
    comparison: Comparison,
    shift: Shift,
    holder: Change | Counterpart,
    cited: Mapping[str, str],
    labels: Mapping[str, str],
) -> ShiftRow:
    old, new = place_shift(comparison, holder, shift)
    if isinstance(holder, Change):
        return ShiftRow(shift, cited[holder.id], old, new, change=holder.id)
    return ShiftRow(shift, labels.get(holder.topic, holder.topic), old, new, topic=holder.topic)
