"""Enumerations in a sentence: which mentions are their items, and how far apart things are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.topics.vocabulary.stems import IDEOGRAPHS, compile_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.topics import Mention
    from tracker.topics.levels.cues import Cues

_TOKEN: Final = rf"[{IDEOGRAPHS}]{{1,2}}|[^\s{IDEOGRAPHS}]+"
"""Two ideographs are counted as a word: Chinese does not separate words, and most have two."""
_WORD: Final = rf"[{IDEOGRAPHS}]{{1,2}}|[^\s{IDEOGRAPHS}]*?\w[^\s{IDEOGRAPHS}]*"


def count_words(text: str) -> int:
    """Return how many words a text has, two ideographs being one."""
    return len(compile_for(text, _TOKEN).findall(text))


class Reach:
    """The words of a sentence by their places: a cue's reach is looked up and not counted each time.

    A sentence may be a whole speech. To look at all that precedes each of its mentions takes
    quadratic time: 40 KB of one acronym took 79 seconds.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _tokens(self) -> list[int]:
        return [match.start() for match in compile_for(self._text, _TOKEN).finditer(self._text)]

    @cached_property
    def _words(self) -> list[int]:
        return [match.start() for match in compile_for(self._text, _WORD).finditer(self._text)]

    def count(self, start: int, end: int) -> int:
        """Return ``count_words(text[start:end])``, a word cut by the end being whole."""
        if start >= end:
            return 0
        cut = not self._text[start].isspace()
        return bisect_left(self._tokens, end) - bisect_right(self._tokens, start) + cut

    def find_start(self, place: int, words: int) -> int:
        """Return where so many words before a place begin, or 0: what precedes them is out of reach.

        Marks by themselves are no words.
        """
        index = bisect_left(self._words, place) - words
        return self._words[index] if index > 0 else 0


LONGEST: Final = 200
"""Mentions beyond which no enumeration is followed; of 60,000 sentences none has more than 24 in all."""

_MOST_BETWEEN: Final = 8
"""Words between two items."""
_ENUMERATING: Final = re.compile(
    r"[,;、]|\b(?:and|or|et|ou|y|e|o|u|nor|ni|и|или|أو|أم)\b|\bو|&|[和及与或、]|以及", re.IGNORECASE
)
_PARALLEL: Final = re.compile(r"(?:\band|,)\s+\w+ing\b", re.IGNORECASE)


class Lists:
    """The enumerations of a sentence."""

    def __init__(self, text: str, mentions: Sequence[Mention], cues: Cues) -> None:
        self._text = text
        self._mentions = mentions
        self._cues = cues

    def follow(self, place: int) -> list[int]:
        """Return a mention and those enumerated with it behind it."""
        run = [place]
        for later in range(place + 1, min(place + LONGEST, len(self._mentions))):
            if self._enumerated[later - 1] and (run[-1] == later - 1 or self._parallel[later]):
                run.append(later)
        return run

    def follow_back(self, place: int) -> list[int]:
        """Return a mention and those before it in its enumeration, the nearest first."""
        run = [place]
        while run[-1] > 0 and self._enumerated[run[-1] - 1] and len(run) < LONGEST:
            run.append(run[-1] - 1)
        return run

    def runs(self) -> Iterator[list[int]]:
        """Yield all mentions, those of one enumeration together."""
        run = [0]
        for place in range(len(self._mentions) - 1):
            if self._enumerated[place]:
                run.append(place + 1)
            else:
                yield run
                run = [place + 1]
        yield run

    @cached_property
    def _gaps(self) -> list[str]:
        """The text between each mention and the next, with the Arabic *and* that is written with it."""
        return [
            self._text[one.end : other.start] + "و" * self._text.startswith("و", other.start)
            for one, other in pairwise(self._mentions)
        ]

    @cached_property
    def _parallel(self) -> list[bool]:
        """Whether each mention is the object of one more verb: strengthening A in B *and countering C*."""
        return [False, *(_PARALLEL.search(gap) is not None for gap in self._gaps)]

    @cached_property
    def _enumerated(self) -> list[bool]:
        """Whether each mention and the next are items of one enumeration."""
        return [self._enumerates(gap) for gap in self._gaps]

    def _enumerates(self, gap: str) -> bool:
        return (
            count_words(gap) <= _MOST_BETWEEN
            and _ENUMERATING.search(gap) is not None
            and not self._cues.find("barrier", gap)
            and not self._cues.find("commit", gap)
        )
