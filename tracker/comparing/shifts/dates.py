"""Years, dates and deadlines that moved, were set or were given up."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.rewording import is_reordered, share_content
from tracker.comparing.passages.terms import TermMatch
from tracker.comparing.shifts.moments import holds, read_moments
from tracker.comparing.shifts.pairs import LEAST_MOVED, Match, drop_kept, pair_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.comparing.passages.rewording import Rewording
    from tracker.comparing.shifts.moments import Moment
    from tracker.model.changes import Direction, Shift

_UNDATED = frozenset({"open", "relative"})
"""Scales of what is a deadline without a word like ``by`` before it: soon, next year."""
_SAME_SUBJECT = 0.5
"""Share of the content words of the shorter side."""
_UNITS = (("year", 17532), ("month", 1461), ("week", 336), ("day", 48), ("hour", 2))
"""Units of a span, longest first, in half hours: a year has 365.25 days."""
_RENEWAL = ("lapses", "goes_on")
"""Tables of what would end, and what goes on after that."""


class _Pair(NamedTuple):
    old: Moment
    new: Moment


@lru_cache(maxsize=1)
def find_date_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the dates that changed, and deadlines that were set or given up.

    Where each side has one deadline they are each other's; where too few words are kept, there is nothing
    else.
    """
    match = Match(_is_as_exact, _is_equal, _name_unit)
    old, new = drop_kept(rewording, (read_moments(rewording.old), read_moments(rewording.new)), match)
    comparable = rewording.comparable or is_reordered(rewording)
    pair = _pair_deadlines(rewording, old, new)
    lone = None if pair else _pair_lone(old, new)
    if lone and (comparable or _is_one_subject(rewording)):
        pair = lone
    shifts = list(compare_deadlines(rewording, *pair)) if pair else []
    if not comparable:
        return tuple(shifts)
    old, new = ([each for each in side if each not in (pair or ())] for side in (old, new))
    before, after = ([each for each in side if each.parts] for side in (old, new))
    shifts += [
        shift
        for each in pair_spans(rewording, before, after, match)
        if each.there or each.alike >= LEAST_MOVED
        for shift in compare_moments(rewording, each.old, each.new)
    ]
    return (*shifts, *_find_alone(rewording, old, new))


def _is_as_exact(old: Moment, new: Moment) -> bool:
    """Return whether both are years, months, days or periods, and name their year or do not."""
    return (old.scale, len(old.parts), bool(old.until)) == (new.scale, len(new.parts), bool(new.until))


def _name_unit(moment: Moment) -> str:
    return f"{moment.scale} {len(moment.parts)}"


def _is_equal(old: Moment, new: Moment) -> bool:
    return (old.scale, old.first, old.last, old.until) == (new.scale, new.first, new.last, new.until)


def _pair_deadlines(rewording: Rewording, old: Sequence[Moment], new: Sequence[Moment]) -> _Pair | None:
    """Return the deadlines of both sides where each has one: with a word like ``by``, else of any kind.

    The only time of what would lapse, or of what goes on instead, is one too.
    """
    if _find_renewal(rewording) and len(old) == len(new) == 1:
        return _Pair(*old, *new)
    for scales in (frozenset[str](), _UNDATED):
        before, after = (
            [each for each in side if each.deadline_start is not None or each.scale in scales]
            for side in (old, new)
        )
        if len(before) == len(after) == 1:
            return _Pair(*before, *after)
    return None


def _is_one_subject(rewording: Rewording) -> bool:
    """Return whether two sentences share enough words, in whatever form, for two times to be of one thing."""
    return share_content(rewording.old.text, rewording.new.text, rewording.language) >= _SAME_SUBJECT


def _pair_lone(old: Sequence[Moment], new: Sequence[Moment]) -> _Pair | None:
    """Return the only time of either side where one of them is a deadline: on 12 May, in due course."""
    both = (*old, *new)
    if len(old) == len(new) == 1 and any(
        each.deadline_start is not None or each.scale == "open" for each in both
    ):
        return _Pair(*old, *new)
    return None


def _find_alone(rewording: Rewording, old: Sequence[Moment], new: Sequence[Moment]) -> tuple[Shift, ...]:
    """Return the only deadline that was edited and has no counterpart: it was set or given up."""
    dated = [(rewording.old, each) for each in old] + [(rewording.new, each) for each in new]
    dated = [(passage, each) for passage, each in dated if each.scale != "open"]
    if len(dated) != 1 or dated[0][1].deadline_start is None:
        return ()
    passage, moment = dated[0]
    words = _cite(moment)
    edited = (part for part in rewording.fragments if part.passage is passage)
    if not any(part.start <= words.start and words.end <= part.end for part in edited):
        return ()
    return rewording.shift_alone("date", ("added", "removed"), passage, words, "deadline")


