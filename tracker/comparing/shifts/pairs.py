"""Which figure or date of one side is of the same thing as which of the other: ``pair_spans``."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tracker.comparing.passages.rewording import TextSpan
from tracker.comparing.shifts.slots import match_slots
from tracker.text.word_tables import all_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.comparing.passages.rewording import Rewording, SideText
    from tracker.text.tokens import Token

SpanT = TypeVar("SpanT", bound=TextSpan)
_Words = tuple[Counter[str], Counter[str]]

_NEAR = 6
"""Words before a figure and after it that tell what it is of."""
_STEM = 5
_CLAUSE_ENDS = {",", ";", ":", ".", "(", ")", "،", "，", "；", "。", "、"}
_UNKNOWN = 0.5
"""How alike two figures without a word beside them are."""
_SAME_PLACE, _ANY_PLACE, _TOUCHED = 0.3, 0.15, 0.05
"""What counts for two figures at one place of the edit: in the same order of as many, anyhow, or in part."""
_EQUAL, _LEFT_OVER = 0.4, 0.7
"""What counts for two figures of one value, as one that was moved is the same; and where a side has more."""
_SAME_OBJECT, _OTHER_OBJECT, _TOLD = 0.5, -0.3, 0.2
"""What counts for two figures with one noun behind them, or with two; and how alike one noun makes them."""
_SHORT = 3
LEAST_MOVED = 0.5
"""How alike the words around two figures at different places must be for them to be of one thing."""
_MOST = 200
"""Figures on one side beyond which none are compared, as each is compared with each."""


class Pair(NamedTuple, Generic[SpanT]):
    """Two figures or dates that are each other's likeliest counterpart."""

    old: SpanT
    new: SpanT
    alike: float
    """How alike the words around them are, 0 to 1."""
    there: bool
    """Whether they stand at one place of the edit."""


class Match(NamedTuple):
    """What tells whether two figures may be compared and are equal, and the unit of one."""

    may_compare: Callable[..., bool]
    is_equal: Callable[..., bool]
    unit: Callable[..., str]


def drop_kept(
    rewording: Rewording, found: tuple[Sequence[SpanT], Sequence[SpanT]], match: Match
) -> tuple[list[SpanT], list[SpanT]]:
    """Return the figures of both sides without those that the edit left alone."""
    old, new = found
    there = {(each.start, each.end): each for each in new}
    kept: set[tuple[int, int]] = set()
    for each in old:
        offset = _find_offset(rewording, each)
        same = there.get((each.start + offset, each.end + offset)) if offset is not None else None
        if same and match.is_equal(each, same):
            kept |= {(0, each.start), (1, same.start)}
    return (
        [each for each in old if (0, each.start) not in kept],
        [each for each in new if (1, each.start) not in kept],
    )


def _find_offset(rewording: Rewording, span: TextSpan) -> int | None:
    """Return how far words of the old side that no edit touches stand from where they were."""
    offset = 0
    for place in rewording.substitutions:
        if place.old.start >= span.end:
            break
        if place.old.end > span.start:
            return None
        offset = place.new.end - place.old.end
    return offset


def pair_spans(
    rewording: Rewording, old: Sequence[SpanT], new: Sequence[SpanT], match: Match
) -> list[Pair[SpanT]]:
    """Return each figure with its counterpart, in the order of the old side.

    Where a figure stands among the same words as one of the other side, or the same is said of both, they
    are a pair; of the others, those that are most alike.
    """
    if not (old and new) or max(len(old), len(new)) > _MOST:
        return []
    places, labels = match_slots(rewording, old, new, match.unit)
    here, there = list(_near(rewording.old, old)), list(_near(rewording.new, new))
    found = {(i, j): Pair(old[i], new[j], _share(here[i], there[j]), there=True) for i, j in places.items()}
    found |= {(i, j): Pair(old[i], new[j], 1.0, there=False) for i, j in labels.items()}
    taken = {(0, i) for i, _ in found} | {(1, j) for _, j in found}
    left = [[i for i in range(len(side)) if (at, i) not in taken] for at, side in enumerate((old, new))]
    scored = _score(rewording, [old[i] for i in left[0]], [new[j] for j in left[1]], match)
    for _, (i, j), pair in sorted(scored, key=lambda each: (-each[0], *each[1])):
        if not taken & {(0, left[0][i]), (1, left[1][j])}:
            taken |= {(0, left[0][i]), (1, left[1][j])}
            found[left[0][i], left[1][j]] = pair
    return [pair for _, pair in sorted(found.items())]


