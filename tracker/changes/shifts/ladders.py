"""Words replaced by others of the same ladder: higher, lower, or unranked where ladders disagree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import find_terms, load_ladders, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.changes.shifts.rules import Found, Ladder
    from tracker.model.changes import Axis, Direction

_SAME_STEM = 4
"""First letters by which two forms of one verb are recognised: ratify, ratifying, ratification."""
_FILLER = re.compile(r"[\s,;]+|\b(?:and|et|y)\b")


def same_frame(rewording: Rewording, place: Substitution, old: Found, new: Found) -> bool:
    """Return whether who acts and on what are alike: what else was replaced here says nothing new."""
    before_old = rewording.old.text[place.old_start : max(old.start, place.old_start)]
    before_new = rewording.new.text[place.new_start : max(new.start, place.new_start)]
    after_old = rewording.old.text[min(old.end, place.old_end) : place.old_end]
    after_new = rewording.new.text[min(new.end, place.new_end) : place.new_end]
    ends_alike = not any(_strip_links(after, rewording.language) for after in (after_old, after_new))
    return strip_modifiers(before_old, rewording.language) == strip_modifiers(
        before_new, rewording.language
    ) and (ends_alike or _same_verb(after_old, after_new))


def strip_modifiers(text: str, language: str) -> str:
    """Return a text without modifiers, which are judged by themselves."""
    for term in reversed(find_terms(text, list_modifiers(language))):
        text = text[: term.start] + text[term.end :]
    return _FILLER.sub(" ", text).strip().lower()


def _strip_links(text: str, language: str) -> str:
    """Return a text without the little words that a verb asks for: urge *the*, call *upon the*."""
    for term in reversed(find_terms(text, load_terms("strength.toml", "links", language))):
        text = text[: term.start] + text[term.end :]
    return text.strip()


def list_modifiers(language: str) -> tuple[str, ...]:
    """Return the words that make what they stand by stronger or weaker."""
    return load_terms("strength.toml", "strengtheners", language) + load_terms(
        "strength.toml", "weakeners", language
    )


def _same_verb(old: str, new: str) -> bool:
    first_old, first_new = old.lower().split()[:1], new.lower().split()[:1]
    return bool(first_old and first_new) and same_stem(first_old[0], first_new[0])


def same_stem(one: str, other: str) -> bool:
    """Return whether two words look like forms of one."""
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.lower(), other.lower(), strict=False))
    )
    return shared >= min(_SAME_STEM, len(one), len(other))


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