def compare_deadlines(rewording: Rewording, old: Moment, new: Moment) -> tuple[Shift, ...]:
    """Return the shift from one deadline to another as intervals: later where every day of it is.

    One that lies within the other is more exact, *tightened*, or less, *loosened*, as is one with a date
    beside one without. What is counted otherwise has *changed*: a year and "next year" cannot be compared
    without the day of speaking. Nothing is said where they overlap in part.
    """
    alike = _is_as_exact(old, new) and old.parts != new.parts
    before, after = (old, new) if alike else (_cite(old), _cite(new))
    if old.scale == new.scale:
        renewed = old.scale == "day of any year" and _find_renewal(rewording)
        direction = renewed or _compare_intervals(old, new)
        rule = "deadline" if None not in (old.deadline_start, new.deadline_start) else "date"
        amount = _subtract(old, new) if _is_as_exact(old, new) and not renewed else None
        return rewording.shift("date", direction, before, after, rule, amount) if direction else ()
    scales = {old.scale, new.scale}
    if scales == {"date", "day of any year"}:
        return ()
    direction = "tightened" if old.scale == "open" else "loosened" if new.scale == "open" else "changed"
    return rewording.shift("date", direction, before, after, f"deadline: {old.scale} > {new.scale} (ours)")


def _cite(moment: Moment) -> TermMatch:
    """Return the words of a time with those that make it a deadline."""
    start = moment.start if moment.deadline_start is None else moment.deadline_start
    return TermMatch(moment.scale, start, moment.end)


def _compare_intervals(old: Moment, new: Moment) -> Direction | None:
    if new.first > old.last:
        return "later"
    if new.last < old.first:
        return "earlier"
    if old.first < new.first and new.last < old.last:
        return "tightened"
    return "loosened" if new.first < old.first and old.last < new.last else None


def _find_renewal(rewording: Rewording) -> Direction | None:
    """Return where the end of something goes that would lapse and goes on instead, or the reverse."""
    lapses, goes_on = ([holds(side, table) for side in (rewording.old, rewording.new)] for table in _RENEWAL)
    if goes_on[0] == goes_on[1]:
        return None
    return "later" if lapses[0] and goes_on[1] else "earlier" if goes_on[0] and lapses[1] else None


def compare_moments(rewording: Rewording, old: Moment, new: Moment) -> tuple[Shift, ...]:
    """Return the shift from one date to another that is as exact."""
    if not _is_as_exact(old, new) or _is_equal(old, new):
        return ()
    if None not in (old.deadline_start, new.deadline_start) and not old.until:
        return compare_deadlines(rewording, old, new)
    rule = "year" if len(old.parts) == 1 else "date"
    if old.until and (new.parts > old.parts, new.parts < old.parts) != (
        new.until > old.until,
        new.until < old.until,
    ):
        return rewording.shift("date", "changed", old, new, rule)
    direction = _compare_intervals(old, new)
    if direction not in {"later", "earlier"}:
        return ()
    return rewording.shift("date", direction, old, new, rule, _subtract(old, new))


def _subtract(old: Moment, new: Moment) -> str | None:
    """Return how far apart two times are that are as exact, in the unit of both; none beside a part."""
    if old.scale == "session":
        return _count(new.first - old.first, "session")
    if old.scale == "relative":
        return _subtract_spans(*((each.first + each.last) // 2 for each in (old, new)))
    if not old.parts or old.part != new.part:
        return None
    years = new.parts[0] - old.parts[0]
    match len(old.parts):
        case 1:
            return _count(years, "year")
        case 2:
            return _count(years * 12 + new.parts[1] - old.parts[1], "month")
    return _count(new.first - old.first, "day")


def _subtract_spans(old: int, new: int) -> str | None:
    units = (each for each in _UNITS if not (old % each[1] or new % each[1]))
    unit, size = next(units, ("", 1))
    return _count((new - old) // size, unit) if unit else None


def _count(number: int, unit: str) -> str | None:
    if not number:
        return None
    return f"{number:+d} {unit}" if abs(number) == 1 else f"{number:+d} {unit}s"
