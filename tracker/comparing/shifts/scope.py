"""Scope: all, most, some; tables in ``scope.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.comparing.passages.terms import cut_terms, find_everywhere
from tracker.comparing.shifts.ladders import Scale, compare_ladders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.comparing.passages.rewording import Rewording, Substitution
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
