"""Words replaced by others of their ladder, who acts and on what being alike: ``compare_ladders``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.terms import cut_terms, find_everywhere, load_terms, read_rules, same_stem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.comparing.passages.rewording import Rewording, SideText, Substitution
    from tracker.comparing.passages.terms import TermMatch
    from tracker.model.changes import Axis, Direction, Shift

OURS = "ours"
"""The source of what no published scale says."""
_TESTABLE = {"amount", "number", "date", "symbol"}
_FILLER = re.compile(r"[\s,;]+|\b(?:and|et|y)\b")


class Ladder(NamedTuple):
    """Forms with their ranks by one source, the weakest at 0."""

    family: str
    source: str
    ranks: Mapping[str, int]
    testable: bool = False
    """Whether it holds only where the firmer side can be tested: it names a figure, a date or an act."""


@cache
def load_ladders(file: str, language: str) -> tuple[Ladder, ...]:
    """Return the ladders of a language; none for a language without tables."""
    return tuple(
        Ladder(
            entry["family"],
            entry["source"],
            {form: rank for rank, forms in enumerate(entry["levels"]) for form in forms},
            entry.get("testable", False),
        )
        for entry in read_rules(file)["ladder"]
        if entry["language"] == language
    )


def _is_same_frame(place: Substitution, old: TermMatch, new: TermMatch) -> bool:
    """Return whether who acts and on what are alike: what else was replaced here says nothing new."""
    sides = ((place.old, old), (place.new, new))
    language = place.new.passage.language
    before = [part.passage.text[part.start : max(term.start, part.start)] for part, term in sides]
    after = [part.passage.text[min(term.end, part.end) : part.end] for part, term in sides]
    links = load_terms("strength.toml", "links", language)  # words that a verb asks for: urge *the*
    ends_alike = not any(cut_terms(text, links).strip() for text in after)
    one, other = (strip_modifiers(text, language) for text in before)
    return one == other and (ends_alike or _is_same_verb(*after))


def strip_modifiers(text: str, language: str) -> str:
    """Return a text without modifiers, which are compared by themselves."""
    return _FILLER.sub(" ", cut_terms(text, list_modifiers(language))).strip().lower()


def list_modifiers(language: str) -> tuple[str, ...]:
    """Return the words that make what they modify stronger or weaker."""
    tables = ("strengtheners", "weakeners")
    return tuple(term for table in tables for term in load_terms("strength.toml", table, language))


def _is_same_verb(old: str, new: str) -> bool:
    first_old, first_new = old.lower().split()[:1], new.lower().split()[:1]
    return bool(first_old and first_new) and same_stem(first_old[0], first_new[0])


class Scale(NamedTuple):
    """The axis that a file of ladders measures, and what going up and down it is called."""

    axis: Axis
    up: Direction
    down: Direction


def compare_ladders(rewording: Rewording, place: Substitution, file: str, scale: Scale) -> Iterator[Shift]:
    """Find a word replaced by another of its ladder, who acts and on what being alike."""
    ladders = load_ladders(file, rewording.language)
    for family in dict.fromkeys(ladder.family for ladder in ladders):
        mine = [ladder for ladder in ladders if ladder.family == family]
        terms = tuple(dict.fromkeys(term for ladder in mine for term in ladder.ranks))
        old, new = (part.select(find_everywhere(part.passage.text, terms)) for part in (place.old, place.new))
        if len(old) == len(new) == 1 and _is_same_frame(place, old[0], new[0]):
            yield from _rank(rewording, mine, scale, old[0], new[0])


def _rank(
    rewording: Rewording, ladders: list[Ladder], scale: Scale, old: TermMatch, new: TermMatch
) -> tuple[Shift, ...]:
    ranking = [ladder for ladder in ladders if old.term in ladder.ranks and new.term in ladder.ranks]
    steps = [ladder.ranks[new.term] - ladder.ranks[old.term] for ladder in ranking]
    if not steps or min(steps) <= 0 <= max(steps):
        return ()
    up = steps[0] > 0
    firmer, weaker, passage = (new, old, rewording.new) if up else (old, new, rewording.old)
    if all(ladder.testable for ladder in ranking) and not _is_testable(passage):
        return ()
    published = dict.fromkeys(ladder.source for ladder in ranking if ladder.source != OURS)
    rule = f"{ladders[0].family}: {firmer.term} > {weaker.term} ({'; '.join(published) or OURS})"
    return rewording.shift(scale.axis, scale.up if up else scale.down, old, new, rule)


def _is_testable(passage: SideText) -> bool:
    """Return whether a promise names what can be checked: a figure, a date, a document or an act."""
    acts = load_terms("strength.toml", "testable_acts", passage.language)
    return any(token.kind in _TESTABLE for token in passage.tokens) or bool(passage.whole.find(acts))
