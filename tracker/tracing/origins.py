"""Where each sentence of a text comes from, among the texts before it: as git blame tells it of lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.alignment.align import align
from tracker.alignment.weights import load_weights
from tracker.changes.edits import word_edits
from tracker.model.changes import Link
from tracker.model.tracing import Origin
from tracker.text.folding import fold
from tracker.tracing.similar import rate_likeness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.texts import Version

Aligner = Callable[[Sequence[str], Sequence[str]], tuple[Link, ...]]
"""What links the segments of two texts."""

BY_WORDS: Aligner = partial(align, encoder=None)

REACH = 10
"""How many texts before the first one with these words are aligned to find another wording."""


def find_origins(
    versions: Sequence[Version], *, revised: bool = False, aligner: Aligner = BY_WORDS
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
    """Return for each folded text the version and place where it stands first, and how many have it."""
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
            (link, rate_likeness(_join(old, link.old), _join(new, link.new), old, new)) for link in links
        ]
        least = load_weights().accept
        return [
            replace(link, confidence=min(link.confidence, likeness))
            for link, likeness in rated
            if likeness >= least
        ]

    def _reworded(self, segment: int, first: int, said: int, earlier: int, link: Link) -> Origin:
        old, new = _join(self._texts[earlier], link.old), _join(self._texts[first], link.new)
        edits = word_edits(old, new, self._versions[first].language)
        return Origin(segment, first, said, earlier, link.old, link.confidence, edits)


def _join(texts: Sequence[str], places: Sequence[int]) -> str:
    return " ".join(texts[place] for place in places)
