"""Topics that a text does not name: the closest passage, and what may cover them elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING, Final

from tracker.model.topics import Passage
from tracker.topics.cues import plain
from tracker.topics.vocabulary.stems import read_sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.model.texts import Version

_SHORTEST_WORD: Final = 4
"""Letters; shorter words are mostly grammar, except in Chinese, where a word is a character."""


def find_closest(
    texts: Sequence[str], sought: Sequence[str], language: str, apart: Collection[int] = ()
) -> Passage | None:
    """Return the segment of ``texts`` most like the sought ones taken together, or None where none is at all.

    The score is the cosine, 0 to 1, of stem counts weighted by how few of ``texts`` hold the stem, rounded
    to four decimals; the first of equals wins. Segments in ``apart`` are not looked at.
    """
    rows, weights = _weigh_texts(tuple(texts), language)
    # A stem that the texts lack is as rare as can be: it counts against the likeness.
    rarest = max(weights.values(), default=1.0)
    counts = sum((_stems(text, language) for text in sought), Counter[str]())
    goal = _Weighed({stem: count * weights.get(stem, rarest) for stem, count in counts.items()})
    best: Passage | None = None
    for place, row in enumerate(rows):
        score = 0.0 if place in apart else round(row.find_cosine(goal), 4)
        if score > (best.score if best else 0):
            best = Passage(place, score)
    return best


class _Weighed:
    """The weights of a text's stems, and their length as a vector."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._length = sqrt(sum(weight * weight for weight in weights.values()))

    def find_cosine(self, other: _Weighed) -> float:
        theirs = other._weights
        shared = sum(weight * theirs[stem] for stem, weight in self._weights.items() if stem in theirs)
        lengths = self._length * other._length
        return shared / lengths if lengths else 0.0


@lru_cache(maxsize=8)
def _weigh_texts(texts: tuple[str, ...], language: str) -> tuple[list[_Weighed], dict[str, float]]:
    """Return each text with its stems weighed, and the weights: the rarer in these texts the more."""
    rows = [_stems(text, language) for text in texts]
    held = Counter(stem for row in rows for stem in row)
    weights = {stem: log((1 + len(rows)) / (1 + count)) for stem, count in held.items()}
    return [_Weighed({stem: count * weights[stem] for stem, count in row.items()}) for row in rows], weights


def _stems(text: str, language: str) -> Counter[str]:
    shortest = 1 if language == "zh" else _SHORTEST_WORD
    return Counter(word.stem for word in read_sentence(text, language) if len(word.text) >= shortest)


_WITHIN: Final = r"[^.;]{0,80}?"
_GROUP: Final = r"(?P<group>(?:(?-i:[A-ZÉÀ])|\d)[^,;.()]{2,80}?(?: (?:and|et|y) (?:la )?Chin[ae])?)"
_END: Final = r"(?=\s*(?:[,;.()]|$|\b(?:and|as well|in its capacity|y|et|así|ainsi)\b))"
_ALIGNS: Final[dict[str, tuple[str, str, str]]] = {
    "en": (
        r"\b(?:align|associate)s? (?:(?:it|my|him|her)self |(?:our|them)selves )?(?:fully )?with\b",
        r"\b(?:statement|intervention|remarks|declaration)s?\b",
        r"\b(?:on behalf of|of|by)\s+(?:the )?(?:[^,]{3,40} on behalf of (?:the )?)?",
    ),
    "fr": (
        r"\b(?:s’associe|nous associons|m’associe|s’aligne|fait sienne|souscrit)\b",
        r"\b(?:déclaration|intervention)\b",
        r"(?:\bau nom (?:de la |de l’|du |des |de )|\b(?:de la |de l’|du |des ))\s*",
    ),
    "es": (
        r"\b(?:se adhiere|nos adherimos|se suma|nos sumamos|se asocia|hace suya|se alinea)\b",
        r"\b(?:declaración|intervención)\b",
        r"\b(?:en nombre (?:de la|del|de los|de)|de la|del|de los)\s+",
    ),
}
"""By language: who aligns with, what is aligned with, and whose it is."""

_PATTERNS: Final = {
    language: re.compile(_WITHIN.join((aligns, what, whose + _GROUP + _END)), re.IGNORECASE)
    for language, (aligns, what, whose) in _ALIGNS.items()
}


def find_aligned(version: Version) -> str | None:
    """Return the group whose statement the speaker aligns with, as named; in English, French and Spanish."""
    pattern = _PATTERNS.get("en" if version.language == "und" else version.language)
    if pattern is None:
        return None
    matches = (pattern.search(plain(segment.text)) for segment in version.segments)
    return next((match["group"].strip() for match in matches if match), None)
