"""Whether more or fewer are meant, and whether what was said is denied; tables in ``scope.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.changes.shifts.ladders import SCOPE, compare_ladders
from tracker.changes.shifts.rules import Found, find_terms, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.model.changes import Direction

_FILE = "scope.toml"
_MARKS = " \n,;.:"


def find_scope_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return where a quantity was replaced, or where words for the whole or a part came or went."""
    shifts: list[Shift] = []
    for place in rewording.substitutions:
        shifts.extend(compare_ladders(rewording, place, _FILE, SCOPE))
        shifts.extend(_find_one_sided(rewording, place))
    return tuple(shifts)


def _find_one_sided(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    old = rewording.old.text[place.old_start : place.old_end]
    new = rewording.new.text[place.new_start : place.new_end]
    if bool(old.strip(_MARKS)) == bool(new.strip(_MARKS)):
        return
    gone = bool(old.strip(_MARKS))
    passage, other, start = (
        (rewording.old, rewording.new, place.old_start)
        if gone
        else (rewording.new, rewording.old, place.new_start)
    )
    for table in ("whole", "part"):
        found = _find_alone(old if gone else new, start, load_terms(_FILE, table, rewording.language))
        evidence = passage.cite(found.start, found.end) if found else None
        if found and evidence and not find_terms(other.text, (found.term,)):
            direction: Direction = "narrower" if gone == (table == "whole") else "wider"
            before, after = (evidence, None) if gone else (None, evidence)
            yield Shift("scope", direction, before, after, f"{table}: {found.term} (ours)")


def _find_alone(text: str, start: int, terms: tuple[str, ...]) -> Found | None:
    """Return a term that is all there is to a text."""
    found = find_terms(text, terms)
    if len(found) != 1 or (text[: found[0].start] + text[found[0].end :]).strip(_MARKS):
        return None
    return Found(found[0].term, start + found[0].start, start + found[0].end)


def find_negation_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the one negation that was put in or taken out, where nothing else was touched there."""
    found = [
        (gone, passage, term)
        for place in rewording.substitutions
        for gone, passage, other, start, end in (
            (True, rewording.old, rewording.new, place.old_start, place.old_end),
            (False, rewording.new, rewording.old, place.new_start, place.new_end),
        )
        for term in _find_negation(passage, other, start, end, rewording.language)
    ]
    if not found or len({gone for gone, _, _ in found}) != 1 or not _differ(rewording):
        return ()
    gone, passage, first = found[0]
    last = found[-1][2]
    evidence = passage.cite(first.start, last.end) if len(found) <= _parts(rewording.language) else None
    if not evidence:
        return ()
    rule = f"negation: {first.term} (ours)"
    shift = (
        Shift("negation", "removed", evidence, None, rule)
        if gone
        else Shift("negation", "added", None, evidence, rule)
    )
    return (shift,)


def _parts(language: str) -> int:
    """Return of how many words a negation consists: ``ne ... pas``."""
    return 2 if language == "fr" else 1


def _differ(rewording: Rewording) -> bool:
    terms = load_terms(_FILE, "negations", rewording.language)
    old, new = find_terms(rewording.old.text, terms), find_terms(rewording.new.text, terms)
    return min(len(old), len(new)) == 0


def _find_negation(
    passage: Passage, other: Passage, start: int, end: int, language: str
) -> tuple[Found, ...]:
    """Return the negations of an edited stretch that holds nothing else which the other side has not."""
    text = passage.text[start:end]
    found = find_terms(text, load_terms(_FILE, "negations", language))
    rest = text
    for term in reversed(found):
        rest = rest[: term.start] + " " + rest[term.end :]
    idle = {*load_terms(_FILE, "carriers", language), *_list_words(other.text)}
    if any(word not in idle for word in _list_words(rest)):
        return ()
    return tuple(Found(term.term, start + term.start, start + term.end) for term in found)


def _list_words(text: str) -> list[str]:
    return [word.strip(_MARKS).lower() for word in text.split() if word.strip(_MARKS)]
