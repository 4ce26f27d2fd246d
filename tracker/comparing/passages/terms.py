"""The rule tables of the shifts, how terms are found in a text, and words replaced on one ladder."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.comparing.passages.rewording import Rewording, SideText, Substitution
    from tracker.model.changes import Axis, Direction, Shift


class Ladder(NamedTuple):
    """Forms with their ranks by one source, the weakest at 0."""

    family: str
    source: str
    ranks: Mapping[str, int]
    testable: bool = False
    """Whether it holds only where the firmer side can be tested: it names a figure, a date or an act."""


class TermMatch(NamedTuple):
    """A term in a text, as the table has it, and where it is."""

    term: str
    start: int
    end: int


@cache
def read_rules(file: str) -> dict[str, Any]:
    """Return what a file of rules says, read once."""
    return read_packaged(__package__, file)


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


@cache
def load_terms(file: str, table: str, language: str) -> tuple[str, ...]:
    """Return the terms of one table for a language, those under ``any`` included."""
    entries = read_rules(file)[table]
    return (*entries.get(language, ()), *entries.get("any", ()))


@cache
def load_values(file: str, table: str, language: str) -> Mapping[str, str]:
    """Return a table of words and what they stand for; the language's own go before ``any``."""
    entries = read_rules(file)[table]
    return {**entries.get("any", {}), **entries.get(language, {})}


def find_terms(text: str, terms: tuple[str, ...], offset: int = 0) -> tuple[TermMatch, ...]:
    """Return the whole terms in a text, longest first at each place, whatever their case.

    ``offset`` is added to their places.
    """
    if not terms:
        return ()
    return tuple(
        TermMatch(re.sub(r"\s+", " ", match[0].lower()), offset + match.start(), offset + match.end())
        for match in _pattern(terms).finditer(text.replace("’", "'"))
    )


@lru_cache(maxsize=128)
def find_everywhere(text: str, terms: tuple[str, ...]) -> tuple[TermMatch, ...]:
    """Return the whole terms in a passage, searched once however many of its edits ask for them."""
    return find_terms(text, terms)


def cut_terms(text: str, terms: tuple[str, ...], blank: str = "") -> str:
    """Return a text without the terms in it."""
    found = find_terms(text, terms)
    starts, ends = [0, *(term.end for term in found)], [*(term.start for term in found), len(text)]
    return blank.join(text[start:end] for start, end in zip(starts, ends, strict=True))


@cache
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    spelled = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first)
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


_SAME_STEM = 4
"""First letters by which two forms of one verb are recognised: ratify, ratifying, ratification."""
_FILLER = re.compile(r"[\s,;]+|\b(?:and|et|y)\b")


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


def same_stem(one: str, other: str) -> bool:
    """Return whether two words look like forms of one."""
    length = min(_SAME_STEM, len(one), len(other))
    return one.lower()[:length] == other.lower()[:length]


OURS = "ours"
_TESTABLE = {"amount", "number", "date", "symbol"}


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
