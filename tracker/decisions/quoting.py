"""Segments told by their words, so that they are found again when a text was cut or read anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tracker.model.decisions import Quote
from tracker.text.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.model.texts import Version

Places = dict[tuple[str, int], int]
"""The index of a segment, by its folded words and its occurrence among those."""


def quote_segments(version: Version, indexes: Sequence[int]) -> tuple[Quote, ...]:
    """Return the quotes of some segments of a version, in the order given."""
    names = {index: name for name, index in place_segments(version).items()}
    return tuple(Quote(version.segments[index].text, names[index][1]) for index in indexes)


def place_segments(version: Version) -> Places:
    """Return where each segment of a version is found by ``find_quotes``."""
    seen: Counter[str] = Counter()
    places: Places = {}
    for index, segment in enumerate(version.segments):
        folded = fold(segment.text)
        seen[folded] += 1
        places[folded, seen[folded]] = index
    return places


def find_quotes(places: Mapping[tuple[str, int], int], quotes: Sequence[Quote]) -> tuple[int, ...] | None:
    """Return the indexes of quoted segments; None where the text lacks one of them.

    Case, blanks, quotes and dashes make no difference.
    """
    found = [places.get((fold(quote.text), quote.occurrence)) for quote in quotes]
    indexes = tuple(index for index in found if index is not None)
    return indexes if len(indexes) == len(found) else None
