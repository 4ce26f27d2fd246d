"""The passage of a text that comes closest to a topic it does not have."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING, Final

from tracker.model.topics import Passage
from tracker.topics.vocabulary.stems import find_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_SHORTEST_WORD: Final = 4
"""Letters; shorter words are mostly grammar, save in Chinese, where a word is a character."""


def find_closest(
    texts: Sequence[str], sought: Sequence[str], language: str, apart: Collection[int] = ()
) -> Passage | None:
    """Return the segment of ``texts`` most like the sought ones taken together, or None where none is at all.

    The score is the cosine, 0 to 1, of stem counts weighted by how few of ``texts`` hold the stem, rounded
    to four decimals; the first of equals wins. Segments in ``apart`` are not looked at.
    """
    rows = _count(tuple(texts), language)
    weights = _weights(rows)
    goal = _weigh(sum((_stems(text, language) for text in sought), Counter[str]()), weights)
    best: Passage | None = None
    for place, row in enumerate(rows):
        score = 0.0 if place in apart else round(_cosine(_weigh(row, weights), goal), 4)
        if score > (best.score if best else 0):
            best = Passage(place, score)
    return best


@lru_cache(maxsize=8)
def _count(texts: tuple[str, ...], language: str) -> tuple[Counter[str], ...]:
    return tuple(_stems(text, language) for text in texts)


def _stems(text: str, language: str) -> Counter[str]:
    shortest = 1 if language == "zh" else _SHORTEST_WORD
    return Counter(word.stem for word in find_words(text, language) if len(word.text) >= shortest)


def _weights(rows: Sequence[Counter[str]]) -> dict[str, float]:
    held = Counter(stem for row in rows for stem in row)
    return {stem: log((1 + len(rows)) / (1 + count)) for stem, count in held.items()}


def _weigh(row: Counter[str], weights: Mapping[str, float]) -> dict[str, float]:
    # A stem that the text lacks is as rare as can be: it counts against the likeness.
    rarest = max(weights.values(), default=1.0)
    return {stem: count * weights.get(stem, rarest) for stem, count in row.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[stem] for stem, weight in one.items() if stem in other)
    lengths = sqrt(sum(w * w for w in one.values())) * sqrt(sum(w * w for w in other.values()))
    return shared / lengths if lengths else 0.0
