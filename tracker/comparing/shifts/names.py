"""Actors and instruments named or no longer named, and the role an actor had; tables in ``names.toml``."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.names.finding import (
    FILE,
    WORD,
    NameMatch,
    count_name,
    defines_acronym,
    find_names,
    has_initials,
    has_name,
    is_named,
    list_acronyms,
    list_words,
    load_names,
)
from tracker.comparing.passages.terms import find_terms, load_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText, Substitution
    from tracker.model.changes import Evidence, Shift

_ROLES = ("asked", "condemned", "thanked", "supported")
_REACH = 90
"""Characters before a name in which a verb gives it its role; further off, it is another clause's."""
_CLAUSE_END = re.compile(r"[.;:!?]")
_AND = re.compile(r"\s(?:and|et|y)\s")


def find_name_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return names replaced, put in or taken out, each once; one that passed to another sentence is none."""
    return tuple(
        left for shift in _find_in_passages(rewording) for left in _leave_out_passed(rewording, shift)
    )


def _leave_out_passed(rewording: Rewording, shift: Shift) -> tuple[Shift, ...]:
    """Return a shift without names that passed on: of two that were replaced, one must stand near by."""
    language = rewording.language
    old, new = rewording.texts
    passed = _has_passed(shift.old, old, new, language), _has_passed(shift.new, new, old, language)
    if not (shift.old and shift.new) or all(passed):
        return () if any(passed) else (shift,)
    if passed[0] and _count(shift.old, rewording.near[1], language):
        return (replace(shift, direction="added", old=None),)
    if passed[1] and _count(shift.new, rewording.near[0], language):
        return (replace(shift, direction="removed", new=None),)
    return (shift,)


def _has_passed(name: Evidence | None, own: str, other: str, language: str) -> bool:
    """Return whether the other text names somebody as often as the own one: in another sentence."""
    return 0 < _count(name, own, language) <= _count(name, other, language)


def _count(name: Evidence | None, text: str, language: str) -> int:
    return count_name(name.text, text, language) if name else 0


@lru_cache(maxsize=1)
def _find_in_passages(rewording: Rewording) -> tuple[Shift, ...]:
    """Return what became of the names of both passages, each once; one that both hold is none."""
    if not rewording.substitutions:
        return ()
    old, new = _read_side(rewording.old), _read_side(rewording.new)
    said: set[tuple[bool, str]] = set()
    return tuple(
        shift for place in rewording.substitutions for shift in _compare(rewording, place, (old, new), said)
    )


def replaces_actor(rewording: Rewording) -> bool:
    """Return whether another actor took the place of one: what is said of them does not compare."""
    found = _find_in_passages(rewording)
    return any(shift.old and shift.new and shift.rule.startswith("actor") for shift in found)


def _compare(
    rewording: Rewording, place: Substitution, sides: tuple[_Side, _Side], said: set[tuple[bool, str]]
) -> Iterator[Shift]:
    """Yield what an edit does to the names that were not told of at another."""
    old = [name for name in _find_alone(place.old, *sides) if (True, name.text.lower()) not in said]
    new = [
        name for name in _find_alone(place.new, *reversed(sides)) if (False, name.text.lower()) not in said
    ]
    said |= {(name in old, name.text.lower()) for name in (*old, *new)}
    if len(old) == len(new) == 1 and _is_of_one_kind(old[0], new[0], rewording.language):
        yield from rewording.shift("name", "changed", old[0], new[0], _name_rule(rewording.new, new[0]))
        return
    for passage, names in ((rewording.old, old), (rewording.new, new)):
        for name in {name.text.lower(): name for name in reversed(names)}.values():
            rule = _name_rule(passage, name)
            yield from rewording.shift_alone("name", ("added", "removed"), passage, name, rule)


def _is_of_one_kind(old: NameMatch, new: NameMatch, language: str) -> bool:
    """Return whether one name may stand for the other: both of persons, actors or instruments."""
    titles, roles = load_names(language, "titles"), load_names(language, "roles")
    persons = [any(word.lower() in titles for word in WORD.findall(name.text)) for name in (old, new)]
    written_small = [name.text.lower() in roles for name in (old, new)]
    return old.kind == new.kind and persons[0] == persons[1] and written_small[0] == written_small[1]


class _Side(NamedTuple):
    """The names of a side, and what tells whether it holds one."""

    names: tuple[NameMatch, ...]
    text: str
    words: set[str]
    acronyms: set[str]


def _read_side(passage: SideText) -> _Side:
    names = find_names(passage)
    words = list_words(passage.text, passage.language)
    acronyms = {short for name in names for short in list_acronyms(name.text, passage.language)}
    return _Side(names, passage.text, words, acronyms)


def _find_alone(part: Fragment, side: _Side, other: _Side) -> list[NameMatch]:
    """Return the names in an edited part that the other side does not hold in any form."""
    return [
        name
        for edited in part.select(side.names)
        for name in _split(edited, other.words, part.passage.language)
        if not _is_short(name, side)
        if not _is_shortened(name, other, part.passage.language)
        if not is_named(name.text, other.text, other.words, part.passage.language)
        if not defines_acronym(side.text, name.end, other.words)
        if not has_initials(side.text, name.start, other.words, part.passage.language)
        if name.text.replace(".", "").removesuffix("s") not in other.acronyms
    ]


def _is_short(name: NameMatch, side: _Side) -> bool:
    """Return whether a name is the short form of another on its side: ``Council``, or ``(WHO)``."""
    around = side.text[max(0, name.start - 1) : name.start], side.text[name.end : name.end + 1]
    inside = (other for other in side.names if not (other.start <= name.start and name.end <= other.end))
    bracketed = around == ("(", ")") and name.text.isupper()
    return bracketed or name.text in side.acronyms or any(name.text in other.text.split() for other in inside)


def _is_shortened(name: NameMatch, other: _Side, language: str) -> bool:
    """Return whether the other side has the kind of body or the surname alone: the Authority, Mandela."""
    words = name.text.split()
    kinds = set(name.text.lower().split()) & load_names(language, "short_forms")
    return len(words) > 1 and any(
        each.text == words[-1] or each.text.lower() in kinds for each in other.names
    )


def _split(name: NameMatch, words: set[str], language: str) -> list[NameMatch]:
    """Return the members of a pair such as ``Forest and Water Council`` where one of them is still named."""
    middle = _AND.search(name.text)
    links = load_names(language, "links")
    if not middle or name.text.islower() or set(name.text[: middle.start()].split()) & links:
        return [name]
    pair = [name.cut(0, middle.start()), name.cut(middle.end())]
    return pair if any(has_name(each.text, words, language) for each in pair) else [name]


def _name_rule(passage: SideText, name: NameMatch) -> str:
    role = read_role(passage, name) if name.kind == "actor" else None
    return f"{name.kind}: {role} (ours)" if role else f"{name.kind} (ours)"


def read_role(passage: SideText, name: NameMatch) -> str | None:
    """Return the role that the nearest verb before the name gives it, within its clause."""
    before = _CLAUSE_END.split(passage.text[max(0, name.start - _REACH) : name.start])[-1]
    found = [
        (term.end, role)
        for role in _ROLES
        for term in find_terms(before, load_terms(FILE, role, passage.language))
    ]
    return max(found)[1] if found else None
