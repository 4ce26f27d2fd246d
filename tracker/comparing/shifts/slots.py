"""Which figure of one side stands where one of the other stood: ``match_slots``, by the words around them.

Equal amounts at another place tell nothing of what they are of: "$25 rather than $30 billion" beside "$30
rather than $35". So the sentences are compared with a sign for each figure, the same for all of one unit.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.edits import word_edits
from tracker.comparing.passages.forms import list_stems
from tracker.comparing.passages.terms import load_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.comparing.passages.rewording import Rewording, SideText, TextSpan

_FIRST_SIGN = 0xF0000
"""The first of the private signs that stand for figures."""
_SIGN = re.compile(r"[\U000F0000-\U000FFFFD]")
_HEAD = 0.5
"""What the words before the first figure of both sides count at most: they may be said of all that follow."""


class Slots(NamedTuple):
    """Which figure of the old side is which of the new one, both by their index."""

    places: dict[int, int]
    """Those that stand among the same words."""
    labels: dict[int, int]
    """Those of which the same is said at another place."""


def match_slots(
    rewording: Rewording, old: Sequence[TextSpan], new: Sequence[TextSpan], unit: Callable[..., str]
) -> Slots:
    """Return which figure is which of the same unit; a label that moved goes before the place.

    Of one figure on either side nothing is asked: no other can be taken for it.
    """
    if len(old) == len(new) == 1 or not (old and new):
        return Slots({}, {})
    places = dict(_match_places(rewording, old, new, unit))
    labels = {
        i: j
        for i, j in _match_labels(rewording, old, new).items()
        if places.get(i) != j and unit(old[i]) == unit(new[j])
    }
    taken = set(labels.values())
    return Slots({i: j for i, j in places.items() if i not in labels and j not in taken}, labels)


def _match_places(
    rewording: Rewording, old: Sequence[TextSpan], new: Sequence[TextSpan], unit: Callable[..., str]
) -> Iterator[tuple[int, int]]:
    """Yield the figures that stand among the same words when signs stand for them."""
    signs: dict[str, str] = {}
    for span in (*old, *new):
        signs.setdefault(unit(span), chr(_FIRST_SIGN + len(signs)))
    before, after = (
        _mask(side.text, [(span, signs[unit(span)]) for span in spans])
        for side, spans in ((rewording.old, old), (rewording.new, new))
    )
    i = j = 0
    for edit in word_edits(before, after, rewording.language):
        count = len(_SIGN.findall(edit.text))
        if edit.kind == "kept":
            yield from zip(range(i, i + count), range(j, j + count), strict=True)
        i += count * (edit.kind != "inserted")
        j += count * (edit.kind != "deleted")


def _mask(text: str, spans: Sequence[tuple[TextSpan, str]]) -> str:
    """Return a text with a sign for each figure."""
    parts: list[str] = []
    end = 0
    for span, sign in spans:
        parts += [text[end : span.start], sign]
        end = span.end
    return "".join((*parts, text[end:]))


def _match_labels(rewording: Rewording, old: Sequence[TextSpan], new: Sequence[TextSpan]) -> dict[int, int]:
    """Return the figures that share more of what is said of them with one figure than with any other."""
    one, other = _read_labels(rewording.old, old), _read_labels(rewording.new, new)
    often = [Counter(stem for label in side for stem in label) for side in (one, other)]
    shared = [
        [sum(1 / max(often[0][stem], often[1][stem]) for stem in label & mark) for mark in other]
        for label in one
    ]
    if shared and shared[0]:
        shared[0][0] = min(shared[0][0], _HEAD)
    best = {i: max(range(len(row)), key=row.__getitem__) for i, row in enumerate(shared) if any(row)}
    return {
        i: j
        for i, j in best.items()
        if all(shared[i][j] > row[j] for k, row in enumerate(shared) if k != i)
        and all(shared[i][j] > value for k, value in enumerate(shared[i]) if k != j)
    }


def _read_labels(passage: SideText, spans: Sequence[TextSpan]) -> list[frozenset[str]]:
    """Return the stems of what is said of each figure: the words up to where another clause begins."""
    text, language = passage.text, passage.language
    cuts = [_find_cut(text, one.end, other.start, language) for one, other in pairwise(spans)]
    starts, ends = [0, *(after for _, after in cuts)], [*(before for before, _ in cuts), len(text)]
    return [
        list_stems(f"{text[start : span.start]} {text[span.end : end]}", language)
        for start, span, end in zip(starts, spans, ends, strict=True)
    ]


def _find_cut(text: str, start: int, end: int, language: str) -> tuple[int, int]:
    """Return where what is said of one figure ends, and of the next begins: the same words where none tells.

    Where a clause ends right behind a figure, what is said of the next stands before it; else the last end
    of a clause counts.
    """
    ends = [start + match.start() for match in _clause_pattern(language).finditer(text[start:end])]
    if not ends:
        return end, start
    first = len(text[start : ends[0]].split()) <= 1
    cut = ends[0] if first else ends[-1]
    return cut, cut


@cache
def _clause_pattern(language: str) -> re.Pattern[str]:
    joints = "|".join(map(re.escape, load_terms("figures.toml", "range_and", language))) or "(?!)"
    return re.compile(rf"[,;:.()،؛–—](?=\s)|[，；：。、]|{joints}", re.IGNORECASE)
