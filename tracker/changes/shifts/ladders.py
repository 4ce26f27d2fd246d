"""Words replaced by others of the same ladder: higher, lower, or unranked where ladders disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.changes.shifts.frames import same_frame
from tracker.changes.shifts.rules import find_terms, load_ladders, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.changes.shifts.rules import Found, Ladder
    from tracker.model.changes import Axis, Direction

OURS = "ours"
_TESTABLE = {"amount", "number", "date", "symbol"}


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis that a file of ladders measures, and what going up and down it is called."""

    axis: Axis
    up: Direction
    down: Direction


STRENGTH = Scale("strength", "stronger", "weaker")
SCOPE = Scale("scope", "wider", "narrower")


def compare_ladders(rewording: Rewording, place: Substitution, file: str, scale: Scale) -> Iterator[Shift]:
    """Find a word replaced by another of its ladder, who acts and on what being alike."""
    ladders = load_ladders(file, rewording.language)
    for family in dict.fromkeys(ladder.family for ladder in ladders):
        mine = [ladder for ladder in ladders if ladder.family == family]
        terms = tuple(dict.fromkeys(term for ladder in mine for term in ladder.ranks))
        old = _touching(find_terms(rewording.old.text, terms), place.old_start, place.old_end)
        new = _touching(find_terms(rewording.new.text, terms), place.new_start, place.new_end)
        if len(old) == len(new) == 1 and same_frame(rewording, place, old[0], new[0]):
            yield from _rank(rewording, mine, scale, old[0], new[0])


def _touching(found: tuple[Found, ...], start: int, end: int) -> list[Found]:
    return [term for term in found if term.start < end and term.end > start]


def _rank(
    rewording: Rewording, ladders: list[Ladder], scale: Scale, old: Found, new: Found
) -> Iterator[Shift]:
    placing = [ladder for ladder in ladders if old.term in ladder.ranks and new.term in ladder.ranks]
    steps = [ladder.ranks[new.term] - ladder.ranks[old.term] for ladder in placing]
    if not steps or not (all(step > 0 for step in steps) or all(step < 0 for step in steps)):
        return
    firmer, passage = (new, rewording.new) if steps[0] > 0 else (old, rewording.old)
    weaker = old if steps[0] > 0 else new
    if all(ladder.testable for ladder in placing) and not _is_testable(passage, rewording.language):
        return
    before, after = rewording.old.cite(old.start, old.end), rewording.new.cite(new.start, new.end)
    if before and after:
        direction = scale.up if steps[0] > 0 else scale.down
        rule = f"{ladders[0].family}: {firmer.term} > {weaker.term} ({_name_sources(placing)})"
        yield Shift(scale.axis, direction, before, after, rule)


def _name_sources(ladders: list[Ladder]) -> str:
    published = [ladder.source for ladder in ladders if ladder.source != OURS]
    return "; ".join(dict.fromkeys(published)) or OURS


def _is_testable(passage: Passage, language: str) -> bool:
    """Return whether a promise names what can be checked: a figure, a date, a document or an act."""
    named = any(token.kind in _TESTABLE for token in passage.tokens)
    return named or bool(find_terms(passage.text, load_terms("strength.toml", "testable_acts", language)))
