"""Figures and deadlines of one undertaking in two passages that are not the same sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.comparing.passages.rewording import content_words
from tracker.comparing.shifts.dates import compare_deadlines
from tracker.comparing.shifts.figures import compare_figures, is_same_unit
from tracker.comparing.shifts.moments import read_dates
from tracker.comparing.shifts.quantities import read_quantities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Rewording, SideText
    from tracker.comparing.shifts.quantities import Figure
    from tracker.model.changes import Shift

_OBJECT = re.compile(r"\s*(?:[^\s.;]+\s*){0,8}")
"""What tells an object: eight words, but none of another clause."""
_MOST_FIGURES = 200
"""Figures in one sentence beyond which none is distinguished from the others, as each is compared with each;
a sentence of the General Debate has 19 at most."""
_SAME_FIGURE = 2
"""Content words near both figures that must be the same; one alone is too often a word like ``year``."""


def compare_only_deadlines(rewording: Rewording) -> tuple[Shift, ...]:
    """Return what became of a deadline, where each passage has one and no other."""
    old, new = (
        [each for each in read_dates(side) if each.deadline_start is not None]
        for side in (rewording.old, rewording.new)
    )
    return compare_deadlines(rewording, *old, *new) if len(old) == len(new) == 1 else ()


def compare_objects(rewording: Rewording) -> Iterator[Shift]:
    """Yield what became of figures of one unit and object."""
    old, new = read_quantities(rewording.old), read_quantities(rewording.new)
    if max(len(old), len(new)) > _MOST_FIGURES:
        return
    here = [(one, _find_object(rewording.old, one)) for one in old]
    there = [(other, _find_object(rewording.new, other)) for other in new]
    for one in here:
        alike = [other for other in there if _is_same_thing(one, other)]
        back = [other for other in here if alike and _is_same_thing(other, alike[0])]
        if len(alike) == len(back) == 1:
            yield from compare_figures(rewording, one[0], alike[0][0])


def _is_same_thing(old: tuple[Figure, frozenset[str]], new: tuple[Figure, frozenset[str]]) -> bool:
    """Return whether two figures have one unit, and the words after them one object."""
    if not is_same_unit(old[0], new[0]):
        return False
    one, other = old[1], new[1]
    enough = min(_SAME_FIGURE, len(one), len(other))
    return enough > 0 and len(one & other) >= enough and (enough == _SAME_FIGURE or one == other)


def _find_object(passage: SideText, figure: Figure) -> frozenset[str]:
    """Return the stems of the words after a figure, to the end of the clause."""
    words = _OBJECT.match(passage.text, figure.end)
    return content_words(words[0] if words else "", passage.language)
