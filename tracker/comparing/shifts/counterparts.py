"""What may be said of two passages on one topic that are not the same sentence: ``counterpart_shifts``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.comparing.passages.rewording import Rewording, content_words, read_passage, share_content
from tracker.comparing.shifts.dates import compare_deadlines
from tracker.comparing.shifts.figures import compare_figures, is_same_unit
from tracker.comparing.shifts.moments import read_dates
from tracker.comparing.shifts.quantities import read_quantities
from tracker.comparing.shifts.requests import find_ask_shifts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import SideText
    from tracker.comparing.shifts.quantities import Figure
    from tracker.model.changes import Shift
    from tracker.model.texts import Version
    from tracker.model.topics import Counterpart

_SAME_COMMITMENT = 0.6
"""Share of content words of the shorter passage by which two dates belong to one commitment."""
_SAME_SUBJECT = 0.4
"""As above, by which figures may belong to one undertaking; ``100 billion of climate finance`` by all
and 11 by one state share a topic and no more."""
_OBJECT = re.compile(r"\s*(?:[^\s.;]+\s*){0,8}")
"""What tells an object: eight words, but none of another clause."""
_MOST_FIGURES = 200
"""Figures in one sentence beyond which none is distinguished from the others, as each is compared with each;
a sentence of the General Debate has 19 at most."""
_SAME_FIGURE = 2
"""Content words near both figures that must be the same; one alone is too often a word like ``year``."""


def counterpart_shifts(old: Version, new: Version, counterpart: Counterpart) -> tuple[Shift, ...]:
    """Return figures of one unit and object, dates of one commitment and requests of one addressee.

    Passages on one topic are not the same sentence: nothing is said of modality, names, scope or
    negation, and nothing where more than one figure or date could be meant, or between languages. Each
    rule begins with ``counterpart``.
    """
    if old.language != new.language:
        return ()
    before, after = old.segments[counterpart.old], new.segments[counterpart.new]
    rewording = Rewording(read_passage([before], old.language), read_passage([after], new.language))
    alike = share_content(rewording.old.text, rewording.new.text, rewording.language)
    found = list(find_ask_shifts(rewording, edited=False))
    if alike >= _SAME_SUBJECT:
        found += _compare_figures(rewording)
    if alike >= _SAME_COMMITMENT:
        found += _compare_only_deadlines(rewording)
    return tuple(replace(shift, rule=f"counterpart; {shift.rule}") for shift in found)


def _compare_only_deadlines(rewording: Rewording) -> tuple[Shift, ...]:
    old, new = (
        [each for each in read_dates(side) if each.deadline_start is not None]
        for side in (rewording.old, rewording.new)
    )
    return compare_deadlines(rewording, *old, *new) if len(old) == len(new) == 1 else ()


def _compare_figures(rewording: Rewording) -> Iterator[Shift]:
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