def _score(
    rewording: Rewording, old: Sequence[SpanT], new: Sequence[SpanT], match: Match
) -> Iterator[tuple[float, tuple[int, int], Pair[SpanT]]]:
    here, there = list(_near(rewording.old, old)), list(_near(rewording.new, new))
    objects = _find_objects(rewording.old, old), _find_objects(rewording.new, new)
    before = _find_places(old, [(place.old.start, place.old.end) for place in rewording.substitutions])
    after = _find_places(new, [(place.new.start, place.new.end) for place in rewording.substitutions])
    equal = _EQUAL if len(old) == len(new) else _LEFT_OVER
    sizes = [Counter(place.edit for place in side) for side in (before, after)]
    for i, one in enumerate(old):
        for j, other in enumerate(new):
            if not match.may_compare(one, other):
                continue
            together = rewording.comparable and bool(before[i].touched & after[j].touched)
            ordered = before[i][:2] == after[j][:2] and sizes[0][before[i].edit] == sizes[1][after[j].edit]
            nouns = objects[0][i], objects[1][j]
            same = bool(nouns[0] & nouns[1])
            alike = _share(here[i], there[j]) + _TOLD * same
            is_equal = match.is_equal(one, other)
            noun = (_SAME_OBJECT if same or is_equal else _OTHER_OBJECT) if all(nouns) else 0
            near = _SAME_PLACE if ordered else _ANY_PLACE if before[i].edit == after[j].edit else _TOUCHED
            place = near if together else 0
            score = alike + place + noun + (equal if is_equal else 0)
            yield score, (i, j), Pair(one, other, alike, together)


class _Place(NamedTuple):
    """The first edit that a figure touches, -1 for none, as which figure there, and all that it touches."""

    edit: int
    order: int
    touched: frozenset[int]


def _find_places(spans: Sequence[TextSpan], edits: Sequence[tuple[int, int]]) -> list[_Place]:
    found: list[_Place] = []
    for span in spans:
        touched = frozenset(
            k for k, (start, end) in enumerate(edits) if start <= span.end and span.start <= end
        )
        first = min(touched, default=-1)
        found.append(_Place(first, sum(other.edit == first for other in found), touched))
    return found


def _find_objects(passage: SideText, spans: Iterable[TextSpan]) -> list[set[str]]:
    """Return the stem of what each figure is of: 40 per cent of children."""
    found: list[set[str]] = []
    starts = [token.start for token in passage.tokens]
    months = all_entries("tokens", "months")
    for span in spans:
        first = bisect_left(starts, span.end)
        behind = list(
            takewhile(lambda token: token.text not in _CLAUSE_ENDS, passage.tokens[first : first + 4])
        )
        words = (one.text for one in behind if one.kind == "word" and len(one.text) > _SHORT)
        nouns = (word.lower()[:_STEM] for word in words if word not in months)
        found.append({*islice(nouns, 1)})
    return found


def _near(passage: SideText, spans: Iterable[TextSpan]) -> Iterator[_Words]:
    """Yield the stems of the words of its clause before each figure and after it."""
    words = [token for token in passage.tokens if token.kind == "word" or token.text in _CLAUSE_ENDS]
    starts = [token.start for token in words]
    for span in spans:
        first, last = bisect_left(starts, span.start), bisect_left(starts, span.end)
        yield _count_stems(reversed(words[:first][-_NEAR:])), _count_stems(words[last : last + _NEAR])


def _count_stems(tokens: Iterable[Token]) -> Counter[str]:
    words = takewhile(lambda token: token.kind == "word", tokens)
    return Counter(word.text.lower()[:_STEM] for word in words)


def _share(old: _Words, new: _Words) -> float:
    """Return how alike the words around two figures are, 0 to 1."""
    size = sum(side.total() for side in (*old, *new))
    both = sum((one & other).total() for one, other in zip(old, new, strict=True))
    return 2 * both / size if size else _UNKNOWN
