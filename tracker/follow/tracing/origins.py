"""Where each sentence of a text comes from, among the texts before it: as git blame tells it of lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from tracker.comparing.alignment.align import align
from tracker.comparing.alignment.similarity import (
    FEWEST_STEMS,
    LEAST_COVER,
    find_cover,
    join_units,
    measure,
    read_unit,
    sum_weights,
    weigh_stems,
    weigh_unit,
)
from tracker.comparing.alignment.weights import load_weights, to_probability
from tracker.comparing.edits import word_edits
from tracker.model.changes import Link
from tracker.model.tracing import Origin
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.comparing.alignment.similarity import Stemmed
    from tracker.model.texts import Version

_MEASURED = 6
"""How many sentences are measured, those that share most of what is rare. Of 1,905 sentences in 34
neighbouring speeches none comes from another one with 3 or 12."""
_WIDEST = 3
AS_LIKELY_AS_NOT = 0.5
"""The probability from which a sentence counts as another one."""
_NEARLY_SURE = 0.9999
"""Only the same words are certain."""


@dataclass(frozen=True, slots=True)
class Similar:
    """One sentence, or neighbouring ones, by their places; and the probability that they are the same."""

    places: tuple[int, ...]
    chance: float


def find_similar(text: str, others: Sequence[str], least: float) -> Similar | None:
    """Return the sentence most like a given one, or the run of up to three that make it up together.

    None where the probability of likeness is below ``least``, or where either has fewer than four stems.
    Order and place play no part: a lone sentence has none. The weights are those of a pair of texts.
    """
    raw = [_read(each) for each in (text, *others)]
    weights = weigh_stems(unit.stems for unit in raw)
    given, *units = (weigh_unit(unit, weights) for unit in raw)
    nearest = _rank(given, units, weights)
    runs = dict.fromkeys(run for place in nearest for run in _runs_around(place, units, given, weights))
    joined = {run: join_units([units[at] for at in run], weights) for run in runs}
    chances = {run: _chance(given, unit, weights) for run, unit in joined.items()}
    best = max(chances, key=lambda run: (chances[run], -len(run), -run[0]), default=None)
    if best is None or chances[best] < least:
        return None
    return Similar(best, chances[best])


def _rate_likeness(old: str, new: str, old_text: Sequence[str], new_text: Sequence[str]) -> float:
    """Return the probability that two sentences of a pair of texts are alike, wherever they are.

    0 where either has fewer than four stems.
    """
    weights = weigh_stems(_read(each).stems for each in (*old_text, *new_text))
    return _chance(weigh_unit(_read(old), weights), weigh_unit(_read(new), weights), weights)


@lru_cache(maxsize=50_000)
def _read(text: str) -> Stemmed:
    """Read a sentence once, however many wordings it is held against."""
    return read_unit(fold(text))


def _rank(given: Stemmed, units: Sequence[Stemmed], weights: Mapping[str, float]) -> list[int]:
    scores: list[tuple[float, int]] = []
    for place, unit in enumerate(units):
        shared = unit.stems & given.stems
        if shared:
            square = sum_weights(shared, weights)[1]
            scores.append((-round(square / unit.norm, 4), place))
    return [place for _, place in sorted(scores)[:_MEASURED]]


def _runs_around(
    place: int, units: Sequence[Stemmed], given: Stemmed, weights: Mapping[str, float]
) -> Iterator[tuple[int, ...]]:
    """Yield the sentence alone, then runs with neighbours of which the given one holds the greater part."""
    yield (place,)
    held = [
        at
        for at in range(max(0, place - _WIDEST + 1), min(len(units), place + _WIDEST))
        if find_cover(units[at], given, weights) >= LEAST_COVER
    ]
    for width in range(2, _WIDEST + 1):
        for first in range(place - width + 1, place + 1):
            run = tuple(range(first, first + width))
            if set(run) <= set(held):
                yield run


def _chance(given: Stemmed, other: Stemmed, weights: Mapping[str, float]) -> float:
    if min(len(given.stems), len(other.stems)) < FEWEST_STEMS:
        return 0.0
    chance = to_probability(load_weights().likeness.logit(measure(given, other, weights)))
    return min(round(chance, 4), _NEARLY_SURE)


Aligner = Callable[[Sequence[str], Sequence[str]], tuple[Link, ...]]
"""What links the segments of two texts."""

_BY_WORDS: Aligner = partial(align, encoder=None)

REACH = 10
"""How many texts before the first one with these words are aligned to find another wording."""


def find_origins(
    versions: Sequence[Version], *, revised: bool = False, aligner: Aligner = _BY_WORDS
) -> tuple[Origin, ...]:
    """Return the origin of each segment of the last version; versions come in order of time.

    A segment's words are first said in the earliest version that has them, folded, whether or not all
    between have them too. From there up to ``REACH`` versions back are aligned with that one, nearest
    first, and the first accepted link shows the wording it came from. Where each version was not made
    from the one before (``revised``), the sentences must be alike by themselves as well: ten texts hold
    ten times as many accidents as one. The confidence is then the smaller of the two. The ``aligner`` is
    ``align`` without an encoder, or one that remembers what that gave.
    """
    texts = [[segment.text for segment in version.segments] for version in versions]
    firsts = _find_firsts(texts)
    search = _Search(versions, texts, aligner, revised=revised)
    return tuple(search.trace_back(at, *firsts[fold(text)]) for at, text in enumerate(texts[-1]))


def _find_firsts(texts: Sequence[Sequence[str]]) -> Mapping[str, tuple[int, int, int]]:
    """Return for each folded text the version and place where it comes first, and how many have it."""
    firsts: dict[str, tuple[int, int, int]] = {}
    for number, some in enumerate(texts):
        places = {fold(text): place for place, text in reversed(list(enumerate(some)))}
        for folded, place in places.items():
            version, first, count = firsts.get(folded, (number, place, 0))
            firsts[folded] = (version, first, count + 1)
    return firsts


class _Search:
    """Alignments of pairs of versions, each made once."""

    def __init__(
        self, versions: Sequence[Version], texts: Sequence[Sequence[str]], aligner: Aligner, *, revised: bool
    ) -> None:
        self._versions = versions
        self._texts = texts
        self._align = aligner
        self._revised = revised
        self._links: dict[tuple[int, int], Mapping[int, Link]] = {}

    def trace_back(self, segment: int, first: int, place: int, said: int) -> Origin:
        """Return the origin of a segment first said, in these words, at a place of a version."""
        for earlier in range(first - 1, max(first - 1 - REACH, -1), -1):
            link = self._links_between(earlier, first).get(place)
            if link:
                return self._reworded(segment, first, said, earlier, link)
        return Origin(segment, first, said)

    def _links_between(self, earlier: int, later: int) -> Mapping[int, Link]:
        if (earlier, later) not in self._links:
            found = self._align(self._texts[earlier], self._texts[later])
            links = found if self._revised else self._keep_alike(found, earlier, later)
            self._links[earlier, later] = {place: link for link in links for place in link.new}
        return self._links[earlier, later]

    def _keep_alike(self, links: Sequence[Link], earlier: int, later: int) -> list[Link]:
        old, new = self._texts[earlier], self._texts[later]
        rated = [
            (link, _rate_likeness(_join_texts(old, link.old), _join_texts(new, link.new), old, new))
            for link in links
        ]
        return [
            replace(link, confidence=min(link.confidence, likeness))
            for link, likeness in rated
            if likeness >= AS_LIKELY_AS_NOT
        ]

    def _reworded(self, segment: int, first: int, said: int, earlier: int, link: Link) -> Origin:
        old, new = _join_texts(self._texts[earlier], link.old), _join_texts(self._texts[first], link.new)
        edits = word_edits(old, new, self._versions[first].language)
        return Origin(segment, first, said, earlier, link.old, link.confidence, edits)


def _join_texts(texts: Sequence[str], places: Sequence[int]) -> str:
    return " ".join(texts[place] for place in places)
