"""Scope (all, most, some) and negation; tables in ``scope.toml``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tracker.comparing.passages.terms import TermMatch, cut_terms, find_everywhere
from tracker.comparing.shifts.ladders import Scale, compare_ladders
from tracker.text.detection import may_be_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Fragment, Rewording, Substitution
    from tracker.model.changes import Direction, Shift

_FILE = "scope.toml"
_MARKS = " \n,;.:"
_SCALE = Scale("scope", "wider", "narrower")
_ONE_SIDED: Final[tuple[tuple[str, tuple[Direction, Direction]], ...]] = (
    ("whole", ("wider", "narrower")),
    ("part", ("narrower", "wider")),
)
"""Tables of words, and the direction where such a word was added, and removed."""


def find_scope_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return where a quantity was replaced, or where words for the whole or a part came or went."""
    return tuple(
        shift
        for place in rewording.substitutions
        for found in (
            compare_ladders(rewording, place, _FILE, _SCALE),
            _find_one_sided(rewording, place),
        )
        for shift in found
    )


def _find_one_sided(rewording: Rewording, place: Substitution) -> Iterator[Shift]:
    """Yield the shift of a term that is all there is on one side, and nowhere on the other."""
    edited = [part for part in (place.old, place.new) if part.text.strip(_MARKS)]
    if len(edited) != 1:
        return
    passage = edited[0].passage
    for table, directions in _ONE_SIDED:
        terms = rewording.terms(_FILE, table)
        found = edited[0].find(terms)
        if len(found) != 1 or cut_terms(edited[0].text, terms).strip(_MARKS):
            continue
        if not find_everywhere(rewording.other(passage).text, (found[0].term,)):
            rule = f"{table}: {found[0].term} (ours)"
            yield from rewording.shift_alone("scope", directions, passage, found[0], rule)


@lru_cache(maxsize=1)
def find_negation_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the one negation that was put in or taken out, where nothing else was edited there."""
    found = [
        (part.passage, term) for part in rewording.fragments for term in _find_negations(rewording, part)
    ]
    most = 2 if rewording.language == "fr" else 1  # ne ... pas
    if not found or len(found) > most or any(passage is not found[0][0] for passage, _ in found):
        return ()
    negations = rewording.terms(_FILE, "negations")
    if all(passage.whole.find(negations) for passage in (rewording.old, rewording.new)):
        return ()
    passage, first = found[0]
    if not may_be_in(passage.text, rewording.language):
        return ()
    words = TermMatch(first.term, first.start, found[-1][1].end)
    rule = f"negation: {first.term} (ours)"
    return rewording.shift_alone("negation", ("added", "removed"), passage, words, rule)


def _find_negations(rewording: Rewording, part: Fragment) -> tuple[TermMatch, ...]:
    """Return the negations of an edited part that holds nothing else which the other side lacks."""
    negations = rewording.terms(_FILE, "negations")
    found = part.find(negations)
    if not found:
        return ()
    carriers, other = rewording.terms(_FILE, "carriers"), rewording.other(part.passage)
    rest = _list_words(cut_terms(part.text, negations, " "))
    return found if rest.difference(carriers) <= _list_words(other.text) else ()


@lru_cache(maxsize=8)
def _list_words(text: str) -> frozenset[str]:
    return frozenset(word.strip(_MARKS).lower() for word in text.split()) - {""}
